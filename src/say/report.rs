//! The report: a letter of about a dozen lines, the most useful first, and tables for those who
//! scroll. Weekly and monthly from the same code; one template for Telegram, mail and Markdown.

use minijinja::context;
use serde::{Deserialize, Serialize};

use super::strips::{Strip, Strips, svg};
use super::tally::{WORKING, grouped};
use super::{Format, TEMPLATES, render};

/// Pictures show so many dependencies; more only while they are in trouble.
const DRAWN: usize = 10;
/// Even then no more: a message takes no longer picture.
const MOST_DRAWN: usize = 40;

/// Something to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct Todo {
    /// How pressing: less is more.
    pub rank: u32,
    /// What.
    pub what: String,
    /// Who, if that is known.
    pub owner: Option<String>,
    /// Until when.
    pub by: Option<String>,
    /// Minutes, as older versions guessed them; kept so that these can read new reports, and never
    /// shown.
    pub minutes: u32,
    /// How long it takes, where that is configured: `9 h`.
    pub takes: Option<String>,
}

impl Todo {
    /// `Answer Amazon's letter (Ada, by Sun 10 Jan 08:59 CET, takes 9 h)`.
    pub fn line(&self) -> String {
        let by = self.by.as_ref().map(|by| format!("by {by}"));
        let takes = self.takes.as_ref().map(|takes| format!("takes {takes}"));
        let parts: Vec<String> = [self.owner.clone(), by, takes].into_iter().flatten().collect();
        match parts.as_slice() {
            [] => self.what.clone(),
            parts => format!("{} ({})", self.what, parts.join(", ")),
        }
    }
}

/// One line of the table of availability.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The dependency's label.
    pub label: String,
    /// How it is shown now, as a word.
    pub now: String,
    /// How available it was.
    pub served: String,
    /// Its days, the oldest first, as words of `DayKind`.
    pub days: Vec<String>,
}

impl Row {
    /// Older versions wrote `live`.
    fn works(&self) -> bool {
        self.now == WORKING || self.now == "live"
    }
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
    /// Who dropped the platform or locked it out, since when, and whether it is over.
    pub dropped: Vec<String>,
    /// What to do, the most pressing first.
    pub todo: Vec<Todo>,
    /// What changed and nobody accepted.
    pub changed: Vec<String>,
    /// What somebody accepted.
    pub accepted: Vec<String>,
    /// Why what works counts as working, a line for each kind of evidence.
    pub proven: Vec<String>,
    /// What could not be checked, for how long and why.
    pub unseen: Vec<String>,
    /// What nothing checks, by reason, in one line.
    pub not_monitored: Option<String>,
    /// Whom nobody has asked for long; older versions wrote them here, now they stand in `todo`.
    pub unasked: Vec<String>,
    /// What happened, a line each.
    pub incidents: Vec<String>,
    /// How often plugwatch was wrong, as people said.
    pub false_alarms: usize,
    /// What would stop if the company with the largest share of what works cut the platform off.
    pub risk: Option<String>,
    /// Dates ahead, the nearest first.
    pub ahead: Vec<String>,
    /// Letters that came, and who answers them.
    pub notices: Vec<String>,
    /// How much of the time was monitored, how many messages were delivered, how fast they were
    /// acknowledged.
    pub work: String,
    /// Whether a test or drill reached everybody.
    pub tested: String,
    /// When plugwatch did not run.
    pub gaps: Vec<String>,
    /// How available each dependency was, the worst first.
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
        let troubled = self.rows.iter().filter(|row| !row.works()).count();
        let (drawn, rest) = self.rows.split_at(troubled.clamp(DRAWN, MOST_DRAWN).min(self.rows.len()));
        // A number stays with its word where the line is broken.
        let counts = self.counts.iter().map(|count| count.replace(' ', "\u{a0}")).collect::<Vec<_>>().join(", ");
        let words: Vec<&str> = rest.iter().map(|row| row.now.as_str()).collect();
        svg(&Strips {
            title: platform.to_owned(),
            subtitle: format!("The {} to {}: {counts}", self.span(), self.to),
            strips: drawn.iter().map(strip).collect(),
            rest: (!rest.is_empty()).then(|| format!("Not shown: {}", grouped(&words).join(", "))),
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
