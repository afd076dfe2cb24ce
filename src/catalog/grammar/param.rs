//! The parameters of a check, and the values that a probe gives them.

use std::collections::BTreeMap;
use std::time::Duration;

use regex::Regex;
use serde_json::Value;

use super::values::Values;
use crate::core::words::question::Key;
use crate::read::duration_text;

/// The type of a parameter's value.
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
    /// A duration, such as `26h`. Rules get it in seconds.
    Span,
}

impl Kind {
    /// Every type with its name in files.
    pub const WORDS: [(&'static str, Kind); 7] = [
        ("text", Kind::Text),
        ("domain", Kind::Domain),
        ("url", Kind::Url),
        ("count", Kind::Count),
        ("number", Kind::Number),
        ("list", Kind::List),
        ("span", Kind::Span),
    ];

    /// The name in files.
    pub fn word(self) -> &'static str {
        Kind::WORDS.iter().find(|(_, kind)| *kind == self).map_or("text", |(word, _)| word)
    }
}

/// A parameter of a check.
#[derive(Debug)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// The type of its value.
    pub kind: Kind,
    /// A pattern that the whole text must match.
    pub pattern: Option<Regex>,
    /// Whether it must be given.
    pub required: bool,
    /// Whether it is a secret, which comes from the environment or a file and is never shown.
    pub secret: bool,
    /// The value if none is given.
    pub default: Option<Value>,
    /// The list parameter of which this is one item, such as `countries`.
    pub each: Option<String>,
    /// Whether a different value makes it a different probe.
    pub identity: bool,
    /// What the parameter is and where to find its value, for people.
    pub about: String,
    /// A valid value, for messages.
    pub example: String,
}

impl Param {
    /// The key in the configuration; for an item of a list, the key of the list.
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

/// The values of one probe's parameters.
#[derive(Clone, Debug, Default)]
pub struct Params {
    /// Values that may be shown.
    pub public: Values,
    /// Secrets, which are never shown.
    pub secret: BTreeMap<String, Key>,
}
