//! Alerts: a frozen view of what happened, rendered when it is sent.

use super::about::{About, Group, OpenItem, Started, Working, ago, between, came, left, with_more};
use std::collections::BTreeMap;
use std::time::Duration;

pub use super::footer::Footer;
use chrono_tz::Tz;
use minijinja::{Value, context};

use super::advice::{by_default, by_vendor, with_name};
use super::cause::{cause, rule_out};
use super::title::{self, Title};
use super::{Format, render};
use crate::core::dependency::incident::{Level, Reason};
use crate::core::dependency::storefronts::{LISTED_AGAIN, is_partly};
use crate::core::people::notice::{is_by_letter, is_ending};
use crate::core::time::{Time, human};
use crate::core::words::text::with_vendor;
use crate::core::words::verdict::{Proof, Verdict};

/// Everything that an alert's text needs, frozen when the alert was made.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertView {
    /// Why the alert is sent.
    pub reason: Reason,
    /// How urgent it is.
    pub level: Level,
    /// The platform's name.
    pub platform: String,
    /// When it was made.
    pub at: Time,
    /// Whether this is a simulation.
    pub simulation: bool,
    /// What it is about.
    pub body: Body,
}

/// What an alert is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// A dependency.
    Dependency(Box<About>),
    /// What is monitored, sent at start-up.
    Started(Started),
    /// A reminder of what is still open.
    Open {
        /// The open items, worst first.
        items: Vec<OpenItem>,
        /// The time by which the next reminder is sent.
        next: Option<Time>,
    },
    /// The state of everything.
    Situation(Box<super::situation::Situation>),
    /// Sentences about plugwatch itself.
    Note {
        /// The title, one line.
        title: String,
        /// The further lines.
        lines: Vec<String>,
    },
    /// The weekly report.
    Report(Box<super::report::Report>),
}

/// The number of lines of an alert that a phone shows at once.
const SCREEN: usize = 9;
/// The parts that an alert can do without, the least important first. Other messages contain them, too.
const SPARED: [&str; 5] = ["in_order", "also_down", "steps", "announced", "stands_on"];

/// Renders an alert, leaving out the parts that do not fit on a phone's screen.
fn short_enough(format: Format, about: Value, around: &Value) -> String {
    let mut left_out: BTreeMap<&str, Value> = BTreeMap::new();
    let mut spared = SPARED.iter();
    loop {
        let a = context! { ..Value::from(left_out.clone()), ..about.clone() };
        let text = render("alert", format, context! { a, ..around.clone() });
        let lines = text.lines().filter(|line| !line.is_empty()).count();
        match spared.next().filter(|_| lines > SCREEN) {
            Some(next) => left_out.insert(next, Value::from(())),
            None => return text,
        };
    }
}

impl AlertView {
    /// The text of the alert. `now` is when it is sent.
    pub fn text(&self, format: Format, now: Time, footer: &Footer) -> String {
        let late = now.since(self.at);
        // A message that is updated later was not late when it was first sent.
        let late = (late >= Duration::from_secs(120) && footer.stands.is_none()).then(|| human(late));
        let Footer { repeat, instead, newer, stands, zone, edits } = footer;
        let title = self.titled(*zone).text();
        let around = context! {
            platform => self.platform, late, repeat, instead, newer, stands, simulation => self.simulation, title,
            drill => self.reason == Reason::Drill,
        };
        let (name, own) = match &self.body {
            Body::Dependency(about) => return short_enough(format, self.about(about, now, *zone), &around),
            Body::Open { items, next } => ("open", self.open(items, *next, now, *zone)),
            Body::Situation(situation) => ("situation", situation.context(now, *zone, *edits)),
            Body::Started(started) => ("started", context! { started }),
            Body::Note { lines, .. } => ("notice", context! { lines }),
            Body::Report(report) => ("report", report.context(&self.platform)),
        };
        render(name, format, context! { ..own, ..around })
    }

    /// One line that says what happened, complete on a lock screen. Times are in `zone`.
    pub fn title(&self, zone: Tz) -> String {
        let title = self.titled(zone).text();
        if self.simulation { format!("[SIMULATION] {title}") } else { title }
    }

    fn titled(&self, zone: Tz) -> Title {
        match &self.body {
            Body::Dependency(about) => title::of(self.reason, about, self.at, zone),
            Body::Open { items, .. } => title::still_open(items, self.at),
            Body::Situation(situation) => situation.title(self.at, zone),
            Body::Started(started) => Title::plain(format!("{}: monitoring {}", self.platform, started.watched)),
            Body::Note { title, .. } => Title::plain(title.clone()),
            Body::Report(report) => Title::plain(report.title(&self.platform)),
        }
    }

    /// The values that an alert's template needs in addition to the plain facts.
    fn about(&self, about: &About, now: Time, zone: Tz) -> Value {
        let over = matches!(self.reason, Reason::Recovered | Reason::Sighted | Reason::Cleared);
        let settled = self.reason == Reason::Settled && about.verdict == Verdict::Live;
        // A check from before the trouble does not show the state since then.
        let (since_then, before): (Vec<_>, Vec<_>) = about.working.iter().partition(|one| one.checked >= about.since);
        let named = |all: Vec<&Working>| all.iter().map(|one| format!("{} ({})", one.label, ago(one, now))).collect();
        let (working, before): (Vec<String>, Vec<String>) = (named(since_then), named(before));
        let (more, more_before) = if working.is_empty() { (0, about.more_working) } else { (about.more_working, 0) };
        let (working, before) = (with_more(working, more), with_more(before, more_before));
        let listed = about.group.as_ref().filter(|group| group.lines.len() <= MOST_LINES);
        let mut sure = losses(about, now, zone);
        let refused = sure.split_off(sure.len().saturating_sub(about.refused_losses));
        context! {
            over => over || settled,
            ending => is_ending(&about.why),
            // The sentences for these reasons already quote the letter.
            by_letter => is_by_letter(&about.why) || matches!(about.why.as_str(), "told_left" | "ended_by_notice"),
            lost => about.verdict == Verdict::Dropped || is_ending(&about.why),
            suspected => self.reason == Reason::Suspected,
            reported_at => (is_by_letter(&about.why) && about.verdict == Verdict::Degraded).then(|| came(&about.reported, now, zone)),
            flapping => self.reason == Reason::Flapping,
            was => was(self.reason, about),
            ours_after_all => self.reason == Reason::ItWasUs,
            letter_spent => matches!(about.why.as_str(), "notice_spent" | "terms_spent"),
            partly_back => self.reason == Reason::Eased && is_partly(&about.why),
            lasted_as => lasted_as(self.reason, about),
            ending_soon => ending_soon(about, now, zone),
            back => over.then(|| about.hint.clone()),
            unreadable => self.reason == Reason::Blind && title::is_unreadable(&about.why),
            told_left => about.why == "told_left",
            // If the vendor closed the account, the sign-in may be closed, too. A listing that is gone does not close
            // the sign-in.
            sign_in => about.proof == Proof::Stated,
            do_now => about
                .hint
                .clone()
                .or_else(|| by_default(self.reason, about).map(|text| with_name(text, about)))
                .or_else(|| by_vendor(about)),
            say => with_name(&about.say, about),
            first => rule_out(about).filter(|_| self.reason != Reason::Suspected && self.reason != Reason::Drill),
            cause => cause(about),
            working => if about.working.is_empty() { about.still_standing.clone() } else { working },
            checked_before => before,
            in_order => about.in_order.iter().map(|one| format!("{} ({})", one.label, ago(one, now))).collect::<Vec<_>>(),
            fallback_age => about.fallback_on.as_ref().map(|one| ago(one, now)),
            fallback_until => about.fallback_ends.filter(|ends| *ends > now).map(|ends| ends.local(zone, now)),
            listed => listed.map(|group| group.lines.clone()),
            names => about.group.as_ref().map(Group::names),
            next => next(self.level, about.next, now, zone),
            confirmed_by => about.next.filter(|next| *next > now).map(|next| next.weekday(zone)),
            together => refused_together(about),
            losses => sure,
            refused_losses => refused,
            nth_if_lost => (self.reason == Reason::Cascade && about.verdict == Verdict::Unknown)
                .then(|| title::nth(about.loss_number)),
            corrected => self.reason == Reason::Corrected,
            ..dates(about, over, now, zone)
        }
    }

    fn open(&self, items: &[OpenItem], next: Option<Time>, now: Time, zone: Tz) -> Value {
        let item = |item: &OpenItem| {
            context! {
                word => title::state(&item.state),
                since => item.since.local(zone, now),
                // The same duration as in the title, which was made with the alert.
                lasted => human(between(item.since, self.at.since(item.since))),
                fallback_age => item.fallback_checked.map(|at| since(at, now)),
                fallback_until => item.fallback_ends.filter(|ends| *ends > now).map(|ends| ends.local(zone, now)),
                trouble_since => item.trouble_since.map(|at| at.local(zone, now)),
                ends => item.ends.filter(|ends| *ends > now).map(|ends| ends.day(zone, now)),
                due => item.until.filter(|until| *until > now).map(|until| until.day(zone, now)),
                ends_in => item.ends.filter(|ends| *ends > now).map(|ends| left(ends, now)),
                came => came(&item.reported, now, zone),
                letters => item.reported.len(),
                ..Value::from_serialize(item)
            }
        };
        let incidents: Vec<&str> = items.iter().filter_map(|item| item.incident.as_deref()).collect();
        let together = title::fell_together(items);
        // Advice shared by consecutive items is shown once, after the last of them.
        let advice = |n: usize| {
            let later = items[n + 1..].iter().any(|other| other.hint == items[n].hint);
            items[n].hint.as_ref().filter(|_| !later && !together)
        };
        // With several problems, advice names those that it is for, unless it is for all.
        let for_whom = |n: usize| {
            let same = items.iter().filter(|other| other.hint == items[n].hint);
            let labels: Vec<&str> = same.map(|other| other.label.as_str()).collect();
            if labels.len() == items.len() { Vec::new() } else { labels }
        };
        // The same applies to what a check found, if consecutive items share it.
        let said = |n: usize| {
            let next = items.get(n + 1).filter(|next| next.state == items[n].state && next.say == items[n].say);
            let same = |other: &&OpenItem| other.state == items[n].state && other.say == items[n].say;
            let whose = match items[..n].iter().rev().take_while(same).count() {
                0 => "",
                1 => "Both: ",
                _ => "All of them: ",
            };
            let say = || match &items[n].vendor {
                Some(vendor) => with_vendor(&items[n].say, vendor, vendor),
                None => items[n].say.clone(),
            };
            next.is_none().then(|| format!("{whose}{}", say()))
        };
        let lines = if together { shared(items) } else { Vec::new() };
        // If someone is taking care of all items, the next message does not depend on an acknowledgement.
        let taken = items.iter().all(|item| item.on_it.is_some());
        let level = if taken { self.level.min(Level::Warning) } else { self.level };
        let items: Vec<Value> = items
            .iter()
            .enumerate()
            .map(|(n, one)| context! { do_now => advice(n), do_now_for => for_whom(n), said => said(n), ..item(one) })
            .collect();
        context! { single => items.len() == 1, together, lines, items, incidents, next => self::next(level, next, now, zone) }
    }
}

/// One line for each finding, with those that share it.
fn shared(items: &[OpenItem]) -> Vec<String> {
    let mut lines: Vec<(Vec<&str>, &str)> = Vec::new();
    for item in items {
        match lines.iter_mut().find(|(_, say)| *say == item.say) {
            Some((labels, _)) => labels.push(&item.label),
            None => lines.push((vec![&item.label], &item.say)),
        }
    }
    lines.into_iter().map(|(labels, say)| format!("{}: {say}", labels.join(", "))).collect()
}

/// A message with more items than this shows only their names; the rest is in `/why`.
const MOST_LINES: usize = 3;

/// Earlier losses with times in the reader's zone. Alerts from older versions have the time in the line.
fn losses(about: &About, now: Time, zone: Tz) -> Vec<String> {
    let at = |n: usize| about.lost_at.get(n).copied().flatten();
    let line = |(n, line): (usize, &String)| match at(n) {
        Some(at) => format!("{line}, {}", at.local(zone, now)),
        None => line.clone(),
    };
    about.losses.iter().enumerate().map(line).collect()
}

/// What else ends soon, such as `in 4 h: Cloud hosting (Mon 07:59 UTC)`.
fn ending_soon(about: &About, now: Time, zone: Tz) -> Vec<String> {
    let ahead = about.ending_soon.iter().filter(|(_, ends)| *ends > now);
    ahead.map(|(label, ends)| format!("in {}: {label} ({})", left(*ends, now), ends.weekday(zone))).collect()
}

/// `just now`, or an age such as `12 min ago` that agrees with the minutes shown next to it.
fn since(at: Time, now: Time) -> String {
    let lasted = between(at, now.since(at));
    if lasted < Duration::from_secs(60) { "just now".to_owned() } else { format!("{} ago", human(lasted)) }
}

const HOUR: Duration = Duration::from_secs(3_600);

/// When the next message is sent, in words.
fn next(level: Level, at: Option<Time>, now: Time, zone: Tz) -> Option<String> {
    let at = at.filter(|at| *at > now)?;
    Some(match level {
        // Hours ahead, the condition would read as if nobody were awaited until then.
        Level::Critical if at.since(now) <= HOUR => format!("in {} if nobody acknowledges", human(at.since(now))),
        // A time of day spares the reader adding up hours at night.
        _ => format!("by {}", at.local(zone, now)),
    })
}

/// The facts of an alert, and its times for a reader in `zone`.
fn dates(about: &About, over: bool, now: Time, zone: Tz) -> Value {
    let (users_in, keeps_working) = users(about);
    context! {
        users_in,
        keeps_working,
        also_dropped => also_dropped(about),
        also_down => also_down(about),
        since => about.since.local(zone, now),
        ago => since(about.since, now),
        ended => about.lasted.map(|lasted| about.since.plus(lasted).local(zone, now)),
        due_in => about.until.filter(|until| *until > now).map(|until| human(until.since(now))),
        lost_before => about.lost_before.map(|at| at.local(zone, now)),
        lasted => about.lasted.map(|lasted| human(between(about.since, lasted))),
        unwatched_until => about.unwatched_until.map(|until| until.local(zone, now)),
        ends => about.ends.filter(|ends| *ends > now).map(|ends| ends.day(zone, now)),
        due => about.until.filter(|until| !over && *until > now).map(|until| until.day(zone, now)),
        ends_in => about.ends.filter(|ends| *ends > now).map(|ends| human(ends.since(now))),
        ..Value::from_serialize(about)
    }
}

/// Keys refused so close together have one cause.
const MINUTES: Duration = Duration::from_secs(300);

/// Whether its key and another company's were refused within minutes: vendors do not act together, a deploy does.
fn refused_together(about: &About) -> bool {
    let near = |at: &Option<Time>| at.is_some_and(|at| at.since(about.since).max(about.since.since(at)) <= MINUTES);
    about.why == "access_lost" && about.lost_at.iter().rev().take(about.refused_losses).any(near)
}

/// What the trouble was, for a line such as `Dropped from Tue to Wed`.
fn lasted_as(reason: Reason, about: &About) -> &'static str {
    match (reason, about.before) {
        _ if about.why == "access_again" => "Key refused",
        _ if about.why == LISTED_AGAIN => "Removed",
        (Reason::Sighted, _) => "Not checked",
        (Reason::Cleared, _) => "Suspected",
        (Reason::Settled, _) => "Up and down",
        (_, Some(Verdict::Dropped)) => "Dropped",
        (_, Some(Verdict::Degraded)) if is_by_letter(&about.why) || about.why == "notice_spent" => "Letter open",
        (_, Some(Verdict::Degraded)) => "Warning",
        _ => "Out",
    }
}

/// The earlier state, if it is worth mentioning.
fn was(reason: Reason, about: &About) -> Option<&'static str> {
    let before = about.before.filter(|before| *before != about.verdict)?;
    let turned = matches!(reason, Reason::Eased | Reason::Worsened | Reason::Corrected | Reason::Cascade);
    match before {
        Verdict::Dropped if turned => Some("dropped"),
        Verdict::Outage if turned => Some("an outage"),
        Verdict::Degraded if turned => Some("a warning"),
        _ => None,
    }
}

/// Where users keep something, such as `in US, FR`, and what.
fn users(about: &About) -> (Option<&str>, Option<&str>) {
    // Beside what users lose, what stops is said already.
    let brief = |keeps| if about.breaks.is_some() { str::split(keeps, ". ").next().unwrap_or(keeps) } else { keeps };
    let keeps = about.keeps_working.as_deref().map(brief);
    match keeps.and_then(|keeps| keeps.split_once(": ")) {
        Some((place, keeps)) if place.starts_with("in ") => (Some(place), Some(keeps)),
        _ => (None, keeps),
    }
}

/// The end of the line of something that is lost.
const DROPPED: &str = " (dropped)";

/// What else is lost, beside earlier losses that the message lists: by its label.
fn also_dropped(about: &About) -> Vec<&str> {
    let listed = !about.losses.is_empty();
    about.also_down.iter().filter(|_| listed).filter_map(|line| line.strip_suffix(DROPPED)).collect()
}

/// What else is in trouble, without what is listed as lost.
fn also_down(about: &About) -> Vec<&String> {
    let listed = |line: &&String| !about.losses.is_empty() && line.ends_with(DROPPED);
    about.also_down.iter().filter(|line| !listed(line)).collect()
}
