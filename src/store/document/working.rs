//! A dependency that works, with the time of its last check.

use super::document;
use crate::core::time::Time;

document! {
    /// A dependency that still works.
    WorkingDocument {
        "label" label: String,
        "checked" checked: Time,
    }
}
