//! Tests rules against the vendors' documentation. Each value of a field that decides must reach a rule, no rule may
//! name an undocumented value, and an undocumented value must result in neither `live` nor `dropped`.

use std::collections::BTreeSet;

use regex::Regex;
use serde_json::Value;

use super::examples::judged;
use super::tested::Tested;
use crate::catalog::grammar::ask::Ask;
use crate::catalog::grammar::catalog::Catalog;
use crate::catalog::grammar::check::Check;
use crate::catalog::grammar::example::Example;
use crate::catalog::grammar::rule::Rule;
use crate::catalog::grammar::words::Words;
use crate::core::words::verdict::{Proves, Verdict};

/// A value that no vendor uses.
const NO_WORD: &str = "plugwatch_no_such_word";
/// A number that no vendor uses, larger than any known code.
const NO_NUMBER: u32 = 98_765_432;

/// Tests every value of every field of a check.
pub(super) fn test(catalog: &Catalog, check: &Check, examples: &[Example], tested: &mut Tested) {
    let rules: Vec<&Rule> = check.rules.iter().collect();
    tested.failed.extend(check.words.iter().flat_map(|words| of_field(catalog, check, words, &rules, examples)));
    tested.passed += check.words.iter().map(|words| words.count).sum::<usize>();
}

/// Finds checks that prove an account's standing but do not list the values that decide. Only the user's own files
/// may do so.
pub fn wordless(catalog: &Catalog) -> Vec<String> {
    let checks = catalog.vendors.values().flat_map(|vendor| vendor.checks.values());
    let standing = checks.filter(|check| check.proves == Proves::Standing && matches!(check.ask, Ask::Http(_)));
    let without = standing.filter(|check| check.words.is_empty());
    without
        .map(|check| format!("{}: {} lists no documented values: add [check.NAME.words.FIELD]", check.place, check.id))
        .collect()
}

/// Tests the fields that the shared rules read.
pub(super) fn test_shared(catalog: &Catalog, any: &Check, tested: &mut Tested) {
    let rules: Vec<&Rule> = catalog.http_rules.iter().collect();
    for words in &catalog.http_words {
        tested.failed.extend(of_field(catalog, any, words, &rules, &catalog.http_examples));
        tested.passed += words.count;
    }
}

fn of_field(catalog: &Catalog, check: &Check, words: &Words, rules: &[&Rule], examples: &[Example]) -> Vec<String> {
    let bad = |what: String| format!("{}: words `{}`: {what}", words.place, words.name);
    let total = words.values.len() + words.unexplained.len();
    let counted =
        (words.count != total).then(|| format!("its documentation has {} values, but {total} are listed", words.count));
    let tried = try_all(catalog, check, words, examples);
    counted.into_iter().chain(tried).chain(strange(check, words, rules)).map(bad).collect()
}

fn try_all(catalog: &Catalog, check: &Check, words: &Words, examples: &[Example]) -> Vec<String> {
    let Some(base) = base(words, examples) else { return vec!["there is no such example".to_owned()] };
    let mut wrong = try_values(catalog, check, words, base);
    let number = words.values.first().is_some_and(Value::is_number);
    let stranger = if number { Value::from(NO_NUMBER) } else { Value::from(NO_WORD) };
    if let Some(reading) = with_value(base, words, &stranger).and_then(|e| judged(catalog, check, &e).ok()) {
        let verdict = reading.reading.verdict;
        if !words.explains && matches!(verdict, Verdict::Live | Verdict::Dropped) {
            wrong.push(format!("an undocumented value gives {verdict}"));
        }
    }
    wrong
}

/// The example that contains the field.
pub(super) fn base<'e>(words: &Words, examples: &'e [Example]) -> Option<&'e Example> {
    examples.iter().find(|example| match &words.example {
        Some(name) => example.name == *name,
        None => example.verdict == Verdict::Live,
    })
}

/// Tests the documented values, and returns one line for each failure.
pub(super) fn try_values(catalog: &Catalog, check: &Check, words: &Words, base: &Example) -> Vec<String> {
    let explained = words.values.iter().map(|value| (value, true));
    let all = explained.chain(words.unexplained.iter().map(|value| (value, false)));
    all.filter_map(|(value, explained)| try_one(catalog, check, words, base, value, explained)).collect()
}

fn try_one(
    catalog: &Catalog,
    check: &Check,
    words: &Words,
    base: &Example,
    value: &Value,
    explained: bool,
) -> Option<String> {
    let Some(example) = with_value(base, words, value) else {
        return Some(format!("the example \"{}\" does not have it", base.name));
    };
    let judged = match judged(catalog, check, &example) {
        Ok(judged) => judged,
        Err(wrong) => return Some(wrong),
    };
    let reading = &judged.reading;
    let Some(place) = judged.place else { return Some(format!("{value} reaches no rule")) };
    let rule = check.rules.iter().chain(&catalog.http_rules).find(|rule| rule.place == place);
    let word = plain(value);
    match (explained, reading.verdict) {
        (true, Verdict::Unknown) if !rule.is_some_and(|rule| literals(rule, check).contains(&word)) => {
            Some(format!("{value} reaches only the `unknown` rule at {place}, which does not name it"))
        }
        (false, Verdict::Unknown | Verdict::Degraded) if reading.say.contains(&word) => None,
        (false, verdict) => Some(format!("{value} is not explained, but gives {verdict}: {}", reading.say)),
        _ => None,
    }
}

/// The example with another value in that field.
fn with_value(base: &Example, words: &Words, value: &Value) -> Option<Example> {
    let mut example = base.clone();
    if let Some((before, after)) = &words.between {
        let start = example.body.find(before)? + before.len();
        let end = start + example.body[start..].find(after)?;
        example.body.replace_range(start..end, &plain(value));
        return Some(example);
    }
    let (root, path) = words.at.split_once('.')?;
    match root {
        "http" if path == "status" => example.status = Some(u16::try_from(value.as_u64()?).ok()?),
        "http" => {
            let name = path.strip_prefix("headers.")?;
            *example.headers.get_mut(name)? = plain(value);
        }
        "json" => {
            let mut body: Value = serde_json::from_str(&example.body).ok()?;
            *place_in(&mut body, path)? = value.clone();
            example.body = body.to_string();
        }
        asker => *place_in(example.said.get_mut(asker)?, path)? = value.clone(),
    }
    Some(example)
}

fn place_in<'v>(value: &'v mut Value, path: &str) -> Option<&'v mut Value> {
    path.split('.').try_fold(value, |value, step| match value {
        Value::Array(items) => items.get_mut(step.parse::<usize>().ok()?),
        Value::Object(fields) => fields.get_mut(step),
        _ => None,
    })
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Every text and number literal in a rule and in the named expressions that it uses.
fn literals(rule: &Rule, check: &Check) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![rule.when.text()];
    let mut seen = BTreeSet::new();
    while let Some(text) = open.pop() {
        found.extend(items(text));
        let called = check.lets.iter().filter(|(name, _)| text.contains(&format!("let.{name}")));
        open.extend(called.filter(|(name, _)| seen.insert(name.clone())).map(|(_, expr)| expr.text()));
    }
    found
}

/// The quoted texts and the numbers in `text`.
fn items(text: &str) -> Vec<String> {
    // The pattern is a constant.
    let Ok(pattern) = Regex::new(r#""([^"]*)"|'([^']*)'|\b(\d+)\b"#) else { return Vec::new() };
    let item = |found: regex::Captures<'_>| (1..4).find_map(|n| found.get(n)).map(|part| part.as_str().to_owned());
    pattern.captures_iter(text).filter_map(item).collect()
}

/// Values that rules compare the field with, but that its documentation does not contain.
fn strange(check: &Check, words: &Words, rules: &[&Rule]) -> Vec<String> {
    let known: BTreeSet<String> =
        words.values.iter().chain(&words.unexplained).map(|value| plain(value).to_lowercase()).collect();
    let texts: Vec<&str> =
        rules.iter().map(|rule| rule.when.text()).chain(check.lets.iter().map(|(_, expr)| expr.text())).collect();
    let patterns: Vec<Regex> = words.read.iter().flat_map(|name| comparisons(name)).collect();
    let named = texts.iter().flat_map(|text| compared(&patterns, text, check));
    let unknown: BTreeSet<String> = named.filter(|word| !known.contains(&word.to_lowercase())).collect();
    unknown
        .into_iter()
        .map(|word| format!("a rule uses `{word}`, which the listed documentation does not have"))
        .collect()
}

/// Patterns that find comparisons of a name with a value, which may come after or before the name.
fn comparisons(name: &str) -> Vec<Regex> {
    let name = regex::escape(name);
    let after = format!(
        r#"{name}(?:\|(?:lower|upper|string|trim))*\s*(?:==|!=|(?:not\s+)?in\b|,(?:\s*"(?:in|eq|equalto|ne)"\s*,)?)\s*(?:("[^"]*"|\d+\b)|(\[[^\]]*\])|let\.(\w+))"#
    );
    let before = format!(r#"("[^"]*")\s+(?:not\s+)?in\s+{name}\b"#);
    [after, before].iter().filter_map(|pattern| Regex::new(pattern).ok()).collect()
}

/// The values that a condition compares a name with.
fn compared(patterns: &[Regex], text: &str, check: &Check) -> Vec<String> {
    let parts = patterns.iter().flat_map(|pattern| pattern.captures_iter(text)).filter_map(|captures| {
        (1..captures.len()).find_map(|group| captures.get(group)).map(|part| part.as_str().to_owned())
    });
    let list = |part: &String| check.lets.iter().find(|(name, _)| name == part).map(|(_, list)| list.text().to_owned());
    parts.flat_map(|part| items(&list(&part).unwrap_or(part))).collect()
}
