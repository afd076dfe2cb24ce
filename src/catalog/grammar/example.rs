//! Answers with what they must read: small ones within a file, and recorded ones beside it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::core::words::answer::Said;
use crate::core::words::verdict::Verdict;

/// A small answer with what it must read.
#[derive(Clone, Debug)]
pub struct Example {
    /// A sentence.
    pub name: String,
    /// Parameters of the probe.
    pub params: BTreeMap<String, Value>,
    /// The HTTP status; none for a failure.
    pub status: Option<u16>,
    /// Header fields.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: String,
    /// The final URL, if not the one asked.
    pub url: Option<String>,
    /// How many redirects were followed.
    pub redirects: u32,
    /// `token` where it answers the question for a token; else empty.
    pub step: String,
    /// A failure word.
    pub failure: Option<String>,
    /// What the asker found, by its name.
    pub said: Said,
    /// When it is read, RFC 3339; for expiries.
    pub at: Option<String>,
    /// What it must read.
    pub verdict: Verdict,
    /// Why, if that matters.
    pub reason: Option<String>,
    /// The file and line.
    pub place: String,
}

/// What a recorded file is, and what it must read.
#[derive(Clone, Debug)]
pub struct Recording {
    /// Its path within the folder.
    pub file: String,
    /// The check it answers.
    pub check: String,
    /// Parameters of the probe.
    pub params: BTreeMap<String, Value>,
    /// The HTTP status.
    pub status: u16,
    /// The final URL, where it is not the one that was asked.
    pub url: Option<String>,
    /// The media type.
    pub content_type: String,
    /// What it must read.
    pub verdict: Verdict,
    /// Why, if that matters.
    pub reason: Option<String>,
}
