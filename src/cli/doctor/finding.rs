//! One finding of `plugwatch doctor`.

use crate::core::words::verdict::words;

words! {
    /// How urgent a finding is.
    Level {
        /// It must be fixed: monitoring or alerting suffers, or soon will.
        Mend = "mend",
        /// It is worth knowing, but not urgent.
        Note = "note",
        /// Nothing is wrong.
        Fine = "fine",
    }
}

impl Level {
    /// The level's name for people.
    pub(super) fn words(self) -> &'static str {
        match self {
            Level::Mend => "FIX",
            Level::Note => "note",
            Level::Fine => "ok",
        }
    }
}

/// One finding. Its sentences have no full stop at the end.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    /// The examined part, such as `clock` or `disk`.
    pub(super) about: &'static str,
    pub(super) level: Level,
    pub(super) says: String,
    /// The action to take.
    pub(super) cure: Option<String>,
}

impl Finding {
    pub(super) fn fine(about: &'static str, says: impl Into<String>) -> Finding {
        Finding { about, level: Level::Fine, says: says.into(), cure: None }
    }

    pub(super) fn note(about: &'static str, says: impl Into<String>, cure: impl Into<String>) -> Finding {
        Finding { about, level: Level::Note, says: says.into(), cure: Some(cure.into()) }
    }

    pub(super) fn mend(about: &'static str, says: impl Into<String>, cure: impl Into<String>) -> Finding {
        Finding { about, level: Level::Mend, says: says.into(), cure: Some(cure.into()) }
    }
}
