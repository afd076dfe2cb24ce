//! Removes the parts of a page's source that visitors do not see: comments, scripts, `noscript` and hidden elements.
//! It works on the source in one pass, so that all other markup stays unchanged for rules that search it.

use std::borrow::Cow;

/// Elements whose content is not shown.
const UNSEEN: [&str; 5] = ["script", "style", "template", "noscript", "iframe"];
/// Elements without content (HTML 13.1.2).
const VOID: [&str; 14] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];
/// A page that contains a script and fewer visible letters than this is drawn by the script.
const DRAWN_BY_SCRIPT: usize = 40;
/// The number of bytes at the beginning of the text in which letters are counted. The rest is counted only if there
/// are too few.
const BEGINNING: usize = 8 << 10;

/// Whether a body is an HTML page for visitors.
pub(super) fn is_page(body: &str) -> bool {
    let start = body.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    if start.starts_with(['{', '[']) || !start.contains('<') {
        return false;
    }
    let lower: String = start.chars().take(4_096).flat_map(char::to_lowercase).collect();
    let html = ["<html", "<!doctype html", "<head", "<body", "<title", "<div", "<p>", "<p ", "<h1", "<script", "<!--"];
    html.iter().any(|mark| lower.contains(mark))
}

/// The source without invisible parts. If scripts draw the page, the source shows nothing else, so only comments are
/// removed.
pub(super) fn without_unseen(body: &str, letters: impl Fn(&str) -> usize) -> String {
    let begins = |at: usize| body.as_bytes().get(at..at + 7).is_some_and(|tag| tag.eq_ignore_ascii_case(b"<script"));
    let script = body.match_indices('<').any(|(at, _)| begins(at));
    let few = |most: usize| letters(&cut(body, Cut::AllButText, most)) < DRAWN_BY_SCRIPT;
    let drawn = script && few(BEGINNING) && few(usize::MAX);
    cut(body, if drawn { Cut::Comments } else { Cut::Unseen }, usize::MAX)
}

/// What to remove.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cut {
    Comments,
    /// Comments, and elements that visitors do not see, except the page's data.
    Unseen,
    /// The same, and also the title and the page's data.
    AllButText,
}

/// The remaining source. It stops at the first tag after `most` bytes of the result.
fn cut(body: &str, what: Cut, most: usize) -> String {
    let mut out = String::with_capacity(body.len().min(most));
    let mut rest = body;
    while let Some(at) = rest.find('<') {
        if out.len() >= most {
            return out;
        }
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(comment) = comment(rest) {
            // A comment without an end extends to the end of the page (HTML 13.2.5.43); `<!-->` is empty.
            let empty = comment.strip_prefix('>').or_else(|| comment.strip_prefix("->"));
            rest = empty.or_else(|| comment.split_once("-->").map(|(_, after)| after)).unwrap_or("");
            continue;
        }
        let Some(tag) = Tag::read(rest) else {
            out.push('<');
            rest = &rest[1..];
            continue;
        };
        let (whole, after) = rest.split_at(tag.length);
        let raw = (UNSEEN.contains(&&*tag.name) || tag.name == "title") && !tag.closes;
        let kept = what == Cut::Unseen && (tag.name == "title" || tag.is_data(after));
        let goes = what != Cut::Comments && !tag.closes && (tag.hidden || (raw && !kept));
        if goes && !VOID.contains(&&*tag.name) && !tag.empty {
            rest = behind(&tag.name, after, raw);
            out.push(' ');
            continue;
        }
        if !goes {
            out.push_str(whole);
        }
        rest = after;
        if raw && !goes {
            // Text in a script that looks like a tag or a comment is neither.
            let end = closing(&tag.name, rest).map_or(rest.len(), |(at, _)| at);
            out.push_str(&rest[..end]);
            rest = &rest[end..];
        }
    }
    out.push_str(rest);
    out
}

/// The text after the start of a comment.
fn comment(text: &str) -> Option<&str> {
    // Checking the second byte rules out nearly everything else that starts with `<`.
    if text.as_bytes().get(1) == Some(&b'!') { text.strip_prefix("<!--") } else { None }
}

/// The start and end of the element's end tag.
fn closing(name: &str, text: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    while let Some(at) = text[from..].find('<').map(|at| from + at) {
        if text.as_bytes().get(at + 1) != Some(&b'/') {
            from = at + 1;
            continue;
        }
        match Tag::read(&text[at..]) {
            Some(tag) if tag.name == name => return Some((at, at + tag.length)),
            Some(tag) if tag.name.is_empty() => return None,
            _ => from = at + 2,
        }
    }
    None
}

/// The text after an element's own end tag. Elements of the same name may be nested in it.
fn behind<'t>(name: &str, text: &'t str, raw: bool) -> &'t str {
    if raw {
        return closing(name, text).map_or("", |(_, end)| &text[end..]);
    }
    let (mut depth, mut rest) = (1_usize, text);
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        if let Some(comment) = comment(rest) {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let Some(tag) = Tag::read(rest) else {
            rest = &rest[1..];
            continue;
        };
        rest = &rest[tag.length..];
        if UNSEEN.contains(&&*tag.name) && !tag.closes && tag.name != name {
            rest = closing(&tag.name, rest).map_or("", |(_, end)| &rest[end..]);
        } else if tag.name == name && tag.closes {
            depth -= 1;
        } else if tag.name == name && !tag.empty {
            depth += 1;
        }
        if depth == 0 {
            return rest;
        }
    }
    ""
}

/// A tag, with the properties that decide what is shown.
struct Tag<'t> {
    /// The name, in lower case.
    name: Cow<'t, str>,
    closes: bool,
    empty: bool,
    hidden: bool,
    /// Whether it is a script that contains data: `type="application/json"`.
    json: bool,
    length: usize,
}

impl<'t> Tag<'t> {
    fn read(text: &'t str) -> Option<Tag<'t>> {
        let bytes = text.as_bytes();
        let closes = bytes.get(1) == Some(&b'/');
        let from = 1 + usize::from(closes);
        if bytes.first() != Some(&b'<') || !bytes.get(from).is_some_and(u8::is_ascii_alphabetic) {
            return None;
        }
        let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/');
        let begun = from + bytes[from..].iter().position(ends)?;
        let name = lower(&text[from..begun]);
        // A tag without an end extends to the end of the page and is dropped (HTML 13.2.5: eof-in-tag).
        let endless = || Tag {
            name: Cow::Borrowed(""),
            closes: true,
            empty: true,
            hidden: false,
            json: false,
            length: text.len(),
        };
        let Some((attributes, length)) = attributes(&text[begun..]) else { return Some(endless()) };
        let has =
            |name: &str| attributes.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| *value);
        let hidden = has("hidden").is_some_and(|value| value != "until-found")
            || has("aria-hidden").is_some_and(|value| value.eq_ignore_ascii_case("true"))
            || (name == "input" && has("type").is_some_and(|kind| kind.eq_ignore_ascii_case("hidden")))
            || has("style").is_some_and(hides);
        let json = has("type").is_some_and(|kind| kind.to_ascii_lowercase().contains("json"));
        let empty = bytes[..begun + length].ends_with(b"/>");
        Some(Tag { name, closes, empty, hidden, json, length: begun + length })
    }

    /// Whether a script contains the page's data: JSON, or an assignment or call with an object or a list
    /// (`window.page = {`, `self.__next_f.push([`).
    fn is_data(&self, content: &str) -> bool {
        if self.name != "script" {
            return false;
        }
        let end = closing("script", content).map_or(content.len(), |(at, _)| at);
        let text = content[..end].trim_start();
        let (given, value) = text.split_once(['=', '(']).unwrap_or((text, ""));
        let given = given.trim();
        let name = ["var ", "let ", "const "].iter().find_map(|word| given.strip_prefix(word)).unwrap_or(given);
        let path = !name.is_empty()
            && name.len() < 64
            && name.chars().all(|c| c.is_alphanumeric() || "._$[]'\"| ".contains(c));
        // Names that frameworks use, whatever produces the value: `window.__NUXT__ = (function (a) {...`.
        let framework = ["window.__", "self.__", "globalThis.__", "__"].iter().any(|begin| name.starts_with(begin));
        self.json || (path && (framework || value.trim_start().starts_with(['{', '['])))
    }
}

/// Whether a style hides its element.
fn hides(style: &str) -> bool {
    let style: String = style.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    ["display:none", "visibility:hidden"].iter().any(|part| style.contains(part))
}

/// The name in lower case, in which most names already are.
fn lower(name: &str) -> Cow<'_, str> {
    match name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => Cow::Owned(name.to_ascii_lowercase()),
        false => Cow::Borrowed(name),
    }
}

/// The attributes of a tag, as written, and the position after it; `None` if the tag has no end.
fn attributes(text: &str) -> Option<(Vec<(&str, &str)>, usize)> {
    let bytes = text.as_bytes();
    let (mut at, mut all) = (0, Vec::new());
    loop {
        while bytes.get(at).is_some_and(|b| b.is_ascii_whitespace() || *b == b'/') {
            at += 1;
        }
        if *bytes.get(at)? == b'>' {
            return Some((all, at + 1));
        }
        let from = at;
        at += 1;
        while bytes.get(at).is_some_and(|b| !b.is_ascii_whitespace() && !b"=>/".contains(b)) {
            at += 1;
        }
        let name = text.get(from..at)?;
        while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
            at += 1;
        }
        let mut value = "";
        if bytes.get(at) == Some(&b'=') {
            at += 1;
            while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
                at += 1;
            }
            let quote = bytes.get(at).copied().filter(|b| matches!(b, b'"' | b'\''));
            let begins = at + usize::from(quote.is_some());
            at = begins;
            while bytes
                .get(at)
                .is_some_and(|b| quote.map_or(!b.is_ascii_whitespace() && *b != b'>', |quote| *b != quote))
            {
                at += 1;
            }
            bytes.get(at)?;
            value = text.get(begins..at)?;
            at += usize::from(quote.is_some());
        }
        all.push((name, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(body: &str) -> String {
        without_unseen(body, |_| DRAWN_BY_SCRIPT).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_nobody_sees_goes_and_the_rest_stays_as_it_is() {
        for (body, wanted) in [
            ("<p class=a>One</p><!-- two <p> -->three", "<p class=a>One</p>three"),
            ("a<script>var b = '<p>two</p>';</script>c", "a c"),
            ("a<SCRIPT src=x></SCRIPT >c", "a c"),
            ("a<noscript>two</noscript>c", "a c"),
            ("a<div hidden>two<div>three</div>four</div>c", "a c"),
            ("a<div style=\"color:red; display : none\">two</div>c", "a c"),
            ("a<span aria-hidden=true>two</span>c", "a c"),
            ("a<span aria-hidden=false>two</span>c", "a<span aria-hidden=false>two</span>c"),
            ("a<input type=hidden value=two>c", "ac"),
            ("a<!-->b", "ab"),
            ("a<!-- never ends", "a"),
            ("1 < 2 <b>c</b>", "1 < 2 <b>c</b>"),
            ("a <p title='>'>b", "a <p title='>'>b"),
            ("a<div hidden>never ends", "a"),
            (
                "<script type=\"application/json\">{\"name\": \"two\"}</script>",
                "<script type=\"application/json\">{\"name\": \"two\"}</script>",
            ),
            (
                "<script>window.page = {\"name\": \"two\"}</script>",
                "<script>window.page = {\"name\": \"two\"}</script>",
            ),
        ] {
            assert_eq!(seen(body), wanted, "{body}");
        }
    }

    #[test]
    fn what_frameworks_put_into_scripts_is_the_page_s_data() {
        for data in [
            "window.__STATE__ = JSON.parse('{}')",
            "self.__next_f.push([1, \"two\"])",
            "window.__NUXT__=(function(a){return {b:a}}(1))",
            "let page = [1]",
        ] {
            let body = format!("<script>{data}</script>");
            assert_eq!(seen(&body), body, "{data}");
        }
        for code in ["draw('two')", "if (a) { show('two') }", "function two() {}", "var a = 'two'", "// two\nvar b = 1"]
        {
            assert_eq!(seen(&format!("a<script>{code}</script>")), "a", "{code}");
        }
    }

    #[test]
    fn a_page_that_its_scripts_draw_stays_whole_but_for_comments() {
        let body = "<div id=app></div><!-- two --><script>draw('One')</script>";
        assert_eq!(without_unseen(body, |_| 0), "<div id=app></div><script>draw('One')</script>");
    }

    #[test]
    fn pages_are_told_from_data() {
        assert!(is_page("<!doctype html><p>x"));
        assert!(is_page("\u{feff} <html>"));
        for body in ["{\"a\": \"<div>\"}", "[1]", "ok", "<?xml version=\"1.0\"?><rss><item/></rss>"] {
            assert!(!is_page(body), "{body}");
        }
    }
}
