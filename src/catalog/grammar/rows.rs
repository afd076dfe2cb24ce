//! Functions for lists in rules: which rows contain a word, and which URLs match.

use std::collections::BTreeSet;

use minijinja::Error;
use minijinja::value::{Value, ValueKind};
use url::Url;

/// `having(rows, path, words)`: the rows that have one of `words` at `path`, as a text or in a list.
pub(super) fn having(rows: Value, path: &str, words: Value) -> Result<Vec<Value>, Error> {
    let words = texts(&words)?;
    Ok(rows.try_iter()?.filter(|row| at(row, path).iter().any(|word| words.contains(word))).collect())
}

/// `only(rows, path, words)`: the rows that have something at `path`, but nothing other than `words`.
pub(super) fn only(rows: Value, path: &str, words: Value) -> Result<Vec<Value>, Error> {
    let words = texts(&words)?;
    let fits = |row: &Value| {
        let found = at(row, path);
        !found.is_empty() && found.iter().all(|word| words.contains(word))
    };
    Ok(rows.try_iter()?.filter(fits).collect())
}

/// `spread(rows, path)`: every distinct word at `path` in any row, sorted.
pub(super) fn spread(rows: Value, path: &str) -> Result<Vec<String>, Error> {
    let all: BTreeSet<String> = rows.try_iter()?.flat_map(|row| at(&row, path)).collect();
    Ok(all.into_iter().collect())
}

/// `addressed(urls, path, name, value)`: the `urls` whose path is `path` and whose query contains `name=value`.
pub(super) fn addressed(urls: Value, path: &str, name: &str, value: &str) -> Result<Vec<String>, Error> {
    let fits = |text: &String| {
        Url::parse(text)
            .is_ok_and(|url| url.path() == path && url.query_pairs().any(|(key, found)| key == name && found == value))
    };
    Ok(texts(&urls)?.into_iter().filter(fits).collect())
}

fn texts(list: &Value) -> Result<BTreeSet<String>, Error> {
    Ok(list.try_iter()?.map(|item| item.to_string()).collect())
}

/// Every text at a dotted path of a row, including texts in lists on the path; empty if the path is missing.
fn at(row: &Value, path: &str) -> Vec<String> {
    let deeper = |values: Vec<Value>, name: &str| -> Vec<Value> {
        let next = values.iter().filter_map(|value| value.get_attr(name).ok());
        next.filter(|value| !value.is_undefined() && !value.is_none()).flat_map(|value| items(&value)).collect()
    };
    path.split('.').fold(items(row), deeper).iter().map(ToString::to_string).collect()
}

/// A list's items, or the value as the only item.
fn items(value: &Value) -> Vec<Value> {
    match value.kind() {
        ValueKind::Seq | ValueKind::Iterable => value.try_iter().map(Iterator::collect).unwrap_or_default(),
        _ => vec![value.clone()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Value {
        Value::from_serialize(serde_json::json!([
            { "id": 1, "attributes": { "words": ["A"] } },
            { "id": 2, "attributes": { "words": ["A", "B"] } },
            { "id": 3, "attributes": {} },
            { "id": 4, "attributes": [{ "words": "C" }] },
        ]))
    }

    fn ids(rows: Result<Vec<Value>, Error>) -> Vec<String> {
        rows.unwrap().iter().map(|row| row.get_attr("id").unwrap().to_string()).collect()
    }

    #[test]
    fn a_row_is_found_by_a_word_in_its_list_or_alone() {
        let words = |words: &[&str]| Value::from_serialize(words);
        assert_eq!(ids(having(rows(), "attributes.words", words(&["B", "C"]))), ["2", "4"]);
        assert_eq!(ids(only(rows(), "attributes.words", words(&["A"]))), ["1"]);
        assert_eq!(spread(rows(), "attributes.words").unwrap(), ["A", "B", "C"]);
    }

    #[test]
    fn an_address_names_a_thing_by_its_whole_id() {
        let urls = Value::from_serialize([
            "https://play.example.com/store/app?hl=en&id=org.example.app",
            "https://play.example.com/store/app?id=org.example.app2",
            "https://play.example.com/store/dev?id=org.example.app",
            "no address",
        ]);
        let found = addressed(urls, "/store/app", "id", "org.example.app").unwrap();
        assert_eq!(found, ["https://play.example.com/store/app?hl=en&id=org.example.app"]);
    }
}
