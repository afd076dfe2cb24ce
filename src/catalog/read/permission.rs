//! Parses the patterns that find the permission that a key lacks.

use regex::Regex;

use crate::catalog::grammar::permission::Permission;
use crate::read::{Source, Table};

/// Parses a file of `[[permission]]`.
pub(super) fn read(source: &Source) -> Vec<Permission> {
    let parsed = source.parse();
    let root = Table::root(source, &parsed);
    let all = root.tables("permission").iter().filter_map(read_one).collect();
    root.finish();
    all
}

fn read_one(table: &Table<'_>) -> Option<Permission> {
    let text = |key: &str| table.need_string(key, "\"...\"");
    let (of, pattern, example, lacks) = (text("of")?, text("pattern")?, text("example")?, text("lacks")?);
    table.finish();
    let Ok(regex) = Regex::new(&format!("(?is){}", pattern.value)) else {
        table.problem(pattern.span, "this is not a regular expression", "its first group must match the permission");
        return None;
    };
    Some(Permission { of: of.value, pattern: regex, example: example.value, lacks: lacks.value })
}
