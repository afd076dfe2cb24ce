//! Checks that a check makes sense as a whole.

use crate::catalog::grammar::ask::Ask;
use crate::catalog::grammar::check::Check;
use crate::catalog::grammar::expr::{Expr, template_names};
use crate::catalog::grammar::names;
use crate::core::words::verdict::{Basis, Verdict};
use crate::read::{Source, Table};

/// Checks that every name in rules, facts and the request exists.
pub(super) fn check_names(source: &Source, table: &Table<'_>, check: &Check) {
    let mut exprs: Vec<&Expr> = check.rules.iter().map(|rule| &rule.when).collect();
    exprs.extend(check.rules.iter().filter_map(|rule| rule.days_left.as_ref()));
    exprs.extend(check.lets.iter().map(|(_, expr)| expr));
    exprs.extend(check.facts.iter().map(|fact| &fact.from));
    for expr in exprs {
        if let Some(wrong) = names::wrong_in(expr, check) {
            at_text(source, table, expr.text(), &wrong);
        }
    }
    for text in check.rules.iter().flat_map(|rule| [Some(&rule.say), rule.hint.as_ref()]).flatten() {
        let names = template_names(text).unwrap_or_default();
        for wrong in names.iter().filter_map(|name| names::wrong(name, check)) {
            at_text(source, table, text, &wrong);
        }
    }
    let Ask::Http(request) = &check.ask else { return };
    for name in request.placeholders() {
        if check.param(&name).is_none() {
            at_text(source, table, &request.url, &format!("`{{{name}}}` is not a parameter of {}", check.id));
        }
    }
}

fn at_text(source: &Source, table: &Table<'_>, text: &str, wrong: &str) {
    let span = source.text.find(text).map_or_else(|| table.span(), |at| at..at + text.len());
    source.problem(span, wrong, "correct the name, or declare it");
}

/// Checks that a check that relies on absence has a control to compare with.
pub(super) fn check_controls(source: &Source, table: &Table<'_>, check: &Check) {
    let has_control = !check.positive_controls.is_empty() || check.confirm.control_in_answer;
    let drops = check.rules.iter().any(|rule| rule.verdict == Verdict::Dropped && rule.basis == Basis::Absence);
    if drops && !has_control {
        source.problem(
            table.span(),
            format!("{} reports `dropped` when something is missing, but has no control", check.id),
            "add [check.NAME.control.positive] with an item that is known to exist",
        );
    }
}
