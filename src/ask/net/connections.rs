//! Chooses the connection for a request: a new one, or a kept one.
//!
//! A kept connection shows the past: its name was resolved and its certificate was sent when it was opened, and it may
//! be the only one for which a server hangs. So websites, certificates and every confirming check get a new one.
//! Requests to vendors' APIs, which come in bursts, share connections for five minutes.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::CaptureConnection;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::connect::Connector;
use crate::core::time::Time;

/// The maximum age of a connection that is used again.
const LONGEST_KEPT: Duration = Duration::from_secs(300);
/// Idle connections are closed after this: most servers close theirs after a minute.
const LONGEST_IDLE: Duration = Duration::from_secs(60);
/// How often HTTP/2 connections are pinged, also while idle (RFC 9113, section 6.7).
const PING_EVERY: Duration = Duration::from_secs(20);
/// How long a ping may take before the connection is closed.
const PING_LIMIT: Duration = Duration::from_secs(10);
/// The maximum number of idle connections per host. Checks that are due at the same moment run at once, so a vendor
/// with many checks needs several connections. Each takes about 30 KB.
const MOST_IDLE: usize = 4;
/// The maximum number of header fields: real pages send more than the library's hundred, because each cookie is one.
const MOST_HEADERS: usize = 512;

/// The maximum size of a response head over HTTP/2, as in browsers; the library's own limit is a sixteenth of this.
const LARGEST_HEAD: u32 = 256 << 10;

/// The HTTP library's client.
pub type HttpClient = Client<Connector, Full<Bytes>>;

/// Whether a request may use a connection that carried others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// A connection for this request only, resolved and dialled now.
    New,
    /// A kept connection, if there is one.
    Kept,
}

/// All connections with the same guard.
pub struct Connections {
    connector: Connector,
    new: HttpClient,
    /// The client that keeps connections, and when it was created.
    kept: Mutex<Option<(Time, HttpClient)>>,
}

impl Connections {
    /// Creates a set without any open connection.
    pub fn new(connector: Connector) -> Connections {
        let new = client(&connector, 0);
        Connections { connector, new, kept: Mutex::new(None) }
    }

    /// The client for a request at `now`.
    pub fn client(&self, over: Over, now: Time) -> HttpClient {
        if over == Over::New {
            return self.new.clone();
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // A client created "in the future" does not count as young: the clock was set back.
        let young = |since: Time| since <= now && now.since(since) < LONGEST_KEPT;
        match kept.as_ref().filter(|(since, _)| young(*since)) {
            Some((_, client)) => client.clone(),
            None => kept.insert((now, client(&self.connector, MOST_IDLE))).1.clone(),
        }
    }
}

/// Stops using the connection for further requests, because its last answer was doubtful.
pub fn give_up(connection: &CaptureConnection) {
    if let Some(connected) = connection.connection_metadata().as_ref() {
        connected.poison();
    }
}

/// A client that tolerates the same faults in response heads as browsers do.
fn client(connector: &Connector, most_idle: usize) -> HttpClient {
    let mut builder = Client::builder(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(LONGEST_IDLE)
        .pool_max_idle_per_host(most_idle)
        .http1_allow_spaces_after_header_name_in_responses(true)
        .http1_allow_obsolete_multiline_headers_in_responses(true)
        .http1_ignore_invalid_headers_in_responses(true)
        .http1_max_headers(MOST_HEADERS)
        .http2_max_header_list_size(LARGEST_HEAD)
        .http2_keep_alive_interval(PING_EVERY)
        .http2_keep_alive_timeout(PING_LIMIT)
        .http2_keep_alive_while_idle(true);
    builder.build(connector.clone())
}
