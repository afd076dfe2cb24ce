//! Which connection a request goes over: a new one, or one that is kept.
//!
//! A kept connection shows what was, not what is: its name was resolved then, its certificate came then,
//! and a server behind it may be hanging for it alone. So websites, certificates and every check that
//! confirms get a new one. Vendors' APIs, asked in bursts, share theirs for five minutes.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::CaptureConnection;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::connect::Connector;
use crate::core::time::Time;

/// No connection is used for longer.
const LONGEST_KEPT: Duration = Duration::from_secs(300);
/// An unused one is closed sooner: most servers close theirs after a minute.
const LONGEST_IDLE: Duration = Duration::from_secs(60);
/// HTTP/2 connections are pinged so often, also while idle (RFC 9113, section 6.7) ...
const PING_EVERY: Duration = Duration::from_secs(20);
/// ... and given up where no answer comes.
const PING_LIMIT: Duration = Duration::from_secs(10);
/// What is due at the same moment is asked at once, and so is the next of it: a vendor with many checks keeps as
/// many connections as that takes, within reason. Each takes some thirty kilobytes.
const MOST_IDLE: usize = 4;
/// Real pages send more than the hundred that the library allows: each cookie is one.
const MOST_HEADERS: usize = 512;

/// Browsers take heads of this size over HTTP/2; the library's own limit is a sixteenth of it.
const LARGEST_HEAD: u32 = 256 << 10;

/// A client of the HTTP library.
pub type HttpClient = Client<Connector, Full<Bytes>>;

/// Whether a request may go over a connection that carried others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// A connection of its own, resolved and dialled now.
    New,
    /// One that is kept, if there is one.
    Kept,
}

/// The connections behind one guard.
pub struct Connections {
    connector: Connector,
    new: HttpClient,
    /// The client that keeps connections, and since when.
    kept: Mutex<Option<(Time, HttpClient)>>,
}

impl Connections {
    /// None is open yet.
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
        // A clock that was set back makes nothing younger.
        let young = |since: Time| since <= now && now.since(since) < LONGEST_KEPT;
        match kept.as_ref().filter(|(since, _)| young(*since)) {
            Some((_, client)) => client.clone(),
            None => kept.insert((now, client(&self.connector, MOST_IDLE))).1.clone(),
        }
    }
}

/// The connection takes no further request: what it carried was doubtful.
pub fn give_up(connection: &CaptureConnection) {
    if let Some(connected) = connection.connection_metadata().as_ref() {
        connected.poison();
    }
}

/// A client that forgives what browsers forgive in an answer's head.
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
