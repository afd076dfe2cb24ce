//! What is told, why now, and how loud. Pure: what was said, what changed, now.

use serde::{Deserialize, Serialize};

use super::combine::Combined;
use super::incident::{Incident, Level, Reason, Step};
use super::model::{Criticality, Fault, Verdict};
use super::standing::Held;
use super::time::Time;

/// One thing to be told about a dependency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Why now.
    pub reason: Reason,
    /// How loud.
    pub level: Level,
    /// The verdict before, where one was told.
    pub before: Option<Verdict>,
    /// What holds now.
    pub held: Held,
}

/// What a step of the incident means for people. Silence has a reason too: `None`
/// comes only with [`Step::Stay`], which says that nothing changed.
pub fn about_step(step: &Step, open: Option<&Incident>, criticality: Criticality) -> Option<Decision> {
    let (reason, held) = match step {
        Step::Stay => return None,
        Step::Open(held) => (Reason::Opened, held),
        Step::Turn(held) => (turn(open, held), held),
        Step::Close(held) => (Reason::Recovered, held),
    };
    let before = open.map(|incident| incident.verdict);
    let level = level(reason, held, criticality);
    Some(Decision { reason, level, before, held: held.clone() })
}

fn turn(open: Option<&Incident>, to: &Held) -> Reason {
    let Some(open) = open else { return Reason::Worsened };
    match open.verdict {
        Verdict::Dropped if to.verdict == Verdict::Outage => Reason::Corrected,
        from if to.verdict.badness() < from.badness() => Reason::Eased,
        // The same verdict for other reasons: one warning more, or one less.
        from if to.verdict == from && open.reason.contains(&to.reason) => Reason::Eased,
        from if to.verdict == from => Reason::Grew,
        _ => Reason::Worsened,
    }
}

fn level(reason: Reason, held: &Held, criticality: Criticality) -> Level {
    match (reason, held.verdict) {
        // The owner's view says no while the public still sees us: the public will follow.
        (_, Verdict::Degraded) if held.reason == "sources_disagree" && held.fault == Fault::VendorDecision => {
            Level::Critical
        }
        (Reason::Recovered, _) => Level::Info,
        (_, Verdict::Dropped) => Level::Critical,
        (_, Verdict::Outage) if criticality == Criticality::Critical => Level::Critical,
        _ => Level::Warning,
    }
}

/// What changed sight means for people: told once when blind, once when sighted.
pub fn about_sight(before: &Combined, after: &Combined, criticality: Criticality, now: Time) -> Option<Decision> {
    let before_verdict = before.held.as_ref().map(|held| held.verdict);
    // Being blind for another dull reason is no news; access lost is, once.
    if (after.blind && !before.blind) || (after.urgent && !before.urgent) {
        let held = after.unverified.clone()?;
        let loud = match held.reason.as_str() {
            "access_lost" => criticality != Criticality::Normal,
            "wrong_page" => criticality == Criticality::Critical,
            _ => false,
        };
        let level = if loud { Level::Critical } else { Level::Warning };
        return Some(Decision { reason: Reason::Blind, level, before: before_verdict, held });
    }
    if before.blind && after.unverified.is_none() {
        let held = after.held.clone().map(|held| Held { since: now, ..held })?;
        return Some(Decision { reason: Reason::Sighted, level: Level::Info, before: before_verdict, held });
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::incident::step;
    use super::super::model::Proof;
    use super::*;

    fn held(verdict: Verdict) -> Held {
        Held {
            verdict,
            reason: "r".into(),
            fault: Fault::Unclear,
            proof: Proof::Stated,
            say: "s".into(),
            hint: None,
            since: Time(1),
        }
    }

    fn open(verdict: Verdict) -> Incident {
        Incident {
            id: 1,
            public_id: "i".into(),
            verdict,
            worst: verdict,
            reason: "r".into(),
            fault: Fault::Unclear,
            proof: Proof::Stated,
            began_at: Time(1),
            alerts: 1,
        }
    }

    fn told(from: Option<Verdict>, to: Verdict) -> Option<(Reason, Level)> {
        let incident = from.map(open);
        let step = step(incident.as_ref(), Some(&held(to)));
        about_step(&step, incident.as_ref(), Criticality::Critical).map(|d| (d.reason, d.level))
    }

    #[test]
    fn every_turn_of_an_incident_has_its_reason() {
        use Verdict::*;
        assert_eq!(told(None, Live), None);
        assert_eq!(told(None, Dropped), Some((Reason::Opened, Level::Critical)));
        assert_eq!(told(Some(Outage), Dropped), Some((Reason::Worsened, Level::Critical)));
        assert_eq!(told(Some(Dropped), Outage), Some((Reason::Corrected, Level::Critical)));
        assert_eq!(told(Some(Dropped), Degraded), Some((Reason::Eased, Level::Warning)));
        assert_eq!(told(Some(Dropped), Live), Some((Reason::Recovered, Level::Info)));
        assert_eq!(told(Some(Dropped), Dropped), None);
        assert_eq!(told(Some(Dropped), Unknown), None);
    }

    #[test]
    fn blindness_is_told_once_and_sight_once() {
        let seen = Combined { held: Some(held(Verdict::Live)), ..Combined::default() };
        let blind = Combined { unverified: Some(held(Verdict::Unknown)), blind: true, ..seen.clone() };
        let say =
            |a: &Combined, b: &Combined| about_sight(a, b, Criticality::High, Time(9)).map(|decision| decision.reason);
        assert_eq!(say(&seen, &blind), Some(Reason::Blind));
        assert_eq!(say(&blind, &blind), None);
        assert_eq!(say(&blind, &seen), Some(Reason::Sighted));
    }
}
