//! Alerts: a frozen view of what happened, rendered when it is sent.

use std::time::Duration;

pub use super::footer::Footer;
use minijinja::context;
use serde::Serialize;

use super::{Format, render};
use crate::core::incident::{Level, Reason};
use crate::core::model::{Fault, Proof, Verdict};
use crate::core::notice::is_ending;
use crate::core::time::{Time, human};

/// Everything that an alert's text needs, frozen when it was made.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertView {
    /// Why it is sent.
    pub reason: Reason,
    /// How loud.
    pub level: Level,
    /// The platform.
    pub platform: String,
    /// When it was made.
    pub at: Time,
    /// It is a simulation.
    pub simulation: bool,
    /// What it is about.
    pub body: Body,
}

/// What an alert is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// A dependency.
    Dependency(Box<About>),
    /// What is watched, said at the start.
    Started(Started),
    /// Sentences about plugwatch itself.
    Note {
        /// One line.
        title: String,
        /// Further lines.
        lines: Vec<String>,
    },
    /// The weekly report.
    Report(Box<super::report::Report>),
}

/// An alert about a dependency.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct About {
    /// Its id.
    pub id: String,
    /// Its name.
    pub label: String,
    /// The vendor's name.
    pub vendor: String,
    /// Who decides there.
    pub decider: String,
    /// The company behind it.
    pub parent: String,
    /// What holds now.
    pub verdict: Verdict,
    /// What was told before.
    pub before: Option<Verdict>,
    /// Why, as a fixed word.
    pub why: String,
    /// Whose doing it is.
    pub fault: Fault,
    /// What it rests on.
    pub proof: Proof,
    /// What was seen, and which witnesses it rests on.
    pub say: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// When the trouble began.
    pub since: Time,
    /// How long it lasted, when it is over.
    pub lasted: Option<Duration>,
    /// What breaks.
    pub breaks: Option<String>,
    /// What to switch to.
    pub fallback: Option<String>,
    /// Our account there.
    pub account_id: Option<String>,
    /// Whom to call.
    pub contact: Option<String>,
    /// How many days of notice the contract gives.
    pub contract_notice_days: Option<u32>,
    /// Steps to leave, with the time they take.
    pub leave: Vec<String>,
    /// The vendor's status page, to look at.
    pub status_page: Option<String>,
    /// What it stands on and is not live, in words.
    pub stands_on: Vec<String>,
    /// Labels of what is not live besides.
    pub also_down: Vec<String>,
    /// Labels of what still stands, verified.
    pub still_standing: Vec<String>,
    /// The same, grouped by what is proven of them.
    pub proven: Vec<String>,
    /// Labels of what may not stand: it is being checked, or could not be seen.
    pub unsure: Vec<String>,
    /// The incident's public id.
    pub incident: Option<String>,
    /// What announced it: a notice, with when it came.
    pub announced: Option<String>,
    /// How what the fallback stands on is now.
    pub fallback_state: Option<String>,
    /// The others in the same message.
    pub group: Option<Group>,
    /// Earlier losses, for a cascade: a line each.
    pub losses: Vec<String>,
    /// Which loss of a company this is, for a cascade.
    pub loss_number: usize,
    /// What of it cannot be seen, though it is live again.
    pub unseen: Option<String>,
    /// Steps that are still possible elsewhere, the longest first.
    pub steps: Vec<String>,
    /// It rests on a person's word.
    pub attested: bool,
}

/// Several dependencies in one message.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Group {
    /// The company they belong to.
    pub name: String,
    /// How many of our dependencies belong to it.
    pub of: usize,
    /// They are unrelated, and so many at once that our own side is suspect.
    pub mass: bool,
    /// Their ids.
    pub ids: Vec<String>,
    /// Their incidents, by public id.
    pub incidents: Vec<String>,
    /// A line each.
    pub lines: Vec<String>,
}

/// What is watched, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Started {
    /// All dependencies.
    pub watched: usize,
    /// How many of them are how, in words: `11 live`.
    pub counts: Vec<String>,
    /// Names worth a line: label and sentence.
    pub lines: Vec<String>,
    /// When the next report comes.
    pub next_report: Option<String>,
    /// Since when nobody watched, if that is worth saying.
    pub gap: Option<String>,
}

impl AlertView {
    /// The text. `now` is when it is sent.
    pub fn text(&self, format: Format, now: Time, footer: &Footer) -> String {
        let late = now.since(self.at);
        // A message that is changed later came in time.
        let late = (late >= Duration::from_secs(120) && footer.stands.is_none()).then(|| human(late));
        let name = match &self.body {
            Body::Dependency(_) => "alert",
            Body::Started(_) => "started",
            Body::Note { .. } => "notice",
            Body::Report(_) => "report",
        };
        let about = match &self.body {
            Body::Dependency(about) => Some(self.about(about, now)),
            _ => None,
        };
        let (started, note) = match &self.body {
            Body::Started(started) => (Some(started), None),
            Body::Note { title, lines } => (None, Some(context! { title, lines })),
            Body::Report(_) | Body::Dependency(_) => (None, None),
        };
        let Footer { repeat, instead, newer, stands } = footer;
        let text = context! {
            platform => self.platform, late, repeat, instead, newer, stands, simulation => self.simulation,
            a => about, started, note, drill => self.reason == Reason::Drill,
        };
        let text = match &self.body {
            Body::Report(report) => context! { ..report.context(&self.platform), ..text },
            _ => text,
        };
        render(name, format, text)
    }

    /// One line that says what happened, for subjects and lists.
    pub fn title(&self) -> String {
        let title = match &self.body {
            Body::Dependency(about) => {
                let mark = mark(self.reason, about.verdict, &about.why);
                let cascade = if self.reason == Reason::Cascade { "CASCADE, " } else { "" };
                let headline = headline(self.reason, about.verdict, &about.why);
                format!("{mark} {cascade}{headline}: {}", title(about))
            }
            Body::Started(started) => format!("{}: watching {}", self.platform, started.watched),
            Body::Note { title, .. } => title.clone(),
            Body::Report(report) => report.title(&self.platform),
        };
        if self.simulation { format!("[SIMULATION] {title}") } else { title }
    }

    fn about(&self, about: &About, now: Time) -> minijinja::Value {
        let ago = human(now.since(about.since));
        let whose = whose(about);
        let proof = match about.proof {
            Proof::Stated => "said by the other side itself",
            Proof::Inferred => "concluded from what was seen",
            Proof::Told => "told by a notice or a person",
        };
        let over = matches!(self.reason, Reason::Recovered | Reason::Sighted | Reason::Cleared);
        context! {
            mark => mark(self.reason, about.verdict, &about.why),
            headline => headline(self.reason, about.verdict, &about.why),
            title => title(about),
            ending => is_ending(&about.why),
            suspected => self.reason == Reason::Suspected,
            flapping => self.reason == Reason::Flapping,
            eased => self.reason == Reason::Eased && about.before.is_some_and(|before| before != about.verdict),
            cascade => self.reason == Reason::Cascade,
            reason => why_now(self.reason, about),
            wait => wait(about).or_else(|| by_hand(self.reason, about)),
            since => about.since.short(),
            lasted => about.lasted.map(human),
            over,
            yours => about.vendor == "Website" || about.vendor == "DNS",
            ago, whose, proof,
            ..minijinja::Value::from_serialize(about)
        }
    }
}

/// Whom it is about: one dependency, or several of one company.
fn title(about: &About) -> String {
    match &about.group {
        Some(group) if group.mass => format!("{} of {} things at once", group.lines.len(), group.of),
        Some(group) if group.lines.len() == group.of && group.of == 2 => format!("both things at {}", group.name),
        Some(group) if group.lines.len() == group.of => format!("all {} things at {}", group.of, group.name),
        Some(group) => format!("{} of {} things at {}", group.lines.len(), group.of, group.name),
        None if about.vendor == "Website" || about.vendor == "DNS" => about.label.clone(),
        None => format!("{} ({})", about.label, about.vendor),
    }
}

/// Colour is never the only sign: the headline says it in words.
fn mark(reason: Reason, verdict: Verdict, why: &str) -> &'static str {
    match (reason, verdict) {
        (Reason::Recovered | Reason::Sighted | Reason::Cleared, _) => "🟢",
        (Reason::Drill, _) => "🔵",
        (Reason::Settled, Verdict::Live) => "🟢",
        (Reason::Suspected | Reason::Flapping, _) => "🟡",
        (_, Verdict::Unknown) if why == "access_lost" => "🔴",
        (_, Verdict::Unknown) if why == "wrong_page" => "🟠",
        (_, Verdict::Unknown) if why == "unknown_status" => "🟡",
        (Reason::Blind, _) => "⚪",
        (_, Verdict::Dropped) => "🔴",
        (_, Verdict::Outage) => "🟠",
        (_, Verdict::Degraded) if is_ending(why) => "🔴",
        _ => "🟡",
    }
}

fn whose(about: &About) -> String {
    let decider = &about.decider;
    match (about.fault, about.proof) {
        // A key that we revoked and a server that we stopped would look the same.
        (Fault::VendorDecision, Proof::Inferred) if about.why == "access_lost_and_gone" => {
            format!("most likely {decider} decided it; a key revoked and a service stopped by yourselves look the same")
        }
        // An absence says nothing about its author.
        (Fault::VendorDecision, Proof::Inferred) => {
            format!("most likely {decider} decided it; unpublished by yourselves, it would look the same")
        }
        (Fault::VendorDecision, _) => format!("a decision of {decider} about you"),
        (Fault::VendorBreakdown, _) if about.why == "control_fails_too" => {
            format!("{decider} is broken, not only for you")
        }
        (Fault::VendorBreakdown, Proof::Stated) => format!("a breakdown at {decider}, by its own word"),
        (Fault::VendorBreakdown, _) => format!("most likely a breakdown at {decider}"),
        (Fault::Ours, _) => "ours to mend".to_owned(),
        (Fault::Unclear, _) => "not known yet".to_owned(),
    }
}

/// What to do where nothing was seen and the catalogue knows nothing better.
fn by_hand(reason: Reason, about: &About) -> Option<&'static str> {
    let well = matches!(about.before, None | Some(Verdict::Live));
    match (about.why.as_str(), about.fault) {
        _ if reason != Reason::Blind || !well => None,
        ("unknown_status", _) => Some("Log in to the vendor today and read what it says about the account."),
        (_, Fault::VendorBreakdown) => Some("Wait until their trouble is over; if you are still refused then, act."),
        (_, Fault::Ours) => Some("Mend what is said above. Nothing is known against the vendor."),
        _ => Some("Look at it by hand. Nothing is known against the vendor."),
    }
}

/// What to do about a breakdown of theirs where the catalogue knows nothing better.
fn wait(about: &About) -> Option<&'static str> {
    let theirs = about.verdict == Verdict::Outage && about.fault == Fault::VendorBreakdown;
    let hint = match (&about.fallback, about.proof) {
        (Some(_), _) => "Wait; if it lasts for more than an hour, switch.",
        (None, Proof::Stated) => "Wait: nothing is yours to mend.",
        (None, _) => "Wait; if it lasts for more than an hour, ask them.",
    };
    theirs.then_some(hint)
}

fn headline(reason: Reason, verdict: Verdict, why: &str) -> &'static str {
    match (reason, verdict) {
        (Reason::Recovered, _) => "LIVE AGAIN",
        (Reason::Sighted, _) => "SEEN AGAIN",
        (Reason::Retired, _) => "NO LONGER WATCHED",
        (Reason::Changed, _) => "CHANGED",
        (Reason::Cleared, _) => "NOT DROPPED",
        (Reason::Suspected, _) => "UNCONFIRMED: perhaps dropped",
        (Reason::Flapping, _) => "UP AND DOWN",
        (Reason::Settled, Verdict::Live) => "SETTLED, LIVE",
        (Reason::Settled, Verdict::Dropped) => "SETTLED, DROPPED",
        (Reason::Settled, Verdict::Outage) => "SETTLED, OUT",
        (Reason::Settled, _) => "SETTLED",
        (Reason::ItWasUs, _) => "OURS",
        (Reason::Drill, _) => "DRILL, nothing happened: act as if DROPPED",
        (Reason::Corrected, _) => "OUTAGE, NOT DROPPED",
        (Reason::Blind, _) | (_, Verdict::Unknown) => match why {
            "access_lost" => "ACCESS LOST",
            "unknown_status" => "UNKNOWN STATUS",
            "never_seen_live" => "NEVER SEEN LIVE",
            "credential_refused" => "KEY REFUSED",
            "wrong_page" => "WRONG PAGE",
            _ => "CANNOT BE SEEN",
        },
        (_, Verdict::Live) => "LIVE",
        (_, Verdict::Dropped) => "DROPPED",
        (_, Verdict::Outage) => "OUTAGE",
        (_, Verdict::Degraded) if is_ending(why) => "ENDS",
        (_, Verdict::Degraded) => "WARNING",
    }
}

fn why_now(reason: Reason, about: &About) -> String {
    let was = about.before.map_or_else(String::new, |before| format!(" (it was {before})"));
    let text = match reason {
        Reason::Opened => "it stopped being live",
        Reason::Worsened => return format!("it became worse{was}"),
        Reason::Grew if about.group.is_none() && about.before.is_some() => "there is more to say about it than before",
        Reason::Grew if about.stands_on.is_empty() => "it joins what was not fine already",
        Reason::Grew => "it goes the way of what it stands on",
        Reason::Eased => return format!("it became better, but is not live{was}"),
        Reason::Corrected => "we called it dropped; it is an outage",
        Reason::Recovered => return format!("it is over{was}"),
        Reason::ItWasUs => "it turned out to be ours to mend",
        Reason::Suspected => "something was lost within three days, so a single look speaks",
        Reason::Cleared => "the looks that spoke against it were not confirmed",
        Reason::Flapping => "it went up and down six times within an hour; single turns are not told until it settles",
        Reason::Settled => "it goes up and down no more",
        Reason::Cascade => "it is not the first loss within three days",
        Reason::Blind => return why_blind(&about.why).to_owned(),
        Reason::Sighted => "it can be seen again",
        Reason::Changed => "something changed that you want to know",
        Reason::StillOpen => "nothing has changed",
        Reason::Drill => "somebody asked for a drill",
        other => return other.word().replace('_', " "),
    };
    text.to_owned()
}

fn why_blind(why: &str) -> &'static str {
    match why {
        "never_seen_live" => "what is watched has never been there since plugwatch looks",
        "credential_refused" => "what is watched with this key was never seen",
        "access_lost" => "the key worked before and is refused now",
        "wrong_page" => "something answers, but it is not the page that you told plugwatch to expect",
        _ => "it can no longer be seen, and what was last known is not shown as true",
    }
}
