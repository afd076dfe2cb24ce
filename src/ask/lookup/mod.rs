//! Lookups: what the DNS says about a domain's users, network and mail, and what is met there.
//!
//! Each file is one lookup: from the question to its facts. Names are looked up from the root
//! down, so that no resolver's cache or filter stands between; only `resolvers` asks resolvers.

mod blocklists;
pub(super) mod dkim;
pub(super) mod dmarc;
pub(super) mod mta_sts;
mod names;
mod network;
mod resolvers;
pub(super) mod smtp;
pub(super) mod spf;

use std::time::Duration;

use serde_json::Value;

use super::dns::Walk;
use super::net::Net;
use crate::clock::Stopwatch;
use crate::core::answer::{Answer, Failure};
use crate::core::question::{Lookup, LookupQuestion, Question};

/// A lookup of many names with many servers that are silent ends here.
const LONGEST: Duration = Duration::from_secs(90);

/// Looks up what is asked.
pub async fn ask(net: &Net, question: &LookupQuestion) -> Answer {
    let asked = Question::Lookup(question.clone()).shown();
    let watch = Stopwatch::start();
    let mut walk = match Walk::new(net, question.domain(), question.timeout) {
        Ok(walk) => walk,
        Err(wrong) => return Answer::failed(asked, Failure::NotAsked, wrong),
    };
    match tokio::time::timeout(LONGEST, facts(net, &mut walk, question)).await {
        Ok(facts) => Answer::of(asked, watch.ms(), question.what.word(), facts),
        Err(_) => Answer { took_ms: watch.ms(), ..Answer::failed(asked, Failure::DnsFailed, "it took too long") },
    }
}

async fn facts(net: &Net, walk: &mut Walk<'_>, question: &LookupQuestion) -> Value {
    match question.what {
        Lookup::Resolvers => resolvers::ask(net, question).await,
        Lookup::Names => names::ask(walk, question).await,
        Lookup::Network => network::ask(walk, question).await,
        Lookup::Smtp => smtp::ask(net, walk, question).await,
        Lookup::Spf => spf::ask(walk, question).await,
        Lookup::Dkim => dkim::ask(walk, question).await,
        Lookup::Dmarc => dmarc::ask(walk, question).await,
        Lookup::MtaSts => mta_sts::ask(net, walk, question).await,
        Lookup::Blocklists => blocklists::ask(walk, question).await,
    }
}
