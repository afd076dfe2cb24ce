//! What messages are made of: a dependency in trouble, what works beside it, and how long something lasts.

use std::time::Duration;

use serde::Serialize;

use crate::core::time::{Time, human};
use crate::core::words::verdict::{Criticality, Fault, Proof, Verdict};

/// What is still open, for a reminder.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OpenItem {
    /// Its dependency.
    pub id: String,
    /// Its name.
    pub label: String,
    /// Who is behind it; nobody behind what is one's own, or is named like its vendor.
    pub vendor: Option<String>,
    /// How it stands: a verdict's word, or `access_lost`.
    pub state: String,
    /// Since when it is so.
    pub since: Time,
    /// Since when there is trouble at all, if that is longer.
    pub trouble_since: Option<Time>,
    /// When it ends, as a notice says.
    pub ends: Option<Time>,
    /// What was seen.
    pub say: String,
    /// What to switch to.
    pub fallback: Option<String>,
    /// Whether that works.
    pub fallback_works: Option<bool>,
    /// When that was checked.
    pub fallback_checked: Option<Time>,
    /// When that ends, as a notice says.
    pub fallback_ends: Option<Time>,
    /// Its incident's public id.
    pub incident: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// Who is responsible for it, as the configuration says.
    pub owner: Option<String>,
    /// Who said that they see to it.
    pub on_it: Option<String>,
}

/// What still works, for an alert.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Working {
    /// Its name.
    pub label: String,
    /// When that was checked last.
    pub checked: Time,
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
    /// It ended while nobody monitored it: until when that was so.
    pub unwatched_until: Option<Time>,
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
    /// When each of them was lost.
    pub lost_at: Vec<Option<Time>>,
    /// Which loss of a company this is, for a cascade.
    pub loss_number: usize,
    /// What of it cannot be seen, though it is live again.
    pub unseen: Option<String>,
    /// Steps that are still possible elsewhere, the longest first.
    pub steps: Vec<String>,
    /// It rests on a person's word.
    pub attested: bool,
    /// What still works, with when it was checked.
    pub working: Vec<Working>,
    /// How many more of those there are.
    pub more_working: usize,
    /// What it depends on, where all that is known is that the account there is in order.
    pub in_order: Vec<Working>,
    /// What a drop leaves working for one's users, as the catalogue has it.
    pub keeps_working: Option<String>,
    /// Where to appeal against a drop.
    pub appeal: Option<String>,
    /// What has no fallback left because of this.
    pub without_fallback: Vec<String>,
    /// What the fallback depends on, if that is monitored.
    pub fallback_on: Option<Working>,
    /// Whether the fallback works; nothing where nobody monitors it.
    pub fallback_works: Option<bool>,
    /// When what the fallback depends on ends, as a notice says.
    pub fallback_ends: Option<Time>,
    /// When it ends, as a notice says.
    pub ends: Option<Time>,
    /// When the next message comes at the latest.
    pub next: Option<Time>,
    /// How much hangs on it; alerts before 0.3.0 do not say.
    pub criticality: Option<Criticality>,
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
    /// Their names, in the order of the lines.
    pub labels: Vec<String>,
    /// A line each.
    pub lines: Vec<String>,
    /// What holds for each of its ids; alerts before 0.3.0 do not say.
    pub verdicts: Vec<Verdict>,
}

impl Group {
    /// The names of its members; alerts of 0.1.0 have them in their lines only.
    pub fn names(&self) -> &[String] {
        if self.labels.is_empty() { &self.lines } else { &self.labels }
    }
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

/// How long something lasted, by the minutes that stand beside it.
pub(super) fn between(since: Time, lasted: Duration) -> Duration {
    let minute = |at: Time| at.0.div_euclid(60_000);
    let minutes = minute(since.plus(lasted)) - minute(since);
    if minutes == 0 { lasted } else { Duration::from_secs(u64::try_from(minutes).unwrap_or(0) * 60) }
}

pub(super) fn ago(one: &Working, now: Time) -> String {
    let age = now.since(one.checked);
    if age < Duration::from_secs(60) { "just now".to_owned() } else { format!("{} ago", human(age)) }
}

/// Names, with how many more there are.
pub(super) fn with_more(mut names: Vec<String>, more: usize) -> Vec<String> {
    names.extend((more > 0).then(|| format!("{more} more")));
    names
}
