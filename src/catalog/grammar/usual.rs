//! What is usual for each kind of vendor (`_usual.toml`): where a new entry of a configuration begins.

use crate::core::words::verdict::Criticality;

/// What is usual for one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usual {
    /// What it is called.
    pub label: String,
    /// How much hangs on it.
    pub criticality: Criticality,
    /// What breaks without it.
    pub breaks: Option<String>,
    /// Its label on the public page, where strangers would ask about it.
    pub public: Option<String>,
    /// What one may switch to.
    pub fallback: Option<String>,
    /// The id that what the fallback depends on has, where `init` wrote it.
    pub fallback_on: Option<String>,
    /// Steps to leave, with the time that each takes, as written in files.
    pub leave: Vec<(String, Option<String>)>,
}
