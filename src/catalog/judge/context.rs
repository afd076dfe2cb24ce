//! What rules see of an answer.

use std::borrow::Cow;
use std::collections::BTreeMap;

use minijinja::value::Value;

use super::{charset, html, registry, visible};
use crate::catalog::grammar::ask::Ask;
use crate::catalog::grammar::check::Check;
use crate::catalog::grammar::param::Params;
use crate::catalog::grammar::registry::RegistryBook;
use crate::core::time::Time;
use crate::core::words::answer::Answer;

/// What rules see. Namespaces that the answer does not have are undefined.
pub(super) fn context(book: &RegistryBook, check: &Check, params: &Params, answer: &Answer, now: Time) -> Value {
    let text = text_of(check, answer);
    let mut names: BTreeMap<&str, Value> = BTreeMap::new();
    names.insert("param", Value::from_serialize(&params.public));
    names.insert("now", Value::from(now.0));
    names.insert("failure", Value::from(answer.failure.map_or("", |failure| failure.word())));
    names.insert("failure_words", Value::from(answer.failure.map_or("", |failure| failure.words())));
    names.insert("failure_detail", Value::from(answer.failure_detail.as_str()));
    names.insert("asked", Value::from(answer.asked.as_str()));
    names.insert("step", Value::from(answer.step.as_str()));
    if let Some(http) = &answer.http {
        names.insert("http", Value::from_serialize(http));
    }
    for (asker, facts) in &answer.said {
        names.insert(asker, Value::from_serialize(facts));
    }
    let json = json_of(answer);
    if let Ask::Rdap { domain, .. } = &check.ask {
        let domain = params.public.get(domain).and_then(|domain| domain.as_str()).unwrap_or_default();
        if let Some(facts) = registry::facts(book, domain, answer, json.as_ref(), now) {
            names.insert("rdap", Value::from_serialize(facts));
        }
    }
    if let Some(json) = json {
        names.insert("json", Value::from_serialize(json));
    }
    if let Some(pieces) =
        text.as_ref().filter(|_| !check.selects.is_empty()).and_then(|t| html::select(&check.selects, t))
    {
        names.insert("html", pieces);
    }
    if let Some(text) = text.as_ref().filter(|_| check.sees_page) {
        let page = visible::page(text);
        names.insert("visible", Value::from(page.visible));
        names.insert("markup", Value::from(page.markup));
    }
    if let Some(text) = text {
        names.insert("body", Value::from(text.as_ref()));
    }
    with_lets(check, names)
}

/// The body as text, where a rule reads it as such.
fn text_of<'a>(check: &Check, answer: &'a Answer) -> Option<Cow<'a, str>> {
    let wanted = answer.http.is_some() && (check.reads_body || !check.selects.is_empty());
    // The shared rules look for walls in small and HTML bodies only.
    let html = answer.http.as_ref().is_some_and(|http| http.content_type.contains("html") || answer.body.len() < 2_048);
    (wanted || html).then(|| charset::body_text(answer))
}

fn json_of(answer: &Answer) -> Option<serde_json::Value> {
    answer.http.as_ref()?;
    // Apple's bodies begin with blank lines; anything else than an object or list is no JSON answer.
    let body = utf8(answer);
    let body = called(body.trim_ascii());
    matches!(body.first(), Some(b'{' | b'[')).then(|| serde_json::from_slice(body).ok()).flatten()
}

/// JSON is UTF-8 (RFC 8259, section 8.1), whatever the header says; what is not (AWS's list of events in
/// UTF-16 with its mark, older servers' Latin-1) is made so.
fn utf8(answer: &Answer) -> Cow<'_, [u8]> {
    let marked = [[0xff, 0xfe].as_slice(), &[0xfe, 0xff], &[0xef, 0xbb, 0xbf]];
    let is_marked = marked.iter().any(|mark| answer.body.starts_with(mark));
    if !is_marked && std::str::from_utf8(&answer.body).is_ok() {
        return Cow::Borrowed(&answer.body);
    }
    match charset::body_text(answer) {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}

/// What is within `name(...)`, where JSON comes as a call of a function (Apple's status page).
fn called(body: &[u8]) -> &[u8] {
    let open = body.iter().position(|byte| !(byte.is_ascii_alphanumeric() || b"_.$".contains(byte)));
    let Some(open) = open.filter(|at| *at > 0 && body[*at] == b'(') else { return body };
    let close = body.iter().rposition(|byte| *byte == b')').unwrap_or(body.len());
    body.get(open + 1..close).unwrap_or_default()
}

/// Named expressions see everything before them.
fn with_lets(check: &Check, mut names: BTreeMap<&str, Value>) -> Value {
    let mut lets: BTreeMap<String, Value> = BTreeMap::new();
    for (name, expr) in &check.lets {
        names.insert("let", Value::from_iter(lets.clone()));
        if let Some(value) = expr.value(&Value::from_iter(names.clone())) {
            lets.insert(name.clone(), value);
        }
    }
    names.insert("let", Value::from_iter(lets));
    Value::from_iter(names)
}
