//! Answers with their expected verdicts: small ones within a vendor file, and recorded ones in files.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::core::words::answer::Said;
use crate::core::words::verdict::Verdict;

/// A small answer with its expected verdict.
#[derive(Clone, Debug)]
pub struct Example {
    /// What the example shows, as a phrase.
    pub name: String,
    /// Parameters of the probe.
    pub params: BTreeMap<String, Value>,
    /// The HTTP status; `None` for a failure.
    pub status: Option<u16>,
    /// Header fields.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: String,
    /// The final URL, if it differs from the requested one.
    pub url: Option<String>,
    /// How many redirects were followed.
    pub redirects: u32,
    /// `token` if it answers the token request; otherwise empty.
    pub step: String,
    /// The name of a failure.
    pub failure: Option<String>,
    /// The facts from the asker, by name.
    pub said: Said,
    /// The time at which the answer is judged (RFC 3339), which matters for expiry dates.
    pub at: Option<String>,
    /// The expected verdict.
    pub verdict: Verdict,
    /// The expected reason, if given.
    pub reason: Option<String>,
    /// The file and line, for messages.
    pub place: String,
}

/// A recorded answer with its expected verdict.
#[derive(Clone, Debug)]
pub struct Recording {
    /// Its path within the folder.
    pub file: String,
    /// The check that it belongs to.
    pub check: String,
    /// Parameters of the probe.
    pub params: BTreeMap<String, Value>,
    /// The HTTP status.
    pub status: u16,
    /// The final URL, if it differs from the requested one.
    pub url: Option<String>,
    /// The media type.
    pub content_type: String,
    /// The expected verdict.
    pub verdict: Verdict,
    /// The expected reason, if given.
    pub reason: Option<String>,
}
