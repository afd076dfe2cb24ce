//! Parses a JSON body and keeps only the fields that rules use. The rest is only checked for valid syntax (RFC 8259):
//! a body that is cut off or invalid anywhere is not JSON.

use std::collections::BTreeMap;
use std::fmt;

use minijinja::value::Value;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::catalog::grammar::json_paths::JsonPaths;

/// Parses the fields that `paths` name; `None` if the body is not valid JSON.
pub(super) fn read(body: &str, paths: &JsonPaths) -> Option<Value> {
    let mut from = serde_json::Deserializer::from_str(body);
    let value = Named(paths).deserialize(&mut from).ok()?;
    from.end().is_ok().then_some(value)
}

/// A value of which only some fields are kept.
struct Named<'p>(&'p JsonPaths);

impl<'de> DeserializeSeed<'de> for Named<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        if self.0.is_all() { Value::deserialize(from) } else { from.deserialize_any(self) }
    }
}

impl<'de> Visitor<'de> for Named<'_> {
    type Value = Value;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::from(()))
    }

    /// The fields of a list are numbers. If a rule names one of them, all are kept.
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element::<Value>()? {
            items.push(item);
        }
        Ok(Value::from(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut kept: BTreeMap<Value, Value> = BTreeMap::new();
        while let Some(field) = map.next_key_seed(Field(self.0))? {
            match field {
                Some((name, paths)) => _ = kept.insert(Value::from(name), map.next_value_seed(Named(paths))?),
                None => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(Value::from_object(kept))
    }
}

/// A field's name, and which part of the field is needed.
struct Field<'p>(&'p JsonPaths);

impl<'de, 'p> DeserializeSeed<'de> for Field<'p> {
    type Value = Option<(String, &'p JsonPaths)>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_str(self)
    }
}

impl<'p> Visitor<'_> for Field<'p> {
    type Value = Option<(String, &'p JsonPaths)>;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.field(name).map(|paths| (name.to_owned(), paths)))
    }
}

#[cfg(test)]
mod tests {
    use minijinja::context;

    use super::*;
    use crate::catalog::grammar::catalog::Catalog;
    use crate::catalog::grammar::expr::Expr;

    fn whole(body: &str) -> Option<Value> {
        serde_json::from_str(body).ok()
    }

    fn named(names: &str) -> JsonPaths {
        let mut paths = JsonPaths::default();
        paths.add_expr(&Expr::compile(names).unwrap());
        paths
    }

    #[test]
    fn rules_find_in_what_is_kept_what_they_find_in_the_whole() {
        let catalog = Catalog::load(None).unwrap();
        let checks = || catalog.vendors.values().flat_map(|vendor| vendor.checks.values());
        let mut compared = 0;
        for (check, example) in checks().flat_map(|check| check.examples.iter().map(move |example| (check, example))) {
            let body = example.body.trim();
            let Some(whole) = whole(body).filter(|_| body.starts_with(['{', '['])) else { continue };
            let kept = read(body, catalog.json_paths(check)).unwrap();
            let rules = check.rules.iter().chain(catalog.shared_rules(check)).map(|rule| &rule.when);
            let facts = check.facts.iter().map(|fact| &fact.from);
            for expr in rules.chain(facts).chain(check.lets.iter().map(|(_, expr)| expr)) {
                // Rules read the status first. Without a status, most of them would not reach the other fields.
                let http = context! { status => example.status, content_type => "application/json" };
                let worth = |json: &Value| {
                    let value = expr.value(&context! { json => json.clone(), http => http.clone(), now => 0 });
                    value.map(|value| value.to_string())
                };
                assert_eq!(worth(&kept), worth(&whole), "{} reads {body} otherwise", expr.text());
                compared += usize::from(worth(&whole).is_some());
            }
        }
        assert!(compared > 1_000, "only {compared} expressions read anything");
    }

    #[test]
    fn only_what_is_named_is_kept() {
        let kept =
            read(r#"{"a": {"b": [1, {"c": null}], "d": 2}, "e": "f\n", "g": {}}"#, &named("json.a.b and json.e"));
        assert_eq!(kept.unwrap().to_string(), r#"{"a": {"b": [1, {"c": None}]}, "e": "f\n"}"#);
        assert_eq!(read(r#"[{"a": 1}]"#, &named("json.a")).unwrap().to_string(), r#"[{"a": 1}]"#);
        assert_eq!(read(r#"{"a": 1, "a": 2}"#, &named("json.a")).unwrap().to_string(), r#"{"a": 2}"#);
    }

    #[test]
    fn what_is_broken_where_nobody_looks_is_no_json() {
        let broken = [
            r#"{"a": 1, "x": [1, 2}"#,
            r#"{"a": 1, "x": "\u12"}"#,
            r#"{"a": 1, "x": tru}"#,
            r#"{"a": 1}}"#,
            r#"{"a": 1,"#,
        ];
        for body in broken {
            assert!(whole(body).is_none() && read(body, &named("json.a")).is_none(), "{body}");
        }
    }
}
