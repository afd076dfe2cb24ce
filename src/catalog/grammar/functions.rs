//! The functions that conditions and texts of the catalogue can call. Undefined values are errors (minijinja's strict
//! mode).
//!
//! In a lenient mode, `json.sid == param.typo` and `not json.charges_enabled` would be true for missing fields, which
//! would produce false verdicts.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::seen::seen;
use crate::core::time::Time;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use minijinja::value::{Value, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, State, UndefinedBehavior};

use super::rows::{addressed, having, only, spread};

/// The template environment with the functions and the strict mode that all rules share. It never changes.
pub(in crate::catalog) static ENV: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    // A template's name is its own text, and no template is HTML.
    env.set_loader(|text| Ok(Some(text.to_owned())));
    env.set_auto_escape_callback(|_| AutoEscape::None);
    env.add_function("has", has);
    env.add_function("num", num);
    env.add_function("days_until", days_until);
    env.add_function("missing", missing);
    env.add_function("same_set", same_set);
    env.add_function("extra", |wanted: Value, got: Value| less(&got, &wanted));
    env.add_function("lacking", |wanted: Value, got: Value| less(&wanted, &got));
    env.add_function("ends_any", ends_any);
    env.add_function("having", having);
    env.add_function("only", only);
    env.add_function("spread", spread);
    env.add_function("addressed", addressed);
    env.add_filter("json_text", |value: Value| value.to_string());
    env.add_filter("flat", flat);
    env.add_filter("money", money);
    env.add_filter("rows", rows);
    env.add_filter("short", short);
    env
});

/// The names of the functions.
pub(super) const FUNCTIONS: [&str; 14] = [
    "has",
    "num",
    "days_until",
    "missing",
    "same_set",
    "extra",
    "lacking",
    "ends_any",
    "having",
    "only",
    "spread",
    "addressed",
    "range",
    "dict",
];

/// `has("json.a.b")`: whether the field exists and is not null.
fn has(state: &State<'_, '_>, path: &str) -> bool {
    let mut steps = path.split('.');
    let first = steps.next().and_then(|name| state.lookup(name));
    let found = steps.try_fold(first, |value, step| {
        let value = value?;
        let next = match step.parse::<usize>() {
            Ok(index) if value.kind() == ValueKind::Seq => value.get_item_by_index(index),
            _ => value.get_attr(step),
        };
        Some(next.ok().filter(|value| !value.is_undefined()))
    });
    found.flatten().is_some_and(|value| !value.is_none() && !value.is_undefined())
}

/// `x|money`: an amount with two decimals, or as a whole number if it is one. Anything else stays as it is.
fn money(value: Value) -> String {
    match num(value.clone()) {
        Ok(amount) if amount.fract() == 0.0 => format!("{amount:.0}"),
        Ok(amount) => format!("{amount:.2}"),
        Err(_) => value.to_string(),
    }
}

/// `heard.last_at|short`: an RFC 3339 time as messages show it, such as `Sun 10 Jan 15:00 UTC`; other text unchanged.
fn short(text: String) -> String {
    Time::parse(&text).map_or(text, Time::short)
}

/// `num(x)`: a number, also if it is given as text. Fails for anything else.
fn num(value: Value) -> Result<f64, Error> {
    let number = match value.kind() {
        ValueKind::Number => f64::try_from(value.clone()).ok(),
        ValueKind::String => value.as_str().and_then(|text| text.trim().parse().ok()),
        _ => None,
    };
    let wrong = || Error::new(ErrorKind::InvalidOperation, "not a number");
    number.filter(|n: &f64| n.is_finite()).ok_or_else(wrong)
}

/// `days_until(x)`: the days from the check to `x`, a date in a text (see `moment`) or epoch milliseconds; negative if `x` is in the
/// past.
fn days_until(state: &State<'_, '_>, value: Value) -> Result<f64, Error> {
    let wrong = |what: &str| Error::new(ErrorKind::InvalidOperation, what.to_owned());
    let now = state.lookup("now").and_then(|now| i64::try_from(now).ok()).ok_or_else(|| wrong("no time given"))?;
    let at = match value.as_str() {
        Some(text) => moment(text).ok_or_else(|| wrong("not a date"))?.timestamp_millis(),
        None => i64::try_from(value).map_err(|_| wrong("not a date"))?,
    };
    Ok((at - now) as f64 / 86_400_000.0)
}

/// The forms in which vendors' APIs write dates: RFC 3339, its offset without a colon (`+0000`), no offset at all (UTC), a day
/// alone (its midnight, UTC), and RFC 2822.
fn moment(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    let with_offset = DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"))
        .or_else(|_| DateTime::parse_from_rfc2822(text));
    if let Ok(at) = with_offset {
        return Some(at.to_utc());
    }
    let forms = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"];
    let time = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let day = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
    Some(time.or_else(day)?.and_utc())
}

/// `lists|flat`: the items of all lists, one after another. Anything that is not a list is skipped.
fn flat(lists: Value) -> Result<Vec<Value>, Error> {
    let lists = lists.try_iter()?.filter(|list| matches!(list.kind(), ValueKind::Seq | ValueKind::Iterable));
    Ok(lists.filter_map(|list| list.try_iter().ok()).flatten().collect())
}

/// `maps|rows`: each entry of all maps as `{key, value}`. Anything that is not a map is skipped.
fn rows(maps: Value) -> Result<Vec<Value>, Error> {
    let mut rows = Vec::new();
    for map in maps.try_iter()?.filter(|map| map.kind() == ValueKind::Map) {
        for key in map.try_iter()? {
            let value = map.get_item(&key)?;
            rows.push(Value::from_iter([("key", key), ("value", value)]));
        }
    }
    Ok(rows)
}

/// `missing(words, text)`: the `words` that do not occur in `text`, neither as written nor as visitors see them.
fn missing(words: Value, text: &str) -> Result<Vec<String>, Error> {
    let words: Vec<String> = words.try_iter()?.map(|word| word.to_string()).collect();
    let lacking: Vec<String> = words.into_iter().filter(|word| !text.contains(word.as_str())).collect();
    if lacking.is_empty() {
        return Ok(lacking);
    }
    let text = seen(text);
    Ok(lacking.into_iter().filter(|word| !text.contains(seen(word).as_str())).collect())
}

fn texts(list: &Value) -> Result<BTreeSet<String>, Error> {
    let clean = |item: Value| item.to_string().trim_end_matches('.').to_lowercase();
    Ok(list.try_iter()?.map(clean).collect())
}

/// `same_set(a, b)`: whether both have the same names, ignoring order, case and final dots.
fn same_set(a: Value, b: Value) -> Result<bool, Error> {
    Ok(texts(&a)? == texts(&b)?)
}

fn less(a: &Value, b: &Value) -> Result<Vec<String>, Error> {
    let b = texts(b)?;
    Ok(texts(a)?.into_iter().filter(|item| !b.contains(item)).collect())
}

/// `ends_any(names, ends)`: the names that equal one of `ends` or are subdomains of one.
fn ends_any(names: Value, ends: Value) -> Result<Vec<String>, Error> {
    let ends = texts(&ends)?;
    let below = |name: &String| ends.iter().any(|end| name == end || name.ends_with(&format!(".{end}")));
    Ok(texts(&names)?.into_iter().filter(below).collect())
}
