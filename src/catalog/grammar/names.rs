//! Checks, when a file is loaded, that the asker provides every name in its rules.

use super::ask::Ask;
use super::check::Check;
use super::expr::Expr;
use crate::core::words::question::Lookup;

const HTTP: [&str; 8] = ["status", "url", "host", "path", "redirects", "content_type", "headers", "size"];
const TLS: [&str; 19] = [
    "verdict",
    "valid",
    "subject",
    "issuer",
    "issuer_org",
    "names",
    "not_before",
    "not_after",
    "days_left",
    "serial",
    "sha256",
    "chain",
    "version",
    "name_matches",
    "revocation",
    "ends_with",
    "before_host",
    "before_days_left",
    "unread",
];
const DNS: [&str; 10] =
    ["domain", "parent", "servers", "count", "records", "agree", "name_servers", "walk_failed", "serials", "nowhere"];

const HEARD: [&str; 12] = [
    "name",
    "last_at",
    "age_seconds",
    "word",
    "by",
    "code",
    "ok",
    "failed",
    "total",
    "share",
    "codes",
    "failing_since",
];

const BURN: [&str; 3] = ["per_day", "last_day", "usual"];
const SEEN: [&str; 1] = ["long"];
const EXEC: [&str; 4] = ["code", "line", "text", "perf"];
const RDAP: [&str; 19] = [
    "name",
    "means",
    "ours",
    "strange",
    "stated",
    "record",
    "refused",
    "expires_assumed",
    "expires_unread",
    "status",
    "name_servers",
    "signed",
    "registrar",
    "registrar_id",
    "changed",
    "registered",
    "expires",
    "days_left",
    "missing",
];

/// The problem with one dotted name, if there is one.
pub fn wrong(name: &str, check: &Check) -> Option<String> {
    let mut steps = name.split('.');
    let root = steps.next().unwrap_or("");
    let field = steps.next();
    let http = check.ask.is_http();
    let known = |fields: &[&str]| match field {
        Some(field) if fields.is_empty() => Some(format!("`{root}` has no `{field}`; this check has none")),
        Some(field) if !fields.contains(&field) => {
            Some(format!("`{root}` has no `{field}`; it has {}", fields.join(", ")))
        }
        _ => None,
    };
    match root {
        "now" | "failure" | "failure_detail" | "failure_words" | "asked" | "step" => None,
        "json" | "body" | "visible" | "markup" if http => None,
        "http" if http => known(&HTTP),
        "tls" if http => known(&TLS),
        "dns" if matches!(check.ask, Ask::Dns { .. }) => known(&DNS),
        "burn" if check.burning().is_some() => known(&BURN),
        "seen" if http => known(&SEEN),
        "exec" if matches!(check.ask, Ask::Exec(_)) => known(&EXEC),
        "heard" if matches!(check.ask, Ask::CheckIn(_)) => known(&HEARD),
        own if matches!(check.ask, Ask::Lookup(what) if what.word() == own) => known(fields(own)),
        "rdap" if matches!(check.ask, Ask::Rdap { .. }) => known(&RDAP),
        "param" => known(&public_params(check)),
        "html" if http => known(&check.selects.iter().map(|select| select.name.as_str()).collect::<Vec<_>>()),
        "let" => known(&check.lets.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>()),
        "fact" => known(&check.facts.iter().map(|fact| fact.name.as_str()).collect::<Vec<_>>()),
        _ => Some(format!("`{root}` does not exist in a {} answer", check.ask.word())),
    }
}

/// The names of a lookup's facts.
fn fields(lookup: &str) -> &'static [&'static str] {
    lookup.parse().map_or(&[], Lookup::facts)
}

fn public_params(check: &Check) -> Vec<&str> {
    check.params.iter().filter(|param| !param.secret).map(|param| param.name.as_str()).collect()
}

/// The problem with the first wrong name of an expression, if there is one.
pub fn wrong_in(expr: &Expr, check: &Check) -> Option<String> {
    expr.names().iter().find_map(|name| wrong(name, check))
}
