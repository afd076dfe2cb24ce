//! Askers: each one asks questions over one protocol and returns facts, without judging them.
//!
//! Each asker is a file or folder here. Code that they share is in `net`, which uses none of them. `dns` is an asker,
//! and other askers use it to find hosts.
//!
//! # To add an asker that starts from a name
//!
//! It looks something up and may also talk to the hosts that it found:
//!
//! 1. The file `lookup/WORD.rs` with `pub async fn ask(walk: &mut Walk<'_>, question:
//!    &LookupQuestion) -> Value`, declared in `lookup/mod.rs`. The network is `walk.net()`.
//! 2. Its row in the table of [`core::words::lookup`](crate::core::words::lookup): the word, its required and optional
//!    arguments, and the names of its facts.
//!
//! 3. A check that uses it, in a vendor file (ARCHITECTURE, "To add a vendor"; `dmarc` in `email/mail.toml` is short),
//!    and `CATALOG=write cargo nextest run --test suite -E 'test(the_page)'`, which writes `docs/CATALOG.md`.
//! 4. A test in `tests/suite/lookup.rs`, and its line in `silence_about_mail_records…` there. If the tests' servers do
//!    not know the record type, add an arm to `record` in `tests/suite/names.rs`. Code that parses foreign input gets
//!    a line in `fuzzing.rs`.
//!
//! To get records, use `walk.look_up`, `texts` or `addresses_of`. The fact `found` is `ok`, or says why there are no
//! records; `unanswered` never means that there are none. Everything else is read from the table: a check has `ask =
//! "WORD"` and parameters with the arguments' names, and its rules read `WORD.FACT`. A row without a file does not
//! compile, and a file without a row fails the lints. A lookup that also asks over HTTP lists its origins in
//! `config::notes`.
//!
//! # To add an asker with a separate kind of question
//!
//! 1. Here: its file with a function from its question to an [`Answer`], declared below, and its arm in
//!    `Askers::put_once`. If it keeps state, it defines a type for that and a field of `Online`.
//! 2. In [`core::words::question`](crate::core::words::question): the question, its variant in [`Question`] with the
//!    arms of [`Question::host`] and [`Question::shown`]; and its name in `asker_names`, if its facts have a name.
//! 3. In the catalogue: the variant of `Ask` with its arm in `Ask::word` (`grammar/ask.rs`); an arm in `read/ask.rs`,
//!    which parses it, and one in `request/question.rs`, which fills it in; the names of its facts in
//!    `grammar/names.rs`, and an arm for them in `wrong` there.
//! 4. In `config::notes`: whether it talks to a given origin.
//!
//! The compiler reports all that is missing, except `asker_names`, `read/ask.rs` and `wrong`. If the asker respects a
//! host's budget, it calls `net.gate` itself, and `Scripted::ask` must list it, which does the same for scripts. A
//! port or address that tests replace is a field of [`NetOptions`].
//!
//! If a question gets no answer, that is a result too.

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

/// Whether an error may be missing from the answer. It cannot be for a single page that arrived whole: it needed one
/// connection only.
fn may_hide_an_error(question: &Question, answer: &Answer) -> bool {
    let one = matches!(question, Question::Http(http) if !http.tls && http.acme.is_none());
    !one || answer.failure.is_some()
}

#[derive(Clone)]
enum Way {
    Net(Arc<Online>),
    Script(script::Scripted),
}

/// The network, and the state of the individual askers.
struct Online {
    net: Net,
    lists: http::Lists,
    registries: rdap::Registries,
}

/// All askers, over one network or over a script that replaces it.
#[derive(Clone)]
pub struct Askers {
    way: Way,
    tokens: Arc<Tokens>,
    check_ins: Option<Arc<dyn CheckIns>>,
}

impl Askers {
    /// Creates askers that use `net`.
    pub fn new(net: Net) -> Askers {
        let online = Online { net, lists: http::Lists::default(), registries: rdap::Registries::default() };
        Askers { way: Way::Net(Arc::new(online)), tokens: Arc::default(), check_ins: None }
    }

    /// Creates askers that read from a script; no socket is opened.
    pub fn scripted(script: Arc<dyn Script>) -> Askers {
        let script = script::Scripted { script, gate: None };
        Askers { way: Way::Script(script), tokens: Arc::default(), check_ins: None }
    }

    /// The same behind rate limiters: budgets apply, and their clock advances while a question waits.
    pub fn scripted_behind(script: Arc<dyn Script>, gate: Arc<Gate>) -> Askers {
        let script = script::Scripted { script, gate: Some(gate) };
        Askers { way: Way::Script(script), tokens: Arc::default(), check_ins: None }
    }

    /// The same, with a store of reports.
    pub fn with_check_ins(self, check_ins: Arc<dyn CheckIns>) -> Askers {
        Askers { check_ins: Some(check_ins), ..self }
    }

    /// Asks one question at `now`. Urgent questions go before others in a host's budget and use no kept token.
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
        // Askers that talk to many hosts read such an error as silence; here the real cause is reported.
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
        // The futures of rare questions are boxed; otherwise every question would take as much memory as the largest.
        match question {
            Question::Http(question) => http::ask(net, lists, question, urgent).await,
            Question::Dns(question) => Box::pin(dns::ask(net, question)).await,
            Question::Exec(question) => Box::pin(exec::ask(question)).await,
            Question::Rdap(question) => Box::pin(rdap::ask(net, registries, question, urgent)).await,
            Question::Lookup(question) => Box::pin(lookup::ask(net, question)).await,
            Question::CheckIn(question) => check_in::ask(self.check_ins.as_deref(), question, now).await,
        }
    }

    /// Handles a clock that was set back to `now`: no wait or expiry may be more than `ahead` in the future.
    pub fn clock_set_back(&self, now: Time, ahead: std::time::Duration) {
        match &self.way {
            Way::Net(online) => online.net.gate.clock_set_back(now, ahead),
            Way::Script(script::Scripted { gate: Some(gate), .. }) => gate.clock_set_back(now, ahead),
            Way::Script(_) => {}
        }
    }

    /// The result of each reference host.
    pub async fn anchors(&self) -> Vec<Result<(), Failure>> {
        match &self.way {
            Way::Net(online) => anchor::ask(&online.net).await,
            Way::Script(script) => script.script.anchors(),
        }
    }
}
