//! What channels over HTTP share: one client, and what an answer means for the next try.

use std::time::Duration;

use reqwest::{RequestBuilder, Response};

use super::Tried;
use crate::core::words::text::clean;

/// No try takes longer.
const PATIENCE: Duration = Duration::from_secs(15);
/// So much of an answer is read for its reason.
const MOST: usize = 64 << 10;
/// So much of a list: fifty incidents with all that was said of them.
const MUCH: usize = 2 << 20;

/// A client that follows no redirects: what carries a secret goes nowhere else.
///
/// # Errors
/// The TLS library refuses.
pub(super) fn client() -> Result<reqwest::Client, String> {
    reqwest::Client::builder()
        .timeout(PATIENCE)
        // A kept connection may be closing as a message goes out: whether it arrived is unknown then, and the next
        // try would have to say that it may be a repeat.
        .pool_max_idle_per_host(0)
        .redirect(reqwest::redirect::Policy::none())
        .tls_backend_preconfigured(tls())
        .build()
        .map_err(|error| format!("its HTTP client cannot be built: {error}"))
}

fn tls() -> rustls::ClientConfig {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth()
}

/// What came back: status, the wish to wait, and the body as far as it is read.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) wait: Option<Duration>,
    pub(super) body: String,
}

impl Reply {
    /// The body as JSON; nothing where it is none.
    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// Sends, and reads what came back. `who` is whom it is about in sentences: `Slack`.
///
/// # Errors
/// What came of the try: never an URL, for it may hold a secret.
pub(super) async fn ask(request: RequestBuilder, who: &str) -> Result<Reply, Tried> {
    ask_up_to(request, who, MOST).await
}

/// The same where a long list is expected.
///
/// # Errors
/// What came of the try.
pub(super) async fn ask_for_much(request: RequestBuilder, who: &str) -> Result<Reply, Tried> {
    ask_up_to(request, who, MUCH).await
}

async fn ask_up_to(request: RequestBuilder, who: &str, most: usize) -> Result<Reply, Tried> {
    let retry = |what: &str| Tried::Retry { after: None, why: format!("{who} {what}") };
    match request.send().await {
        Ok(response) => Ok(read(response, most).await),
        // Without a connection nothing can have arrived.
        Err(error) if error.is_connect() => Err(retry("cannot be reached")),
        Err(error) if error.is_timeout() => Err(Tried::Unsure { why: format!("{who} did not answer in time") }),
        Err(_) => Err(Tried::Unsure { why: format!("{who} broke off without an answer") }),
    }
}

async fn read(mut response: Response, most: usize) -> Reply {
    let status = response.status().as_u16();
    let header = response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk[..chunk.len().min(most - body.len())]);
        if body.len() >= most {
            break;
        }
    }
    Reply { status, wait: header.map(Duration::from_secs), body: String::from_utf8_lossy(&body).into_owned() }
}

/// What a status means where the other side says nothing better: `gone` are those that only a
/// person can mend, with the cure.
pub(super) fn meaning(reply: &Reply, who: &str, gone: &[u16], cure: &str) -> Tried {
    match reply.status {
        200..=299 => Tried::Sent(None),
        429 | 503 => Tried::Retry { after: reply.wait, why: format!("{who} answers {}", reply.status) },
        // Whoever stands in front has no answer from behind, or the work was broken off.
        status @ (500 | 502 | 504) => Tried::Unsure { why: format!("{who} answers {status}") },
        status if gone.contains(&status) => Tried::Refused { why: format!("{who} answers {status}: {cure}") },
        // What is too large or malformed will be so the next time.
        status @ (400 | 413 | 422) => {
            Tried::Never { why: format!("{who} refuses the message ({status}: {})", first_line(&reply.body)) }
        }
        status => Tried::Retry { after: None, why: format!("{who} answers {status}") },
    }
}

/// As much of an answer as belongs in a sentence.
pub(super) fn first_line(body: &str) -> String {
    clean(body.lines().next().unwrap_or(""), 120)
}
