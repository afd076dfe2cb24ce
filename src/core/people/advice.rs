//! What to do about one kind of thing, in the catalogue's words: a store listing holds no data to copy out, and a
//! model has no mailbox.

use crate::core::words::verdict::words;

words! {
    /// Which advice of a kind a rule of the catalogue calls for.
    Wanted {
        /// It was ended.
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

/// What people are advised about one kind of thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Advice {
    /// What cannot be got once it has ended: it comes before anything else about a letter.
    pub save: String,
    /// What to say instead of using a second vendor, where none is configured.
    pub alone: String,
    /// A letter says that it ends.
    pub ends: String,
    /// The same in its last hours, where no step is configured.
    pub soon: String,
    /// Instead of a step that takes longer than there is time left.
    pub late: String,
    /// It stopped as announced, or they left.
    pub cut: String,
    /// Its hour has passed, and it still works.
    pub passed: String,
    /// Its key worked and is refused now.
    pub refused: String,
    /// The platform's own calls to it mostly fail.
    pub failing: String,
    /// What runs there is out, while the account is listed as in order.
    pub down: String,
    /// The account is in order again, while what runs there may still be out.
    pub back: String,
}
