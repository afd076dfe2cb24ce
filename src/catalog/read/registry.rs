//! Parses the formats of registries' answers.

use regex::{RegexSet, RegexSetBuilder};

use super::tables::plain_texts;
use crate::catalog::grammar::registry::{
    Family, Flag, Habit, Lines, Means, Order, RegistryBook, RegistryExample, Words, squashed,
};
use crate::read::{Source, Table};

/// Parses the words that all registries use.
pub(super) fn read_words(source: &Source, book: &mut RegistryBook) {
    let parsed = source.parse();
    let root = Table::root(source, &parsed);
    book.words = words(&root);
    root.finish();
}

/// Parses the states that registrars set on all their domains.
pub(super) fn read_habits(source: &Source, book: &mut RegistryBook) {
    let parsed = source.parse();
    let root = Table::root(source, &parsed);
    for table in root.tables("habit") {
        let names = texts(&table, "registrar").iter().map(|name| squashed(name)).collect();
        book.habits.push(Habit { ids: texts(&table, "iana_id"), names, words: texts(&table, "sets") });
        table.finish();
    }
    root.finish();
}

/// Parses the names of lines.
pub(super) fn read_lines(source: &Source, book: &mut RegistryBook) {
    let parsed = source.parse();
    let root = Table::root(source, &parsed);
    book.lines = Lines {
        name: texts(&root, "name"),
        also_name: texts(&root, "also_name"),
        state: texts(&root, "state"),
        state_prefix: texts(&root, "state_prefix"),
        not_state: texts(&root, "not_state"),
        yes: texts(&root, "yes").iter().map(|word| squashed(word)).collect(),
        no: texts(&root, "no").iter().map(|word| squashed(word)).collect(),
        delete_date: texts(&root, "delete_date"),
        zone_date: texts(&root, "zone_date"),
        server: texts(&root, "server"),
        registrar: texts(&root, "registrar"),
        registrar_id: texts(&root, "registrar_id"),
        expiry: texts(&root, "expiry"),
        not_expiry: texts(&root, "not_expiry"),
        created: texts(&root, "created"),
        icann: texts(&root, "icann"),
        no_date: texts(&root, "no_date").iter().map(|word| squashed(word)).collect(),
        alarm: texts(&root, "alarm"),
        missing: patterns(&root, "missing"),
        refused: patterns(&root, "refused"),
    };
    root.finish();
}

/// Parses one group of registries, with its examples.
pub(super) fn read_family(source: &Source, book: &mut RegistryBook) {
    let parsed = source.parse();
    let root = Table::root(source, &parsed);
    let order = root.string("date_order").map(|order| match order.value.as_str() {
        "month_first" => Order::MonthFirst,
        _ => Order::DayFirst,
    });
    let flag = |key: &str| root.flag(key).is_some_and(|flag| flag.value);
    let family = Family {
        endings: texts(&root, "endings"),
        generic: flag("generic"),
        stateless: flag("stateless"),
        undelegated_is_out: flag("undelegated_is_out"),
        order,
        state_keys: texts(&root, "state_keys"),
        state_has_end: flag("state_has_end"),
        not_state: texts(&root, "not_state"),
        words: words(&root),
        flags: root.tables("flag").iter().filter_map(read_flag).collect(),
        usual: texts(&root, "usual"),
        query: root.string("query").map(|query| query.value),
    };
    book.examples.extend(root.tables("example").iter().filter_map(|table| read_example(table, source)));
    book.families.push(family);
    root.finish();
}

fn words(root: &Table<'_>) -> Words {
    let mut words = Words::default();
    let Some(table) = root.table("means") else { return words };
    for (name, means) in Means::ALL {
        for word in texts(&table, name) {
            words.add(&word, means);
        }
    }
    table.finish();
    words
}

fn read_flag(table: &Table<'_>) -> Option<Flag> {
    let known: Vec<&str> = Means::ALL.iter().map(|(word, _)| *word).collect();
    let means = table.string("means").and_then(|word| {
        let found = Means::ALL.iter().find(|(own, _)| *own == word.value).map(|(_, means)| *means);
        if found.is_none() {
            table.problem(word.span, format!("`{}` is not a meaning", word.value), known.join(", "));
        }
        found
    });
    let key = table.need_string("key", "\"hold\"")?.value;
    let clear = texts(table, "clear").iter().map(|word| squashed(word)).collect();
    table.finish();
    Some(Flag { key, clear, means })
}

fn read_example(table: &Table<'_>, source: &Source) -> Option<RegistryExample> {
    let text = |key: &str| table.string(key).map(|text| text.value);
    let name = table.need_string("name", "\"on hold\"")?;
    let example = RegistryExample {
        place: format!("{}:{}", source.name, source.text[..table.span().start].matches('\n').count() + 1),
        name: name.value,
        domain: table.need_string("domain", "\"example.org\"")?.value,
        at: text("at"),
        held: texts(table, "held"),
        bare: text("bare"),
        rdap: table.flag("rdap").is_some_and(|flag| flag.value),
        body: table.need_string("body", "\"...\"")?.value,
        verdict: table.word("verdict", &["live", "degraded", "outage", "dropped", "unknown"])?.value,
        reason: table.need_string("reason", "\"registered\"")?.value,
        expires: text("expires").unwrap_or_default(),
    };
    table.finish();
    Some(example)
}

fn texts(table: &Table<'_>, key: &str) -> Vec<String> {
    table.strings(key).map(plain_texts).unwrap_or_default()
}

fn patterns(table: &Table<'_>, key: &str) -> RegexSet {
    let texts = texts(table, key);
    let set = RegexSetBuilder::new(&texts).case_insensitive(true).build();
    set.unwrap_or_else(|error| {
        table.problem(table.key_span(key), format!("not all of these are regular expressions: {error}"), "correct it");
        RegexSet::default()
    })
}
