//! Selects parts of a page: CSS selectors, attributes, and JSON inside scripts.

use minijinja::value::Value;
use scraper::{Html, Selector};

use crate::catalog::grammar::rule::Select;

/// The maximum nesting depth. html5ever has no limit and takes quadratic time on deep nesting (servo/html5ever#788),
/// so pages that are nested more deeply are not parsed.
const DEEPEST: usize = 512;
/// The maximum number of tags. Pages with more are not parsed.
const MOST_TAGS: usize = 200_000;

/// The selected parts; `None` if the page is nested too deeply.
pub fn select(selects: &[Select], body: &str) -> Option<Value> {
    if !is_shallow(body) {
        return None;
    }
    let page = Html::parse_document(body);
    let pieces = selects.iter().filter_map(|select| piece(select, &page).map(|value| (select.name.clone(), value)));
    Some(Value::from_iter(pieces))
}

fn piece(select: &Select, page: &Html) -> Option<Value> {
    // The selector was checked when the catalogue was loaded.
    let selector = select.compiled.get_or_init(|| Selector::parse(&select.css).ok()).as_ref()?;
    let mut values = page
        .select(selector)
        .filter_map(|element| match &select.attr {
            Some(attr) => element.value().attr(attr).map(str::to_owned),
            None => Some(element.text().collect::<String>().trim().to_owned()),
        })
        .filter(|text| select.starts.as_ref().is_none_or(|starts| text.trim_start().starts_with(starts.as_str())))
        .filter_map(|text| value_of(select, &text))
        .filter(|value| {
            let it = Value::from_iter([("it", value.clone())]);
            select.filter.as_ref().is_none_or(|filter| filter.holds(&it))
        });
    if select.all { Some(values.collect()) } else { values.next() }
}

fn value_of(select: &Select, text: &str) -> Option<Value> {
    let text = match &select.after {
        Some(after) => text.split_once(after.as_str())?.1,
        None => text,
    };
    if !select.json {
        return Some(Value::from(text));
    }
    // More script may follow the JSON value.
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<serde_json::Value>();
    values.next()?.ok().map(Value::from_serialize)
}

/// Whether no element can be nested more deeply than allowed, judged by counting tags.
pub fn is_shallow(body: &str) -> bool {
    // These elements need no end tag, so counting them would overstate the depth.
    const LIGHT: [&str; 24] = [
        "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta", "option", "p",
        "param", "path", "source", "td", "th", "tr", "track", "use", "wbr",
    ];
    let (mut depth, mut tags) = (0_usize, 0_usize);
    for piece in body.split('<').skip(1) {
        let closing = piece.starts_with('/');
        let name: String =
            piece.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).take(16).collect();
        if name.is_empty() || LIGHT.contains(&name.to_ascii_lowercase().as_str()) {
            continue;
        }
        tags += 1;
        let empty = piece.split('>').next().is_some_and(|tag| tag.ends_with('/'));
        match (closing, empty) {
            (true, _) => depth = depth.saturating_sub(1),
            (false, false) => depth += 1,
            (false, true) => {}
        }
        if depth > DEEPEST || tags > MOST_TAGS {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(css: &str) -> Select {
        Select {
            name: "it".into(),
            css: css.into(),
            compiled: std::sync::OnceLock::new(),
            attr: None,
            starts: None,
            after: None,
            json: false,
            filter: None,
            all: false,
        }
    }

    fn one(select: Select, body: &str) -> Option<String> {
        super::select(&[select], body)?.get_attr("it").ok().filter(|v| !v.is_undefined()).map(|v| v.to_string())
    }

    #[test]
    fn json_inside_a_script_is_read_up_to_its_end() {
        let select = Select { after: Some("data:".into()), json: true, ..named("script") };
        let body = "<script>f({key: 'ds:5', data:[1, [2, 3]], sideChannel: {}});</script>";
        assert_eq!(one(select, body), Some("[1, [2, 3]]".into()));
    }

    #[test]
    fn a_piece_that_is_not_there_is_not_there() {
        assert_eq!(one(named("h1.app"), "<h1>x</h1>"), None);
    }

    #[test]
    fn a_page_nested_without_end_is_not_parsed() {
        let bomb = "<ul><li>".repeat(60_000);
        assert!(super::select(&[named("h1")], &bomb).is_none());
        let long_list = format!("<ul>{}</ul>", "<li>one<p>two".repeat(3_000));
        assert!(super::select(&[named("li")], &long_list).is_some());
    }
}
