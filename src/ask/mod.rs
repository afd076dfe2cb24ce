//! Askers put questions over one protocol each and bring back facts, no opinion.
//!
//! To add an asker: a file here with one function from its question to an
//! [`Answer`], a variant in [`Question`], an arm in [`Askers::ask`], and the names
//! of its facts in `catalog::names`. Failing to get an answer is an answer too.

mod anchor;
mod body;
mod dns;
mod failure;
mod gate;
mod http;
mod net;
mod tls;

pub use dns::ROOTS;
pub use gate::Gate;
pub use net::{Guard, Net, NetOptions};

use std::sync::Arc;

use crate::core::answer::Answer;
use crate::core::question::Question;

/// All askers over one network.
#[derive(Clone)]
pub struct Askers {
    net: Arc<Net>,
}

impl Askers {
    /// Askers that use `net`.
    pub fn new(net: Net) -> Askers {
        Askers { net: Arc::new(net) }
    }

    /// Puts one question. Urgent ones go before others in a host's budget.
    pub async fn ask(&self, question: &Question, urgent: bool) -> Answer {
        match question {
            Question::Http(question) => http::ask(&self.net, question, urgent).await,
            Question::Dns(question) => dns::ask(&self.net, question).await,
        }
    }

    /// Which of the anchors answer.
    pub async fn anchors(&self) -> Vec<bool> {
        anchor::ask(&self.net).await
    }
}
