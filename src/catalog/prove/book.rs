//! The documented values of vendors' fields, and how many of them have a rule.

use super::words::{base, try_values};
use crate::catalog::grammar::catalog::Catalog;
use crate::catalog::grammar::check::Check;
use crate::catalog::grammar::words::Words;

/// The documented values of one field.
#[derive(Debug)]
pub struct Listed {
    /// The id of the check, `vendor/check`.
    pub check: String,
    /// The field's name in the file.
    pub field: String,
    /// The documentation.
    pub source: String,
    /// The number of documented values.
    pub in_book: usize,
    /// How many of them reach a rule that mentions the value.
    pub with_rule: usize,
    /// Whether the field is free text, so that other values may occur.
    pub free: bool,
}

/// Lists the fields that decide verdicts, for every check.
pub fn listed(catalog: &Catalog) -> Vec<Listed> {
    let checks = catalog.vendors.values().flat_map(|vendor| vendor.checks.values());
    checks.flat_map(|check| check.words.iter().map(move |words| row(catalog, check, words))).collect()
}

fn row(catalog: &Catalog, check: &Check, words: &Words) -> Listed {
    let wrong = base(words, &check.examples).map_or(words.count, |base| try_values(catalog, check, words, base).len());
    Listed {
        check: check.id.clone(),
        field: words.name.clone(),
        source: words.source.clone(),
        in_book: words.count,
        with_rule: words.count.saturating_sub(wrong),
        free: words.free,
    }
}
