//! Parses the parameters of a check.

use regex::Regex;

use crate::catalog::grammar::param::{Kind, Param};
use crate::read::Table;

/// Parses `[check.NAME.params]`.
pub(super) fn read_all(table: &Table<'_>) -> Vec<Param> {
    let Some(table) = table.table("params") else { return Vec::new() };
    table.subtables().into_iter().map(|(name, param)| read_param(name.value, &param)).collect()
}

fn read_param(name: String, table: &Table<'_>) -> Param {
    let pattern = table.string("pattern").and_then(|pattern| match Regex::new(&format!("^(?:{})$", pattern.value)) {
        Ok(regex) => Some(regex),
        Err(_) => {
            table.problem(pattern.span, "this is not a regular expression", "for example \"AC[0-9a-f]{32}\"");
            None
        }
    });
    let kind = table.string("kind").map_or(Kind::Text, |word| {
        let known = Kind::WORDS.iter().find(|(name, _)| *name == word.value);
        known.map(|(_, kind)| *kind).unwrap_or_else(|| {
            table.problem(word.span, "no such kind", "kinds are: text, domain, url, count, number, list, span");
            Kind::Text
        })
    });
    let secret = table.flag("secret").is_some_and(|flag| flag.value);
    let default = table.any("default").map(|value| value.value);
    let param = Param {
        kind,
        pattern,
        required: table.flag("required").map_or(default.is_none(), |flag| flag.value),
        secret,
        default,
        each: table.string("each").map(|each| each.value),
        identity: !secret && table.flag("identity").is_none_or(|flag| flag.value),
        about: table.string("about").map(|about| about.value).unwrap_or_default(),
        example: table.string("example").map(|example| example.value).unwrap_or_else(|| "...".to_owned()),
        name,
    };
    table.finish();
    param
}
