//! What people do about alerts: acknowledge, mute, accept, or report who caused the trouble. Actions stop or settle
//! alerts and never change history. Each is stored with who did it and when.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::notice::Letter;
use crate::core::dependency::incident::Incident;
use crate::core::time::Time;
use crate::core::words::verdict::words;

words! {
    /// What a person did.
    ActionKind {
        /// Someone is taking care of the trouble.
        Ack = "ack",
        /// Muted for a while.
        Mute = "mute",
        /// No longer muted.
        Unmute = "unmute",
        /// The change or warning is the new normal.
        Accept = "accept",
        /// The user's own team caused it.
        ItWasUs = "it_was_us",
        /// A false alarm.
        FalseAlarm = "false_alarm",
        /// Maintenance on the user's side.
        Maintenance = "maintenance",
        /// That maintenance is over.
        MaintenanceOver = "maintenance_over",
        /// A letter was added, confirmed, answered or withdrawn.
        Letter = "letter",
        /// A supplier was reported to work for the platform still, or to have left.
        Attest = "attest",
        /// A drill was requested.
        Drill = "drill",
        /// The channels were tested.
        Test = "test",
        /// Someone without permission requested something.
        Refused = "refused",
    }
}

/// An action taken by a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatorAction {
    /// Its number, in the order of the actions.
    pub id: i64,
    /// When it was taken.
    pub at: Time,
    /// Who took it.
    pub by: String,
    /// Where it was taken: `terminal`, or the name of a channel.
    pub via: String,
    /// The kind of action.
    pub deed: ActionKind,
    /// The dependency it concerns; all if `None`.
    pub dependency: Option<String>,
    /// The incident, drill or letter it concerns, by public id.
    pub about: Option<String>,
    /// When it takes effect; `None` means at once.
    pub from: Option<Time>,
    /// When it ends; `None` means never.
    pub until: Option<Time>,
    /// A reason, or what was accepted.
    pub words: String,
}

impl OperatorAction {
    /// An action by a person, taken now.
    pub fn new(deed: ActionKind, by: &str, via: &str, at: Time) -> OperatorAction {
        let (by, via) = (by.to_owned(), via.to_owned());
        OperatorAction {
            id: 0,
            at,
            by,
            via,
            deed,
            dependency: None,
            about: None,
            from: None,
            until: None,
            words: String::new(),
        }
    }

    fn lasts(&self, now: Time) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

/// Whether people have dealt with an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeenTo {
    /// Acknowledged at this time.
    Acknowledged(Time),
    /// Accepted, caused by the user's side, or a false alarm: no reminders are sent.
    Settled,
}

/// All actions in force.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct People {
    /// Mutes by dependency; the empty name means all dependencies.
    mutes: BTreeMap<String, OperatorAction>,
    /// Announced maintenance.
    works: Vec<OperatorAction>,
    /// The last acknowledgement of each incident, drill or alert.
    acks: BTreeMap<String, OperatorAction>,
    /// Final decisions about incidents: accepted, caused by the user's side, or a false alarm.
    settled: BTreeMap<String, OperatorAction>,
    /// When each dependency was last attested.
    attested: BTreeMap<String, Time>,
    /// Letters that were not withdrawn.
    pub letters: Vec<Letter>,
}

impl People {
    /// What is in force at `now`, from all actions in order.
    pub fn of(acts: &[OperatorAction], letters: Vec<Letter>, now: Time) -> People {
        let mut people = People { letters, ..People::default() };
        for act in acts {
            people.follow(act.clone());
        }
        people.mutes.retain(|_, act| act.lasts(now));
        people.works.retain(|act| act.lasts(now));
        people
    }

    /// Dependencies that were attested since `before`.
    pub fn attested_since(&self, before: &People) -> Vec<String> {
        let new = self.attested.iter().filter(|(id, at)| before.attested.get(*id) != Some(at));
        new.map(|(id, _)| id.clone()).collect()
    }

    /// Announced maintenance that is not over.
    pub fn works(&self) -> impl Iterator<Item = &OperatorAction> {
        self.works.iter()
    }

    fn follow(&mut self, act: OperatorAction) {
        let whom = act.dependency.clone().unwrap_or_default();
        match (act.deed, act.about.clone()) {
            (ActionKind::Attest, _) => {
                self.attested.insert(whom, act.at);
            }
            (ActionKind::Mute, _) => {
                self.mutes.insert(whom, act);
            }
            (ActionKind::Unmute, _) if whom.is_empty() => self.mutes.clear(),
            (ActionKind::Unmute, _) => {
                self.mutes.remove(&whom);
            }
            (ActionKind::Maintenance, _) => self.works.push(act),
            (ActionKind::MaintenanceOver, _) => {
                self.works.retain(|work| !whom.is_empty() && work.dependency.as_deref() != Some(whom.as_str()));
            }
            (ActionKind::Ack, Some(about)) => {
                self.acks.insert(about, act);
            }
            (ActionKind::Accept | ActionKind::ItWasUs | ActionKind::FalseAlarm, Some(about)) => {
                self.settled.insert(about, act);
            }
            (
                ActionKind::Ack
                | ActionKind::Accept
                | ActionKind::ItWasUs
                | ActionKind::FalseAlarm
                | ActionKind::Letter
                | ActionKind::Drill
                | ActionKind::Test
                | ActionKind::Refused,
                _,
            ) => {}
        }
    }

    /// The mute in force for a dependency: who set it, and until when.
    pub fn muted(&self, dependency: &str, now: Time) -> Option<&OperatorAction> {
        let mutes = [dependency, ""].into_iter().filter_map(|name| self.mutes.get(name));
        mutes.filter(|act| act.lasts(now)).max_by_key(|act| act.until)
    }

    /// Whether anything is muted.
    pub fn mutes_anything(&self) -> bool {
        !self.mutes.is_empty()
    }

    /// Whether any maintenance is announced.
    pub fn works_anywhere(&self) -> bool {
        !self.works.is_empty()
    }

    /// When current maintenance on a dependency ends; `None` if there is none.
    pub fn maintenance_until(&self, dependency: &str, now: Time) -> Option<Time> {
        let concerns = |work: &&OperatorAction| work.dependency.as_deref().is_none_or(|id| id == dependency);
        let now_on = |work: &&OperatorAction| work.from.is_none_or(|from| from <= now) && work.lasts(now);
        self.works.iter().filter(concerns).filter(now_on).filter_map(|work| work.until).max()
    }

    /// The acknowledgement of an incident or a drill, unless there has been news about it since.
    pub fn acked(&self, about: &str, news_at: Option<Time>) -> Option<&OperatorAction> {
        self.acks.get(about).filter(|act| news_at.is_none_or(|news| act.at >= news))
    }

    /// The final decision about an incident.
    pub fn settled(&self, about: &str) -> Option<&OperatorAction> {
        self.settled.get(about)
    }

    /// How people have dealt with an incident since the last news about it.
    pub fn seen_to(&self, incident: &Incident, news_at: Option<Time>) -> Option<SeenTo> {
        let fresh = |act: &&OperatorAction| news_at.is_none_or(|news| act.at >= news);
        let same = |act: &&OperatorAction| act.deed != ActionKind::Accept || act.words == incident.reason;
        if self.settled(&incident.public_id).filter(fresh).is_some_and(|act| same(&act)) {
            return Some(SeenTo::Settled);
        }
        self.acked(&incident.public_id, news_at).map(|act| SeenTo::Acknowledged(act.at))
    }

    /// The latest acknowledgement of lost access. Trouble without an incident is acknowledged under the dependency's
    /// id.
    pub fn acked_access(&self, dependency: &str) -> Option<&OperatorAction> {
        self.acks.values().filter(|act| act.dependency.as_deref() == Some(dependency)).max_by_key(|act| act.at)
    }

    /// Like [`People::seen_to`], for lost access. Trouble without an incident is acknowledged under the dependency's
    /// id.
    pub fn seen_to_access(&self, dependency: &str, news_at: Option<Time>) -> Option<SeenTo> {
        let own = self.acks.values().filter(|act| act.dependency.as_deref() == Some(dependency));
        let last = own.map(|act| act.at).max()?;
        news_at.is_none_or(|news| last >= news).then_some(SeenTo::Acknowledged(last))
    }

    /// When someone last said that a dependency's trouble was a false alarm or caused by the user's side. Losses
    /// before that do not count.
    pub fn excused_at(&self, dependency: &str) -> Option<Time> {
        let excuses = |act: &&OperatorAction| {
            matches!(act.deed, ActionKind::ItWasUs | ActionKind::FalseAlarm)
                && act.dependency.as_deref() == Some(dependency)
        };
        self.settled.values().filter(excuses).map(|act| act.at).max()
    }

    /// The next instant at which an action takes effect or ends.
    pub fn turns_at(&self, now: Time) -> Option<Time> {
        let mutes = self.mutes.values().filter_map(|act| act.until);
        let works = self.works.iter().flat_map(|act| [act.from, act.until]).flatten();
        let letters = self.letters.iter().filter_map(|letter| letter.notice.turns_at(now));
        mutes.chain(works).chain(letters).filter(|at| *at > now).min()
    }
}

/// Announced maintenance that was over at `now`, with its end: the planned one, or when someone ended it early.
pub fn finished_works(acts: &[OperatorAction], now: Time) -> Vec<(OperatorAction, Time)> {
    let ended = |(n, work): (usize, &OperatorAction)| {
        let by_hand = acts[n + 1..].iter().find(|act| {
            let whom = act.dependency.is_none() || act.dependency == work.dependency;
            act.deed == ActionKind::MaintenanceOver && whom
        });
        let at = by_hand.map_or(work.until?, |act| act.at.min(work.until.unwrap_or(act.at)));
        // Maintenance that was cancelled before its start never took place.
        (at <= now && at > work.from.unwrap_or(work.at)).then(|| (work.clone(), at))
    };
    let works = acts.iter().enumerate().filter(|(_, act)| act.deed == ActionKind::Maintenance);
    works.filter_map(ended).collect()
}

/// When each dependency was last drilled, by id.
pub fn drilled(acts: &[OperatorAction]) -> BTreeMap<String, Time> {
    let drills = acts.iter().filter(|act| act.deed == ActionKind::Drill);
    drills.filter_map(|act| Some((act.dependency.clone()?, act.at))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::words::verdict::{Fault, Proof, Verdict};

    const HOUR: i64 = 3_600_000;

    #[test]
    fn finished_work_ended_at_its_hour_or_when_somebody_said_so() {
        let work = |at, until| OperatorAction { until: Some(Time(until)), ..act(ActionKind::Maintenance, at) };
        let other = |at, until| OperatorAction { dependency: Some("mail".into()), ..work(at, until) };
        let acts = [work(0, 10), other(1, 90), work(20, 40), act(ActionKind::MaintenanceOver, 30), work(50, 60)];
        let ends =
            |now| finished_works(&acts, Time(now)).iter().map(|(work, at)| (work.at.0, at.0)).collect::<Vec<_>>();
        assert_eq!(ends(35), [(0, 10), (20, 30)]);
        assert_eq!(ends(95), [(0, 10), (1, 90), (20, 30), (50, 60)]);
        let never = [OperatorAction { from: Some(Time(40)), ..work(20, 50) }, act(ActionKind::MaintenanceOver, 30)];
        assert!(finished_works(&never, Time(90)).is_empty(), "it was called off");
    }

    fn act(deed: ActionKind, at: i64) -> OperatorAction {
        OperatorAction {
            dependency: Some("sms".into()),
            about: Some("pw-1".into()),
            ..OperatorAction::new(deed, "Ada", "terminal", Time(at))
        }
    }

    fn incident(reason: &str) -> Incident {
        Incident {
            id: 1,
            public_id: "pw-1".into(),
            verdict: Verdict::Dropped,
            worst: Verdict::Dropped,
            reason: reason.into(),
            fault: Fault::Unclear,
            proof: Proof::Stated,
            began_at: Time(0),
            alerts: 1,
        }
    }

    fn people(acts: &[OperatorAction]) -> People {
        People::of(acts, Vec::new(), Time(HOUR))
    }

    #[test]
    fn an_acknowledgement_holds_until_there_is_news() {
        let people = people(&[act(ActionKind::Ack, 5)]);
        assert_eq!(people.seen_to(&incident("gone"), Some(Time(4))), Some(SeenTo::Acknowledged(Time(5))));
        assert_eq!(people.seen_to(&incident("gone"), Some(Time(6))), None);
    }

    #[test]
    fn what_was_accepted_is_settled_while_it_is_the_same() {
        let people = people(&[OperatorAction { words: "unlocked".into(), ..act(ActionKind::Accept, 5) }]);
        assert_eq!(people.seen_to(&incident("unlocked"), Some(Time(4))), Some(SeenTo::Settled));
        assert_eq!(people.seen_to(&incident("gone"), Some(Time(4))), None);
    }

    #[test]
    fn a_mute_ends_by_itself_or_by_a_word() {
        let mute = OperatorAction { until: Some(Time(2 * HOUR)), ..act(ActionKind::Mute, 5) };
        assert!(people(std::slice::from_ref(&mute)).muted("sms", Time(HOUR)).is_some());
        assert!(people(std::slice::from_ref(&mute)).muted("sms", Time(2 * HOUR)).is_none());
        assert!(people(std::slice::from_ref(&mute)).muted("mail", Time(HOUR)).is_none());
        assert!(people(&[mute.clone(), act(ActionKind::Unmute, 6)]).muted("sms", Time(HOUR)).is_none());
        let all = OperatorAction { dependency: None, ..mute };
        assert!(people(&[all]).muted("mail", Time(HOUR)).is_some());
    }

    #[test]
    fn work_that_a_person_announced_begins_and_ends() {
        let work =
            OperatorAction { from: Some(Time(HOUR)), until: Some(Time(3 * HOUR)), ..act(ActionKind::Maintenance, 5) };
        let people = people(std::slice::from_ref(&work));
        assert_eq!(people.maintenance_until("sms", Time(0)), None);
        assert_eq!(people.maintenance_until("sms", Time(HOUR)), Some(Time(3 * HOUR)));
        assert_eq!(people.turns_at(Time(HOUR)), Some(Time(3 * HOUR)));
        let over = People::of(&[work, act(ActionKind::MaintenanceOver, 6)], Vec::new(), Time(HOUR));
        assert_eq!(over.maintenance_until("sms", Time(HOUR)), None);
    }

    #[test]
    fn it_was_us_excuses_what_was_lost_before() {
        assert_eq!(people(&[act(ActionKind::ItWasUs, 5)]).excused_at("sms"), Some(Time(5)));
        assert_eq!(people(&[act(ActionKind::Accept, 5)]).excused_at("sms"), None);
    }
}
