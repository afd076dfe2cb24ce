//! What to do if one kind of dependency fails or ends, in the catalogue's words. A store listing holds no data to
//! copy, and a model has no mailbox, so the advice differs.

use crate::core::words::verdict::words;

words! {
    /// Which advice a rule of the catalogue calls for.
    Wanted {
        /// The dependency was ended.
        Cut = "cut",
        /// Its key is refused.
        Refused = "refused",
        /// Calls to it fail.
        Failing = "failing",
    }
}

impl Advice {
    /// The advice that a rule calls for.
    pub fn wanted(&self, wanted: Wanted) -> &str {
        match wanted {
            Wanted::Cut => &self.cut,
            Wanted::Refused => &self.refused,
            Wanted::Failing => &self.failing,
        }
    }
}

/// Advice about one kind of dependency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Advice {
    /// What to save because it is lost after the end. It comes first in all advice about a letter.
    pub save: String,
    /// What to say if no second vendor is configured that could be used instead.
    pub alone: String,
    /// Advice if a letter announces the end.
    pub ends: String,
    /// Advice in the last hours before the end.
    pub soon: String,
    /// Advice instead of a step that takes longer than the time left.
    pub late: String,
    /// Advice if it stopped as announced, or the customer left.
    pub cut: String,
    /// Advice if the announced time has passed and it still works.
    pub passed: String,
    /// Advice if its key worked before and is now refused.
    pub refused: String,
    /// Advice if most of the platform's own calls to it fail.
    pub failing: String,
    /// Advice if the service is out while the account is listed as in good standing.
    pub down: String,
    /// Advice if the account is in good standing again, while the service may still be out.
    pub back: String,
    /// Advice if the account is in good standing again, while what it held may have been deleted.
    pub returned: String,
    /// What to know if it is back after a drop.
    pub lifted: String,
    /// Advice if it was lost, came back, and is out again within days.
    pub again: String,
    /// Advice if its key has been refused for a day, and nobody has reported a reason.
    pub still_refused: String,
    /// Advice if a letter reports abuse of it.
    pub reported: String,
}
