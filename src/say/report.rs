//! The report: a letter of about a dozen lines, most useful first, followed by tables. Weekly and monthly reports
//! share the code; one template serves Telegram, e-mail and Markdown.

use minijinja::context;
use serde::{Deserialize, Serialize};

use super::strips::{Strip, Strips, svg};
use super::tally::{WORKING, grouped};
use super::{Format, TEMPLATES, render};

/// The number of dependencies in a picture. If there are more, the rest is shown only if it is in trouble.
const DRAWN: usize = 10;
/// The maximum number even then, because messages cannot carry a longer picture.
const MOST_DRAWN: usize = 40;

/// A task.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct Todo {
    /// How urgent it is; lower is more urgent.
    pub rank: u32,
    /// What to do.
    pub what: String,
    /// Who does it, if known.
    pub owner: Option<String>,
    /// The deadline.
    pub by: Option<String>,
    /// An estimate in minutes from older versions. Never shown; kept so that those versions can read new reports.
    pub minutes: u32,
    /// How long it takes, if configured: `9 h`.
    pub takes: Option<String>,
}

impl Todo {
    /// The task as a line, such as `Answer Amazon's letter (Ada, by Sun 10 Jan 08:59 CET, takes 9 h)`.
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

/// One row of the availability table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The dependency's label.
    pub label: String,
    /// Its current state, as a word.
    pub now: String,
    /// Its availability, in words.
    pub served: String,
    /// Its days, oldest first, as words of `DayKind`.
    pub days: Vec<String>,
}

impl Row {
    /// Whether the dependency works; older versions wrote `live`.
    fn works(&self) -> bool {
        self.now == WORKING || self.now == "live"
    }
}

/// Everything in a report, gathered when it was due. Fields are sentences without the final full stop.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// `week` or `month`.
    pub span: String,
    /// The first day, written for people.
    pub from: String,
    /// The last day, written for people.
    pub to: String,
    /// The number of dependencies.
    pub watched: usize,
    /// How many are in each state.
    pub counts: Vec<String>,
    /// Vendors that dropped the platform or locked it out, since when, and whether that is over.
    pub dropped: Vec<String>,
    /// Cut-offs announced in letters, the nearest first.
    pub cut_offs: Vec<String>,
    /// What is out now, such as `Sign-up texts: outage for 33 min (Twilio)`.
    pub down: Vec<String>,
    /// Set if there were messages, but nobody received any of them.
    pub unheard: Option<String>,
    /// Tasks, most urgent first.
    pub todo: Vec<Todo>,
    /// Changes that nobody accepted.
    pub changed: Vec<String>,
    /// Changes that someone accepted.
    pub accepted: Vec<String>,
    /// The evidence for what works, one line for each kind.
    pub proven: Vec<String>,
    /// What could not be checked, for how long, and why.
    pub unseen: Vec<String>,
    /// What is not monitored, grouped by reason, in one line.
    pub not_monitored: Option<String>,
    /// Vendors that nobody has confirmed with for a long time. Written by older versions; now part of `todo`.
    pub unasked: Vec<String>,
    /// The incidents, one line each.
    pub incidents: Vec<String>,
    /// How many alerts people marked as false alarms.
    pub false_alarms: usize,
    /// What would stop if the company behind most of the working dependencies cut the platform off.
    pub risk: Option<String>,
    /// Future dates, the nearest first.
    pub ahead: Vec<String>,
    /// Letters that arrived, and who will answer them.
    pub notices: Vec<String>,
    /// For how much of the time plugwatch was monitoring, how many messages were delivered, and how fast they were
    /// acknowledged.
    pub work: String,
    /// Whether a test or drill reached everybody.
    pub tested: String,
    /// When plugwatch was not running.
    pub gaps: Vec<String>,
    /// The availability of each dependency, worst first.
    pub rows: Vec<Row>,
}

impl Report {
    /// The title of the report.
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

    /// The full report as text.
    pub fn text(&self, platform: &str, format: Format) -> String {
        render("report", format, self.context(platform))
    }

    /// The picture of the report, as SVG.
    pub fn picture(&self, platform: &str) -> String {
        let strip = |row: &Row| Strip {
            label: row.label.clone(),
            words: row.now.clone(),
            days: row.days.iter().filter_map(|day| day.parse().ok()).collect(),
        };
        let troubled = self.rows.iter().filter(|row| !row.works()).count();
        let (drawn, rest) = self.rows.split_at(troubled.clamp(DRAWN, MOST_DRAWN).min(self.rows.len()));
        // Keep a number and its word on one line.
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

    /// The page that is archived, as HTML.
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
