//! Answers from a script instead of a network. The drop bench and the simulation use this to supply vendors' answers.
//! Budgets apply as over a network.

use std::sync::Arc;
use std::time::Duration;

use super::net::Gate;
use crate::core::time::Time;
use crate::core::time::budget::come_back;
use crate::core::words::answer::{Answer, Failure};
use crate::core::words::question::Question;

/// A script of everybody's answers.
pub trait Script: Send + Sync {
    /// The answer to one question at `now`.
    fn answer(&self, question: &Question, now: Time) -> Answer;

    /// The result of each reference host.
    fn anchors(&self) -> Vec<Result<(), Failure>>;

    /// Whether the script covers this question. Reports made to plugwatch are read from the store otherwise.
    fn knows(&self, _question: &Question) -> bool {
        true
    }
}

/// A script, behind the rate limiters if there are any.
#[derive(Clone)]
pub(super) struct Scripted {
    pub(super) script: Arc<dyn Script>,
    pub(super) gate: Option<Arc<Gate>>,
}

impl Scripted {
    /// The answer, once the host may be asked; the clock advances while the question waits.
    pub(super) async fn ask(&self, question: &Question, urgent: bool, now: Time) -> Answer {
        let host = match question {
            Question::Http(_) | Question::Rdap(_) => question.host(),
            _ => return self.script.answer(question, now),
        };
        let Some(gate) = &self.gate else { return self.script.answer(question, now) };
        let Some(at) = gate.pass_at(host, urgent).await else {
            return Answer::failed(question.shown(), Failure::ToldToWait, "");
        };
        gate.clock().move_to(at);
        let answer = self.script.answer(question, at);
        let http = answer.http.as_ref().filter(|http| http.status == 429);
        let wish = http.and_then(|http| http.headers.get("retry-after")?.trim().parse().ok());
        if let Some(seconds) = wish {
            gate.stay_away(host, come_back(at, Duration::from_secs(seconds)));
        }
        answer
    }
}
