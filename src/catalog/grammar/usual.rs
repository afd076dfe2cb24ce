//! What is usual for each kind of vendor (`_usual.toml`): where a new entry of a configuration begins.

use std::collections::BTreeMap;

use crate::core::model::Criticality;
use crate::read::{Source, Table, duration_text};

/// What is usual for one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usual {
    /// What it is called.
    pub label: String,
    /// How much hangs on it.
    pub criticality: Criticality,
    /// What breaks without it.
    pub breaks: Option<String>,
    /// What one may switch to.
    pub fallback: Option<String>,
    /// The id that what the fallback depends on has, where `init` wrote it.
    pub fallback_on: Option<String>,
    /// Steps to leave, with the time that each takes, as written in files.
    pub leave: Vec<(String, Option<String>)>,
}

/// Reads the file.
pub(in crate::catalog) fn read(source: &Source) -> BTreeMap<String, Usual> {
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
