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
    /// Its label on the public page, if visitors would ask about it.
    pub public: Option<String>,
    /// The usual fallback.
    pub fallback: Option<String>,
    /// The id of the dependency that the fallback runs on, if `init` added it.
    pub fallback_on: Option<String>,
    /// The steps to leave the vendor, with the time that each takes, as in files.
    pub leave: Vec<(String, Option<String>)>,
}
