//! A domain at its registry: by RDAP (RFC 9082, RFC 9083), or by WHOIS if the registry does not offer RDAP.
//! `registries` finds the registry's server.

pub(super) mod registries;
pub(super) mod whois;

pub(super) use registries::Registries;

use super::net::{Net, http};
use crate::core::words::answer::{Answer, Failure};
use crate::core::words::question::RdapQuestion;

/// Asks the registry of a domain.
pub async fn ask(net: &Net, registries: &Registries, question: &RdapQuestion, urgent: bool) -> Answer {
    let asked = format!("{} at its registry", question.domain);
    let base = match &question.base {
        Some(base) => base.clone(),
        None => match registries.base(net, question, urgent).await {
            Ok(Some(base)) => base,
            Ok(None) => return whois::ask(net, registries, question, urgent).await,
            Err(failed) => return Answer { asked, ..*failed },
        },
    };
    let url = format!("{}/domain/{}", base.trim_end_matches('/'), question.domain);
    match registries::get(&url, question.timeout) {
        Some(question) => http::ask(net, &question, urgent).await,
        None => Answer::failed(asked, Failure::NotAsked, format!("{url} is not a valid URL")),
    }
}
