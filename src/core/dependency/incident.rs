//! Incidents: a dependency not `live`, from flip to recovery.

use serde::Serialize;

use super::state::Combined;
use crate::core::probe::standing::Held;
use crate::core::time::Time;
use crate::core::words::verdict::{Fault, Proof, Verdict, words};

words! {
    /// Why an alert is sent now.
    Reason {
        /// The program started; what is watched.
        Started = "started",
        /// A dependency stopped being live.
        Opened = "opened",
        /// It became worse.
        Worsened = "worsened",
        /// It became better, but is not live.
        Eased = "eased",
        /// Called dropped before; it was an outage.
        Corrected = "corrected",
        /// More things joined the same event.
        Grew = "grew",
        /// It is ours to mend, after all.
        ItWasUs = "it_was_us",
        /// After a loss: a check says that the next is lost too, unconfirmed.
        Suspected = "suspected",
        /// What was suspected is not so.
        Cleared = "cleared",
        /// It goes up and down; single turns are no longer told.
        Flapping = "flapping",
        /// It goes up and down no more.
        Settled = "settled",
        /// Nothing changed for long.
        StillOpen = "still_open",
        /// Several were lost, or a cut-off is announced: how everything stands.
        Situation = "situation",
        /// Live again.
        Recovered = "recovered",
        /// It cannot be seen, and that lasts.
        Blind = "blind",
        /// It can be seen again.
        Sighted = "sighted",
        /// Something ends soon.
        Expiring = "expiring",
        /// A watched fact changed.
        Changed = "changed",
        /// A vendor's warning came in.
        Notice = "notice",
        /// Independent parents lost within the window.
        Cascade = "cascade",
        /// No longer watched: the configuration changed.
        Retired = "retired",
        /// The weekly report.
        Report = "report",
        /// Nothing happened: people are asked to act as if.
        Drill = "drill",
        /// A person tries whether channels arrive.
        Test = "test",
        /// History cannot be written.
        Unwritten = "unwritten",
        /// History is written again.
        Written = "written",
        /// A channel cannot deliver.
        ChannelDead = "channel_dead",
        /// A channel delivers again.
        ChannelBack = "channel_back",
        /// The public page cannot be published elsewhere.
        Unpublished = "unpublished",
        /// It is published again.
        Published = "published",
    }
}

impl Reason {
    /// It brings no news: it reminds of what was told before.
    pub fn reminds(self) -> bool {
        matches!(self, Reason::StillOpen | Reason::Situation)
    }

    /// It tells of the same verdict as what came before it.
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
    /// How loud an alert is.
    Level {
        /// Good to know.
        Info = "info",
        /// Look at it today.
        Warning = "warning",
        /// Get up.
        Critical = "critical",
    }
}

/// An open incident of one dependency.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Incident {
    /// Dense number in the store.
    pub id: i64,
    /// Random public id, for messages and webhooks.
    pub public_id: String,
    /// The verdict it stands at.
    pub verdict: Verdict,
    /// The worst verdict it has seen.
    pub worst: Verdict,
    /// Why, as a fixed word.
    pub reason: String,
    /// Whose doing it is.
    pub fault: Fault,
    /// What it rests on.
    pub proof: Proof,
    /// When the trouble began.
    pub began_at: Time,
    /// How many times it opened, turned or ended; what was told of it stands in `notified`.
    pub alerts: u32,
}

/// What happens to a dependency's incident.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Nothing.
    Stay,
    /// A new one opens.
    Open(Held),
    /// The open one goes on at another verdict.
    Turn(Held),
    /// It ends.
    Close(Held),
}

/// What the dependency's new state means for its incident.
///
/// It ends when all that decides was looked at and is live: a check that cannot be seen keeps
/// the verdict it had.
pub fn step(open: Option<&Incident>, state: &Combined) -> Step {
    let Some(held) = &state.held else { return Step::Stay };
    match (open, held.verdict) {
        (_, Verdict::Unknown) | (None, Verdict::Live) => Step::Stay,
        (None, _) => Step::Open(held.clone()),
        // A drop is not over while the key is still refused.
        (Some(incident), Verdict::Live)
            if incident.verdict == Verdict::Dropped && state.unseen.iter().any(|unseen| unseen.urgent) =>
        {
            Step::Stay
        }
        (Some(_), Verdict::Live) if state.is_surely_live() => Step::Close(held.clone()),
        (Some(_), Verdict::Live) => Step::Stay,
        // Another warning beside the first is news; another wording of a drop is not.
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

/// The same for what could not be judged: it has an incident of its own, which costs no uptime and is nobody's
/// outage. It opens when that is worth an alert, and ends when everything is seen again.
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

/// The incident after it turned to another verdict.
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
