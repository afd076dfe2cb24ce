//! Finds sentences that would contain "()", because a fact in brackets can be empty or missing.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::catalog::grammar::example::Example;
use crate::catalog::grammar::rule::Rule;
use crate::catalog::judge::reading::Judged;

/// Renders a rule's sentence with each text and number in the example's body replaced, one at a time, by an empty
/// value and by null. `read` judges an example.
pub(super) fn hollow(rule: &Rule, example: &Example, read: impl Fn(&Example) -> Option<Judged>) -> BTreeSet<String> {
    let around = ["({{", "({%"].iter().any(|sign| rule.say.contains(sign));
    let body = serde_json::from_str::<Value>(&example.body).ok().filter(|_| around);
    let Some(body) = body else { return BTreeSet::new() };
    let places = leaves(&body, "");
    let tries = places.iter().flat_map(|place| [(place, Value::from("")), (place, Value::Null)]);
    let said = tries.filter_map(|(place, nothing)| {
        let mut body = body.clone();
        *body.pointer_mut(place)? = nothing;
        let judged = read(&Example { body: body.to_string(), ..example.clone() })?;
        let empty = judged.place.as_ref() == Some(&rule.place) && says_nothing(&judged.reading.say);
        empty.then(|| format!("{}: with {place} empty it says \"{}\"", rule.place, judged.reading.say))
    });
    said.collect()
}

/// Whether the sentence has empty brackets.
fn says_nothing(say: &str) -> bool {
    [" ()", "(?)", "(, ", ", )"].iter().any(|hollow| say.contains(hollow))
}

/// The JSON pointers (RFC 6901) of the texts and numbers in a body.
fn leaves(value: &Value, at: &str) -> Vec<String> {
    let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Object(fields) => {
            fields.iter().flat_map(|(name, field)| leaves(field, &format!("{at}/{}", escaped(name)))).collect()
        }
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(n, item)| leaves(item, &format!("{at}/{n}"))).collect()
        }
        Value::String(_) | Value::Number(_) => vec![at.to_owned()],
        _ => Vec::new(),
    }
}
