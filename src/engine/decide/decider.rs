//! What is decided: from finished checks, people's acts, the self-check and time that passes to standings,
//! incidents and alerts. Asks nobody, writes nothing, reads no clock: the same events give the same decisions.

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

/// A check that broke down is tried again after this.
const LOST: Duration = Duration::from_secs(5);

/// Where more than so many are not at rest, what is told is looked at again after this at the earliest: a thousand things
/// that fail within a minute are looked at ten times a second, each time all of them. Where there are more of them, the
/// more seldom: looking takes the same small share of the time however many there are.
const CROWD: usize = 100;
const CROWDED_GAP: Duration = Duration::from_millis(100);
const GAP_FOR: usize = 1_000;

/// Something that decisions follow from. Time that passed is no event of its own: whatever is applied is
/// applied at a time.
pub(in crate::engine) enum Event {
    /// A check is finished.
    Check(Box<FinishedCheck>),
    /// A check broke down inside plugwatch: it did not happen.
    Lost(i64),
    /// The reference hosts answered, or did not.
    SelfCheck(OwnNetwork, Sign),
    /// People did something, or a vendor wrote. What is in force, and drills that nobody was told of yet.
    People(People, Vec<OperatorAction>),
    /// A report is gathered.
    Report(Box<(KeptReport, Report)>),
    /// The database takes nothing since then; why, if people are to hear of it now.
    Unwritten(Time, Option<String>),
    /// It takes everything again; since when it did not and what is missing, if people heard of it.
    Written(Option<(Time, Shed)>),
    /// The machine slept, or its clock ran ahead.
    Woke,
    /// The clock was set back.
    ClockSetBack,
}

impl Event {
    /// A batch is decided in this order: checks by when they were answered and by number, then the rest as
    /// it came.
    fn order(&self, now: Time) -> (Time, u8, i64) {
        match self {
            Event::Check(looked) => (looked.look.at.min(now), 0, looked.spec.id),
            Event::Lost(id) => (now, 1, *id),
            _ => (now, 2, 0),
        }
    }
}

/// What came of events that were applied together.
pub(in crate::engine) struct Decided {
    /// What is to be written, all of it together; alerts are part of it.
    pub(in crate::engine) writes: Batch,
    /// Dependencies with something new to show, as they stand after it, by position.
    pub(in crate::engine) shown: Vec<(usize, Arc<DependencySnapshot>)>,
    /// Public ids that were used for it.
    pub(in crate::engine) ids: Vec<String>,
    /// The platform as a whole has something new to show, or a sign of life.
    pub(in crate::engine) changed: bool,
}

/// Everything that decisions depend on.
pub struct Decider {
    pub(in crate::engine) config: Arc<Config>,
    /// Takes secrets out of what is kept.
    pub(in crate::engine) redactor: Arc<Redactor>,
    /// Where public ids come from.
    ids: Ids,
    /// Those that were used for the events that are being applied, in their order.
    used: Vec<String>,
    pub(in crate::engine) plan: Plan,
    pub(in crate::engine) platform: Platform,
    pub(in crate::engine) known: Known,
    /// What others stand on that fell lately: until when it is asked every minute, and the newest of those others.
    pub(in crate::engine) causes: BTreeMap<usize, (Time, usize)>,
    /// When all things of a company, or everybody (under no name), were asked last because something fell.
    pub(in crate::engine) asked_all: HashMap<String, Time>,
    /// What was decided of the events that are being applied.
    pub(in crate::engine) writes: Batch,
    pub(in crate::engine) own: SelfCheckState,
    pub(in crate::engine) started_at: Time,
    pub(in crate::engine) start_told: bool,
    /// Probes that were not checked since the start.
    pub(in crate::engine) unchecked: HashSet<i64>,
    /// When nothing was monitored before this start.
    pub(in crate::engine) gap: Option<(Time, Time)>,
    /// When what is told is to be looked at again, though nothing happens.
    pub(in crate::engine) review_at: Option<Time>,
    /// When that was looked at last.
    reviewed_at: Time,
    /// What was looked at before is old: since the start, or since the machine woke.
    pub(in crate::engine) fresh_since: Time,
    /// Losses that count of what is configured no longer.
    pub(in crate::engine) gone: Vec<(String, Time)>,
    /// When a notice, a mute or announced work begins or ends next.
    pub(in crate::engine) notice_at: Option<Time>,
    /// Every place that can be told.
    pub(in crate::engine) ways: Vec<Way>,
    /// What people did, as far as it is in force.
    pub(in crate::engine) people: People,
    /// The situation that is open, and what was said of it.
    pub(in crate::engine) situation: Option<Situation>,
    /// Until when everything is watched more closely, after a loss.
    pub(in crate::engine) heightened_until: Time,
    /// When the weekly report comes next.
    pub(in crate::engine) report_at: Time,
    /// When the monthly report comes next, if one is wanted.
    pub(in crate::engine) month_at: Option<Time>,
    /// Reports that are due.
    pub(in crate::engine) reports_wanted: Vec<Span>,
    pub(in crate::engine) next_incident: i64,
    pub(in crate::engine) simulation: bool,
    /// How checks keep their schedule.
    pub(in crate::engine) lateness: Lateness,
    /// Since when nothing can be written, if so.
    pub(in crate::engine) unwritten_since: Option<Time>,
    /// There is something new to be shown.
    pub(in crate::engine) changed: bool,
    /// Positions of dependencies with something new to be shown.
    stale: BTreeSet<usize>,
    /// What is told is to be looked at again, once all events were taken.
    pub(in crate::engine) review_due: bool,
}

impl Decider {
    /// One that knows nothing yet.
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

    /// A public id for something that is decided.
    pub(in crate::engine) fn next_id(&mut self) -> String {
        let id = self.ids.next();
        self.used.push(id.clone());
        id
    }

    /// The next instant at which something is due.
    pub(in crate::engine) fn next_due(&self) -> Option<Time> {
        let report = Some(self.report_at);
        let due = [self.plan.next_due(), self.own.next_due(), report, self.month_at, self.review_at, self.notice_at];
        due.into_iter().flatten().min()
    }

    /// Whether the reference hosts are to be asked, and which checks are due.
    pub(in crate::engine) fn take_due(&mut self, now: Time) -> (bool, Vec<(Arc<Spec>, Asking)>) {
        (self.own.take_due(now), self.plan.take_due(now))
    }

    /// Decides about events, and about what has become due by `now`. What is told is looked at once, when all
    /// of them were taken: what began and ended among them is told of nobody.
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

    /// What was decided since this was asked last.
    pub(in crate::engine) fn decided(&mut self, now: Time) -> Decided {
        let stale = std::mem::take(&mut self.stale);
        let shown = stale.into_iter().map(|position| (position, Arc::new(self.view_at(position, now)))).collect();
        let (writes, ids) = (std::mem::take(&mut self.writes), std::mem::take(&mut self.used));
        Decided { writes, shown, ids, changed: std::mem::take(&mut self.changed) }
    }

    fn take(&mut self, event: Event, now: Time) {
        match event {
            Event::Check(looked) => {
                // A check found plugwatch's own network down: everybody else wants to know at once.
                if looked.witnesses.same_page {
                    self.own.same_page(now);
                } else if looked.witnesses.own_network == OwnNetwork::Blind && self.own.judged != OwnNetwork::Blind {
                    self.own.ask_at(now);
                }
                // What was answered before the clock was set back was answered now.
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

    /// Whatever has become due.
    fn pass_time(&mut self, now: Time) {
        self.report_if_due(now);
        if let Some(since) = self.notice_at.filter(|at| *at <= now) {
            drop(self.plan.hurry_dependencies(&self.hour_has_come(since, now), now));
            self.apply_notices(now);
            // A mute that has ended stands in what is shown, too.
            self.show_all();
            self.review_due = true;
        }
        if std::mem::take(&mut self.review_due) || self.review_at.is_some_and(|at| at <= now) {
            self.review_in_turn(now);
        }
    }

    /// Looks at what is told; where very much is wrong at once not at every check, for that takes longer than the checks.
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

    /// How what is kept up to date with each change differs from what it would be if it were made anew.
    pub(in crate::engine) fn differs_from_rebuilt(&self) -> Option<String> {
        let rebuilt = self.rebuilt_platform();
        (rebuilt != self.platform).then(|| format!("the platform is {:?}, rebuilt {rebuilt:?}", self.platform))
    }

    /// A dependency has something new to be shown.
    pub(in crate::engine) fn show(&mut self, id: &str) {
        self.stale.extend(self.platform.position(id));
        self.changed = true;
    }

    /// All of them have.
    pub(in crate::engine) fn show_all(&mut self) {
        self.stale.extend(0..self.config.dependencies.len());
        self.changed = true;
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
    fn wake(&mut self, now: Time) {
        self.fresh_since = now;
        let all: Vec<String> = self.config.dependencies.iter().map(|dependency| dependency.id.clone()).collect();
        drop(self.plan.hurry_dependencies(&all, now));
        self.show_all();
        self.own.ask_at(now);
    }

    /// The clock was set back: everything that was planned by it is planned anew.
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
