//! One table of a file, read key by key. Keys that nothing reads are reported as problems.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::str::FromStr;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use url::Url;

use super::{Source, duration, problem, to_json};

/// A value with its place in the file.
#[derive(Clone, Debug, PartialEq)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Its bytes in the file.
    pub span: Range<usize>,
}

/// A table being read.
pub struct Table<'s> {
    source: &'s Source,
    table: &'s DeTable<'s>,
    span: Range<usize>,
    path: String,
    asked: RefCell<BTreeSet<String>>,
}

impl<'s> Table<'s> {
    /// The whole file.
    pub fn root(source: &'s Source, parsed: &'s Spanned<DeTable<'s>>) -> Table<'s> {
        Table::new(source, parsed.get_ref(), 0..0, String::new())
    }

    fn new(source: &'s Source, table: &'s DeTable<'s>, span: Range<usize>, path: String) -> Table<'s> {
        Table { source, table, span, path, asked: RefCell::default() }
    }

    /// The file's name.
    pub fn file(&self) -> &str {
        &self.source.name
    }

    /// The table's place in the file.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Its dotted name.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Records a problem in this file.
    pub fn problem(&self, span: Range<usize>, what: impl Into<String>, cure: impl Into<String>) {
        self.source.problem(span, what, cure);
    }

    /// Records a problem at a secret, which is not shown.
    pub fn secret_problem(&self, span: Range<usize>, what: impl Into<String>, cure: impl Into<String>) {
        self.source.secret_problem(span, what, cure);
    }

    fn named(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn raw(&self, key: &str) -> Option<&'s Spanned<DeValue<'s>>> {
        self.asked.borrow_mut().insert(key.to_owned());
        self.table.get(key)
    }

    /// The place of a key, or of the table if the key is missing.
    pub fn key_span(&self, key: &str) -> Range<usize> {
        let key = self.table.iter().find(|(name, _)| name.get_ref() == key);
        key.map_or_else(|| self.span(), |(name, _)| name.span())
    }

    fn typed<T>(
        &self,
        key: &str,
        kind: &str,
        example: &str,
        read: impl Fn(&'s DeValue<'s>) -> Option<T>,
    ) -> Option<At<T>> {
        let raw = self.raw(key)?;
        match read(raw.get_ref()) {
            Some(value) => Some(At { value, span: raw.span() }),
            None => {
                let got = raw.get_ref().type_str();
                self.problem(
                    raw.span(),
                    format!("`{}` must be {kind}, not {got}", self.named(key)),
                    format!("for example {key} = {example}"),
                );
                None
            }
        }
    }

    /// A string.
    pub fn string(&self, key: &str) -> Option<At<String>> {
        self.typed(key, "a text", "\"...\"", |value| value.as_str().map(str::to_owned))
    }

    /// A required string.
    pub fn need_string(&self, key: &str, example: &str) -> Option<At<String>> {
        if self.raw(key).is_none() {
            self.missing(key, example);
            return None;
        }
        self.string(key)
    }

    /// An HTTP or HTTPS URL with a host.
    pub fn url(&self, key: &str) -> Option<Url> {
        let text = self.string(key)?;
        match Url::parse(&text.value) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.host_str().is_some() => Some(url),
            _ => {
                self.problem(
                    text.span,
                    format!("`{}` is not an http or https URL", text.value),
                    format!("for example {key} = \"https://example.com/\""),
                );
                None
            }
        }
    }

    /// Reports that a key is missing; a similar unknown key is reported as a typing error.
    pub fn missing(&self, key: &str, example: &str) {
        let likeness = |name: &At<String>| strsim::jaro_winkler(key, &name.value);
        let near =
            self.keys().into_iter().filter(|name| likeness(name) > 0.9 && !self.asked.borrow().contains(&name.value));
        if let Some(typo) = near.max_by(|a, b| likeness(a).total_cmp(&likeness(b))) {
            self.know(&typo.value);
            let what = format!("`{}` is missing, and `{}` is not a key here", self.named(key), typo.value);
            let cure = format!("write `{key}`");
            match problem::sounds_secret(key) {
                true => self.source.keyed_problem(typo.span, what, cure),
                false => self.problem(typo.span, what, cure),
            }
            return;
        }
        self.problem(self.span(), format!("`{}` is missing", self.named(key)), format!("add {key} = {example}"));
    }

    /// A Boolean.
    pub fn flag(&self, key: &str) -> Option<At<bool>> {
        self.typed(key, "true or false", "true", DeValue::as_bool)
    }

    /// A whole number from 0.
    pub fn count(&self, key: &str) -> Option<At<u32>> {
        self.typed(key, "a whole number", "3", |value| {
            value.as_integer().and_then(|n| u32::from_str_radix(n.as_str(), n.radix()).ok())
        })
    }

    /// A duration such as `"5m"`.
    pub fn duration(&self, key: &str) -> Option<At<Duration>> {
        let text = self.typed(key, "a duration in quotes", "\"5m\"", |value| value.as_str().map(str::to_owned))?;
        match duration(&text.value) {
            Ok(value) => Some(At { value, span: text.span }),
            Err((what, cure)) => {
                self.problem(text.span, what, cure);
                None
            }
        }
    }

    /// A list of strings.
    pub fn strings(&self, key: &str) -> Option<At<Vec<At<String>>>> {
        self.typed(key, "a list of texts", "[\"...\"]", |value| {
            let items = value.as_array()?.iter();
            items.map(|item| Some(At { value: item.get_ref().as_str()?.to_owned(), span: item.span() })).collect()
        })
    }

    /// One of a fixed set of words.
    pub fn word<T: FromStr>(&self, key: &str, words: &[&str]) -> Option<At<T>> {
        let text = self.string(key)?;
        match text.value.parse() {
            Ok(value) => Some(At { value, span: text.span }),
            Err(_) => {
                let what = format!("`{key}` cannot be `{}`", text.value);
                self.problem(text.span, what, one_of(&text.value, words.iter().copied()));
                None
            }
        }
    }

    /// Any value, as JSON.
    pub fn any(&self, key: &str) -> Option<At<serde_json::Value>> {
        self.raw(key).map(|raw| At { value: to_json(raw.get_ref()), span: raw.span() })
    }

    /// The values of those of these keys that are given.
    pub fn some(&self, keys: &[&str]) -> std::collections::BTreeMap<String, serde_json::Value> {
        keys.iter().filter_map(|key| self.any(key).map(|given| ((*key).to_owned(), given.value))).collect()
    }

    /// A table inside this one.
    pub fn table(&self, key: &str) -> Option<Table<'s>> {
        let raw = self.raw(key)?;
        let Some(table) = raw.get_ref().as_table() else {
            let got = raw.get_ref().type_str();
            self.problem(
                raw.span(),
                format!("`{}` must be a table, not {got}", self.named(key)),
                format!("write [{}]", self.named(key)),
            );
            return None;
        };
        Some(Table::new(self.source, table, self.key_span(key), self.named(key)))
    }

    /// A list of tables, `[[key]]`.
    pub fn tables(&self, key: &str) -> Vec<Table<'s>> {
        let Some(raw) = self.raw(key) else { return Vec::new() };
        let wrong = || {
            self.problem(
                raw.span(),
                format!("`{}` must be a list of tables", self.named(key)),
                format!("write [[{}]]", self.named(key)),
            );
            Vec::new()
        };
        let Some(items) = raw.get_ref().as_array() else { return wrong() };
        let tables: Option<Vec<Table<'s>>> = items
            .iter()
            .map(|item| Some(Table::new(self.source, item.get_ref().as_table()?, item.span(), self.named(key))))
            .collect();
        tables.unwrap_or_else(wrong)
    }

    /// Every key whose value is a table, in the order of the file.
    pub fn subtables(&self) -> Vec<(At<String>, Table<'s>)> {
        let mut all: Vec<_> =
            self.keys().into_iter().filter_map(|key| self.table(&key.value).map(|table| (key, table))).collect();
        all.sort_by_key(|(key, _)| key.span.start);
        all
    }

    /// All keys, with their places.
    pub fn keys(&self) -> Vec<At<String>> {
        let mut keys: Vec<_> =
            self.table.keys().map(|key| At { value: key.get_ref().to_string(), span: key.span() }).collect();
        keys.sort_by_key(|key| key.span.start);
        keys
    }

    /// Marks a key as known without reading it.
    pub fn know(&self, key: &str) {
        self.asked.borrow_mut().insert(key.to_owned());
    }

    /// Marks every key as known, because the problem here is already reported.
    pub fn forgive(&self) {
        self.asked.borrow_mut().extend(self.keys().into_iter().map(|key| key.value));
    }

    /// Reports every unknown key, with the most similar known one.
    pub fn finish(&self) {
        let asked = self.asked.borrow();
        for key in self.keys().into_iter().filter(|key| !asked.contains(&key.value)) {
            let what = format!(
                "`{}` is not a key of {}",
                key.value,
                if self.path.is_empty() { "this file" } else { &self.path }
            );
            let cure = one_of(&key.value, asked.iter().map(String::as_str));
            // It may be a misspelt secret, so the value is not shown.
            self.source.keyed_problem(key.span, what, cure);
        }
    }
}

/// "did you mean", or all known words if none is similar.
fn one_of<'a>(wrong: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    let near = known.iter().map(|word| (strsim::jaro_winkler(wrong, word), *word)).max_by(|a, b| a.0.total_cmp(&b.0));
    match near {
        Some((likeness, word)) if likeness > 0.8 => format!("did you mean `{word}`?"),
        _ => format!("use one of: {}", known.join(", ")),
    }
}
