//! Parses the defaults for each kind of vendor.

use std::collections::BTreeMap;

use crate::catalog::grammar::usual::Usual;
use crate::read::{Source, Table, duration_text};

/// Parses the file.
pub(super) fn read(source: &Source) -> BTreeMap<String, Usual> {
    let parsed = source.parse();
    let root = Table::root(source, &parsed);
    let kinds = root.keys();
    let all = kinds.into_iter().filter_map(|kind| Some((kind.value.clone(), read_one(&root.table(&kind.value)?)?)));
    let all = all.collect();
    root.finish();
    all
}

fn read_one(table: &Table<'_>) -> Option<Usual> {
    let text = |key: &str| table.string(key).map(|text| text.value);
    let label = table.need_string("label", "\"Hosting\"")?.value;
    let criticality = table.word("criticality", &["critical", "high", "normal"])?.value;
    let usual = Usual {
        label,
        criticality,
        breaks: text("breaks"),
        public: text("public"),
        fallback: text("fallback"),
        fallback_on: text("fallback_on"),
        leave: table.tables("leave").iter().filter_map(read_step).collect(),
    };
    table.finish();
    Some(usual)
}

fn read_step(table: &Table<'_>) -> Option<(String, Option<String>)> {
    let step = table.need_string("do", "\"copy the data\"")?.value;
    let takes = table.duration("takes").map(|takes| duration_text(takes.value));
    table.finish();
    Some((step, takes))
}
