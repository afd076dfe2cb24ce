//! `[[notice]]`: letters and other notices that people entered in the configuration.

use super::Dependency;
use super::maintenance::time;
use crate::core::people::notice::Notice;
use crate::read::Table;

/// Reads one notice. It names dependencies, or a company and with it all that depend on it.
pub(super) fn read(table: &Table<'_>, dependencies: &[Dependency]) -> Option<Notice> {
    let mut named: Vec<String> = Vec::new();
    for id in table.strings("dependencies").map(|ids| ids.value).unwrap_or_default() {
        if !dependencies.iter().any(|dependency| dependency.id == id.value) {
            let known: Vec<&str> = dependencies.iter().map(|dependency| dependency.id.as_str()).collect();
            table.problem(
                id.span,
                format!("`{}` is not a dependency", id.value),
                format!("your dependencies are: {}", known.join(", ")),
            );
            continue;
        }
        named.push(id.value);
    }
    if let Some(company) = table.string("company") {
        let of = |dependency: &&Dependency| dependency.companies.contains(&company.value);
        let before = named.len();
        named.extend(dependencies.iter().filter(of).map(|dependency| dependency.id.clone()));
        if named.len() == before {
            let what = format!("no monitored dependency depends on `{}`", company.value);
            table.problem(company.span, what, "use the slug of a company from config/catalog/_parents.toml");
        }
    }
    let left = table.flag("left").is_some_and(|flag| flag.value);
    let effective = table.any("effective").and_then(|_| time(table, "effective"));
    let received = time(table, "received");
    let text = table.need_string("text", "\"we suspend your account on Sunday\"");
    table.finish();
    if named.is_empty() {
        table.problem(
            table.span(),
            "this notice names no dependency",
            "add dependencies = [\"...\"] or company = \"...\"",
        );
    }
    let received = received?;
    if effective.as_ref().is_some_and(|at| at.value < received.value) {
        table.problem(
            received.span.clone(),
            "it takes effect before it was received",
            "check both times and their zones",
        );
    }
    let effective = effective.map(|at| at.value);
    let (received, text) = (received.value, text?.value);
    Some(Notice { dependencies: named, received, effective, whole_day: false, text, left })
}
