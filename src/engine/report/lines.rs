//! Lines of the report: what happened, what could not be seen, how people were told.

use std::time::Duration;

use crate::config::Config;
use crate::core::act::{Act, Deed};
use crate::core::board::Board;
use crate::core::heard::Takes;
use crate::core::model::{Fault, Verdict};
use crate::core::notice::Letter;
use crate::core::shown::Shown;
use crate::core::time::{Time, human};
use crate::store::{IncidentRow, Told};

/// Whom nobody has asked for so long is named.
const UNASKED: Duration = Duration::from_secs(40 * 86_400);
/// A test older than this proves little.
const TESTED: Duration = Duration::from_secs(31 * 86_400);

fn label<'b>(board: &'b Board, id: &'b str) -> &'b str {
    board.dependencies.iter().find(|d| d.id == id).map_or(id, |d| d.label.as_str())
}

/// Who dropped us or locked us out: what is so now first, then what was within the span.
pub(super) fn dropped(board: &Board, incidents: &[IncidentRow], since: Time, now: Time) -> Vec<String> {
    let gone = board.dependencies.iter().filter(|d| d.shown() == Shown::Dropped).map(|d| {
        let at = d.since().map_or_else(String::new, |at| format!(" since {}", at.short()));
        format!("{}: dropped{at}: {}", d.label, d.say())
    });
    let locked = board.dependencies.iter().filter(|d| d.shown() != Shown::Dropped).filter_map(|d| {
        let held = d.state.lost_access()?;
        Some(format!("{}: access lost since {}, key revoked or account suspended", d.label, held.since.short()))
    });
    let over = incidents
        .iter()
        .filter(|row| row.incident.worst == Verdict::Dropped && row.closed_at.is_some_and(|at| at >= since));
    let over = over.map(|row| {
        let lasted = human(row.closed_at.unwrap_or(now).since(row.incident.began_at));
        format!("{}: was dropped from {}, for {lasted}", label(board, &row.dependency), row.incident.began_at.short())
    });
    gone.chain(locked).chain(over).collect()
}

/// What cannot be seen now, and since when.
pub(super) fn unseen(board: &Board, now: Time) -> Vec<String> {
    let unseen = board
        .dependencies
        .iter()
        .filter(|d| matches!(d.shown(), Shown::NotVerified | Shown::NeverSeenLive | Shown::NeedsKey));
    let line = |d: &crate::core::board::DependencyBoard| {
        let since = d.since().map_or_else(String::new, |at| format!(" for {}", human(now.since(at))));
        format!("{}{since}: {}", d.label, d.say())
    };
    unseen.map(line).collect()
}

/// Those who rest on a person's word that nobody gave for long.
pub(super) fn unasked(config: &Config, board: &Board) -> Vec<String> {
    let rests = |id: &str| {
        let dependency = config.dependencies.iter().find(|d| d.id == id);
        dependency.is_some_and(|d| d.probes.iter().any(|probe| config.takes(probe) == Some(Takes::Words)))
    };
    let line = |d: &crate::core::board::DependencyBoard| {
        let last = d.probes.iter().filter_map(|probe| probe.standing.last_live).max();
        let old = last.is_none_or(|at| board.as_of.since(at) >= UNASKED);
        old.then(|| d.label.clone())
    };
    board.dependencies.iter().filter(|d| rests(&d.id)).filter_map(line).collect()
}

/// One incident: what, from when, for how long, whose fault.
pub(super) fn incident(row: &IncidentRow, board: &Board, acts: &[Act], now: Time) -> String {
    let incident = &row.incident;
    let lasted = human(row.closed_at.unwrap_or(now).since(incident.began_at));
    let end = if row.closed_at.is_some() { format!("for {lasted}") } else { format!("still open after {lasted}") };
    let said = acts.iter().rfind(|act| {
        act.about.as_deref() == Some(incident.public_id.as_str())
            && matches!(act.deed, Deed::ItWasUs | Deed::FalseAlarm | Deed::Accept)
    });
    let fault = match (said.map(|act| act.deed), incident.fault) {
        (Some(Deed::FalseAlarm), _) => "a false alarm, by your word",
        (Some(Deed::ItWasUs), _) => "your own doing, by your word",
        (Some(_), _) => "accepted",
        (None, Fault::VendorDecision) => "their decision",
        (None, Fault::VendorBreakdown) => "their breakdown",
        (None, Fault::Ours) => "yours to mend",
        (None, Fault::Unclear) => "fault unclear",
    };
    format!("{}: {}, {end}, from {}; {fault}", label(board, &row.dependency), incident.worst, incident.began_at.short())
}

pub(super) fn false_alarms(acts: &[Act], since: Time) -> usize {
    acts.iter().filter(|act| act.deed == Deed::FalseAlarm && act.at >= since).count()
}

/// Letters that came or take effect within the span or later.
pub(super) fn notices(letters: &[Letter], since: Time) -> Vec<String> {
    let fresh = |letter: &&Letter| letter.added_at >= since || letter.notice.effective.is_some_and(|at| at >= since);
    let line = |letter: &Letter| {
        let hour =
            letter.notice.effective.map_or("without an hour".to_owned(), |at| format!("effective {}", at.short()));
        let answer =
            letter.answered.as_ref().map_or("answered by nobody".to_owned(), |(by, _)| format!("answered by {by}"));
        format!("{}, {hour}, {answer}: {}", letter.notice.received.short(), letter.notice.text)
    };
    letters.iter().filter(fresh).map(line).collect()
}

/// How much was watched, how much was told, how fast somebody acknowledged.
pub(super) fn work(told: &Told, gaps: &[(Time, Time)], since: Time, now: Time) -> String {
    let whole = now.since(since).as_secs_f64().max(1.0);
    let missed: f64 = gaps.iter().map(|(from, to)| (*to).min(now).since((*from).max(since)).as_secs_f64()).sum();
    let share = (100.0 * (1.0 - missed / whole)).clamp(0.0, 100.0);
    let dead = if told.dead > 0 { format!(", {} never arrived", told.dead) } else { String::new() };
    let acked = match told.acked_in.as_slice() {
        [] => "nothing was acknowledged".to_owned(),
        took => {
            let middle = Duration::from_millis(u64::try_from(took[took.len() / 2]).unwrap_or(0));
            format!("acknowledged within {} in the middle", human(middle))
        }
    };
    format!("Watched {share:.1} % of the time; {} messages sent{dead}; {acked}", told.sent)
}

/// The last test of the channels, and the last drill.
pub(super) fn tested(acts: &[Act], now: Time) -> String {
    let test = acts.iter().rfind(|act| act.deed == Deed::Test);
    let test = match test {
        None => "The channels were never tested: plugwatch notify test".to_owned(),
        Some(act) if now.since(act.at) > TESTED => format!("The channels were tested last on {}", act.at.short()),
        Some(act) => format!("Channels tested {}: {}", act.at.short(), act.words),
    };
    let drill = acts.iter().rfind(|act| act.deed == Deed::Drill);
    let drill = drill.map(|drill| {
        let acks = acts.iter().filter(|act| act.deed == Deed::Ack && act.about == drill.about);
        let who: Vec<String> = acks.map(|act| format!("{} after {}", act.by, human(act.at.since(drill.at)))).collect();
        match who.as_slice() {
            [] => format!("; the drill of {} was acknowledged by nobody", drill.at.short()),
            who => format!("; the drill of {} was acknowledged by {}", drill.at.short(), who.join(", ")),
        }
    });
    format!("{test}{}", drill.unwrap_or_else(|| "; there was no drill yet".to_owned()))
}
