//! The report: a letter of about a dozen lines, the most useful first, and tables for those who
//! scroll. Weekly and monthly from the same code; one template for Telegram, mail and Markdown.

use minijinja::context;
use serde::{Deserialize, Serialize};

use super::strips::{Strip, Strips, svg};
use super::{Format, TEMPLATES, render};

/// Pictures show so many things; the rest is counted.
const DRAWN: usize = 10;

/// Something to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Todo {
    /// How pressing: less is more.
    pub rank: u32,
    /// What.
    pub what: String,
    /// Who, if that is known.
    pub owner: Option<String>,
    /// Until when.
    pub by: Option<String>,
    /// How many minutes it takes, about.
    pub minutes: u32,
}

impl Todo {
    /// `Answer Amazon's letter (Ada, by 10 Jan, 20 min)`.
    pub fn line(&self) -> String {
        let by = self.by.as_ref().map(|by| format!("by {by}"));
        let parts = [self.owner.clone(), by, Some(format!("{} min", self.minutes))];
        format!("{} ({})", self.what, parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
    }
}

/// One line of the table of what was served.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The dependency's label.
    pub label: String,
    /// How it is shown now, as a word.
    pub now: String,
    /// How much was served.
    pub served: String,
    /// Its days, the oldest first, as words of `DayKind`.
    pub days: Vec<String>,
}

/// Everything that a report says, gathered when it was due. Fields are sentences without their
/// full stop.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// `week` or `month`.
    pub span: String,
    /// The first day, as a person writes it.
    pub from: String,
    /// The day it ends.
    pub to: String,
    /// All dependencies.
    pub watched: usize,
    /// How many of them are how.
    pub counts: Vec<String>,
    /// Who dropped us, or locked us out, and whether it is over.
    pub dropped: Vec<String>,
    /// What to do, the most pressing first.
    pub todo: Vec<Todo>,
    /// What changed and nobody of us said that we did it.
    pub changed: Vec<String>,
    /// What we accepted.
    pub accepted: Vec<String>,
    /// What is proven, a line for each way.
    pub proven: Vec<String>,
    /// What could not be seen, and for how long.
    pub unseen: Vec<String>,
    /// Whom nobody has asked for long.
    pub unasked: Vec<String>,
    /// What happened, a line each.
    pub incidents: Vec<String>,
    /// How often plugwatch was wrong, as people said.
    pub false_alarms: usize,
    /// What would stop if the company on which most stands ended us.
    pub risk: Option<String>,
    /// Dates ahead, the nearest first.
    pub ahead: Vec<String>,
    /// Letters that came, and who answers them.
    pub notices: Vec<String>,
    /// How much of the time was watched, how many messages were sent, how fast they were
    /// acknowledged.
    pub work: String,
    /// Whether a test or drill reached everybody.
    pub tested: String,
    /// When nobody watched.
    pub gaps: Vec<String>,
    /// What was served, the worst first.
    pub rows: Vec<Row>,
}

impl Report {
    /// What it is called.
    pub fn title(&self, platform: &str) -> String {
        format!("{platform}: the {} to {}", self.span(), self.to)
    }

    fn span(&self) -> &str {
        if self.span.is_empty() { "week" } else { &self.span }
    }

    pub(super) fn context(&self, platform: &str) -> minijinja::Value {
        let todo: Vec<String> = self.todo.iter().take(3).map(Todo::line).collect();
        let more: Vec<String> = self.todo.iter().skip(3).map(Todo::line).collect();
        context! { title => self.title(platform), report => self, todo, more, span => self.span() }
    }

    /// The whole of it as text.
    pub fn text(&self, platform: &str, format: Format) -> String {
        render("report", format, self.context(platform))
    }

    /// Its picture, as SVG.
    pub fn picture(&self, platform: &str) -> String {
        let strip = |row: &Row| Strip {
            label: row.label.clone(),
            words: row.now.clone(),
            days: row.days.iter().filter_map(|day| day.parse().ok()).collect(),
        };
        let drawn: Vec<Strip> = self.rows.iter().take(DRAWN).map(strip).collect();
        let rest = self.rows.len().saturating_sub(DRAWN);
        svg(&Strips {
            title: platform.to_owned(),
            subtitle: format!("The {} to {}: {}", self.span(), self.to, self.counts.join(", ")),
            strips: drawn,
            rest: (rest > 0).then(|| format!("and {rest} more, as well or better")),
            first: self.from.clone(),
            last: self.to.clone(),
        })
    }

    /// The page that is kept for ever.
    pub fn page(&self, platform: &str, simulation: bool) -> String {
        let body = self.text(platform, Format::Html);
        let lines: Vec<minijinja::Value> =
            body.lines().map(|line| minijinja::Value::from_safe_string(line.to_owned())).collect();
        let picture = minijinja::Value::from_safe_string(self.picture(platform));
        let context = context! { title => self.title(platform), lines, picture, simulation };
        let page = TEMPLATES.get_template("report_page.html").and_then(|page| page.render(context));
        page.unwrap_or_else(|error| format!("the report cannot be written: {error}"))
    }
}
