//! The fields of a JSON body that a check's rules use. Other fields are parsed but not kept. If an answer lists
//! thousands of items, keeping them would cost more than all other processing.

use std::collections::BTreeMap;

use super::expr::{Expr, template_names};

/// The name by which rules refer to the body.
const ROOT: &str = "json";

/// A part of a body: all of it, or some of its fields.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct JsonPaths {
    all: bool,
    fields: BTreeMap<String, JsonPaths>,
}

impl JsonPaths {
    /// Whether all of it is needed.
    pub fn is_all(&self) -> bool {
        self.all
    }

    /// The needed part of a field, if any.
    pub fn field(&self, name: &str) -> Option<&JsonPaths> {
        self.fields.get(name)
    }

    /// Adds the fields that an expression uses.
    pub fn add_expr(&mut self, expr: &Expr) {
        self.add_quoted(expr.text());
        expr.names().iter().for_each(|name| self.add(name));
    }

    /// Adds the fields that a message text uses.
    pub fn add_text(&mut self, text: &str) {
        if !text.contains('{') {
            return;
        }
        self.add_quoted(text);
        match template_names(text) {
            Ok(names) => names.iter().for_each(|name| self.add(name)),
            // The text was parsed when the file was loaded. If parsing fails now, its fields are unknown, so
            // everything is kept.
            Err(_) => self.all = true,
        }
    }

    /// Adds names in quotes, as in calls of `has`.
    fn add_quoted(&mut self, text: &str) {
        for (start, quote) in text.match_indices(['"', '\'']) {
            let rest = &text[start + 1..];
            let named = rest.split(quote).next().unwrap_or(rest);
            if named != ROOT || text[..start].trim_end().ends_with("has(") {
                self.add(named);
            }
        }
        // A name that is built at run time can be any name.
        let told = |rest: &str| rest.trim_start().starts_with(['"', '\'']);
        self.all |= !text.split("has(").skip(1).all(told);
    }

    fn add(&mut self, name: &str) {
        let mut steps = name.split('.');
        if steps.next() != Some(ROOT) {
            return;
        }
        let end = steps.fold(self, |paths, step| paths.fields.entry(step.to_owned()).or_default());
        end.all = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(expr: &str, text: &str) -> JsonPaths {
        let mut paths = JsonPaths::default();
        paths.add_expr(&Expr::compile(expr).unwrap());
        paths.add_text(text);
        paths
    }

    fn wants(paths: &JsonPaths, path: &[&str]) -> bool {
        let end = path.iter().try_fold(paths, |paths, step| if paths.all { Some(paths) } else { paths.field(step) });
        end.is_some_and(JsonPaths::is_all)
    }

    #[test]
    fn fields_are_known_by_name_and_in_quotes() {
        let paths = named("json.a.b == 1 and has('json.c.0.d') and json.e[0].f", "it's {{ json.say }}, isn't it");
        for path in [&["a", "b"][..], &["c", "0", "d"], &["e"], &["say"]] {
            assert!(wants(&paths, path), "{path:?}");
        }
        assert!(!wants(&paths, &["a"]) && !wants(&paths, &["other"]) && !paths.is_all());
    }

    #[test]
    fn whoever_takes_a_whole_takes_all_fields_of_it() {
        assert!(wants(&named("has('json.a') and json.a.b == 1", ""), &["a", "c"]));
        for whole in ["json|length > 2", "has(\"json\")", "has(param.which)", "json['a'] == 1"] {
            assert!(named(whole, "").is_all(), "{whole}");
        }
        assert!(!named("'json' in http.content_type", "").is_all());
    }
}
