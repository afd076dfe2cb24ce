//! Patterns that find the permission that a key lacks, in the vendor's words.

use regex::Regex;

/// One vendor's pattern.
#[derive(Clone, Debug)]
pub struct Permission {
    /// The vendor.
    pub of: String,
    /// The pattern, matched against header fields and body. Its first group is the permission.
    pub pattern: Regex,
    /// An example of such an answer.
    pub(in crate::catalog) example: String,
    /// The permission that the pattern must find in the example.
    pub(in crate::catalog) lacks: String,
}

impl Permission {
    /// The permission that a text names, if any.
    pub(in crate::catalog) fn find(&self, text: &str) -> Option<String> {
        self.pattern.captures(text)?.get(1).map(|found| found.as_str().trim().to_owned())
    }
}
