//! Mails: our HTML in a page that every reader shows, light and dark.

use minijinja::context;
use minijinja::value::Value;

use super::TEMPLATES;

/// The page. `report` is wider, with its picture on top.
pub fn html(title: &str, body: &str, report: bool) -> String {
    let lines: Vec<Value> = body.lines().map(|line| Value::from_safe_string(line.to_owned())).collect();
    let template = TEMPLATES.get_template("mail.html");
    let text = template.and_then(|template| template.render(context! { title, lines, report }));
    text.unwrap_or_else(|error| format!("<p>(this mail could not be written: {error})</p>"))
}
