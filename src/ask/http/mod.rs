//! HTTP, with the TLS facts of the connection if the check needs them. `certificate` completes those facts,
//! `revocation` finds out whether a certificate was revoked, `token` gets an access token for vendors that require
//! one, and `acme` asks a certificate authority for an account.

mod acme;
mod certificate;
pub(super) mod revocation;
mod token;

pub(super) use revocation::Lists;
pub(super) use token::{Tokens, bear};

use super::net::{Net, http};
use crate::core::words::answer::Answer;
use crate::core::words::question::HttpQuestion;

/// Asks over HTTP, and adds the facts of the connection that carried the answer if the check needs them.
pub async fn ask(net: &Net, lists: &Lists, question: &HttpQuestion, urgent: bool) -> Answer {
    if let Some(key) = &question.acme {
        return Box::pin(acme::ask(net, question, key, urgent)).await;
    }
    if !question.tls {
        return http::ask(net, question, urgent).await;
    }
    let carried = http::ask_anew(net, question, urgent).await;
    // If the configuration overrides a host, the connection may not use TLS at all.
    let safe = carried.url.as_ref().is_some_and(|url| net.actual(url).scheme() == "https");
    let tls = if safe { Box::pin(certificate::facts(net, lists, &carried, question.timeout)).await } else { None };
    let mut answer = carried.answer;
    answer.said.extend(tls.map(|tls| ("tls".to_owned(), tls)));
    answer
}
