//! Parses rules and examples of a vendor file.

use std::collections::BTreeMap;

use serde_json::Value;

use super::tables::{texts_of, values};
use crate::catalog::grammar::example::Example;
use crate::catalog::grammar::expr::{Expr, template_names};
use crate::catalog::grammar::rule::Rule;
use crate::core::people::advice::Wanted;
use crate::core::words::question::asker_names;
use crate::core::words::verdict::{Basis, Fault, Proof, Verdict};
use crate::read::{At, Source, Table};

const VERDICTS: [&str; 5] = ["live", "degraded", "outage", "dropped", "unknown"];

/// Parses `[[rule]]`. A rule's own `basis` takes precedence over that of the check. By default, the evidence for an
/// absence is `inferred`, and that for a vendor's own statement is `stated`.
pub(super) fn read_rules(table: &Table<'_>, source: &Source, basis: Option<Basis>) -> Vec<Rule> {
    table.tables("rule").iter().filter_map(|rule| read_rule(rule, source, basis)).collect()
}

fn read_rule(table: &Table<'_>, source: &Source, basis: Option<Basis>) -> Option<Rule> {
    let when = table.need_string("when", "'http.status == 200'");
    let verdict: Option<At<Verdict>> = table.word("verdict", &VERDICTS);
    if verdict.is_none() {
        table.know("verdict");
    }
    let reason = table.need_string("reason", "\"account_suspended\"");
    let say = table.need_string("say", "\"Acme lists the account as suspended\"");
    let fault = table.word("fault", &["vendor_decision", "vendor_breakdown", "ours", "unclear"]);
    let proof = table.word("proof", &["stated", "inferred", "told"]);
    let own_basis = table.word("basis", &["own_statement", "absence"]);
    let hint = table.string("hint");
    let advice: Option<At<Wanted>> = table.word("advice", &["cut", "refused", "failing"]);
    let days_left = table.string("days_left");
    let decider = table.string("decider");
    let parent = table.string("parent");
    let first = table.flag("first").is_some_and(|flag| flag.value);
    table.finish();
    let when_expr = compile(source, when.as_ref()?);
    for text in [say.as_ref(), hint.as_ref()].into_iter().flatten() {
        if let Err(error) = template_names(&text.value) {
            source.problem(text.span.clone(), format!("not a valid template: {error}"), "close every {{ with }}");
        }
    }
    let days_left = days_left.and_then(|text| compile(source, &text));
    let verdict = verdict?.value;
    let usual = match verdict {
        Verdict::Dropped => Fault::VendorDecision,
        Verdict::Outage => Fault::VendorBreakdown,
        _ => Fault::Unclear,
    };
    let line = source.text[..table.span().start].matches('\n').count() + 1;
    let basis = own_basis.map(|basis| basis.value).or(basis).unwrap_or(Basis::OwnStatement);
    let concluded = verdict == Verdict::Outage || (verdict == Verdict::Dropped && basis == Basis::Absence);
    let usual_proof = if concluded { Proof::Inferred } else { Proof::Stated };
    Some(Rule {
        when: when_expr?,
        verdict,
        reason: reason?.value,
        fault: fault.map_or(usual, |fault| fault.value),
        proof: proof.map_or(usual_proof, |proof| proof.value),
        basis,
        say: say?.value,
        hint: hint.map(|hint| hint.value),
        days_left,
        advice: advice.map(|advice| advice.value),
        decider: decider.map(|decider| decider.value),
        parent: parent.map(|parent| parent.value),
        first,
        place: format!("{}:{line}", source.name),
    })
}

/// Parses `[[example]]`.
pub(super) fn read_examples(table: &Table<'_>, source: &Source, shared: &BTreeMap<String, Value>) -> Vec<Example> {
    table.tables("example").iter().filter_map(|example| read_example(example, source, shared)).collect()
}

fn read_example(table: &Table<'_>, source: &Source, shared: &BTreeMap<String, Value>) -> Option<Example> {
    let mut params = shared.clone();
    if let Some(own) = table.table("params") {
        params.extend(values(&own));
    }
    let text = |key: &str| table.string(key).map(|text| text.value);
    let line = source.text[..table.span().start].matches('\n').count() + 1;
    let example = Example {
        name: table.need_string("name", "\"suspended\"")?.value,
        params,
        status: table.count("status").and_then(|status| u16::try_from(status.value).ok()),
        headers: table.table("headers").map(|headers| texts_of(&headers).into_iter().collect()).unwrap_or_default(),
        body: text("body").unwrap_or_default(),
        url: text("url"),
        redirects: table.count("redirects").map_or(0, |count| count.value),
        step: text("step").unwrap_or_default(),
        failure: text("failure"),
        said: table.some(&asker_names()),
        at: text("at"),
        verdict: table.word("verdict", &VERDICTS)?.value,
        reason: text("reason"),
        place: format!("{}:{line}", source.name),
    };
    table.finish();
    Some(example)
}

/// Compiles an expression. If it does not compile, reports a problem at its place.
pub(super) fn compile(source: &Source, text: &At<String>) -> Option<Expr> {
    match Expr::compile(&text.value) {
        Ok(expr) => Some(expr),
        Err(error) => {
            source.problem(
                text.span.clone(),
                format!("not an expression: {error}"),
                "for example 'http.status == 200'",
            );
            None
        }
    }
}
