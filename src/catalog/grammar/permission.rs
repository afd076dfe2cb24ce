//! How vendors name the permission that a key lacks.

use regex::Regex;

/// One vendor's way to say it.
#[derive(Clone, Debug)]
pub struct Permission {
    /// Whose way.
    pub of: String,
    /// Over header fields and body; its first group is the permission.
    pub pattern: Regex,
    /// What such an answer says.
    pub(in crate::catalog) example: String,
    /// The permission that is to be found in it.
    pub(in crate::catalog) lacks: String,
}

impl Permission {
    /// The permission that a text names.
    pub(in crate::catalog) fn find(&self, text: &str) -> Option<String> {
        self.pattern.captures(text)?.get(1).map(|found| found.as_str().trim().to_owned())
    }
}
