//! What is decided: from finished checks, people's acts, the self-check and time that passes to standings,
//! incidents and alerts. Asks nobody, writes nothing, reads no clock: the same events give the same decisions.

use std::collections::HashSet;
use std::sync::Arc;

use super::known::Known;
use super::own_network::OwnState;
use super::plan::{Plan, Spec};
use super::platform::Platform;
use super::report::Span;
use crate::config::Config;
use crate::core::act::People;
use crate::core::pace::Asking;
use crate::core::question::Secret;
use crate::core::route::Way;
use crate::core::situation::Situation;
use crate::core::time::Time;
use crate::core::told::LOSS_COUNTS;
use crate::ids::Ids;
use crate::store::Batch;

/// Everything that decisions depend on, and what was decided and is not written yet.
pub struct Decider {
    pub(super) config: Arc<Config>,
    /// All secrets of the configuration, which stand in nothing that is kept.
    pub(super) secrets: Vec<Secret>,
    /// Where public ids come from.
    ids: Ids,
    /// Those that were used since they were last taken, in their order.
    used: Vec<String>,
    pub(super) plan: Plan,
    pub(super) platform: Platform,
    pub(super) known: Known,
    /// What was decided and is not written yet.
    pub(super) writes: Batch,
    pub(super) own: OwnState,
    pub(super) started_at: Time,
    pub(super) start_told: bool,
    /// Probes that were not checked since the start.
    pub(super) unchecked: HashSet<i64>,
    /// When nothing was monitored before this start.
    pub(super) gap: Option<(Time, Time)>,
    /// When what is told is to be looked at again, though nothing happens.
    pub(super) review_at: Option<Time>,
    /// What was looked at before is old: since the start, or since the machine woke.
    pub(super) fresh_since: Time,
    /// Losses that count of what is configured no longer.
    pub(super) gone: Vec<(String, Time)>,
    /// When a notice, a mute or announced work begins or ends next.
    pub(super) notice_at: Option<Time>,
    /// Every place that can be told.
    pub(super) ways: Vec<Way>,
    /// What people did, as far as it is in force.
    pub(super) people: People,
    /// The situation that is open, and what was said of it.
    pub(super) situation: Option<Situation>,
    /// Until when everything is watched more closely, after a loss.
    pub(super) heightened_until: Time,
    /// When the weekly report comes next.
    pub(super) report_at: Time,
    /// When the monthly report comes next, if one is wanted.
    pub(super) month_at: Option<Time>,
    /// Reports that are due.
    pub(super) reports_wanted: Vec<Span>,
    pub(super) next_incident: i64,
    pub(super) simulation: bool,
    /// Since when nothing can be written, if so.
    pub(super) unwritten_since: Option<Time>,
    /// There is something new to be shown.
    pub(super) changed: bool,
}

impl Decider {
    /// One that knows nothing yet.
    pub(super) fn new(config: Arc<Config>, ids: Ids, next_incident: i64, now: Time) -> Decider {
        Decider {
            secrets: config.secrets(),
            ids,
            used: Vec::new(),
            plan: Plan::default(),
            platform: Platform::default(),
            known: Known::default(),
            writes: Batch::default(),
            own: OwnState::new(now),
            started_at: now,
            start_told: false,
            unchecked: HashSet::new(),
            gap: None,
            review_at: None,
            fresh_since: now,
            gone: Vec::new(),
            notice_at: None,
            ways: config.ways(),
            people: People::default(),
            situation: None,
            heightened_until: Time(0),
            report_at: config.report.next(now, 0),
            month_at: None,
            reports_wanted: Vec::new(),
            next_incident,
            simulation: false,
            unwritten_since: None,
            changed: true,
            config,
        }
    }

    /// A public id for something that is decided.
    pub(super) fn next_id(&mut self) -> String {
        let id = self.ids.next();
        self.used.push(id.clone());
        id
    }

    /// Public ids that were used since this was asked last.
    pub(super) fn take_used(&mut self) -> Vec<String> {
        std::mem::take(&mut self.used)
    }

    /// The next instant at which something is due.
    pub(super) fn next_due(&self) -> Option<Time> {
        let report = Some(self.report_at);
        let due = [self.plan.next_due(), self.own.next_due(), report, self.month_at, self.review_at, self.notice_at];
        due.into_iter().flatten().min()
    }

    /// Whether the reference hosts are to be asked, and which checks are due.
    pub(super) fn take_due(&mut self, now: Time) -> (bool, Vec<(Arc<Spec>, Asking)>) {
        (self.own.take_due(now), self.plan.take_due(now))
    }

    /// What is due though nothing came back.
    pub(super) fn decide_by_time(&mut self, now: Time) {
        self.report_if_due(now);
        if self.notice_at.is_some_and(|at| at <= now) {
            self.hear_notices(now);
            self.review(now);
        }
        if self.review_at.is_some_and(|at| at <= now) {
            self.review(now);
        }
    }

    /// Moves on to the next reports, and notes which are due.
    fn report_if_due(&mut self, now: Time) {
        if self.report_at <= now {
            self.report_at = self.config.report.next(now, 0);
            self.reports_wanted.push(Span::Week);
        }
        if let (Some(at), Some(monthly)) = (self.month_at, &self.config.monthly)
            && at <= now
        {
            self.month_at = Some(monthly.next(now, 0));
            self.reports_wanted.push(Span::Month);
        }
    }

    /// The machine slept, or its clock was changed: what was held back before is told once everything was
    /// checked again, which is soon; before anybody is blamed, plugwatch's own network is asked.
    pub(super) fn wake(&mut self, now: Time) {
        self.fresh_since = now;
        let all: Vec<String> = self.config.dependencies.iter().map(|dependency| dependency.id.clone()).collect();
        self.plan.hurry_dependencies(&all, now);
        self.own.ask_at(now);
    }

    /// The clock was set back: everything that was planned by it is planned anew.
    pub(super) fn clock_set_back(&mut self, now: Time) {
        self.plan.clock_set_back(now);
        self.own.clock_set_back(now);
        self.known.not_after(now);
        self.see_platform();
        self.heightened_until = self.heightened_until.min(now.plus(LOSS_COUNTS));
        self.gone.iter_mut().for_each(|(_, at)| *at = (*at).min(now));
        self.fresh_since = self.fresh_since.min(now);
        self.started_at = self.started_at.min(now);
        self.changed = true;
    }
}
