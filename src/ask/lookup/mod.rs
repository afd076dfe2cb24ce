//! Lookups: the facts about a domain's users, network and mail that DNS has, or that the hosts found there give.
//!
//! Each file is one lookup, from the question to its facts, and has the name of its word in the table of
//! `core::words::lookup`. Names are looked up from the root down, so that no resolver's cache or filter can change the
//! result; only `resolvers` queries resolvers.

mod blocklists;
pub(super) mod dkim;
pub(super) mod dmarc;
pub(super) mod mta_sts;
mod names;
mod network;
mod resolvers;
pub(super) mod smtp;
pub(super) mod spf;
mod spf_names;
mod spf_terms;
mod tags;

use std::time::Duration;

use serde_json::Value;

use super::dns::Walk;
use super::net::Net;
use crate::clock::Stopwatch;
use crate::core::words::answer::{Answer, Failure};
use crate::core::words::lookup::{Lookup, LookupQuestion, lookups};
use crate::core::words::question::Question;

/// The timeout for one lookup, for those with many names whose servers are all silent.
const LONGEST: Duration = Duration::from_secs(90);

/// Runs the lookup that the question names.
pub async fn ask(net: &Net, question: &LookupQuestion) -> Answer {
    let asked = Question::Lookup(question.clone()).shown();
    let watch = Stopwatch::start();
    let mut walk = match Walk::new(net, question.domain(), question.timeout) {
        Ok(walk) => walk,
        Err(wrong) => return Answer::failed(asked, Failure::NotAsked, wrong),
    };
    match tokio::time::timeout(LONGEST, facts(&mut walk, question)).await {
        Ok(facts) => Answer::of(asked, watch.ms(), question.what.word(), facts),
        Err(_) => Answer { took_ms: watch.ms(), ..Answer::failed(asked, Failure::DnsFailed, "the lookup timed out") },
    }
}

/// Maps each word to the module of that name; a row without a file does not compile.
macro_rules! lead {
    ($($(#[$doc:meta])* $variant:ident = $word:ident { $($rest:tt)* })+) => {
        async fn facts(walk: &mut Walk<'_>, question: &LookupQuestion) -> Value {
            match question.what { $(Lookup::$variant => $word::ask(walk, question).await),+ }
        }
    };
}
lookups!(lead);
