//! HTTP, with the TLS facts of the connection where they are wanted. `certificate` is the second
//! connection for those facts, `revocation` whether a certificate was taken back, `token` what is
//! asked for first where a vendor wants a token.

mod certificate;
pub(super) mod revocation;
mod token;

pub(super) use revocation::Lists;
pub(super) use token::{Tokens, bear};

use url::Url;

use super::net::{Net, http};
use crate::core::words::answer::Answer;
use crate::core::words::question::HttpQuestion;

/// Asks over HTTP, and for the TLS facts of the connection where they are wanted.
pub async fn ask(net: &Net, lists: &Lists, question: &HttpQuestion, urgent: bool) -> Answer {
    let facts = async {
        let url = Url::parse(question.url.open()).ok().filter(|url| question.tls && url.scheme() == "https")?;
        certificate::inspect(net, lists, &url, question.timeout).await
    };
    let (mut answer, tls) = http::ask_beside(net, question, urgent, facts).await;
    answer.said.extend(tls.map(|tls| ("tls".to_owned(), tls)));
    answer
}
