//! The parts of messages: a dependency in trouble, what still works, and how long something lasts.

use std::time::Duration;

use chrono_tz::Tz;
use serde::Serialize;

use crate::core::time::{Time, human};
use crate::core::words::verdict::{Criticality, Fault, Proof, Verdict};

/// A dependency that is still in trouble, for a reminder.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OpenItem {
    /// The id of the dependency.
    pub id: String,
    /// Its label.
    pub label: String,
    /// The vendor; `None` for the user's own parts, and if the vendor has the same name as the dependency.
    pub vendor: Option<String>,
    /// Its state: the word of a verdict, or `access_lost`.
    pub state: String,
    /// When this state began.
    pub since: Time,
    /// When the trouble began, if that was earlier.
    pub trouble_since: Option<Time>,
    /// When it ends, according to a letter.
    pub ends: Option<Time>,
    /// What a check found, as a sentence.
    pub say: String,
    /// What to switch to.
    pub fallback: Option<String>,
    /// Whether the fallback works.
    pub fallback_works: Option<bool>,
    /// When the fallback was last checked.
    pub fallback_checked: Option<Time>,
    /// When the fallback ends, according to a letter.
    pub fallback_ends: Option<Time>,
    /// What its vendor warns of, or what is in doubt, although it works.
    pub fallback_warns: Option<String>,
    /// The public id of its incident.
    pub incident: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// Dependencies that failed with it and have no message of their own, with their states.
    pub fell_too: Vec<String>,
    /// Where to appeal against a drop.
    pub appeal: Option<String>,
    /// The reason code of a drop.
    pub why: Option<String>,
    /// Whether the appeal requires a sign-in.
    pub appeal_behind_login: bool,
    /// Whether the vendor stated that it closed the account, and perhaps the sign-in.
    pub sign_in_closed: bool,
    /// When the announced event, such as a certificate's expiry, happens, according to the last check.
    pub until: Option<Time>,
    /// What a letter that threatens an end demands, in the letter's own words.
    pub demand: Option<String>,
    /// Whether the letter is about prices or terms only and ends nothing.
    pub terms: bool,
    /// When the letters behind it arrived; empty if there are none.
    pub reported: Vec<Time>,
    /// Who is responsible for it, according to the configuration.
    pub owner: Option<String>,
    /// Who said that they are taking care of it.
    pub on_it: Option<String>,
}

/// A dependency that still works, for an alert.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Working {
    /// Its label.
    pub label: String,
    /// When it was last checked.
    pub checked: Time,
}

/// An alert about one dependency.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct About {
    /// When it was lost before, if it came back and is out again within days.
    pub lost_before: Option<Time>,
    /// The only region that the letter concerns, or in which all countries have lost it.
    pub region: Option<String>,
    /// Whether the newest letter repeats an earlier one.
    pub repeated: bool,
    /// Whether it is an outage that a letter warned of.
    pub as_warned: bool,
    /// Others that were in trouble and worked at their last check.
    pub returning: Vec<String>,
    /// Whether its account is in good standing again, while what it held may have been deleted.
    pub data_unconfirmed: bool,
    /// The id of the dependency.
    pub id: String,
    /// Its label.
    pub label: String,
    /// The vendor's name.
    pub vendor: String,
    /// Who makes the decision, as named in the sentence about the cause.
    pub decider: String,
    /// The company behind it.
    pub parent: String,
    /// The current verdict.
    pub verdict: Verdict,
    /// The verdict that was reported before.
    pub before: Option<Verdict>,
    /// The reason code of a warning that is over.
    pub warned: String,
    /// The reason code.
    pub why: String,
    /// Who is responsible.
    pub fault: Fault,
    /// The kind of evidence.
    pub proof: Proof,
    /// What a check found, and which witnesses support it.
    pub say: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// When the trouble began.
    pub since: Time,
    /// How long it lasted, once it is over.
    pub lasted: Option<Duration>,
    /// When monitoring resumed, if the trouble ended while it was not monitored.
    pub unwatched_until: Option<Time>,
    /// What breaks without it.
    pub breaks: Option<String>,
    /// What to switch to.
    pub fallback: Option<String>,
    /// The account id at the vendor.
    pub account_id: Option<String>,
    /// Whom to contact.
    pub contact: Option<String>,
    /// The contract's notice period, in days.
    pub contract_notice_days: Option<u32>,
    /// Steps to move away, with the time that each takes.
    pub leave: Vec<String>,
    /// The URL of the vendor's status page.
    pub status_page: Option<String>,
    /// What it depends on that is not `live`, in words.
    pub stands_on: Vec<String>,
    /// Labels of the other dependencies that are not `live`.
    pub also_down: Vec<String>,
    /// Labels of the dependencies that still work and were verified.
    pub still_standing: Vec<String>,
    /// The same labels, grouped by kind of evidence.
    pub proven: Vec<String>,
    /// Labels of the dependencies that may not work: their trouble is being confirmed, or they could not be checked.
    pub unsure: Vec<String>,
    /// The public id of the incident.
    pub incident: Option<String>,
    /// The letter that announced the trouble, and when it arrived.
    pub announced: Option<String>,
    /// The state of the dependency that the fallback uses.
    pub fallback_state: Option<String>,
    /// The other dependencies in the same message.
    pub group: Option<Group>,
    /// Earlier losses, one line each, if several vendors are lost in a row.
    pub losses: Vec<String>,
    /// When each of those losses happened.
    pub lost_at: Vec<Option<Time>>,
    /// The position of this loss among the recent vendor losses (2 for the second), if several are lost in a row.
    pub loss_number: usize,
    /// How many of the losses, counted from the last, are refused keys, so that it is unknown whether the account is
    /// lost.
    pub refused_losses: usize,
    /// What still cannot be checked, although the dependency is `live` again.
    pub unseen: Option<String>,
    /// Steps that are still possible at other dependencies, longest first.
    pub steps: Vec<String>,
    /// Whether a person reported it.
    pub attested: bool,
    /// What still works, with the time of the last check.
    pub working: Vec<Working>,
    /// How many more dependencies still work.
    pub more_working: usize,
    /// Dependencies of which only the account's good standing is known, not whether the service works.
    pub in_order: Vec<Working>,
    /// What keeps working for the platform's users after a drop, according to the catalogue.
    pub keeps_working: Option<String>,
    /// Where to appeal against a drop.
    pub appeal: Option<String>,
    /// Whether the appeal requires signing in, which a suspension may prevent.
    pub appeal_behind_login: bool,
    /// What a letter that threatens an end demands, in the letter's own words.
    pub demand: Option<String>,
    /// Whether the letter behind it is about prices or terms only and ends nothing.
    pub terms: bool,
    /// Labels of dependencies that have lost their fallback because of this.
    pub without_fallback: Vec<String>,
    /// The dependency that the fallback uses, if it is monitored.
    pub fallback_on: Option<Working>,
    /// Whether the fallback works; `None` if it is not monitored.
    pub fallback_works: Option<bool>,
    /// When the dependency that the fallback uses ends, according to a letter.
    pub fallback_ends: Option<Time>,
    /// What the vendor of the fallback warns of, or what is in doubt there, although it works.
    pub fallback_warns: Option<String>,
    /// When it ends, according to a letter.
    pub ends: Option<Time>,
    /// When the announced event, such as a certificate's expiry, happens, according to the last check.
    pub until: Option<Time>,
    /// Whether today is the day that the letter names without an hour.
    pub last_day: bool,
    /// When the letters arrived: the newest one, and before it those that it replaces.
    pub reported: Vec<Time>,
    /// Other dependencies that end within two days, according to letters, with the announced times.
    pub ending_soon: Vec<(String, Time)>,
    /// A letter that announced no end but may be related, and when it arrived.
    pub related: Option<String>,
    /// The time by which the next message is sent.
    pub next: Option<Time>,
    /// How critical the dependency is; alerts from before 0.3.0 do not contain it.
    pub criticality: Option<Criticality>,
}

/// Several dependencies in one message.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Group {
    /// The company they have in common.
    pub name: String,
    /// How many dependencies belong to that company.
    pub of: usize,
    /// Whether unrelated dependencies failed at the same time, which suggests a problem on the user's side.
    pub mass: bool,
    /// Their ids.
    pub ids: Vec<String>,
    /// The public ids of their incidents.
    pub incidents: Vec<String>,
    /// Their labels, in the order of the lines.
    pub labels: Vec<String>,
    /// One line for each.
    pub lines: Vec<String>,
    /// The verdict of each; alerts from before 0.3.0 do not contain it.
    pub verdicts: Vec<Verdict>,
}

impl Group {
    /// The names of its members; alerts from 0.1.0 have them only in their lines.
    pub fn names(&self) -> &[String] {
        if self.labels.is_empty() { &self.lines } else { &self.labels }
    }
}

/// What is monitored, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Started {
    /// The number of dependencies.
    pub watched: usize,
    /// How many dependencies are in each state, in words, such as `11 live`.
    pub counts: Vec<String>,
    /// Dependencies that need a line: label and sentence.
    pub lines: Vec<String>,
    /// When the next report comes.
    pub next_report: Option<String>,
    /// Since when nothing was monitored, if that is worth mentioning.
    pub gap: Option<String>,
}

/// How long something lasted, rounded so that it agrees with the minutes shown next to it.
pub(super) fn between(since: Time, lasted: Duration) -> Duration {
    let minute = |at: Time| at.0.div_euclid(60_000);
    let minutes = minute(since.plus(lasted)) - minute(since);
    if minutes == 0 { lasted } else { Duration::from_secs(u64::try_from(minutes).unwrap_or(0) * 60) }
}

/// The time left. For the first few days it is given in hours, because that is the time to act.
pub(super) fn left(ends: Time, now: Time) -> String {
    let left = ends.since(now);
    let hours = left.as_secs() / 3_600;
    if (24..96).contains(&hours) { format!("{hours} h") } else { human(left) }
}

/// When letters arrived, such as `Wed 9 Aug 09:00 UTC and Fri 11 Aug 09:00 UTC`.
pub(super) fn came(reported: &[Time], now: Time, zone: Tz) -> String {
    reported.iter().map(|at| at.local(zone, now)).collect::<Vec<_>>().join(" and ")
}

pub(super) fn ago(one: &Working, now: Time) -> String {
    let age = now.since(one.checked);
    if age < Duration::from_secs(60) { "just now".to_owned() } else { format!("{} ago", human(age)) }
}

/// The names, followed by the number of further ones.
pub(super) fn with_more(mut names: Vec<String>, more: usize) -> Vec<String> {
    names.extend((more > 0).then(|| format!("{more} more")));
    names
}
