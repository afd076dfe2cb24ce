//! Askers put questions over one protocol each and bring back facts, no opinion.
//!
//! Each asker is a file or a folder here. What they share stands in `net`, which knows none of
//! them. `dns` is an asker, and the way by which others find hosts.
//!
//! # To add an asker that starts from a name
//!
//! It looks something up, and perhaps talks to what it found:
//!
//! 1. The file `lookup/WORD.rs` with `pub async fn ask(walk: &mut Walk<'_>, question:
//!    &LookupQuestion) -> Value`, declared in `lookup/mod.rs`. The network is `walk.net()`.
//! 2. Its row in the table of [`core::words::lookup`](crate::core::words::lookup): the word, the arguments that it
//!    needs and may get, the facts that it leaves.
//!
//! 3. A check that asks it, in a vendor file (ARCHITECTURE, "To add a vendor"; `dmarc` in `email/mail.toml` is short), and
//!    `CATALOG=write cargo nextest run --test suite -E 'test(the_page)'`, which writes `docs/CATALOG.md`.
//! 4. A test in `tests/suite/lookup.rs`, and its line in `silence_about_mail_records…` there. A record type that the tests'
//!    servers do not know is an arm of `record` in `tests/suite/names.rs`. What reads strangers' text gets a line in
//!    `fuzzing.rs`.
//!
//! The way to records is `walk.look_up`, `texts` or `addresses_of`. Facts say `found`: `ok`, or why there is nothing;
//! silence (`unanswered`) is never "nothing there". The rest reads the table: a check says `ask = "WORD"` and has parameters of the arguments' names,
//! and its rules read `WORD.FACT`. A row without a file does not compile, nor does a file without a
//! row pass the lints. One that asks over HTTP, too, says in `config::notes` which origins.
//!
//! # To add one with a question of its own
//!
//! 1. Here: its file with a function from its question to an [`Answer`], declared below, and its arm
//!    in `Askers::put_once`. What it remembers is its own type, and a field of `Online`.
//! 2. In [`core::words::question`](crate::core::words::question): the question, its variant in [`Question`] with
//!    the arms of [`Question::host`] and [`Question::shown`]; its name in `asker_names`, if it leaves
//!    facts under a name.
//! 3. In the catalogue: the variant of `Ask` with its arm in `Ask::word` (`grammar/ask.rs`); an arm in
//!    `read/ask.rs`, which reads it, and one in `request/question.rs`, which fills it in; the names of its
//!    facts in `grammar/names.rs`, and an arm for them in `wrong` there.
//! 4. In `config::notes`: whether it speaks to a given origin.
//!
//! The compiler asks for all of these but `asker_names`, `read/ask.rs` and `wrong`. If it is to
//! keep a host's budget, it passes `net.gate` itself, and is named in `Scripted::ask`, which does so
//! for scripts. A port or an address that tests put elsewhere is a field of [`NetOptions`].
//!
//! Failing to get an answer is an answer too.

mod anchor;
mod check_in;
mod dns;
mod exec;
#[cfg(fuzzing)]
pub mod fuzzing;
mod http;
mod lookup;
mod net;
mod rdap;
mod script;

pub use dns::ROOTS;
pub use net::{Gate, Guard, Net, NetOptions};
pub use script::Script;

use std::sync::Arc;

use crate::core::time::Time;
use crate::core::words::answer::{Answer, Failure};
use crate::core::words::check_in::CheckIns;
use crate::core::words::question::Question;
use http::Tokens;
use net::failure;

/// Whether something may have gone wrong that the answer does not say: one page that came whole came over one connection.
fn may_hide_an_error(question: &Question, answer: &Answer) -> bool {
    let one = matches!(question, Question::Http(http) if !http.tls && http.acme.is_none());
    !one || answer.failure.is_some()
}

#[derive(Clone)]
enum Way {
    Net(Arc<Online>),
    Script(script::Scripted),
}

/// The network, and what single askers remember of it.
struct Online {
    net: Net,
    lists: http::Lists,
    registries: rdap::Registries,
}

/// All askers over one network, or over a script of one.
#[derive(Clone)]
pub struct Askers {
    way: Way,
    tokens: Arc<Tokens>,
    check_ins: Option<Arc<dyn CheckIns>>,
}

impl Askers {
    /// Askers that use `net`.
    pub fn new(net: Net) -> Askers {
        let online = Online { net, lists: http::Lists::default(), registries: rdap::Registries::default() };
        Askers { way: Way::Net(Arc::new(online)), tokens: Arc::default(), check_ins: None }
    }

    /// Askers that read from a script; no socket is opened.
    pub fn scripted(script: Arc<dyn Script>) -> Askers {
        let script = script::Scripted { script, gate: None };
        Askers { way: Way::Script(script), tokens: Arc::default(), check_ins: None }
    }

    /// The same behind a gate: budgets hold, and its clock moves on while somebody waits.
    pub fn scripted_behind(script: Arc<dyn Script>, gate: Arc<Gate>) -> Askers {
        let script = script::Scripted { script, gate: Some(gate) };
        Askers { way: Way::Script(script), tokens: Arc::default(), check_ins: None }
    }

    /// The same, with a place where reports are kept.
    pub fn with_check_ins(self, check_ins: Arc<dyn CheckIns>) -> Askers {
        Askers { check_ins: Some(check_ins), ..self }
    }

    /// Puts one question at `now`. Urgent ones go before others in a host's budget, and trust no
    /// token of before.
    pub async fn ask(&self, question: &Question, urgent: bool, now: Time) -> Answer {
        let Question::Http(http) = question else { return self.put(question, urgent, now).await };
        let Some(asked) = &http.token else { return self.put(question, urgent, now).await };
        let token = match self.tokens.kept(asked, now).filter(|_| !urgent) {
            Some(token) => token,
            None => {
                let answer = self.put(&Question::Http(asked.as_ref().clone()), urgent, now).await;
                match self.tokens.take(asked, answer, now) {
                    Ok(token) => token,
                    Err(refused) => return *refused,
                }
            }
        };
        self.put(&Question::Http(http::bear(http, &token)), urgent, now).await
    }

    async fn put(&self, question: &Question, urgent: bool, now: Time) -> Answer {
        let answer = self.put_once(question, urgent, now).await;
        let scripted = matches!(self.way, Way::Script(_));
        // Askers that speak to many hosts read an error as silence; here it is named.
        if !scripted && may_hide_an_error(question, &answer) && failure::out_of_descriptors() {
            return Answer::failed(question.shown(), Failure::OutOfDescriptors, "");
        }
        answer
    }

    async fn put_once(&self, question: &Question, urgent: bool, now: Time) -> Answer {
        let Online { net, lists, registries } = match &self.way {
            Way::Net(online) => online.as_ref(),
            Way::Script(script) => {
                return match question {
                    Question::CheckIn(heard) if !script.script.knows(question) => {
                        check_in::ask(self.check_ins.as_deref(), heard, now).await
                    }
                    question => script.ask(question, urgent, now).await,
                };
            }
        };
        // What is asked seldom is kept apart: else each question would take as much memory as the largest.
        match question {
            Question::Http(question) => http::ask(net, lists, question, urgent).await,
            Question::Dns(question) => Box::pin(dns::ask(net, question)).await,
            Question::Exec(question) => Box::pin(exec::ask(question)).await,
            Question::Rdap(question) => Box::pin(rdap::ask(net, registries, question, urgent)).await,
            Question::Lookup(question) => Box::pin(lookup::ask(net, question)).await,
            Question::CheckIn(question) => check_in::ask(self.check_ins.as_deref(), question, now).await,
        }
    }

    /// The clock was set back to `now`: nothing that was planned or kept lies far ahead.
    pub fn clock_set_back(&self, now: Time, ahead: std::time::Duration) {
        match &self.way {
            Way::Net(online) => online.net.gate.clock_set_back(now, ahead),
            Way::Script(script::Scripted { gate: Some(gate), .. }) => gate.clock_set_back(now, ahead),
            Way::Script(_) => {}
        }
    }

    /// How each of the reference hosts answers.
    pub async fn anchors(&self) -> Vec<Result<(), Failure>> {
        match &self.way {
            Way::Net(online) => anchor::ask(&online.net).await,
            Way::Script(script) => script.script.anchors(),
        }
    }
}
