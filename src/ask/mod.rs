//! Askers put questions over one protocol each and bring back facts, no opinion.
//!
//! To add an asker: a file here with one function from its question to an
//! [`Answer`], a variant in [`Question`], an arm in [`Askers::ask`], and the names
//! of its facts in `catalog::names`. Failing to get an answer is an answer too.

mod anchor;
mod body;
mod dns;
mod exec;
mod failure;
mod gate;
mod http;
mod net;
mod rdap;
mod tls;
mod token;

pub use dns::ROOTS;
pub use gate::Gate;
pub use net::{Guard, Net, NetOptions};

use std::sync::Arc;

use crate::core::answer::{Answer, Failure};
use crate::core::question::Question;
use crate::core::time::Time;
use token::Tokens;

/// Answers from a script instead of a network: the seam at which the drop bench and the
/// simulation put in what vendors say.
pub trait Script: Send + Sync {
    /// The answer to one question.
    fn answer(&self, question: &Question) -> Answer;

    /// How each of the anchors answers.
    fn anchors(&self) -> Vec<Result<(), Failure>>;
}

#[derive(Clone)]
enum Way {
    Net(Arc<Net>),
    Script(Arc<dyn Script>),
}

/// All askers over one network, or over a script of one.
#[derive(Clone)]
pub struct Askers {
    way: Way,
    tokens: Arc<Tokens>,
}

impl Askers {
    /// Askers that use `net`.
    pub fn new(net: Net) -> Askers {
        Askers { way: Way::Net(Arc::new(net)), tokens: Arc::default() }
    }

    /// Askers that read from a script; no socket is opened.
    pub fn scripted(script: Arc<dyn Script>) -> Askers {
        Askers { way: Way::Script(script), tokens: Arc::default() }
    }

    /// Puts one question at `now`. Urgent ones go before others in a host's budget, and trust no
    /// token of before.
    pub async fn ask(&self, question: &Question, urgent: bool, now: Time) -> Answer {
        let Question::Http(http) = question else { return self.put(question, urgent).await };
        let Some(asked) = &http.token else { return self.put(question, urgent).await };
        let token = match self.tokens.kept(asked, now).filter(|_| !urgent) {
            Some(token) => token,
            None => {
                let answer = self.put(&Question::Http(asked.as_ref().clone()), urgent).await;
                match self.tokens.take(asked, answer, now) {
                    Ok(token) => token,
                    Err(refused) => return *refused,
                }
            }
        };
        self.put(&Question::Http(token::bear(http, &token)), urgent).await
    }

    async fn put(&self, question: &Question, urgent: bool) -> Answer {
        match (&self.way, question) {
            (Way::Script(script), question) => script.answer(question),
            (Way::Net(net), Question::Http(question)) => http::ask(net, question, urgent).await,
            (Way::Net(net), Question::Dns(question)) => dns::ask(net, question).await,
            (Way::Net(_), Question::Exec(question)) => exec::ask(question).await,
            (Way::Net(net), Question::Rdap(question)) => rdap::ask(net, question, urgent).await,
        }
    }

    /// How each of the anchors answers.
    pub async fn anchors(&self) -> Vec<Result<(), Failure>> {
        match &self.way {
            Way::Net(net) => anchor::ask(net).await,
            Way::Script(script) => script.anchors(),
        }
    }
}
