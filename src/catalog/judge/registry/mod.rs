//! A registry's answer about a domain, over RDAP or WHOIS, as the facts `rdap` that rules read.

mod dates;
mod lines;
mod rdap;
mod said;
mod states;
mod whois;

use serde_json::Value;

use crate::catalog::grammar::catalog::Catalog;
use crate::catalog::grammar::registry::RegistryBook;
use crate::core::time::Time;
use crate::core::words::answer::Answer;

/// The facts in an answer, whatever the verdict; `None` if the answer has none.
pub(super) fn facts(
    book: &RegistryBook,
    domain: &str,
    answer: &Answer,
    json: Option<&Value>,
    now: Time,
) -> Option<Value> {
    match answer.step.as_str() {
        "whois" => Some(whois::facts(book, domain, &String::from_utf8_lossy(&answer.body), now)),
        _ => Some(rdap::facts(book, domain, json?, now)),
    }
}

impl Catalog {
    /// A registry's facts about a domain, as rules read them under `rdap`, whatever the verdict; `None` if the answer
    /// is not about a domain.
    pub fn registration(&self, domain: &str, answer: &Answer, now: Time) -> Option<Value> {
        let http = answer.http.as_ref();
        let json = http.is_some_and(|http| http.status == 200).then(|| serde_json::from_slice(&answer.body).ok());
        let facts = facts(&self.registries, domain, answer, json.flatten().as_ref(), now)?;
        facts["name"].as_str().is_some_and(|name| !name.is_empty()).then_some(facts)
    }
}
