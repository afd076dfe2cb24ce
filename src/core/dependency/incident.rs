//! Incidents: a dependency that is not `live`, from its flip to its recovery.

use serde::Serialize;

use super::state::Combined;
use crate::core::probe::standing::Held;
use crate::core::time::Time;
use crate::core::words::verdict::{Fault, Proof, Verdict, words};

words! {
    /// Why an alert is sent now.
    Reason {
        /// The program started; the alert lists what is monitored.
        Started = "started",
        /// A dependency is no longer `live`.
        Opened = "opened",
        /// It became worse.
        Worsened = "worsened",
        /// It became better, but is not `live`.
        Eased = "eased",
        /// It was reported as dropped, but was an outage.
        Corrected = "corrected",
        /// More dependencies joined the same event.
        Grew = "grew",
        /// The cause turned out to be on the user's side.
        ItWasUs = "it_was_us",
        /// After a recent loss, a check found another one that is not confirmed yet.
        Suspected = "suspected",
        /// The suspicion was wrong.
        Cleared = "cleared",
        /// It alternates between working and failing; single changes are no longer reported.
        Flapping = "flapping",
        /// It no longer alternates.
        Settled = "settled",
        /// The trouble is still open: a reminder.
        StillOpen = "still_open",
        /// Several dependencies were lost, or a cut-off is announced: the state of all of them.
        Situation = "situation",
        /// It is `live` again.
        Recovered = "recovered",
        /// It has not been possible to check it for some time.
        Blind = "blind",
        /// It can be checked again.
        Sighted = "sighted",
        /// Something ends soon.
        Expiring = "expiring",
        /// A monitored fact changed.
        Changed = "changed",
        /// A warning from a vendor arrived.
        Notice = "notice",
        /// Several independent companies were lost within the window.
        Cascade = "cascade",
        /// No longer monitored: the configuration changed.
        Retired = "retired",
        /// The weekly report.
        Report = "report",
        /// A drill: nothing happened, and people are asked to respond as if something had.
        Drill = "drill",
        /// A person tests whether channels deliver.
        Test = "test",
        /// The history cannot be written.
        Unwritten = "unwritten",
        /// The history can be written again.
        Written = "written",
        /// A channel cannot deliver.
        ChannelDead = "channel_dead",
        /// The channel delivers again.
        ChannelBack = "channel_back",
        /// The public page cannot be published to another host.
        Unpublished = "unpublished",
        /// The public page is published again.
        Published = "published",
    }
}

impl Reason {
    /// Whether it contains no news, only a reminder of what was reported.
    pub fn reminds(self) -> bool {
        matches!(self, Reason::StillOpen | Reason::Situation)
    }

    /// Whether it reports the same verdict as the alert before it.
    pub fn keeps_verdict(self) -> bool {
        matches!(
            self,
            Reason::StillOpen
                | Reason::Situation
                | Reason::Blind
                | Reason::Sighted
                | Reason::Flapping
                | Reason::Suspected
                | Reason::Cleared
        )
    }
}

words! {
    /// How urgent an alert is.
    Level {
        /// For information.
        Info = "info",
        /// Needs attention today.
        Warning = "warning",
        /// Needs attention now, even at night.
        Critical = "critical",
    }
}

/// An open incident of one dependency.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Incident {
    /// Sequential number in the store.
    pub id: i64,
    /// Random public id, for messages and webhooks.
    pub public_id: String,
    /// The current verdict.
    pub verdict: Verdict,
    /// The worst verdict so far.
    pub worst: Verdict,
    /// The reason code.
    pub reason: String,
    /// Who is responsible.
    pub fault: Fault,
    /// The kind of evidence.
    pub proof: Proof,
    /// When the trouble began.
    pub began_at: Time,
    /// How many times it opened, changed or ended. `notified` records what was reported about it.
    pub alerts: u32,
}

/// What happens to the incident of a dependency.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Nothing happens.
    Stay,
    /// A new incident opens.
    Open(Held),
    /// The open incident continues with another verdict.
    Turn(Held),
    /// The incident ends.
    Close(Held),
}

/// What the new state of a dependency means for its incident.
///
/// An incident ends when every deciding check has run and is `live`. A check that cannot be read keeps its last
/// verdict.
pub fn step(open: Option<&Incident>, state: &Combined) -> Step {
    let Some(held) = &state.held else { return Step::Stay };
    match (open, held.verdict) {
        (_, Verdict::Unknown) | (None, Verdict::Live) => Step::Stay,
        (None, _) => Step::Open(held.clone()),
        // A drop does not end while the key is refused.
        (Some(incident), Verdict::Live)
            if incident.verdict == Verdict::Dropped && state.unseen.iter().any(|unseen| unseen.urgent) =>
        {
            Step::Stay
        }
        (Some(_), Verdict::Live) if state.is_surely_live() => Step::Close(held.clone()),
        (Some(_), Verdict::Live) => Step::Stay,
        // An additional warning is news; a drop with different wording is not.
        (Some(incident), Verdict::Degraded)
            if incident.verdict == Verdict::Degraded && incident.reason != held.reason =>
        {
            Step::Turn(held.clone())
        }
        (Some(incident), verdict) if incident.verdict == verdict => {
            let ours = held.fault == Fault::Ours && incident.fault != Fault::Ours;
            if ours { Step::Turn(held.clone()) } else { Step::Stay }
        }
        (Some(_), _) => Step::Turn(held.clone()),
    }
}

/// Like [`step`], for a dependency that cannot be judged. Such an incident is separate: it is not an outage and does
/// not reduce uptime. It opens when the blindness is worth an alert, and ends when everything can be checked again.
pub fn step_unjudged(open: Option<&Incident>, state: &Combined) -> Step {
    let blind = state.unseen.iter().find(|unseen| unseen.blind).map(|unseen| &unseen.held);
    match (open, blind) {
        (None, None) => Step::Stay,
        (None, Some(held)) => Step::Open(held.clone()),
        (Some(open), Some(held)) if open.reason == held.reason => Step::Stay,
        (Some(_), Some(held)) => Step::Turn(held.clone()),
        (Some(_), None) => state.held.clone().map_or(Step::Stay, Step::Close),
    }
}

/// The incident after its verdict changed.
pub fn turned(incident: &Incident, held: &Held) -> Incident {
    let worst = if held.verdict.badness() > incident.worst.badness() { held.verdict } else { incident.worst };
    Incident {
        verdict: held.verdict,
        worst,
        reason: held.reason.clone(),
        fault: held.fault,
        proof: held.proof,
        ..incident.clone()
    }
}
