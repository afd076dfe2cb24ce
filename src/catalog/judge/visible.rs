//! The visible text of a page, with entities decoded and without scripts, styles and tags. A tag within a line does
//! not separate words; a new block does.

use scraper::{Html, Node};

use super::html::is_shallow;
use super::unseen::{is_page, without_unseen};

/// Elements whose text is not shown.
const UNSEEN: [&str; 5] = ["script", "style", "template", "noscript", "iframe"];
/// Inline elements, which do not separate words (HTML 4.5).
const WITHIN: [&str; 30] = [
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd",
    "label", "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "tt", "u", "var", "wbr",
];
/// Attributes whose text is shown or read aloud.
const SHOWN: [&str; 5] = ["alt", "placeholder", "title", "aria-label", "value"];

/// The source of a page without invisible parts. Anything else (JSON, plain text, a feed) is returned unchanged.
pub fn markup(body: &str) -> String {
    if !is_page(body) {
        return body.to_owned();
    }
    without_unseen(body, |seen| flat(seen).chars().filter(|c| c.is_alphanumeric()).count())
}

/// The visible text of a page. Anything else is returned unchanged.
pub fn text(body: &str) -> String {
    if !body.contains(['<', '&']) {
        return body.to_owned();
    }
    if !is_shallow(body) {
        // The page is nested too deeply to be parsed, but its entities are still decoded.
        return text(&flat(body));
    }
    let page = Html::parse_document(body);
    let mut out = String::new();
    let mut shown = String::new();
    // Depth first, without recursion. The end of a block also counts as a space.
    for edge in page.tree.root().traverse() {
        let (node, opens) = match edge {
            ego_tree::iter::Edge::Open(node) => (node, true),
            ego_tree::iter::Edge::Close(node) => (node, false),
        };
        match node.value() {
            Node::Text(text) if opens && !is_unseen(&node) => out.push_str(text),
            Node::Element(element) => {
                if !WITHIN.contains(&element.name()) {
                    out.push(' ');
                }
                if opens {
                    let hidden = element.attr("type").is_some_and(|kind| kind.eq_ignore_ascii_case("hidden"));
                    let values = SHOWN.iter().filter(|_| !hidden).filter_map(|name| element.attr(name));
                    values.for_each(|value| shown.extend(["\n", value]));
                }
            }
            _ => {}
        }
    }
    out + &shown
}

/// The text, with each tag replaced by a space.
fn flat(body: &str) -> String {
    let mut parts = body.split('<');
    let first = parts.next().unwrap_or("").to_owned();
    parts.fold(first, |text, part| text + " " + part.split_once('>').map_or("", |(_, rest)| rest))
}

fn is_unseen(node: &ego_tree::NodeRef<'_, Node>) -> bool {
    let parent = node.parent().and_then(|parent| parent.value().as_element().map(|element| element.name()));
    parent.is_some_and(|name| UNSEEN.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::grammar::seen::seen;

    fn shows(body: &str) -> String {
        seen(&text(body))
    }

    #[test]
    fn entities_are_read_in_every_form() {
        let body =
            "<p>Terms &amp; Conditions, Sign&nbsp;in, D&eacute;connexion, Caf&#233;, &#x4F60;&#22909;, Don&rsquo;t</p>";
        assert_eq!(shows(body), "Terms & Conditions, Sign in, D\u{e9}connexion, Caf\u{e9}, \u{4f60}\u{597d}, Don't");
    }

    #[test]
    fn a_tag_within_a_line_parts_no_word_and_a_block_does() {
        assert_eq!(shows("<p>Sign&shy;<b>in</b> <span>n</span>ow</p>"), "Signin now");
        assert_eq!(shows("<ul><li>One</li><li>Two</li></ul>Three<br>Four"), "One Two Three Four");
        assert_eq!(shows("Donau<wbr>dampf"), "Donaudampf");
    }

    #[test]
    fn what_nobody_sees_is_not_there_and_what_is_shown_is() {
        let body = "<title>Home</title><script>var a = 'Sign in'</script><style>b</style><!-- c -->\
                    <input placeholder='Your&nbsp;name' value=Go><input type=hidden value=token>";
        assert_eq!(shows(body), "Home Your name Go");
    }

    #[test]
    fn what_is_no_page_is_its_own_text() {
        assert_eq!(text("{\"a\": 1}"), "{\"a\": 1}");
        let deep = "<ul><li>".repeat(60_000) + "Sign&nbsp;in";
        assert_eq!(shows(&deep), "Sign in");
    }
}
