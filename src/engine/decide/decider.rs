//! The decider turns finished checks, people's actions, the self-check and the passing of time into standings,
//! incidents and alerts. It sends no requests, writes nothing and reads no clock, so the same events always result in
//! the same decisions.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use super::known::Known;
use super::platform::Platform;
use super::self_check::SelfCheckState;
use crate::config::Config;
use crate::core::alerting::notified::LOSS_COUNTS;
use crate::core::alerting::route::Way;
use crate::core::alerting::situation::Situation;
use crate::core::people::action::{OperatorAction, People};
use crate::core::platform::lateness::Lateness;
use crate::core::platform::snapshot::DependencySnapshot;
use crate::core::probe::pace::Asking;
use crate::core::probe::reference_hosts::Sign;
use crate::core::probe::standing::CheckResult;
use crate::core::probe::witness::OwnNetwork;
use crate::core::time::Time;
use crate::engine::check::evidence::Redactor;
use crate::engine::check::once::FinishedCheck;
use crate::engine::report::Span;
use crate::engine::schedule::plan::{Plan, Spec};
use crate::engine::write::shed::Shed;
use crate::ids::Ids;
use crate::say::report::Report;
use crate::store::{Batch, KeptReport};

/// How long to wait before repeating a check that failed inside plugwatch.
const LOST: Duration = Duration::from_secs(5);

/// If more than `CROWD` dependencies are not at rest, alerts are reviewed at most once per `CROWDED_GAP`, because
/// each review covers all of them. Above `GAP_FOR`, the gap grows in proportion, so that reviews always take the same
/// small share of the time.
const CROWD: usize = 100;
const CROWDED_GAP: Duration = Duration::from_millis(100);
const GAP_FOR: usize = 1_000;

/// An event that causes decisions. The passing of time is not an event: every event is applied at a given time.
pub(in crate::engine) enum Event {
    /// A check is finished.
    Check(Box<FinishedCheck>),
    /// A check failed inside plugwatch, so it does not count as a check.
    Lost(i64),
    /// The check of the reference hosts is finished.
    SelfCheck(OwnNetwork, Sign),
    /// People acted, or a vendor's letter was entered. Contains what is in force, and the drills not yet announced.
    People(People, Vec<OperatorAction>),
    /// A report is ready.
    Report(Box<(KeptReport, Report)>),
    /// The database cannot be written since this time. Contains the reason if people must be notified now.
    Unwritten(Time, Option<String>),
    /// The database can be written again. If people were notified, contains when the failure began and what is
    /// missing.
    Written(Option<(Time, Shed)>),
    /// The machine slept, or its clock jumped ahead.
    Woke,
    /// The clock was set back.
    ClockSetBack,
}

impl Event {
    /// The order within a batch: checks by the time of their answer and then by probe id, then other events in order
    /// of arrival.
    fn order(&self, now: Time) -> (Time, u8, i64) {
        match self {
            Event::Check(looked) => (looked.look.at.min(now), 0, looked.spec.id),
            Event::Lost(id) => (now, 1, *id),
            _ => (now, 2, 0),
        }
    }
}

/// The result of events that were applied together.
pub(in crate::engine) struct Decided {
    /// Everything to be written, in one transaction, including alerts.
    pub(in crate::engine) writes: Batch,
    /// Dependencies that are shown differently now, by position.
    pub(in crate::engine) shown: Vec<(usize, Arc<DependencySnapshot>)>,
    /// Public ids that these decisions used.
    pub(in crate::engine) ids: Vec<String>,
    /// Whether the platform must be shown again, because it changed or a heartbeat is due.
    pub(in crate::engine) changed: bool,
}

/// All state that decisions depend on.
pub struct Decider {
    pub(in crate::engine) config: Arc<Config>,
    /// Removes secrets from everything that is stored.
    pub(in crate::engine) redactor: Arc<Redactor>,
    /// The source of public ids.
    ids: Ids,
    /// The ids used for the events that are being applied, in order.
    used: Vec<String>,
    pub(in crate::engine) plan: Plan,
    pub(in crate::engine) platform: Platform,
    pub(in crate::engine) known: Known,
    /// Dependencies that recently failed ones need: until when they are checked every minute, and the position of the
    /// newest failed dependency.
    pub(in crate::engine) causes: BTreeMap<usize, (Time, usize)>,
    /// When everything of a company, or everything at all (under the empty name), was last checked because of a
    /// failure.
    pub(in crate::engine) asked_all: HashMap<String, Time>,
    /// The decisions about the events that are being applied.
    pub(in crate::engine) writes: Batch,
    pub(in crate::engine) own: SelfCheckState,
    pub(in crate::engine) started_at: Time,
    pub(in crate::engine) start_told: bool,
    /// Probes that have not been checked since the start.
    pub(in crate::engine) unchecked: HashSet<i64>,
    /// The period before this start in which nothing was monitored.
    pub(in crate::engine) gap: Option<(Time, Time)>,
    /// When alerts are reviewed next, even if nothing happens.
    pub(in crate::engine) review_at: Option<Time>,
    /// When alerts were last reviewed.
    reviewed_at: Time,
    /// Checks before this time are outdated, because plugwatch started or the machine woke up since.
    pub(in crate::engine) fresh_since: Time,
    /// Losses that still count, of dependencies that are no longer configured.
    pub(in crate::engine) gone: Vec<(String, Time)>,
    /// When the next notice, mute or announced maintenance begins or ends.
    pub(in crate::engine) notice_at: Option<Time>,
    /// Every recipient.
    pub(in crate::engine) ways: Vec<Way>,
    /// People's actions that are in force.
    pub(in crate::engine) people: People,
    /// The open situation, and what was reported about it.
    pub(in crate::engine) situation: Option<Situation>,
    /// Until when everything is checked more often, after a loss.
    pub(in crate::engine) heightened_until: Time,
    /// When the next weekly report is due.
    pub(in crate::engine) report_at: Time,
    /// When the next monthly report is due, if enabled.
    pub(in crate::engine) month_at: Option<Time>,
    /// Reports that are due.
    pub(in crate::engine) reports_wanted: Vec<Span>,
    pub(in crate::engine) next_incident: i64,
    pub(in crate::engine) simulation: bool,
    /// How well checks keep their schedule.
    pub(in crate::engine) lateness: Lateness,
    /// Since when nothing has been possible to write; `None` if writing works.
    pub(in crate::engine) unwritten_since: Option<Time>,
    /// Whether the platform must be shown again.
    pub(in crate::engine) changed: bool,
    /// Positions of dependencies that must be shown again.
    stale: BTreeSet<usize>,
    /// Whether alerts must be reviewed once all events are applied.
    pub(in crate::engine) review_due: bool,
}

impl Decider {
    /// Creates a decider without any stored state.
    pub(in crate::engine) fn new(
        config: Arc<Config>,
        redactor: Arc<Redactor>,
        ids: Ids,
        next_incident: i64,
        now: Time,
    ) -> Decider {
        Decider {
            redactor,
            ids,
            used: Vec::new(),
            plan: Plan::default(),
            platform: Platform::default(),
            known: Known::default(),
            causes: BTreeMap::new(),
            asked_all: HashMap::new(),
            writes: Batch::default(),
            own: SelfCheckState::new(now),
            started_at: now,
            start_told: false,
            unchecked: HashSet::new(),
            gap: None,
            review_at: None,
            reviewed_at: Time(0),
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
            lateness: Lateness::default(),
            unwritten_since: None,
            changed: true,
            stale: BTreeSet::new(),
            review_due: false,
            config,
        }
    }

    /// A public id for a new record.
    pub(in crate::engine) fn next_id(&mut self) -> String {
        let id = self.ids.next();
        self.used.push(id.clone());
        id
    }

    /// The next time at which something is due.
    pub(in crate::engine) fn next_due(&self) -> Option<Time> {
        let report = Some(self.report_at);
        let due = [self.plan.next_due(), self.own.next_due(), report, self.month_at, self.review_at, self.notice_at];
        due.into_iter().flatten().min()
    }

    /// Whether the reference hosts must be queried, and which checks are due.
    pub(in crate::engine) fn take_due(&mut self, now: Time) -> (bool, Vec<(Arc<Spec>, Asking)>) {
        (self.own.take_due(now), self.plan.take_due(now))
    }

    /// Decides about events and about everything that is due by `now`. Alerts are reviewed once, after all events are
    /// applied, so trouble that begins and ends among these events is not announced.
    pub(in crate::engine) fn apply(&mut self, mut events: Vec<Event>, now: Time) -> Decided {
        events.sort_by_key(|event| event.order(now));
        let some = !events.is_empty();
        for event in events {
            self.take(event, now);
        }
        self.pass_time(now);
        if some {
            self.tell_start_if_ready(now);
        }
        self.decided(now)
    }

    /// Takes the decisions made since the last call.
    pub(in crate::engine) fn decided(&mut self, now: Time) -> Decided {
        let stale = std::mem::take(&mut self.stale);
        let shown = stale.into_iter().map(|position| (position, Arc::new(self.view_at(position, now)))).collect();
        let (writes, ids) = (std::mem::take(&mut self.writes), std::mem::take(&mut self.used));
        Decided { writes, shown, ids, changed: std::mem::take(&mut self.changed) }
    }

    fn take(&mut self, event: Event, now: Time) {
        match event {
            Event::Check(looked) => {
                // The check found plugwatch's own network to be down, which affects all other checks.
                if looked.witnesses.same_page {
                    self.own.same_page(now);
                } else if looked.witnesses.own_network == OwnNetwork::Blind && self.own.judged != OwnNetwork::Blind {
                    self.own.ask_at(now);
                }
                // Answers from before the clock was set back count as received now.
                let at = looked.look.at.min(now);
                self.decide(FinishedCheck { look: CheckResult { at, ..looked.look }, ..*looked });
            }
            Event::Lost(id) => self.plan.done(id, now, &[(Asking::Routine, LOST)], None),
            Event::SelfCheck(judged, sign) => self.judge_self_check(judged, sign, now),
            Event::People(people, drills) => self.apply_people(people, &drills, now),
            Event::Report(report) => self.tell_report(report.0, report.1, now),
            Event::Unwritten(since, notified) => {
                (self.unwritten_since, self.changed) = (Some(since), true);
                if let Some(why) = notified {
                    self.tell_unwritten(since, &why, now);
                }
            }
            Event::Written(notified) => {
                (self.unwritten_since, self.changed) = (None, true);
                if let Some((since, shed)) = notified {
                    self.tell_written(since, shed, now);
                }
            }
            Event::Woke => self.wake(now),
            Event::ClockSetBack => self.clock_set_back(now),
        }
    }

    /// Handles everything that is due.
    fn pass_time(&mut self, now: Time) {
        self.report_if_due(now);
        if let Some(since) = self.notice_at.filter(|at| *at <= now) {
            drop(self.plan.hurry_dependencies(&self.hour_has_come(since, now), now));
            self.apply_notices(now);
            // The end of a mute also changes what is shown.
            self.show_all();
            self.review_due = true;
        }
        if std::mem::take(&mut self.review_due) || self.review_at.is_some_and(|at| at <= now) {
            self.review_in_turn(now);
        }
    }

    /// Reviews alerts. If very many dependencies are failing, this is not done after every check, because a review
    /// would take longer than the checks.
    fn review_in_turn(&mut self, now: Time) {
        let crowd = self.platform.restless_count();
        let next = self.reviewed_at.plus(CROWDED_GAP.mul_f64((crowd as f64 / GAP_FOR as f64).max(1.0)));
        let early = now >= self.reviewed_at && now < next;
        if early && crowd > CROWD {
            self.review_at = Some(next);
        } else {
            self.reviewed_at = now;
            self.review(now);
        }
    }

    /// Where the incrementally updated state differs from one built from scratch; `None` if they agree.
    pub(in crate::engine) fn differs_from_rebuilt(&self) -> Option<String> {
        let rebuilt = self.rebuilt_platform();
        (rebuilt != self.platform).then(|| format!("the platform is {:?}, rebuilt {rebuilt:?}", self.platform))
    }

    /// Marks a dependency to be shown again.
    pub(in crate::engine) fn show(&mut self, id: &str) {
        self.stale.extend(self.platform.position(id));
        self.changed = true;
    }

    /// Marks all dependencies to be shown again.
    pub(in crate::engine) fn show_all(&mut self) {
        self.stale.extend(0..self.config.dependencies.len());
        self.changed = true;
    }

    /// Records which reports are due, and when the next ones are.
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

    /// Handles a machine that slept, or whose clock was changed. Alerts that were held back are announced once
    /// everything has been checked again, which is soon. plugwatch's own network is checked before any vendor is
    /// reported.
    fn wake(&mut self, now: Time) {
        self.fresh_since = now;
        let all: Vec<String> = self.config.dependencies.iter().map(|dependency| dependency.id.clone()).collect();
        drop(self.plan.hurry_dependencies(&all, now));
        self.show_all();
        self.own.ask_at(now);
    }

    /// Handles a clock that was set back: everything planned by the old time is planned again.
    fn clock_set_back(&mut self, now: Time) {
        self.plan.clock_set_back(now);
        self.own.clock_set_back(now);
        self.known.not_after(now);
        self.see_platform();
        self.heightened_until = self.heightened_until.min(now.plus(LOSS_COUNTS));
        self.gone.iter_mut().for_each(|(_, at)| *at = (*at).min(now));
        self.fresh_since = self.fresh_since.min(now);
        self.started_at = self.started_at.min(now);
        self.show_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::words::verdict::Verdict;
    use crate::engine::decide::rehearsal::Rehearsal;

    #[test]
    fn where_very_much_fails_it_is_looked_at_in_turn_and_nothing_is_left_out() {
        let mut text = "platform = \"Example\"\ndatabase = \"example.db\"\n".to_owned();
        let site = |n| {
            format!(
                "[[dependency]]\nid = \"d{n}\"\ncheck = \"website/page\"\nurl = \"https://{n}.example/\"\nwords = [\"a\"]\n"
            )
        };
        (0..2 * CROWD).for_each(|n| text.push_str(&site(n)));
        let config = Config::read("crowd.toml", text).unwrap_or_else(|problems| panic!("{problems}"));
        let mut rehearsal = Rehearsal::new(config);
        let mut now = Time(1_000_000);
        rehearsal.all_live(now);
        let mut looked = Vec::new();
        for n in (0..8 * 2 * CROWD).map(|n| n % (2 * CROWD)) {
            now = now.plus(Duration::from_millis(200));
            rehearsal.one(n, Verdict::Outage, now);
        }
        for n in 0..2 * CROWD {
            now = now.plus(Duration::from_millis(5));
            rehearsal.one(n, Verdict::Live, now);
            looked.push(rehearsal.decider.reviewed_at);
        }
        looked.dedup();
        assert!(looked.len() > 2 && looked.windows(2).all(|two| two[1].since(two[0]) >= CROWDED_GAP), "{looked:?}");
        let due = looked[looked.len() - 1].plus(CROWDED_GAP);
        assert!(rehearsal.decider.next_due().is_some_and(|at| at <= due), "the last of it is looked at, too");
        drop(rehearsal.decider.apply(Vec::new(), due));
        assert_eq!(rehearsal.decider.reviewed_at, due);
    }
}
