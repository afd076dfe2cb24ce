//! Evaluates conditions and renders texts.
//!
//! A missing value is an error (see the grammar's functions), and an error means that the condition does not hold.

use minijinja::value::Value;

use crate::catalog::grammar::expr::Expr;
use crate::catalog::grammar::functions::ENV;

impl Expr {
    /// The value; `None` if anything in the expression is missing or has the wrong type.
    pub fn value(&self, context: &Value) -> Option<Value> {
        let value = self.compiled()?.eval(context).ok()?;
        (!value.is_undefined()).then_some(value)
    }

    /// Whether the result cannot be determined: the first part of the condition holds, but then a value is missing.
    pub fn cannot_tell(&self, context: &Value) -> bool {
        self.compiled().is_some_and(|compiled| compiled.eval(context).is_err())
    }

    /// The value, if it is a number.
    pub(super) fn number(&self, context: &Value) -> Option<f64> {
        f64::try_from(self.value(context)?).ok()
    }

    /// Whether the condition holds.
    pub fn holds(&self, context: &Value) -> bool {
        self.value(context).is_some_and(|value| value.is_true())
    }
}

/// Renders a message text; if that fails, returns the text without its placeholders.
pub(super) fn render(template: &str, context: &Value) -> String {
    if !template.contains('{') {
        return template.to_owned();
    }
    // The text serves as the template's name, so it is parsed on first use and kept.
    let rendered = ENV.get_template(template).and_then(|template| template.render(context));
    rendered.unwrap_or_else(|_| strip(template))
}

/// A template without its placeholders, used if values are missing.
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
    fn a_date_is_read_in_each_form_that_vendors_write() {
        for form in [
            "1970-01-05T02:00:00+02:00",
            "1970-01-05T00:00:00.000+0000",
            "1970-01-05T00:00:00",
            "1970-01-05 00:00:00",
            "1970-01-05",
            "Mon, 05 Jan 1970 00:00:00 +0000",
        ] {
            assert!(holds(&format!("days_until('{form}') == 3")), "{form}");
        }
        assert!(!holds("days_until('05.01.1970') > 0"));
        assert!(!holds("days_until('1970-02-30') > 0"));
    }

    #[test]
    fn a_text_without_its_values_is_still_a_sentence() {
        assert_eq!(render("it is {{ fact.status }} now", &Value::from_serialize(serde_json::json!({}))), "it is ? now");
    }
}
