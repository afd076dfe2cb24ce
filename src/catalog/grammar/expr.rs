//! Conditions and texts of the catalogue: minijinja with strict undefined.
//!
//! In a lenient mode `json.sid == param.typo` and `not json.charges_enabled` are
//! true for missing fields, which would forge verdicts. Here every evaluation
//! error means "does not hold".

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use chrono::DateTime;
use minijinja::value::{Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind, Expression, State, UndefinedBehavior};

/// An immutable constant: the functions and the strictness that every rule shares.
static ENV: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.add_function("has", has);
    env.add_function("num", num);
    env.add_function("days_until", days_until);
    env.add_function("missing", missing);
    env.add_function("same_set", same_set);
    env.add_function("extra", |wanted: Value, got: Value| less(&got, &wanted));
    env.add_function("lacking", |wanted: Value, got: Value| less(&wanted, &got));
    env.add_function("ends_any", ends_any);
    env.add_filter("json_text", |value: Value| value.to_string());
    env
});

/// A compiled expression with its text.
#[derive(Clone, Debug)]
pub struct Expr {
    text: String,
    compiled: Arc<Expression<'static, 'static>>,
}

impl Expr {
    /// Compiles one expression.
    ///
    /// # Errors
    /// What the parser says.
    pub fn compile(text: &str) -> Result<Expr, String> {
        let compiled = ENV.compile_expression_owned(text.to_owned()).map_err(|error| plain(&error))?;
        Ok(Expr { text: text.to_owned(), compiled: Arc::new(compiled) })
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its value, or `None` where anything in it is missing or of the wrong kind.
    pub fn value(&self, context: &Value) -> Option<Value> {
        let value = self.compiled.eval(context).ok()?;
        (!value.is_undefined()).then_some(value)
    }

    /// Whether it holds.
    pub fn holds(&self, context: &Value) -> bool {
        self.value(context).is_some_and(|value| value.is_true())
    }

    /// Every dotted name it uses, without the functions.
    pub fn names(&self) -> BTreeSet<String> {
        let names = self.compiled.undeclared_variables(true);
        names.into_iter().filter(|name| !FUNCTIONS.contains(&name.as_str())).collect()
    }
}

/// Names that are functions.
const FUNCTIONS: [&str; 10] =
    ["has", "num", "days_until", "missing", "same_set", "extra", "lacking", "ends_any", "range", "dict"];

/// Renders a message text; what cannot be rendered leaves the text's plain part out.
pub fn render(template: &str, context: &Value) -> String {
    ENV.render_str(template, context).unwrap_or_else(|_| strip(template))
}

/// Whether a message text can be parsed, and which names it uses.
///
/// # Errors
/// What the parser says.
pub fn template_names(template: &str) -> Result<BTreeSet<String>, String> {
    let parsed = ENV.template_from_str(template).map_err(|error| plain(&error))?;
    let names = parsed.undeclared_variables(true).into_iter();
    Ok(names.filter(|name| !FUNCTIONS.contains(&name.as_str())).collect())
}

fn plain(error: &Error) -> String {
    error.detail().map_or_else(|| error.kind().to_string(), str::to_owned)
}

/// A template whose values are missing, without its placeholders.
fn strip(template: &str) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some(start) = rest.find("{{") {
        out.push_str(&rest[..start]);
        out.push('?');
        rest = rest[start..].find("}}").map_or("", |end| &rest[start + end + 2..]);
    }
    out + rest
}

/// `has("json.a.b")`: the field is there and not null.
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

/// `num(x)`: a number, also from a text; an error for everything else.
fn num(value: Value) -> Result<f64, Error> {
    let number = match value.kind() {
        ValueKind::Number => f64::try_from(value.clone()).ok(),
        ValueKind::String => value.as_str().and_then(|text| text.trim().parse().ok()),
        _ => None,
    };
    let wrong = || Error::new(ErrorKind::InvalidOperation, "not a number");
    number.filter(|n: &f64| n.is_finite()).ok_or_else(wrong)
}

/// `days_until(x)`: days from the look to an RFC 3339 text or epoch milliseconds; negative if past.
fn days_until(state: &State<'_, '_>, value: Value) -> Result<f64, Error> {
    let wrong = |what: &str| Error::new(ErrorKind::InvalidOperation, what.to_owned());
    let now = state.lookup("now").and_then(|now| i64::try_from(now).ok()).ok_or_else(|| wrong("no time given"))?;
    let at = match value.as_str() {
        Some(text) => DateTime::parse_from_rfc3339(text).map_err(|_| wrong("not a date"))?.timestamp_millis(),
        None => i64::try_from(value).map_err(|_| wrong("not a date"))?,
    };
    Ok((at - now) as f64 / 86_400_000.0)
}

/// `missing(words, text)`: those of `words` that do not stand in `text`.
fn missing(words: Value, text: &str) -> Result<Vec<String>, Error> {
    let words: Vec<String> = words.try_iter()?.map(|word| word.to_string()).collect();
    Ok(words.into_iter().filter(|word| !text.contains(word.as_str())).collect())
}

fn texts(list: &Value) -> Result<BTreeSet<String>, Error> {
    let clean = |item: Value| item.to_string().trim_end_matches('.').to_lowercase();
    Ok(list.try_iter()?.map(clean).collect())
}

/// `same_set(a, b)`: the same names, whatever the order, case and final dots.
fn same_set(a: Value, b: Value) -> Result<bool, Error> {
    Ok(texts(&a)? == texts(&b)?)
}

fn less(a: &Value, b: &Value) -> Result<Vec<String>, Error> {
    let b = texts(b)?;
    Ok(texts(a)?.into_iter().filter(|item| !b.contains(item)).collect())
}

/// `ends_any(names, ends)`: those names that are, or end below, one of `ends`.
fn ends_any(names: Value, ends: Value) -> Result<Vec<String>, Error> {
    let ends = texts(&ends)?;
    let below = |name: &String| ends.iter().any(|end| name == end || name.ends_with(&format!(".{end}")));
    Ok(texts(&names)?.into_iter().filter(below).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(expression: &str) -> bool {
        let context = serde_json::json!({
            "json": {"status": "active", "balance": "12.50", "none": null, "list": [{"id": 1}]},
            "param": {"words": ["a", "b"]}, "now": 86_400_000_i64,
        });
        Expr::compile(expression).unwrap().holds(&Value::from_serialize(context))
    }

    #[test]
    fn missing_fields_never_hold() {
        for forged in [
            "json.sid == param.typo",
            "json.missing != 'active'",
            "not json.charges_enabled",
            "json.missing < 5",
            "num(json.status) > 1",
            "json.missing is undefined and json.missing == 1",
        ] {
            assert!(!holds(forged), "{forged}");
        }
    }

    #[test]
    fn numbers_in_texts_compare_as_numbers() {
        assert!(!holds("num(json.balance) > 100"));
        assert!(holds("num(json.balance) < 13"));
    }

    #[test]
    fn has_sees_presence_and_not_null() {
        assert!(holds("has('json.list.0.id')"));
        assert!(!holds("has('json.none')"));
        assert!(!holds("has('json.a.b.c')"));
        assert!(!holds("has('nothing')"));
    }

    #[test]
    fn dates_are_days_from_the_look() {
        assert!(holds("days_until(4 * 86400000) == 3"));
        assert!(holds("days_until('1970-01-01T00:00:00Z') < 0"));
    }

    #[test]
    fn a_text_without_its_values_is_still_a_sentence() {
        assert_eq!(render("it is {{ fact.status }} now", &Value::from_serialize(serde_json::json!({}))), "it is ? now");
    }
}
