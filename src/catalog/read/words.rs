//! Parses `[check.NAME.words.FIELD]`.

use serde_json::Value;

use super::tables::plain_texts;
use crate::catalog::grammar::words::Words;
use crate::read::{Source, Table};

/// Parses every field with its values.
pub(super) fn read_all(table: &Table<'_>, source: &Source) -> Vec<Words> {
    let Some(words) = table.table("words") else { return Vec::new() };
    words.subtables().into_iter().filter_map(|(name, field)| read_one(name.value, &field, source)).collect()
}

fn read_one(name: String, table: &Table<'_>, source: &Source) -> Option<Words> {
    let at = table.string("at").map(|at| at.value).unwrap_or_default();
    let between = table.strings("between").map(plain_texts).and_then(|ends| match ends.as_slice() {
        [before, after] => Some((before.clone(), after.clone())),
        _ => None,
    });
    if at.is_empty() && between.is_none() {
        table.missing("at", "\"json.account.status\"");
    }
    let list = |key: &str| match table.any(key).map(|list| list.value) {
        Some(Value::Array(values)) => values,
        _ => Vec::new(),
    };
    let (values, unexplained) = (list("values"), list("unexplained"));
    let line = source.text[..table.span().start].matches('\n').count() + 1;
    let words = Words {
        read: table.strings("read").map(plain_texts).unwrap_or_else(|| vec![at.clone()]),
        name,
        at,
        between,
        example: table.string("in").map(|name| name.value),
        source: table.need_string("source", "\"Acme's OpenAPI definition 2.1\"")?.value,
        count: table.count("count").map_or(0, |count| count.value as usize),
        values,
        unexplained,
        explains: table.flag("explains").is_some_and(|flag| flag.value),
        free: table.flag("free").is_some_and(|flag| flag.value),
        place: format!("{}:{line}", source.name),
    };
    table.finish();
    Some(words)
}
