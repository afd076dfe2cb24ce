//! The names that rules can read from an answer.

use std::borrow::Cow;
use std::collections::BTreeMap;

use minijinja::value::Value;
use serde::de::DeserializeOwned;

use super::{charset, html, json, names, registry};
use crate::catalog::grammar::ask::Ask;
use crate::catalog::grammar::catalog::Catalog;
use crate::catalog::grammar::check::Check;
use crate::catalog::grammar::param::Params;
use crate::core::time::Time;
use crate::core::words::answer::Answer;

/// The context of rules. Namespaces that the answer does not have are undefined.
pub(super) fn context(catalog: &Catalog, check: &Check, params: &Params, answer: &Answer, now: Time) -> Value {
    let text = text_of(check, answer);
    let mut names: BTreeMap<String, Value> = BTreeMap::new();
    let mut name = |name: &str, value: Value| _ = names.insert(name.to_owned(), value);
    name("param", Value::from_serialize(&params.public));
    name("now", Value::from(now.0));
    name("failure", Value::from(answer.failure.map_or("", |failure| failure.word())));
    name("failure_words", Value::from(answer.failure.map_or("", |failure| failure.words())));
    name("failure_detail", Value::from(answer.failure_detail.as_str()));
    name("asked", Value::from(answer.asked.as_str()));
    name("step", Value::from(answer.step.as_str()));
    if let Some(http) = &answer.http {
        name("http", Value::from_serialize(http));
    }
    for (asker, facts) in &answer.said {
        name(asker, Value::from_serialize(facts));
    }
    if let Ask::Rdap { domain, .. } = &check.ask {
        let domain = params.public.get(domain).and_then(|domain| domain.as_str()).unwrap_or_default();
        if let Some(facts) = registry::facts(&catalog.registries, domain, answer, json_of(answer).as_ref(), now) {
            name("rdap", Value::from_serialize(facts));
        }
    }
    if let Some(json) = json_text(answer).and_then(|body| json::read(&body, catalog.json_paths(check))) {
        name("json", json);
    }
    if let Some(pieces) =
        text.as_ref().filter(|_| !check.selects.is_empty()).and_then(|t| html::select(&check.selects, t))
    {
        name("html", pieces);
    }
    let text = text.map(|text| Value::from(text.as_ref()));
    let page = text.clone().filter(|_| check.sees_page);
    if let Some(text) = text {
        name("body", text);
    }
    names::of(names, page, check.lets.clone())
}

/// The body as text, if a rule reads it.
fn text_of<'a>(check: &Check, answer: &'a Answer) -> Option<Cow<'a, str>> {
    let wanted = answer.http.is_some() && (check.reads_body || !check.selects.is_empty());
    // The shared rules search for block pages only in small bodies and in HTML.
    let html = answer.http.as_ref().is_some_and(|http| http.content_type.contains("html") || answer.body.len() < 2_048);
    (wanted || html).then(|| charset::body_text(answer))
}

/// Parses the body as JSON, keeping only the needed parts.
pub(super) fn json_of<T: DeserializeOwned>(answer: &Answer) -> Option<T> {
    serde_json::from_str(&json_text(answer)?).ok()
}

/// The part of the body that may be JSON: an object or a list, possibly as the argument of a function call.
fn json_text(answer: &Answer) -> Option<Cow<'_, str>> {
    answer.http.as_ref()?;
    // Apple's bodies start with blank lines. Anything other than an object or a list is not a JSON answer.
    let text = match utf8(answer) {
        Cow::Borrowed(text) => Cow::Borrowed(called(text.trim_ascii())),
        Cow::Owned(text) => Cow::Owned(called(text.trim_ascii()).to_owned()),
    };
    text.starts_with(['{', '[']).then_some(text)
}

/// The body as UTF-8. JSON is UTF-8 (RFC 8259, section 8.1), whatever the header says. Other encodings (AWS's list of
/// events in UTF-16 with a byte order mark, Latin-1 from older servers) are converted.
fn utf8(answer: &Answer) -> Cow<'_, str> {
    let marked = [[0xff, 0xfe].as_slice(), &[0xfe, 0xff], &[0xef, 0xbb, 0xbf]];
    let is_marked = marked.iter().any(|mark| answer.body.starts_with(mark));
    match std::str::from_utf8(&answer.body) {
        Ok(text) if !is_marked => Cow::Borrowed(text),
        _ => charset::body_text(answer),
    }
}

/// The argument of `name(...)`, if JSON is wrapped in a function call, as on Apple's status page.
fn called(body: &str) -> &str {
    let open = body.bytes().position(|byte| !(byte.is_ascii_alphanumeric() || b"_.$".contains(&byte)));
    let Some(open) = open.filter(|at| *at > 0 && body.as_bytes()[*at] == b'(') else { return body };
    let close = body.rfind(')').unwrap_or(body.len());
    body.get(open + 1..close).unwrap_or_default()
}
