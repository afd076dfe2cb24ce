//! Decodes a body in the character set that a browser would use (WHATWG Encoding, HTML 13.2.3).

use std::borrow::Cow;

use crate::core::words::answer::Answer;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, X_USER_DEFINED};

/// How many bytes of a page are searched for its character set. Browsers search the first kilobyte before they parse,
/// and parse again if the declaration comes later.
const FAR: usize = 64 << 10;

/// An answer's body as text.
pub fn body_text(answer: &Answer) -> Cow<'_, str> {
    let http = answer.http.as_ref();
    text(&answer.body, http.and_then(|http| http.headers.get("content-type")).map_or("", String::as_str))
}

/// The body as text. The character set is taken from the byte order mark, the header or the page itself, in this
/// order. Without any of them, it is UTF-8 if the body is valid or nearly valid UTF-8; otherwise windows-1252, which
/// the oldest pages use.
pub fn text<'b>(body: &'b [u8], content_type: &str) -> Cow<'b, str> {
    if let Some((encoding, mark)) = Encoding::for_bom(body) {
        return encoding.decode_without_bom_handling(&body[mark..]).0;
    }
    let said = of_header(content_type).or_else(|| of_page(body));
    match said {
        Some(encoding) => encoding.decode_without_bom_handling(body).0,
        None => match std::str::from_utf8(body) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) if is_broken_utf8(body) => String::from_utf8_lossy(body),
            Err(_) => WINDOWS_1252.decode_without_bom_handling(body).0,
        },
    }
}

/// Parses the character set in a header such as `text/html; charset="gbk"`. An unknown name is ignored.
fn of_header(content_type: &str) -> Option<&'static Encoding> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        if !key.trim().eq_ignore_ascii_case("charset") {
            return None;
        }
        Encoding::for_label(value.trim().trim_matches(['"', '\'']).as_bytes())
    })
}

/// Finds `<meta charset="...">`, `<meta http-equiv="content-type" content="...; charset=...">`, or the XML
/// declaration. A page that declares UTF-16 in single-byte text is read as UTF-8.
fn of_page(body: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&body[..body.len().min(FAR)]).to_ascii_lowercase();
    let plain = uncommented(&head);
    let named = match head.trim_start().strip_prefix("<?xml") {
        Some(xml) => xml.split("?>").next().and_then(|line| after(line, "encoding")),
        None => None,
    };
    let named = named.or_else(|| plain.split("<meta").skip(1).find_map(of_meta))?;
    match Encoding::for_label(named.as_bytes())? {
        encoding if encoding == UTF_16LE || encoding == UTF_16BE => Some(UTF_8),
        encoding if encoding == X_USER_DEFINED => Some(WINDOWS_1252),
        encoding => Some(encoding),
    }
}

/// The character set of one `meta` tag; `rest` is the text after the tag's name.
fn of_meta(rest: &str) -> Option<&str> {
    let tag = rest.split('>').next()?;
    tag.starts_with([' ', '\t', '\n', '\r', '\u{c}', '/']).then(|| after(tag, "charset")).flatten()
}

/// The value after `key =`, with or without quotation marks.
fn after<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(key)?;
    let value = rest.trim_start().strip_prefix('=')?.trim_start().trim_start_matches(['"', '\'']);
    value.split(['"', '\'', ';', ' ', '\t', '\n', '\r', '/', '?']).next().filter(|name| !name.is_empty())
}

/// Removes comments from the page's head.
fn uncommented(head: &str) -> String {
    let mut parts = head.split("<!--");
    let first = parts.next().unwrap_or("").to_owned();
    parts.fold(first, |text, part| text + part.split_once("-->").map_or("", |(_, rest)| rest))
}

/// Whether the body is UTF-8 that is cut off, or that has a few invalid bytes among many valid ones.
fn is_broken_utf8(body: &[u8]) -> bool {
    let lossy = String::from_utf8_lossy(body);
    let (mut bad, mut good) = (0_usize, 0_usize);
    for letter in lossy.chars().filter(|letter| !letter.is_ascii()) {
        if letter == char::REPLACEMENT_CHARACTER { bad += 1 } else { good += 1 }
    }
    good > 0 && good >= bad
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGIN: &str = "\u{767b}\u{5f55}";

    fn page(charset: &str, meta: &str) -> Vec<u8> {
        let encoding = Encoding::for_label(charset.as_bytes()).unwrap();
        encoding.encode(&format!("<html><head>{meta}</head>{LOGIN}</html>")).0.into_owned()
    }

    #[test]
    fn the_header_says_the_character_set_in_every_spelling() {
        for header in ["text/html; charset=gbk", "text/html;Charset=\"GB2312\"", "text/html; x=1; charset='gb18030' "] {
            assert!(text(&page("gbk", ""), header).contains(LOGIN), "{header}");
        }
        assert!(text(&page("utf-8", ""), "text/html; charset=none").contains(LOGIN), "no such set");
    }

    #[test]
    fn the_page_says_it_where_the_header_does_not() {
        for meta in [
            "<meta charset=\"gb2312\">",
            "<META CHARSET=gbk />",
            "<meta http-equiv='Content-Type' content='text/html; charset=GBK'>",
            "<!-- <meta charset=utf-8> --><meta name=x content=y>\n<meta\ncharset = 'gbk'>",
        ] {
            assert!(text(&page("gbk", meta), "text/html").contains(LOGIN), "{meta}");
        }
        let xml = [b"<?xml version='1.0' encoding='gbk'?>".as_slice(), &page("gbk", "")].concat();
        assert!(text(&xml, "application/xml").contains(LOGIN));
        // The header takes precedence over the page.
        assert!(text(&page("utf-8", "<meta charset=gbk>"), "text/html; charset=utf-8").contains(LOGIN));
    }

    #[test]
    fn a_byte_order_mark_counts_more_than_all_names() {
        let utf8 = ["\u{feff}", LOGIN].concat();
        assert_eq!(text(utf8.as_bytes(), "text/html; charset=gbk"), LOGIN);
        let utf16: Vec<u8> = [0xfeff_u16].into_iter().chain(LOGIN.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(text(&utf16, "text/html; charset=utf-8"), LOGIN);
    }

    #[test]
    fn where_nothing_is_said_it_is_utf_8_or_the_oldest_set() {
        assert_eq!(text(LOGIN.as_bytes(), ""), LOGIN);
        assert_eq!(text(b"caf\xe9", "text/html"), "caf\u{e9}");
        let cut = &LOGIN.as_bytes()[..5];
        assert!(text(cut, "").starts_with('\u{767b}'));
        assert_eq!(text(b"", "text/html; charset=gbk"), "");
    }
}
