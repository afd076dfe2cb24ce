//! Puts the state into words: alerts, status, reports. Pure: no I/O, no clock.
//!
//! Texts are templates in `templates/`, one for all formats; only `bold(...)` differs between plain text and HTML.

pub mod about;
pub mod advice;
pub mod alert;
pub mod buttons;
mod cause;
pub mod coverage;
pub mod details;
pub mod digest;
mod footer;
pub mod json;
pub mod mail;
pub mod map;
mod measure;
pub mod public;
pub mod report;
pub mod short;
pub mod situation;
pub mod split;
pub mod status;
pub mod strips;
pub mod table;
pub mod tally;
mod title;

use std::sync::LazyLock;

use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, Output, State, UndefinedBehavior};

/// All templates, compiled once and never changed.
#[expect(clippy::expect_used, reason = "the templates are part of the program, and tests render each of them")]
static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    env.set_trim_blocks(true);
    env.set_lstrip_blocks(true);
    env.set_formatter(write_value);
    env.add_function("bold", bold);
    env.add_filter("sentence", sentence);
    env.add_filter("sentences", |text: String| sentences(&text));
    env.add_filter("coded", coded);
    env.add_filter("stopped", |text: String| crate::core::words::text::stopped(&text));
    for (name, text) in [
        ("alert", include_str!("templates/alert.j2")),
        ("open", include_str!("templates/open.j2")),
        ("situation", include_str!("templates/situation.j2")),
        ("started", include_str!("templates/started.j2")),
        ("notice", include_str!("templates/notice.j2")),
        ("report", include_str!("templates/report.j2")),
        ("status", include_str!("templates/status.j2")),
        ("why", include_str!("templates/why.j2")),
        ("digest", include_str!("templates/digest.j2")),
        ("footer", include_str!("templates/footer.j2")),
        ("map", include_str!("templates/map.j2")),
        ("whatif", include_str!("templates/whatif.j2")),
    ] {
        for ending in ["txt", "html", "md"] {
            env.add_template_owned(format!("{name}.{ending}"), text).expect("a shipped template compiles");
        }
    }
    env.add_template("mail.html", include_str!("templates/mail.html")).expect("the shipped mail compiles");
    env.add_template("strips.svg.xml", include_str!("templates/strips.svg")).expect("the shipped picture compiles");
    env.add_template("map.svg.xml", include_str!("templates/map.svg")).expect("the shipped picture compiles");
    env.add_template("loss.svg.xml", include_str!("templates/loss.svg")).expect("the shipped picture compiles");
    env.add_template("report_page.html", include_str!("templates/report_page.html")).expect("the page compiles");
    env.add_template("details_page.html", include_str!("templates/details_page.html")).expect("the page compiles");
    env
});

/// Escapes a value. Pages escape everything that HTML may require. Messages escape only what Telegram and Slack
/// require, because these show other escapes literally.
fn write_value(out: &mut Output<'_>, state: &State<'_, '_>, value: &Value) -> Result<(), minijinja::Error> {
    let message = state.auto_escape() == AutoEscape::Html && !state.name().ends_with("page.html");
    if !message || value.is_safe() || state.name() == "mail.html" {
        return minijinja::escape_formatter(out, state, value);
    }
    let plain = if value.is_undefined() || value.is_none() { None } else { Some(escape(&value.to_string())) };
    match plain {
        Some(text) => out.write_str(&text).map_err(minijinja::Error::from),
        None => minijinja::escape_formatter(out, state, value),
    }
}

fn bold(state: &State<'_, '_>, text: Value) -> Value {
    if state.name().ends_with(".md") {
        return Value::from(format!("**{text}**"));
    }
    if !state.name().ends_with(".html") {
        return text;
    }
    Value::from_safe_string(format!("<b>{}</b>", escape(&text.to_string())))
}

/// The text with a capital first letter, unless it begins with a name such as `api.example.com`.
fn sentence(text: String) -> String {
    let first_word = text.split(' ').next().unwrap_or("");
    // Names like `iOS` keep their spelling.
    let own = first_word.chars().skip(1).any(char::is_uppercase) || first_word == "plugwatch";
    let plain = first_word.chars().all(char::is_alphabetic) && !own;
    let mut letters = text.chars();
    match letters.next() {
        Some(first) if plain => first.to_uppercase().chain(letters).collect(),
        _ => text,
    }
}

/// A text longer than this many characters is split into sentences.
const ONE_SENTENCE: usize = 90;

/// Splits a long text at its semicolons into sentences. Quotations are left as they are.
pub fn sentences(text: &str) -> String {
    if text.chars().count() <= ONE_SENTENCE {
        return sentence(text.to_owned());
    }
    let (mut parts, mut part, mut quoted, mut inside) = (Vec::new(), String::new(), false, 0_u32);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => quoted = !quoted,
            '\u{201c}' | '(' => inside += 1,
            '\u{201d}' | ')' => inside = inside.saturating_sub(1),
            _ => {}
        }
        let ends = letter == ';' && !quoted && inside == 0 && letters.peek() == Some(&' ');
        if ends {
            letters.next();
            parts.push(std::mem::take(&mut part));
        } else {
            part.push(letter);
        }
    }
    parts.push(part);
    let last = parts.len() - 1;
    let whole = |(n, part): (usize, String)| match n == last {
        true => sentence(part),
        false => crate::core::words::text::stopped(&sentence(part)),
    };
    parts.into_iter().enumerate().map(whole).collect::<Vec<_>>().join(" ")
}

/// HTML in which text between backticks is code.
fn coded(text: String) -> Value {
    let part = |(n, part): (usize, &str)| if n % 2 == 1 { format!("<code>{part}</code>") } else { part.to_owned() };
    let escaped = escape(&text);
    // An unpaired backtick is kept as it is.
    let whole = escaped.matches('`').count().is_multiple_of(2);
    Value::from_safe_string(if whole { escaped.split('`').enumerate().map(part).collect() } else { escaped })
}

/// Escapes what Telegram's HTML and the page need.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The format of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Without markup.
    Plain,
    /// The few HTML tags that Telegram supports.
    Html,
    /// Markdown, for a wiki or a repository.
    Markdown,
}

impl Format {
    fn ending(self) -> &'static str {
        match self {
            Format::Plain => "txt",
            Format::Html => "html",
            Format::Markdown => "md",
        }
    }
}

/// Renders a template and removes empty lines at the end.
fn render(name: &str, format: Format, context: Value) -> String {
    let name = format!("{name}.{}", format.ending());
    let template = TEMPLATES.get_template(&name);
    let context = minijinja::context! { ending => format.ending(), ..context };
    let text = template.and_then(|template| template.render(context));
    // A text that cannot be rendered must still reach people, with the error.
    text.unwrap_or_else(|error| format!("(this message could not be written: {error})")).trim_end().to_owned()
}

/// The first `most` characters, with an ellipsis if there are more.
pub fn cut(text: &str, most: usize) -> String {
    let short: String = text.chars().take(most).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}

/// plugwatch's HTML as Markdown: bold becomes double asterisks, everything else plain text.
pub fn markdown(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(['<', '*', '_', '`', '~', '|', '\\', '[']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("<b>").or_else(|| rest.strip_prefix("</b>")) {
            out.push_str("**");
            rest = after;
        } else {
            let mut letters = rest.chars();
            let letter = letters.next().unwrap_or_default();
            // Punctuation in the text must not act as Markdown.
            if letter != '<' {
                out.push('\\');
            }
            out.push(letter);
            rest = letters.as_str();
        }
    }
    out.push_str(rest);
    out.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}
