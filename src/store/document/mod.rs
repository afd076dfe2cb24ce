//! Documents: values that are stored as JSON text within a row. Each has its own type here, separate from the core's
//! type, so that renaming in the core never changes stored data. The stored key of each field is written next to the
//! field.
//!
//! Every document has its version in `v`. A document without `v` has version 0, from plugwatch 0.1.0. A document
//! version that older programs cannot read is introduced with a migration, because older programs refuse a file with
//! a newer migration.

mod alert;
mod dependency;
mod report;
mod situation;
mod standing;
mod working;

pub use alert::{
    AboutDocument, AlertDocument, BodyDocument, GroupDocument, NoteDocument, OpenDocument, OpenItemDocument,
    StartedDocument,
};
pub use report::{ReportDocument, RowDocument, TodoDocument};
pub use situation::{SituationBodyDocument, SituationDocument, SituationItemDocument, SituationStepDocument};
pub use working::WorkingDocument;

pub use dependency::{CombinedDocument, ToldDocument};
pub use standing::StandingDocument;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Error, Result};
use crate::core::dependency::incident::{Level, Reason};
use crate::core::time::Time;
use crate::core::words::verdict::{Criticality, Fault, Proof, Verdict};

/// The document version that is written.
const VERSION: u32 = 1;

/// A stored document with its version.
#[derive(Deserialize, Serialize)]
struct Versioned<D> {
    #[serde(default)]
    v: u32,
    #[serde(flatten)]
    document: D,
}

/// Converts between a value and its stored form.
pub trait Kept<T>: Sized {
    /// The value's stored form.
    fn keep(value: &T) -> Self;
    /// The value, from its stored form.
    fn give(self) -> T;
}

/// Whether a count is zero; such a count is not stored.
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// Declares documents: the stored key, the field and its type.
macro_rules! document {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attr:meta])* $key:literal $field:ident: $type:ty),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
        pub struct $name {
            $(
                #[doc = concat!("`", $key, "`")]
                #[serde(rename = $key)]
                $(#[$attr])*
                pub $field: $type
            ),+
        }
    )+};
}
pub(crate) use document;

/// Maps a document to the struct that it stores, whose fields have the same names.
macro_rules! keeps {
    ($($name:ty => $value:ty { $($field:ident),+ $(,)? })+) => {$(
        impl $crate::store::Kept<$value> for $name {
            fn keep(value: &$value) -> Self {
                Self { $($field: $crate::store::Kept::keep(&value.$field)),+ }
            }
            fn give(self) -> $value {
                type Given = $value;
                Given { $($field: $crate::store::Kept::give(self.$field)),+ }
            }
        }
    )+};
}
pub(crate) use keeps;

/// Types that are stored unchanged: plain values, and the fixed words of the core.
macro_rules! plain {
    ($($type:ty),+ $(,)?) => {$(
        impl Kept<$type> for $type {
            fn keep(value: &$type) -> $type { value.clone() }
            fn give(self) -> $type { self }
        }
    )+};
}
plain!(String, bool, u32, i64, usize, Time, Duration, Verdict, Criticality, Fault, Proof, Reason, Level);

impl<D: Kept<T>, T> Kept<Box<T>> for Box<D> {
    fn keep(value: &Box<T>) -> Self {
        Box::new(D::keep(value))
    }

    fn give(self) -> Box<T> {
        Box::new((*self).give())
    }
}

impl<D: Kept<T>, T> Kept<Option<T>> for Option<D> {
    fn keep(value: &Option<T>) -> Option<D> {
        value.as_ref().map(D::keep)
    }
    fn give(self) -> Option<T> {
        self.map(D::give)
    }
}

impl<D: Kept<T>, T> Kept<Vec<T>> for Vec<D> {
    fn keep(value: &Vec<T>) -> Vec<D> {
        value.iter().map(D::keep).collect()
    }
    fn give(self) -> Vec<T> {
        self.into_iter().map(D::give).collect()
    }
}

impl<D: Kept<T>, T, E: Kept<U>, U> Kept<(T, U)> for (D, E) {
    fn keep((a, b): &(T, U)) -> (D, E) {
        (D::keep(a), E::keep(b))
    }
    fn give(self) -> (T, U) {
        (self.0.give(), self.1.give())
    }
}

impl<D: Kept<T>, T> Kept<BTreeMap<String, T>> for BTreeMap<String, D> {
    fn keep(value: &BTreeMap<String, T>) -> BTreeMap<String, D> {
        value.iter().map(|(key, value)| (key.clone(), D::keep(value))).collect()
    }
    fn give(self) -> BTreeMap<String, T> {
        self.into_iter().map(|(key, value)| (key, value.give())).collect()
    }
}

/// Serialises a value as a stored document.
pub(super) fn write<T, D: Kept<T> + Serialize>(value: &T) -> Result<String> {
    Ok(serde_json::to_string(&Versioned { v: VERSION, document: D::keep(value) })?)
}

/// Parses a stored document.
pub(super) fn read<T, D: Kept<T> + DeserializeOwned>(text: &str) -> Result<T> {
    let kept: Versioned<D> = serde_json::from_str(text)?;
    known(kept.v)?;
    Ok(kept.document.give())
}

/// Converts a value to stored JSON, for the contents of alerts and reports.
///
/// # Errors
/// Fails if it cannot be written as JSON, which never happens with plain data.
pub fn freeze<T, D: Kept<T> + Serialize>(value: &T) -> Result<Value> {
    Ok(serde_json::to_value(Versioned { v: VERSION, document: D::keep(value) })?)
}

/// Converts stored JSON back to a value.
///
/// # Errors
/// Fails if it was written by a newer plugwatch, or is damaged.
pub fn thaw<T, D: Kept<T> + DeserializeOwned>(kept: &Value) -> Result<T> {
    let kept: Versioned<D> = serde::Deserialize::deserialize(kept)?;
    known(kept.v)?;
    Ok(kept.document.give())
}

fn known(version: u32) -> Result<()> {
    if version > VERSION { Err(Error::NewerDocument(version)) } else { Ok(()) }
}
