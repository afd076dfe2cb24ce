//! Defaults for each kind of vendor (`_usual.toml`), used for new configuration entries.

use crate::core::words::verdict::Criticality;

/// The defaults for one kind of vendor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usual {
    /// Its label.
    pub label: String,
    /// Its criticality.
    pub criticality: Criticality,
    /// What breaks without it.
    pub breaks: Option<String>,
    /// Its label on the public page, if visitors are likely to ask about it.
    pub public: Option<String>,
    /// The usual fallback.
    pub fallback: Option<String>,
    /// The id of the dependency that the fallback uses, if `init` added that dependency.
    pub fallback_on: Option<String>,
    /// The steps to leave the vendor, with the time that each takes, in the format of the files.
    pub leave: Vec<(String, Option<String>)>,
}
