//! One thing that was looked at, and how it is.

use crate::core::words::verdict::words;

words! {
    /// How pressing it is.
    Level {
        /// It must be mended: monitoring or alerting suffers, or will.
        Mend = "mend",
        /// It is worth knowing.
        Note = "note",
        /// It is well.
        Fine = "fine",
    }
}

impl Level {
    /// The same for people.
    pub(super) fn words(self) -> &'static str {
        match self {
            Level::Mend => "MEND",
            Level::Note => "note",
            Level::Fine => "ok",
        }
    }
}

/// One finding. Sentences stand without their full stop.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    /// What was looked at: `clock`, `disk`.
    pub(super) about: &'static str,
    pub(super) level: Level,
    pub(super) says: String,
    /// What to do.
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
