//! The language of a visitor.

use axum::http::{HeaderMap, header};

use crate::core::platform::public::Language;

/// The language from `?lang=`, otherwise from the browser, otherwise the page's own.
///
/// # Errors
/// Fails if the requested language does not exist: the message lists the known ones.
pub(super) fn of(asked: Option<&str>, headers: &HeaderMap, usual: Language) -> Result<Language, String> {
    if let Some(asked) = asked {
        let known: Vec<&str> = Language::ALL.iter().map(|language| language.word()).collect();
        return asked
            .parse()
            .map_err(|()| format!("There is no language {asked:?}; use one of: {}.", known.join(", ")));
    }
    let wished = headers.get(header::ACCEPT_LANGUAGE).and_then(|wished| wished.to_str().ok());
    Ok(wished.and_then(best).unwrap_or(usual))
}

/// The first available one of the most preferred languages (RFC 9110, section 12.5.4): `de-AT, en;q=0.8`.
fn best(wished: &str) -> Option<Language> {
    let mut best: Option<(Language, f32)> = None;
    for part in wished.split(',') {
        let (range, weight) = part.split_once(';').unwrap_or((part, ""));
        let weight = weight.trim().strip_prefix("q=").map_or(Some(1.0), |weight| weight.trim().parse::<f32>().ok());
        let primary = range.trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
        let (Ok(language), Some(weight)) = (primary.parse::<Language>(), weight) else { continue };
        if weight > best.map_or(0.0, |(_, most)| most) {
            best = Some((language, weight));
        }
    }
    best.map(|(language, _)| language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_most_wished_for_that_there_is_is_taken() {
        let cases = [
            ("de-AT,de;q=0.9,en;q=0.8", Some(Language::German)),
            ("fr, en;q=0.5, de;q=0.7", Some(Language::German)),
            ("EN-us", Some(Language::English)),
            ("de;q=0, fr", None),
            ("de;q=x", None),
            ("*", None),
            ("", None),
        ];
        for (wished, language) in cases {
            assert_eq!(best(wished), language, "{wished}");
        }
    }
}
