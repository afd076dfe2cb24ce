//! Turns an answer into a reading: the first rule that holds decides.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use minijinja::value::Value;

use super::{html, registration, whois};
use crate::catalog::grammar::expr::render;
use crate::catalog::grammar::vendor::{Ask, Check, Rule};
use crate::catalog::{Catalog, Params};
use crate::core::answer::Answer;
use crate::core::model::{Facts, Fault, Reading, Verdict};
use crate::core::text::{SENTENCE, VALUE, clean};
use crate::core::time::Time;

/// A list of a vendor's is kept up to here.
const MOST_VALUES: usize = 100;

/// A reading, and which rule gave it (own rules first, then the shared ones).
pub struct Judged {
    /// The reading.
    pub reading: Reading,
    /// The rule's place in its file; `None` where nothing held.
    pub place: Option<String>,
}

impl Catalog {
    /// Reads one answer of a check. What no rule recognises is `unknown`, never `live`.
    pub fn judge(&self, check: &Check, params: &Params, answer: &Answer, now: Time) -> Reading {
        self.judge_with_place(check, params, answer, now).reading
    }

    /// The same, telling which rule decided.
    pub fn judge_with_place(&self, check: &Check, params: &Params, answer: &Answer, now: Time) -> Judged {
        let context = context(check, params, answer, now);
        let facts = facts(check, &context);
        let own = check.rules.iter().map(|rule| (rule, true));
        let shared: &[Rule] = if check.ask.is_http() { &self.http_rules } else { &[] };
        let decided = own
            .chain(shared.iter().map(|rule| (rule, false)))
            .filter(|(rule, _)| answer.failure.is_none() || rule.when.text().contains("failure"))
            .find(|(rule, _)| rule.when.holds(&context));
        let Some((rule, own)) = decided else {
            return Judged { reading: unrecognised(answer), place: None };
        };
        let mut reading = read(rule, &with_facts(&context, &facts));
        if own && keeps_facts(&reading) {
            reading.facts = facts;
        }
        reading.retry_after = retry_after(answer, now);
        Judged { reading, place: Some(rule.place.clone()) }
    }
}

/// Facts are taken only where the answer was about us beyond doubt.
fn keeps_facts(reading: &Reading) -> bool {
    matches!(reading.verdict, Verdict::Live | Verdict::Degraded)
}

fn read(rule: &Rule, context: &Value) -> Reading {
    Reading {
        verdict: rule.verdict,
        reason: rule.reason.clone(),
        fault: rule.fault,
        proof: rule.proof,
        basis: rule.basis,
        say: clean(&render(&rule.say, context), SENTENCE),
        hint: rule.hint.as_ref().map(|hint| clean(&render(hint, context), SENTENCE)),
        facts: Facts::new(),
        retry_after: None,
    }
}

fn unrecognised(answer: &Answer) -> Reading {
    let say = match (answer.failure, &answer.http) {
        (Some(failure), _) => format!("the answer failed with {failure}, and no rule says what that means here"),
        (None, Some(http)) => {
            format!(
                "{} answered {} with something that plugwatch does not recognise, perhaps a changed layout",
                http.host, http.status
            )
        }
        (None, None) => "the answer is one that no rule recognises".to_owned(),
    };
    Reading { fault: Fault::Unclear, ..Reading::new(Verdict::Unknown, "unrecognised", clean(&say, SENTENCE)) }
}

/// What rules see. Namespaces that the answer does not have are undefined.
fn context(check: &Check, params: &Params, answer: &Answer, now: Time) -> Value {
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
    if let Some(json) = json_of(answer) {
        if matches!(check.ask, Ask::Rdap { .. }) {
            names.insert("rdap", Value::from_serialize(registration::facts(&json, now)));
        }
        names.insert("json", Value::from_serialize(json));
    }
    if let Some(pieces) =
        text.as_ref().filter(|_| !check.selects.is_empty()).and_then(|t| html::select(&check.selects, t))
    {
        names.insert("html", pieces);
    }
    if answer.step == "whois" {
        let text = String::from_utf8_lossy(&answer.body);
        names.insert("rdap", Value::from_serialize(whois::facts(&text, now)));
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
    (wanted || html).then(|| String::from_utf8_lossy(&answer.body))
}

fn json_of(answer: &Answer) -> Option<serde_json::Value> {
    answer.http.as_ref()?;
    // Apple's bodies begin with blank lines; anything else than an object or list is no JSON answer.
    let body = utf8(&answer.body);
    let body = called(body.trim_ascii());
    matches!(body.first(), Some(b'{' | b'[')).then(|| serde_json::from_slice(body).ok()).flatten()
}

/// A body in UTF-16 with its mark (AWS's list of events) as UTF-8.
fn utf8(body: &[u8]) -> Cow<'_, [u8]> {
    let pair: fn([u8; 2]) -> u16 = match body {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return Cow::Borrowed(body),
    };
    let units = body[2..].chunks_exact(2).map(|two| pair([two[0], two[1]]));
    Cow::Owned(
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>().into_bytes(),
    )
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

fn facts(check: &Check, context: &Value) -> Facts {
    let value = |rule: &crate::catalog::FactRule| {
        let value = rule.from.value(context)?;
        serde_json::to_value(&value).ok().filter(|value| !value.is_null()).map(whole).map(plain)
    };
    check.facts.iter().filter_map(|rule| value(rule).map(|value| (rule.name.clone(), value))).collect()
}

/// A vendor may send anything: texts are cleaned and cut, and so are lists of them.
fn plain(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::String(text) => clean(&text, VALUE).into(),
        serde_json::Value::Array(items) => items.into_iter().take(MOST_VALUES).map(plain).collect(),
        serde_json::Value::Object(fields) => {
            fields.into_iter().take(MOST_VALUES).map(|(name, value)| (clean(&name, VALUE), plain(value))).collect()
        }
        other => other,
    }
}

/// A number without a fraction is written without one.
fn whole(value: serde_json::Value) -> serde_json::Value {
    match value.as_f64().filter(|number| value.is_f64() && number.fract() == 0.0 && number.abs() < 1e15) {
        Some(number) => (number as i64).into(),
        None => value,
    }
}

fn with_facts(context: &Value, facts: &Facts) -> Value {
    minijinja::context! { fact => Value::from_serialize(facts), ..context.clone() }
}

/// `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3).
fn retry_after(answer: &Answer, now: Time) -> Option<Duration> {
    let value = answer.http.as_ref()?.headers.get("retry-after")?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = chrono::DateTime::parse_from_rfc2822(value).ok()?;
    Some(Time(at.timestamp_millis()).since(now))
}
