//! E-mails: an HTML page that all mail programs can display, in light and dark mode.

use minijinja::context;
use minijinja::value::Value;

use super::TEMPLATES;

/// The page, with pictures at the top, given by file name. `wide` is for long texts.
pub fn html(title: &str, body: &str, pictures: &[String], wide: bool) -> String {
    let lines: Vec<Value> = body.lines().map(|line| Value::from_safe_string(line.to_owned())).collect();
    let template = TEMPLATES.get_template("mail.html");
    let text = template.and_then(|template| template.render(context! { title, lines, pictures, wide }));
    text.unwrap_or_else(|error| format!("<p>(this mail could not be written: {error})</p>"))
}
