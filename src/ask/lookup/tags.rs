//! Tag lists (RFC 6376, section 3.2), the syntax of DKIM keys and DMARC records: `name = value; name = value`, with
//! optional blanks.

/// The tags in order, with names in lower case. `None` if a part is not a tag or a name occurs twice, because
/// receivers then ignore the whole list. Empty parts are skipped, as receivers do.
pub fn read(text: &str) -> Option<Vec<(String, String)>> {
    let mut tags: Vec<(String, String)> = Vec::new();
    for part in text.split(';').filter(|part| !part.trim().is_empty()) {
        let (name, value) = part.split_once('=')?;
        let name = name.trim().to_ascii_lowercase();
        let named = name.starts_with(|c: char| c.is_ascii_alphabetic());
        let named = named && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !named || tags.iter().any(|(own, _)| *own == name) {
            return None;
        }
        tags.push((name, value.trim().to_owned()));
    }
    Some(tags)
}

/// The value of the tag `name`.
pub fn of<'t>(tags: &'t [(String, String)], name: &str) -> Option<&'t str> {
    tags.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_a_last_semicolon_do_not_matter() {
        let tags = read(" v  =   DMARC1;P=reject ; rua=mailto:a@example.org?x=1;").unwrap();
        assert_eq!((of(&tags, "v"), of(&tags, "p")), (Some("DMARC1"), Some("reject")));
        assert_eq!(of(&tags, "rua"), Some("mailto:a@example.org?x=1"));
        assert_eq!(of(&tags, "sp"), None);
        assert_eq!(read("v=1;;p=2; ;").unwrap().len(), 2);
    }

    #[test]
    fn what_is_no_list_is_nothing() {
        for text in ["p:reject", "v=DMARC1; p:reject", "p=none; p=reject", "=x", "\\ = x", "1=x", ""] {
            assert_eq!(read(text).filter(|tags| !tags.is_empty()), None, "{text}");
        }
    }
}
