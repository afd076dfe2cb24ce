//! Templates of the public pages, and Markdown rendered as HTML.

use std::sync::LazyLock;

use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, html};

/// All templates, compiled once and never changed.
#[expect(clippy::expect_used, reason = "the templates are part of the program, and tests render each of them")]
static PAGES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    env.set_trim_blocks(true);
    env.set_lstrip_blocks(true);
    env.set_auto_escape_callback(|_| AutoEscape::Html);
    for (name, text) in [
        ("head", include_str!("templates/head.html")),
        ("status", include_str!("templates/status.html")),
        ("incident", include_str!("templates/incident.html")),
        ("incidents", include_str!("templates/incidents.html")),
        ("update", include_str!("templates/update.html")),
        ("foot", include_str!("templates/foot.html")),
    ] {
        env.add_template(name, text).expect("a shipped template compiles");
    }
    env
});

/// The style sheet of every page.
pub(in crate::say) const STYLE: &str = include_str!("templates/style.css");
/// The script that greys out an old page. It is in every page, and its hash is in the policy.
pub(super) const SCRIPT: &str = include_str!("templates/old.js");

/// Renders a page from its template.
pub(super) fn render(name: &str, context: Value) -> String {
    let page = PAGES.get_template(name).and_then(|page| page.render(context));
    page.unwrap_or_else(|error| format!("the page cannot be written: {error}"))
}

/// Markdown as HTML that loads and runs nothing. Raw HTML is shown as text, images as their descriptions, and links
/// may lead only to the web or to an e-mail address.
pub(super) fn markdown(text: &str) -> Value {
    let safe = |url: &str| ["https://", "http://", "mailto:"].iter().any(|scheme| url.starts_with(scheme));
    let mut unsafe_links = 0;
    let plain = |event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => None,
        Event::Start(Tag::Link { ref dest_url, .. }) if !safe(dest_url) => {
            unsafe_links += 1;
            None
        }
        Event::End(TagEnd::Link) if unsafe_links > 0 => {
            unsafe_links -= 1;
            None
        }
        other => Some(other),
    };
    let mut out = String::new();
    html::push_html(&mut out, Parser::new_ext(text, Options::ENABLE_TABLES).filter_map(plain));
    Value::from_safe_string(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_runs_nothing_and_asks_nobody() {
        let text = "**So** [it](https://a.example/x) was. <script>alert(1)</script>\n\n<img src=//b.example>\n\n\
                    ![seen](https://c.example/p.png) [no](javascript:alert(1))";
        let html = markdown(text).to_string();
        assert!(html.contains("<strong>So</strong> <a href=\"https://a.example/x\">it</a>"), "{html}");
        for trace in ["<script", "<img", "javascript:", "c.example"] {
            assert!(!html.contains(trace), "{trace}: {html}");
        }
    }
}
