//! Something that works, with when that was checked.

use super::document;
use crate::core::time::Time;

document! {
    /// What still works.
    WorkingDocument {
        "label" label: String,
        "checked" checked: Time,
    }
}
