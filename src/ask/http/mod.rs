//! HTTP, with the TLS facts of the connection where they are wanted. `certificate` makes those facts
//! whole, `revocation` says whether a certificate was taken back, `token` is what is asked for first
//! where a vendor wants a token, and `acme` asks a certificate authority for an account.

mod acme;
mod certificate;
pub(super) mod revocation;
mod token;

pub(super) use revocation::Lists;
pub(super) use token::{Tokens, bear};

use super::net::{Net, http};
use crate::core::words::answer::Answer;
use crate::core::words::question::HttpQuestion;

/// Asks over HTTP, and tells of the connection that carried the answer where that is wanted.
pub async fn ask(net: &Net, lists: &Lists, question: &HttpQuestion, urgent: bool) -> Answer {
    if let Some(key) = &question.acme {
        return Box::pin(acme::ask(net, question, key, urgent)).await;
    }
    if !question.tls {
        return http::ask(net, question, urgent).await;
    }
    let carried = http::ask_anew(net, question, urgent).await;
    // Where the configuration puts a host elsewhere, there may be no TLS at all.
    let safe = carried.url.as_ref().is_some_and(|url| net.actual(url).scheme() == "https");
    let tls = if safe { Box::pin(certificate::facts(net, lists, &carried, question.timeout)).await } else { None };
    let mut answer = carried.answer;
    answer.said.extend(tls.map(|tls| ("tls".to_owned(), tls)));
    answer
}
