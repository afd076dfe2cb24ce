//! Parses one check of a vendor file and compiles its rules.

use std::time::Duration;

use super::rule::{compile, read_examples, read_rules};
use super::tables::values;
use super::{ask, param, select, sense, words};
use crate::catalog::grammar::check::{Check, ConfirmRule, Control};
use crate::catalog::grammar::expr::Expr;
use crate::catalog::grammar::rule::{FactRule, OnChange};
use crate::core::probe::policy::Confirm;
use crate::core::words::verdict::{Basis, Proves, Role};
use crate::read::{At, Source, Table};

/// Parses `[check.NAME]`.
pub(super) struct CheckReader<'a, 's> {
    pub source: &'s Source,
    pub vendor: &'a str,
    pub table: &'a Table<'s>,
}

impl CheckReader<'_, '_> {
    pub(super) fn read(&self, name: &At<String>) -> Option<Check> {
        let table = self.table;
        let title = table.need_string("title", "\"Account standing\"")?.value;
        let params = param::read_all(table);
        let every = table.duration("every").map_or(Duration::from_secs(600), |every| every.value);
        let confirm = self.confirm();
        let controls = table.table("control");
        let control = |which: &str| controls.as_ref().and_then(|controls| controls.table(which)).map(|t| values(&t));
        let mut check = Check {
            id: format!("{}/{}", self.vendor, name.value),
            title,
            ask: ask::read(table)?,
            every,
            experimental: table.flag("experimental").is_some_and(|flag| flag.value),
            least_key: table.string("least_key").map(|text| text.value),
            key_risk: table.string("key_risk").map(|text| text.value),
            proves: table
                .word("proves", &["standing", "access", "presence", "reported"])
                .map_or(Proves::Presence, |proves| proves.value),
            role: table
                .word("role", &["serves", "standing", "warning", "witness"])
                .map_or(Role::Serves, |role| role.value),
            params,
            lets: self.expressions("let").into_iter().map(|(name, expr)| (name.value, expr)).collect(),
            selects: select::read_all(self.source, table),
            facts: Vec::new(),
            rules: read_rules(table, self.source, Some(confirm.basis)),
            positive_controls: controls.as_ref().map(pool).unwrap_or_default(),
            negative_control: control("negative"),
            second_path: table.string("second_path").map(|second| second.value),
            confirm,
            cache_buster: table.string("cache_buster").map(|name| name.value),
            words: words::read_all(table, self.source),
            place: format!("{}:{}", self.source.name, self.source.text[..table.span().start].matches('\n').count() + 1),
            examples: Vec::new(),
            reads_body: false,
            sees_page: false,
            vendor_status: false,
            json_paths: std::sync::OnceLock::new(),
        };
        check.facts = self.facts();
        let shared = table.table("example_params").map(|params| values(&params)).unwrap_or_default();
        check.examples = read_examples(table, self.source, &shared);
        if let Some(controls) = &controls {
            controls.finish();
        }
        sense::check_names(self.source, table, &check);
        sense::check_controls(self.source, table, &check);
        let names = |name: &str| {
            check.rules.iter().any(|rule| rule.when.names().contains(name))
                || check.lets.iter().any(|(_, expr)| expr.names().contains(name))
        };
        let (reads_body, sees_page) = (names("body"), names("visible") || names("markup"));
        check.reads_body = reads_body || sees_page;
        check.sees_page = sees_page;
        table.finish();
        Some(check)
    }

    fn confirm(&self) -> ConfirmRule {
        let mut rule = ConfirmRule {
            basis: Basis::OwnStatement,
            dropped: None,
            control_in_answer: false,
            second_path_global: false,
            blind_after: None,
            blind_after_of: Vec::new(),
        };
        let Some(table) = self.table.table("confirm") else { return rule };
        if let Some(basis) = table.word("basis", &["own_statement", "absence"]) {
            rule.basis = basis.value;
        }
        rule.dropped = read_confirm(&table);
        rule.control_in_answer = table.flag("control_in_answer").is_some_and(|flag| flag.value);
        rule.second_path_global = table.flag("second_path_global").is_some_and(|flag| flag.value);
        rule.blind_after = table.duration("blind_after").map(|after| after.value);
        let of = table.strings("blind_after_of").map(|of| of.value).unwrap_or_default();
        rule.blind_after_of = of.into_iter().map(|reason| reason.value).collect();
        table.finish();
        rule
    }

    fn expressions(&self, key: &str) -> Vec<(At<String>, Expr)> {
        let Some(table) = self.table.table(key) else { return Vec::new() };
        let read = |name: At<String>| {
            let text = table.string(&name.value)?;
            compile(self.source, &text).map(|expr| (name, expr))
        };
        table.keys().into_iter().filter_map(read).collect()
    }

    fn facts(&self) -> Vec<FactRule> {
        let Some(table) = self.table.table("facts") else { return Vec::new() };
        let read = |name: At<String>| {
            if table.any(&name.value)?.value.is_string() {
                let from = compile(self.source, &table.string(&name.value)?)?;
                return Some(FactRule { name: name.value, from, on_change: OnChange::Record, burns: false });
            }
            let long = table.table(&name.value)?;
            let from = compile(self.source, &long.need_string("from", "\"json.seller\"")?)?;
            let on_change = match long.string("on_change").map(|word| word.value).as_deref() {
                Some("warn") => OnChange::Warn,
                Some("critical") => OnChange::Critical,
                _ => OnChange::Record,
            };
            let burns = long.flag("burns").is_some_and(|flag| flag.value);
            long.finish();
            Some(FactRule { name: name.value, from, on_change, burns })
        };
        table.keys().into_iter().filter_map(read).collect()
    }
}

/// The first control and the others, each with the countries in which it is not offered.
fn pool(controls: &Table<'_>) -> Vec<Control> {
    let first = controls.table("positive").into_iter();
    let control = |table: Table<'_>| {
        let not_in = table.strings("not_in").map(|all| all.value).unwrap_or_default();
        let not_in = not_in.into_iter().map(|country| country.value).collect();
        // The owner is noted there only for people.
        table.know("owner");
        let mut params = values(&table);
        params.retain(|name, _| !matches!(name.as_str(), "not_in" | "owner"));
        Control { params, not_in }
    };
    first.chain(controls.tables("others")).map(control).collect()
}

/// `reads` and `over`, if they are given.
fn read_confirm(table: &Table<'_>) -> Option<Confirm> {
    let reads = table.count("reads");
    let over = table.duration("over");
    (reads.is_some() || over.is_some()).then(|| Confirm {
        reads: reads.map_or(2, |reads| reads.value),
        over: over.map_or(Duration::from_secs(60), |over| over.value),
    })
}
