//! Shared code of the HTTP channels: the client, and the result of a response.

use std::time::Duration;

use reqwest::{RequestBuilder, Response};

use super::Tried;
use crate::core::words::text::clean;

/// The timeout of an attempt.
const PATIENCE: Duration = Duration::from_secs(15);
/// How many bytes of a response are read for its reason.
const MOST: usize = 64 << 10;
/// How many bytes are read of a long list, such as fifty incidents with all their updates.
const MUCH: usize = 2 << 20;

/// A client that does not follow redirects, so that a secret is not sent to another host.
///
/// # Errors
/// Fails if the TLS library cannot be set up.
pub(super) fn client() -> Result<reqwest::Client, String> {
    reqwest::Client::builder()
        .timeout(PATIENCE)
        // A reused connection may close while a message is sent. It would then be unknown whether the message was
        // delivered, and the next attempt would have to be marked as a possible repeat.
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

/// A response: its status, the requested wait, and the part of the body that was read.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) wait: Option<Duration>,
    pub(super) body: String,
}

impl Reply {
    /// The body as JSON; null if it is not JSON.
    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// Sends a request and reads the response. `who` is the service's name in sentences, such as `Slack`.
///
/// # Errors
/// Fails if there is no response. The error is the result of the attempt. It never contains a URL, which may contain
/// a secret.
pub(super) async fn ask(request: RequestBuilder, who: &str) -> Result<Reply, Tried> {
    ask_up_to(request, who, MOST).await
}

/// Like [`ask`], for a response with a long list.
///
/// # Errors
/// Fails if there is no response. The error is the result of the attempt.
pub(super) async fn ask_for_much(request: RequestBuilder, who: &str) -> Result<Reply, Tried> {
    ask_up_to(request, who, MUCH).await
}

async fn ask_up_to(request: RequestBuilder, who: &str, most: usize) -> Result<Reply, Tried> {
    let retry = |what: &str| Tried::Retry { after: None, why: format!("{who} {what}") };
    match request.send().await {
        Ok(response) => Ok(read(response, most).await),
        // Without a connection, nothing can have been delivered.
        Err(error) if error.is_connect() => Err(retry("cannot be reached")),
        Err(error) if error.is_timeout() => Err(Tried::Unsure { why: format!("{who} did not answer in time") }),
        Err(_) => Err(Tried::Unsure { why: format!("{who} closed the connection without an answer") }),
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

/// The result for a status code, if the service gives no more specific reason. `gone` lists the codes that only a
/// person can fix, with `cure` as the remedy.
pub(super) fn meaning(reply: &Reply, who: &str, gone: &[u16], cure: &str) -> Tried {
    match reply.status {
        200..=299 => Tried::Sent(None),
        429 | 503 => Tried::Retry { after: reply.wait, why: format!("{who} answers {}", reply.status) },
        // A proxy received no answer from the server behind it, or the request was interrupted.
        status @ (500 | 502 | 504) => Tried::Unsure { why: format!("{who} answers {status}") },
        status if gone.contains(&status) => Tried::Refused { why: format!("{who} answers {status}: {cure}") },
        // A message that is too large or malformed will be rejected again.
        status @ (400 | 413 | 422) => {
            Tried::Never { why: format!("{who} refuses the message ({status}: {})", first_line(&reply.body)) }
        }
        status => Tried::Retry { after: None, why: format!("{who} answers {status}") },
    }
}

/// The first part of a response, short enough for a sentence.
pub(super) fn first_line(body: &str) -> String {
    clean(body.lines().next().unwrap_or(""), 120)
}
