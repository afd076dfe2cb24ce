//! The parameters that a check takes, and those that a probe gives.

use std::collections::BTreeMap;
use std::time::Duration;

use regex::Regex;
use serde_json::Value;

use crate::core::words::question::Key;
use crate::read::duration_text;

/// What a parameter's value must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// A domain name.
    Domain,
    /// An `http` or `https` URL.
    Url,
    /// A whole number.
    Count,
    /// A number.
    Number,
    /// A list of texts.
    List,
    /// A span of time, such as `26h`; rules see seconds.
    Span,
}

impl Kind {
    /// Every kind with its word in files.
    pub const WORDS: [(&'static str, Kind); 7] = [
        ("text", Kind::Text),
        ("domain", Kind::Domain),
        ("url", Kind::Url),
        ("count", Kind::Count),
        ("number", Kind::Number),
        ("list", Kind::List),
        ("span", Kind::Span),
    ];

    /// The word in files.
    pub fn word(self) -> &'static str {
        Kind::WORDS.iter().find(|(_, kind)| *kind == self).map_or("text", |(word, _)| word)
    }
}

/// A parameter of a check.
#[derive(Debug)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// What its value must be.
    pub kind: Kind,
    /// A pattern that a text must match as a whole.
    pub pattern: Option<Regex>,
    /// It must be given.
    pub required: bool,
    /// It comes from the environment or a file and is never shown.
    pub secret: bool,
    /// Its value if nobody gives one.
    pub default: Option<Value>,
    /// The list parameter of which this is one item, such as `countries`.
    pub each: Option<String>,
    /// Whether another value makes it another probe.
    pub identity: bool,
    /// What it is and where to find it.
    pub about: String,
    /// A value that passes, for messages.
    pub example: String,
}

impl Param {
    /// The key under which it is given: that of its list, where it is one of several.
    pub fn key(&self) -> &str {
        self.each.as_deref().unwrap_or(&self.name)
    }

    /// A value as it is written in a configuration.
    pub fn usual(&self, value: &Value) -> String {
        match (self.kind, value.as_u64()) {
            (Kind::Span, Some(seconds)) => duration_text(Duration::from_secs(seconds)),
            _ => value.to_string(),
        }
    }
}

/// The parameters of one probe.
#[derive(Clone, Debug, Default)]
pub struct Params {
    /// What anybody may see.
    pub public: BTreeMap<String, Value>,
    /// What nobody may see.
    pub secret: BTreeMap<String, Key>,
}
