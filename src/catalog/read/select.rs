//! Parses the named parts of a page.

use std::sync::OnceLock;

use super::rule::compile;
use crate::catalog::grammar::rule::Select;
use crate::read::{At, Source, Table};

/// Parses `[check.NAME.select]`.
pub(super) fn read_all(source: &Source, table: &Table<'_>) -> Vec<Select> {
    let Some(table) = table.table("select") else { return Vec::new() };
    table.keys().into_iter().filter_map(|name| read_one(source, &table, name)).collect()
}

fn read_one(source: &Source, table: &Table<'_>, name: At<String>) -> Option<Select> {
    let plain = table.any(&name.value)?.value;
    let long = if plain.is_string() { None } else { Some(table.table(&name.value)?) };
    let css = match &long {
        Some(long) => long.need_string("css", "\"h1\"")?,
        None => table.string(&name.value)?,
    };
    if scraper::Selector::parse(&css.value).is_err() {
        source.problem(css.span, "this is not a CSS selector", "for example \"meta[name='title']\"");
        return None;
    }
    let text = |key: &str| long.as_ref().and_then(|long| long.string(key));
    let flag = |key: &str| long.as_ref().and_then(|long| long.flag(key)).is_some_and(|flag| flag.value);
    let select = Select {
        name: name.value,
        css: css.value,
        compiled: OnceLock::new(),
        attr: text("attr").map(|attr| attr.value),
        starts: text("starts").map(|starts| starts.value),
        after: text("after").map(|after| after.value),
        json: flag("json"),
        filter: text("filter").and_then(|filter| compile(source, &filter)),
        all: flag("all"),
    };
    if let Some(long) = &long {
        long.finish();
    }
    Some(select)
}
