//! What a registry says of a domain, by whichever way it was asked.

use super::{registration, whois};
use crate::catalog::grammar::catalog::Catalog;
use crate::core::time::Time;
use crate::core::words::answer::Answer;

impl Catalog {
    /// What a registry says of a domain, as rules see it under `rdap`, whatever it comes to; `None`
    /// where its answer is about none.
    pub fn registration(answer: &Answer, now: Time) -> Option<serde_json::Value> {
        let facts = match answer.step.as_str() {
            "whois" => whois::facts(&String::from_utf8_lossy(&answer.body), now),
            _ if answer.http.as_ref().is_some_and(|http| http.status == 200) => {
                registration::facts(&serde_json::from_slice(&answer.body).ok()?, now)
            }
            _ => return None,
        };
        facts["name"].as_str().is_some_and(|name| !name.is_empty()).then_some(facts)
    }
}
