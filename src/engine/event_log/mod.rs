//! The event log contains every input of the decisions, with times, and the decisions themselves, one per line. The
//! test bench and the simulation write it. A replay feeds it to an engine that sends no requests and whose decisions
//! must be identical byte for byte. The log contains answers and people's texts, so only scripted runs write it,
//! never `plugwatch run`.

mod decided;
mod event;
mod replay;

pub use event::{Finished, Logged};
pub use replay::Replay;

use std::collections::VecDeque;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use super::Engine;
use super::check::once::FinishedCheck;
use super::decide::decider::Event;
use crate::core::people::action::{OperatorAction, People};
use crate::core::time::Time;
use crate::core::words::answer::Answer;
use crate::store::Delivery;

/// The destination of the lines. Clones write to the same destination.
#[derive(Clone)]
pub struct EventLog(Arc<Mutex<Lines>>);

enum Lines {
    /// Lines are written to a file. The first error ends the log.
    Written(Box<dyn Write + Send>, Option<String>),
    /// Only decisions, which are kept until they are compared.
    Compared(VecDeque<String>),
}

impl EventLog {
    /// A log that is written to `to`.
    pub fn written(to: impl Write + Send + 'static) -> EventLog {
        EventLog(Arc::new(Mutex::new(Lines::Written(Box::new(to), None))))
    }

    fn compared() -> EventLog {
        EventLog(Arc::new(Mutex::new(Lines::Compared(VecDeque::new()))))
    }

    /// Writes one line.
    pub fn note(&self, event: &Logged) {
        let line = serde_json::to_string(event).map_err(|error| error.to_string());
        match &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Lines::Written(to, broken @ None) => {
                *broken = line.and_then(|line| writeln!(to, "{line}").map_err(|error| error.to_string())).err();
            }
            Lines::Written(..) => {}
            Lines::Compared(lines) => {
                if matches!(event, Logged::Decided { .. }) {
                    lines.push_back(line.unwrap_or_else(|error| error));
                }
            }
        }
    }

    /// Ends the log.
    ///
    /// # Errors
    /// Fails if a line could not be written; the log is then incomplete.
    pub fn close(&self) -> Result<(), String> {
        match &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Lines::Written(_, Some(broken)) => Err(format!("the event log could not be written: {broken}")),
            Lines::Written(to, None) => {
                to.flush().map_err(|error| format!("the event log could not be written: {error}"))
            }
            Lines::Compared(_) => Ok(()),
        }
    }

    fn take(&self) -> Option<String> {
        match &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Lines::Compared(lines) => lines.pop_front(),
            Lines::Written(..) => None,
        }
    }

    /// Records the result of an attempt to deliver.
    pub(super) fn note_delivery(&self, delivery: &Delivery, outcome: &str, at: Time) {
        self.note(&Logged::Delivery {
            at,
            alert: delivery.alert.public_id.clone(),
            channel: delivery.channel.clone(),
            recipient: delivery.recipient.clone(),
            outcome: outcome.to_owned(),
        });
    }
}

impl Engine {
    /// Records an input of the decisions, if there is a log.
    pub(super) fn note_event(&self, event: impl FnOnce() -> Logged) {
        if let Some(log) = &self.events {
            log.note(&event());
        }
    }

    /// Records an event that arrived.
    pub(super) fn note_answer(&self, event: &Event, at: Time) {
        match event {
            Event::Check(looked) => self.note_event(|| Logged::Check(Box::new(finished(looked, at)))),
            Event::Lost(probe) => self.note_event(|| Logged::Lost { at, probe: *probe }),
            Event::SelfCheck(judged, sign) => {
                self.note_event(|| Logged::SelfCheck { at, judged: *judged, sign: *sign });
            }
            // All other events are recorded where they originate.
            _ => {}
        }
    }

    pub(super) fn note_people(&self, acts: &[OperatorAction], people: &People, at: Time) {
        self.note_event(|| Logged::People { at, acts: acts.to_vec(), letters: people.letters.clone() });
    }

    /// Records the public ids that decisions used.
    pub(super) fn note_ids(&self, ids: Vec<String>) {
        for id in ids {
            self.note_event(|| Logged::Id { id });
        }
    }

    /// The decisions that are about to be committed, if there is a log.
    pub(super) fn decided(&self, at: Time) -> Option<Logged> {
        self.events.as_ref()?;
        let decider = &self.decider;
        let next_at = |probe: i64| decider.plan.next_at(probe);
        Some(Logged::Decided { at, what: decided::of(&self.writer.waiting, next_at, decider.next_due()) })
    }
}

fn finished(looked: &FinishedCheck, at: Time) -> Finished {
    Finished {
        at,
        probe: looked.spec.probe.identity.clone(),
        answered: looked.look.at,
        reading: looked.look.reading.clone(),
        // Bodies were already judged, so no decision depends on them.
        answer: Answer { body: Vec::new(), ..looked.answer.clone() },
        witnesses: looked.witnesses.clone(),
    }
}
