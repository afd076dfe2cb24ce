//! Parses the advice for each kind of dependency.

use std::collections::BTreeMap;

use crate::core::people::advice::Advice;
use crate::read::{Source, Table};

/// The kind whose advice is used where another kind has none of its own.
const ANY: &str = "any";

/// Parses the file.
pub(super) fn read(source: &Source) -> BTreeMap<String, Advice> {
    let parsed = source.parse();
    let root = Table::root(source, &parsed);
    let any = root.table(ANY).map(|table| read_one(&table, &Advice::default())).unwrap_or_default();
    let kinds = root.keys().into_iter().filter(|kind| kind.value != ANY);
    let kinds = kinds.filter_map(|kind| Some((kind.value.clone(), read_one(&root.table(&kind.value)?, &any))));
    let mut all: BTreeMap<String, Advice> = kinds.collect();
    all.insert(ANY.to_owned(), any);
    root.finish();
    all
}

fn read_one(table: &Table<'_>, any: &Advice) -> Advice {
    let text = |key: &str, usual: &String| table.string(key).map_or_else(|| usual.clone(), |text| text.value);
    let advice = Advice {
        save: text("save", &any.save),
        alone: text("alone", &any.alone),
        ends: text("ends", &any.ends),
        soon: text("soon", &any.soon),
        late: text("late", &any.late),
        cut: text("cut", &any.cut),
        passed: text("passed", &any.passed),
        refused: text("refused", &any.refused),
        failing: text("failing", &any.failing),
        down: text("down", &any.down),
        back: text("back", &any.back),
        returned: text("returned", &any.returned),
        lifted: text("lifted", &any.lifted),
        again: text("again", &any.again),
        still_refused: text("still_refused", &any.still_refused),
        reported: text("reported", &any.reported),
    };
    table.finish();
    advice
}
