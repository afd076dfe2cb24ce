//! Helpers for files that need values from a table without their places.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::read::{At, Table};

/// Texts without their places.
pub(super) fn plain_texts(list: At<Vec<At<String>>>) -> Vec<String> {
    list.value.into_iter().map(|item| item.value).collect()
}

/// All values of a table.
pub(super) fn values(table: &Table<'_>) -> BTreeMap<String, Value> {
    table.keys().into_iter().filter_map(|key| table.any(&key.value).map(|value| (key.value, value.value))).collect()
}

/// All texts of a table, with their keys in lower case.
pub(super) fn texts_of(table: &Table<'_>) -> Vec<(String, String)> {
    table
        .keys()
        .into_iter()
        .filter_map(|key| table.string(&key.value).map(|text| (key.value.to_lowercase(), text.value)))
        .collect()
}
