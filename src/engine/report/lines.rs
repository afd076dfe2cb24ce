//! Lines of the report: what was lost, what could not be checked, what happened, and which letters arrived.

use std::collections::BTreeSet;
use std::time::Duration;

use super::When;
use super::once::{Line, Subject};
use super::rows::Past;
use super::spells::{before, worst};
use crate::config::{Config, Dependency};
use crate::core::dependency::shown::Shown;
use crate::core::dependency::storefronts::{is_at_home, is_mostly, is_partly, removed};
use crate::core::people::action::{ActionKind, OperatorAction};
use crate::core::people::notice::Letter;
use crate::core::platform::snapshot::{DependencySnapshot, Snapshot};
use crate::core::probe::standing::Held;
use crate::core::time::{Time, human};
use crate::core::words::check_in::Takes;
use crate::core::words::verdict::{Fault, Proof, Verdict};
use crate::say::sentences;
use crate::store::IncidentRow;

/// A person's confirmation that is older than this is listed.
const UNASKED: Duration = Duration::from_secs(40 * 86_400);
/// How much later than its consequence a cause may be seen, because it is checked less often.
const TOGETHER: Duration = Duration::from_secs(15 * 60);
/// The text for an unknown cause.
const UNCLEAR: &str = "Cause unclear";

fn find<'b>(snapshot: &'b Snapshot, id: &str) -> Option<&'b DependencySnapshot> {
    snapshot.each().find(|d| d.id == id)
}

pub(super) fn label<'b>(snapshot: &'b Snapshot, id: &'b str) -> &'b str {
    find(snapshot, id).map_or(id, |d| d.label.as_str())
}

/// Vendors that dropped the platform or locked it out: current losses first, then those within the period.
pub(super) fn dropped(past: &Past<'_>) -> Vec<Line<String>> {
    let (rows, acts, when) = (past.incidents, past.acts, past.when);
    let gone = past.snapshot.each().filter(|d| d.shown() == Shown::Dropped).map(|d| gone(d, rows, acts, when));
    let partly = past.snapshot.each().filter_map(|d| {
        let held = d.partly_gone().filter(|held| is_mostly(&held.reason))?;
        let id = d.incident.as_ref().map_or(&d.id, |incident| &incident.public_id);
        Some(Line::new(Subject::Incident(id.clone()), removed_line(d, held, past)))
    });
    let locked = past.snapshot.each().filter(|d| d.shown() != Shown::Dropped).filter_map(|d| locked(d, when));
    let earlier = rows.iter().filter(|row| row.incident.worst == Verdict::Dropped);
    // A drop that people called a false alarm or their own doing is not a loss, so it is listed with the incidents.
    let earlier =
        earlier.filter(|row| !matches!(said_of(row, acts), Some(ActionKind::FalseAlarm | ActionKind::ItWasUs)));
    let line = |row: &IncidentRow| Line::new(Subject::Incident(row.incident.public_id.clone()), incident(row, past));
    gone.chain(partly).chain(locked).chain(earlier.map(line)).collect()
}

/// What is gone in some countries, such as `iOS app: removed in US, your home market, since Sun 19 Jan 03:35 UTC (1 d
/// 5 h so far)`.
fn removed_line(d: &DependencySnapshot, held: &Held, past: &Past<'_>) -> String {
    let home = if is_at_home(&held.reason) { ", your home market," } else { "" };
    let (since, lasts) = (past.when.at(held.since), past.when.ago(held.since));
    let removed = removed(&held.say);
    let why = if past.by_law.contains(&d.id) { ". Announced by a letter that gives a legal reason" } else { "" };
    format!("{}: {removed}{home} since {since} ({lasts} so far){why}", d.label)
}

/// What is out now or gone in some countries, since when, and by whose fault: `Sign-up texts: outage for 33 min
/// (Twilio)`.
pub(super) fn down(past: &Past<'_>) -> Vec<String> {
    let (snapshot, when) = (past.snapshot, past.when);
    let line = |d: &DependencySnapshot| {
        let lasts = d.since().map_or_else(String::new, |at| format!(" for {}", when.ago(at)));
        let company = d.companies.first().map_or_else(String::new, |(_, name)| format!(" ({name})"));
        format!("{}: outage{lasts}{company}", d.label)
    };
    let partly = |d: &DependencySnapshot| {
        let held = d.partly_gone().filter(|held| !is_mostly(&held.reason))?;
        Some(removed_line(d, held, past))
    };
    let out = snapshot.each().filter(|d| d.shown() == Shown::Outage).map(line);
    out.chain(snapshot.each().filter_map(partly)).collect()
}

fn gone(d: &DependencySnapshot, rows: &[IncidentRow], acts: &[OperatorAction], when: When) -> Line<String> {
    let since = d.since().map_or_else(String::new, |at| format!(" since {} ({} so far)", when.at(at), when.ago(at)));
    let id = d.incident.as_ref().map(|incident| incident.public_id.clone());
    let row = rows.iter().find(|row| Some(&row.incident.public_id) == id.as_ref());
    let cause = row.map_or_else(String::new, |row| format!(". {}", cause(row, said_of(row, acts), Some(d))));
    let says = format!("{}: dropped{since}: {}{cause}", d.label, d.say().trim_end_matches('.'));
    // If there is no incident yet, the dependency itself is the subject.
    Line::new(Subject::Incident(id.unwrap_or_else(|| d.id.clone())), says)
}

fn locked(d: &DependencySnapshot, when: When) -> Option<Line<String>> {
    let held = d.state.lost_access()?;
    let (since, lasts) = (when.at(held.since), when.ago(held.since));
    let says = format!(
        "{}: key refused since {since} ({lasts} so far). {}",
        d.label,
        sentences(&held.say).trim_end_matches('.')
    );
    let incident = d.incident.as_ref().map(|incident| Subject::Incident(incident.public_id.clone()));
    Some(Line::new(Subject::Blind(d.id.clone()), says).covering(incident))
}

/// What cannot be checked now, since when, and why.
pub(super) fn unseen(snapshot: &Snapshot, when: When) -> Vec<Line<String>> {
    let blind =
        |d: &&DependencySnapshot| matches!(d.shown(), Shown::NotVerified | Shown::NeverSeenLive | Shown::NeedsKey);
    let line = |d: &DependencySnapshot| {
        Line::new(Subject::Blind(d.id.clone()), format!("{}{}: {}", d.label, blind_for(d, when), d.say()))
    };
    snapshot.each().filter(blind).map(line).collect()
}

/// How long it could not be checked, such as `, for 3 h`.
pub(super) fn blind_for(d: &DependencySnapshot, when: When) -> String {
    d.since().map_or_else(String::new, |at| format!(", for {}", when.ago(at)))
}

/// Dependencies whose state only a person confirms.
pub(super) fn by_word(config: &Config) -> BTreeSet<String> {
    let only = |d: &&Dependency| {
        !d.probes.is_empty() && d.probes.iter().all(|probe| config.takes(probe) == Some(Takes::Words))
    };
    config.dependencies.iter().filter(only).map(|d| d.id.clone()).collect()
}

/// Dependencies whose state only a person confirms and whose last confirmation is old.
pub(super) fn unasked<'b>(config: &Config, snapshot: &'b Snapshot) -> Vec<&'b DependencySnapshot> {
    let rests = |id: &str| {
        let dependency = config.dependencies.iter().find(|d| d.id == id);
        dependency.is_some_and(|d| d.probes.iter().any(|probe| config.takes(probe) == Some(Takes::Words)))
    };
    let old = |d: &&DependencySnapshot| {
        let last = d.probes.iter().filter_map(|probe| probe.standing.last_live).max();
        last.is_none_or(|at| snapshot.as_of.since(at) >= UNASKED)
    };
    snapshot.each().filter(|d| rests(&d.id)).filter(old).collect()
}

/// One incident: what happened, since when, for how long, whether it is over, and why.
pub(super) fn incident(row: &IncidentRow, past: &Past<'_>) -> String {
    let incident = &row.incident;
    let (from, until) = worst(row, past.messages);
    let began = past.when.at(from);
    let lasted = |until: Time| human(until.since(from));
    let before = before(row, from);
    let span = match until {
        Some(until) => format!("from {began}, over after {}{before}", lasted(until)),
        None => format!("since {began} ({} so far{before})", lasted(past.when.now)),
    };
    let d = find(past.snapshot, &row.dependency);
    let partly = incident.worst == Verdict::Degraded && is_partly(&incident.reason);
    let word = if partly { "removed in some countries" } else { incident.worst.word() };
    if partly && past.by_law.contains(&row.dependency) {
        let label = label(past.snapshot, &row.dependency);
        return format!("{label}: {word} {span}. Likely cause: the legal reason that the letter gives");
    }
    let mut cause = cause(row, said_of(row, past.acts), d);
    if cause == UNCLEAR {
        cause = because(from, d, past).unwrap_or(cause);
    }
    format!("{}: {word} {span}. {cause}", label(past.snapshot, &row.dependency))
}

/// The cause if something that it needs was lost first, such as `Likely because Cloud hosting (Amazon) was dropped`.
fn because(from: Time, d: Option<&DependencySnapshot>, past: &Past<'_>) -> Option<String> {
    let needs = &d?.needs;
    let then = |row: &&IncidentRow| {
        row.incident.began_at <= from.plus(TOGETHER) && row.closed_at.is_none_or(|closed| closed >= from)
    };
    let out = |row: &&IncidentRow| matches!(row.incident.worst, Verdict::Dropped | Verdict::Outage);
    let causes = past.incidents.iter().filter(|row| needs.contains(&row.dependency)).filter(out).filter(then);
    let first = causes.max_by_key(|row| row.incident.worst.badness())?;
    let company = find(past.snapshot, &first.dependency).and_then(|d| d.companies.first());
    let company = company.map_or_else(String::new, |(_, name)| format!(" ({name})"));
    let lost = if first.incident.worst == Verdict::Dropped { "was dropped" } else { "was out" };
    Some(format!("Likely because {}{company} {lost}", label(past.snapshot, &first.dependency)))
}

/// People's final decision about an incident.
fn said_of(row: &IncidentRow, acts: &[OperatorAction]) -> Option<ActionKind> {
    let said = acts.iter().rfind(|act| {
        act.about.as_deref() == Some(row.incident.public_id.as_str())
            && matches!(act.deed, ActionKind::ItWasUs | ActionKind::FalseAlarm | ActionKind::Accept)
    });
    said.map(|act| act.deed)
}

/// Who caused it: a person's report comes first. The text says `likely` unless the vendor stated the cause.
fn cause(row: &IncidentRow, said: Option<ActionKind>, d: Option<&DependencySnapshot>) -> String {
    // Names the company that decides, because a generic check, such as that of a website, is not a company.
    let vendor = d.and_then(|d| d.companies.first()).map_or("the vendor", |(_, name)| name.as_str());
    let whose = match (said, row.incident.fault) {
        (Some(ActionKind::FalseAlarm), _) => return "False alarm, reported by your team".to_owned(),
        (Some(ActionKind::ItWasUs), _) => return "Your own change, reported by your team".to_owned(),
        (Some(_), _) => return "Accepted by your team".to_owned(),
        (None, Fault::Ours) => return "On your side".to_owned(),
        (None, Fault::Unclear) if row.incident.proof == Proof::Stated && row.incident.worst == Verdict::Dropped => {
            return "Stated by the vendor".to_owned();
        }
        (None, Fault::Unclear) => return UNCLEAR.to_owned(),
        (None, Fault::VendorDecision) => format!("{vendor}'s decision"),
        (None, Fault::VendorBreakdown) => format!("an outage at {vendor}"),
    };
    match row.incident.proof {
        Proof::Stated => format!("Cause: {whose}"),
        Proof::Inferred => format!("Likely cause: {whose}"),
        Proof::Told => format!("Cause, reported by a person: {whose}"),
    }
}

/// Letters from before the period that take effect within it or later. Newer letters are listed with what happened.
pub(super) fn notices(letters: &[Letter], snapshot: &Snapshot, since: Time, when: When) -> Vec<Line<String>> {
    let fresh = |letter: &&Letter| letter.added_at < since && letter.notice.effective.is_some_and(|at| at >= since);
    let line = |letter: &Letter| {
        let answer = letter.answered.as_ref().map_or("no answer recorded".to_owned(), |(by, at)| {
            format!("{by} has been answering it since {}", when.at(*at))
        });
        let says = format!("{}; {answer}", quoted(letter, snapshot, when));
        Line::new(Subject::Letter(letter.public_id.clone()), says)
    };
    letters.iter().filter(fresh).map(line).collect()
}

/// A letter with its quotation, such as `Cloud hosting, received Sat 7 Mar 14:00 UTC, in effect Thu 12 Mar 16:00 UTC:
/// "we plan to suspend"`.
fn quoted(letter: &Letter, snapshot: &Snapshot, when: When) -> String {
    let text = letter.notice.text.trim_end_matches('.');
    format!("{}: \"{text}\"", came_in(letter, "", snapshot, when))
}

/// A letter with its times, such as `Cloud hosting: received Sat 7 Mar 14:00 UTC, takes effect Thu 12 Mar 16:00 UTC`.
/// The text in `what` comes before "received".
pub(super) fn came_in(letter: &Letter, what: &str, snapshot: &Snapshot, when: When) -> String {
    let notice = &letter.notice;
    let labels: Vec<&str> = notice.dependencies.iter().map(|id| label(snapshot, id)).collect();
    let effective = notice.effective.map_or("no date given".to_owned(), |at| format!("takes effect {}", when.at(at)));
    format!("{}: {what}received {}, {effective}", labels.join(", "), when.at(notice.received))
}
