//! Decides what must be reported about a single dependency, by comparing its current state with what was reported.

use std::time::Duration;

use super::notified::Notified;
use super::reminder;
use super::reworded;
use super::subject::Subject;
use crate::core::dependency::incident::{Incident, Level, Reason};
use crate::core::dependency::shown::Shown;
use crate::core::dependency::state::Unseen;
use crate::core::dependency::storefronts::{is_gone_in_fewer, is_mostly, is_partly};
use crate::core::dependency::takeover::is_taken_over;
use crate::core::people::action::SeenTo;
use crate::core::people::notice::{call_at, is_by_letter, is_ending, is_terms, is_undated};
use crate::core::probe::doubt::is_by_turns;
use crate::core::probe::standing::Held;
use crate::core::time::Time;
use crate::core::words::text::quoted;
use crate::core::words::verdict::{Criticality, Fault, Proof, Verdict};

/// Something to report about one dependency.
#[derive(Clone, Debug, PartialEq)]
pub struct Due {
    /// Why it is reported.
    pub reason: Reason,
    /// The verdict that was reported before.
    pub before: Option<Verdict>,
    /// The current verdict.
    pub held: Held,
}

/// If a recovery takes longer than this to confirm, it no longer delays reminders. The same limit applies to a
/// suspected drop that delays a warning.
const RETURNS: Duration = Duration::from_secs(600);
/// An announced end further ahead than this is not urgent enough to wake someone.
const FAR: Duration = Duration::from_secs(7 * 86_400);
/// A suspicion of the same dependency is reported at most once within this time.
const SUSPECTED_ONCE: Duration = Duration::from_secs(6 * 3_600);
/// Within this time after a suspicion was reported, plugwatch reports whether it was confirmed, was cleared or is
/// still open. Confirming an absence usually takes three checks, five minutes apart.
const CONFIRMING: Duration = Duration::from_secs(1_200);
/// If a suspicion is still open then, for example because a second path cannot be read, the next reports follow at
/// this interval.
const CONFIRMING_THEN: Duration = Duration::from_secs(3_600);

/// Lists what is due, most important first. Nothing else is reported. An item that has to wait does not hold back
/// those after it.
pub fn wanted(subject: &Subject<'_>, notified: &Notified, heightened: bool, now: Time) -> Vec<Due> {
    let about = match subject.incident {
        Some(incident) => about_incident(subject, incident, notified, now),
        None => about_end(subject, notified, now),
    };
    let mut all: Vec<Due> = about.into_iter().collect();
    all.extend(about_sight(subject, notified, now));
    all.extend(about_suspicion(subject, notified, heightened, now));
    if all.is_empty() {
        all.extend(reminder(subject, notified, now));
    }
    all
}

fn about_incident(subject: &Subject<'_>, incident: &Incident, notified: &Notified, now: Time) -> Option<Due> {
    let held = subject.state.held.clone().filter(|held| held.verdict == incident.verdict)?;
    let reason = match notified.verdict {
        None if is_overtaken(subject, &held, now) => return None,
        None => Reason::Opened,
        Some(Verdict::Dropped) if is_another(&held, notified, incident, now) => {
            let before = notified.dropped_word.as_ref().filter(|before| quoted(&held.say).as_ref() != Some(before));
            let say = before.map(|before| format!("{}; earlier it said \u{201c}{before}\u{201d}", held.say));
            let held = Held { say: say.unwrap_or_else(|| held.say.clone()), ..held };
            return Some(Due { reason: Reason::Grew, before: notified.verdict, held });
        }
        Some(before) => turn(before, notified, incident, &held).or_else(|| came_again(subject, notified, &held))?,
    };
    Some(Due { reason, before: notified.verdict, held })
}

/// A further letter that says the same is news: its sender means it.
fn came_again(subject: &Subject<'_>, notified: &Notified, held: &Held) -> Option<Reason> {
    let (count, newest) = subject.letters;
    let same = held.verdict == Verdict::Degraded && is_by_letter(&held.reason) && notified.reason == held.reason;
    (same && count > 1 && newest > notified.news_at).then_some(Reason::Grew)
}

/// Whether a drop is being confirmed at the same time, so that a warning would be replaced within minutes.
fn is_overtaken(subject: &Subject<'_>, held: &Held, now: Time) -> bool {
    let warns = held.verdict == Verdict::Degraded && !is_ending(&held.reason) && !is_by_turns(&held.reason);
    let doubt = subject.state.suspicion.as_deref().filter(|doubt| doubt.verdict == Verdict::Dropped);
    warns && doubt.is_some_and(|doubt| now.since(doubt.since) < RETURNS)
}

/// Whether a drop has become a different drop, with a different remedy: for example, a hold has become a deletion, or
/// a review has become a rejection.
fn is_another(held: &Held, notified: &Notified, incident: &Incident, now: Time) -> bool {
    let word = quoted(&held.say).filter(|_| held.proof == Proof::Stated);
    let other = notified.dropped_for.as_ref().is_some_and(|reason| *reason != held.reason)
        || notified.dropped_word.as_ref().zip(word).is_some_and(|(known, word)| *known != word);
    other && incident.verdict == Verdict::Dropped && notified.is_settled_news(now)
}

fn turn(before: Verdict, notified: &Notified, incident: &Incident, held: &Held) -> Option<Reason> {
    let ours = incident.fault == Fault::Ours && notified.fault != Some(Fault::Ours);
    match (before, incident.verdict) {
        (Verdict::Dropped, Verdict::Outage) if notified.proof == Some(Proof::Inferred) => Some(Reason::Corrected),
        (before, after) if after.badness() > before.badness() => Some(Reason::Worsened),
        (before, after) if after.badness() < before.badness() => Some(Reason::Eased),
        _ if ours => Some(Reason::ItWasUs),
        // The verdict is the same; one warning was added or removed.
        (Verdict::Degraded, _) if notified.reason == incident.reason => None,
        // An older version reported this under a different reason, and nothing has happened since.
        (Verdict::Degraded, _)
            if notified.reason == reworded::before(&incident.reason) && notified.news_at >= Some(held.since) =>
        {
            None
        }
        (Verdict::Degraded, _) if reworded::is_part(&incident.reason, &notified.reason) => Some(Reason::Eased),
        // The app is back in one more storefront. Its recovery is reported once it is back in all; reminders name the
        // rest.
        (Verdict::Degraded, _) if is_gone_in_fewer(&incident.reason, &notified.reason) => None,
        (Verdict::Degraded, _) => Some(Reason::Grew),
        // A different wording of a drop or an outage is not news.
        _ => None,
    }
}

fn about_end(subject: &Subject<'_>, notified: &Notified, now: Time) -> Option<Due> {
    let before = notified.verdict?;
    let held = subject.state.held.clone().filter(|_| subject.state.is_surely_live())?;
    // The trouble ended with the first good check, if its time is known. Alternating states end when they are
    // cleared, not with one of the good checks in between.
    let doubted = is_by_turns(&notified.reason);
    let fits = |since: &Time| Some(*since) > notified.began_at && *since <= now && !doubted;
    let since = Some(held.since).filter(fits).unwrap_or(now);
    Some(Due { reason: Reason::Recovered, before: Some(before), held: Held { since, ..held } })
}

/// Reports blind checks once, and once more when they work again. An urgent reason is also reported to people who
/// already know of a less serious one.
fn about_sight(subject: &Subject<'_>, notified: &Notified, now: Time) -> Vec<Due> {
    let state = subject.state;
    let before = state.held.as_ref().map(|held| held.verdict);
    let blind = |unseen: &Unseen| Due { reason: Reason::Blind, before, held: unseen.held.clone() };
    // To someone who knows of the drop, a refused key is not news.
    let news = |unseen: &&Unseen| notified.verdict != Some(Verdict::Dropped) || unseen.held.reason != "access_lost";
    let untold: Vec<Due> = notified.untold(state).filter(news).map(blind).collect();
    if !untold.is_empty() {
        return untold;
    }
    let good = matches!(state.shown(), Shown::Live | Shown::Degraded);
    let sighted = |held: Held| Due { reason: Reason::Sighted, before, held: Held { since: now, ..held } };
    let seen = !notified.blind.is_empty() && state.unseen.is_empty() && good;
    state.held.clone().filter(|_| seen).map(sighted).into_iter().collect()
}

/// After a loss, a suspicion of the next one is reported at once, marked as unconfirmed.
fn about_suspicion(subject: &Subject<'_>, notified: &Notified, heightened: bool, now: Time) -> Option<Due> {
    let suspected = subject.state.suspicion.as_deref().filter(|held| held.verdict == Verdict::Dropped);
    let before = subject.state.held.as_ref().map(|held| held.verdict);
    // A suspicion that keeps coming and going is not reported every time.
    let lately = notified.suspected_last.is_some_and(|at| now.since(at) <= SUSPECTED_ONCE);
    match (suspected, notified.suspected) {
        (Some(held), None) if heightened && !lately && before != Some(Verdict::Dropped) => {
            Some(Due { reason: Reason::Suspected, before, held: held.clone() })
        }
        (Some(held), Some(_)) if confirmed_by(subject, notified).is_some_and(|by| by <= now) => {
            Some(Due { reason: Reason::Suspected, before, held: held.clone() })
        }
        (None, Some(_)) if matches!(subject.state.shown(), Shown::Live | Shown::Degraded) => {
            let held = subject.state.held.clone()?;
            Some(Due { reason: Reason::Cleared, before, held: Held { since: now, ..held } })
        }
        _ => None,
    }
}

/// When people who know of a suspicion must hear about it again.
pub fn confirmed_by(subject: &Subject<'_>, notified: &Notified) -> Option<Time> {
    let (first, last) = (notified.suspected?, notified.suspected_last?);
    let before = subject.state.held.as_ref().map(|held| held.verdict);
    subject.state.suspicion.as_deref().filter(|held| held.verdict == Verdict::Dropped)?;
    let own = subject.confirming.clamp(CONFIRMING, CONFIRMING_THEN);
    let wait = if last > first { CONFIRMING_THEN } else { own };
    Some(last.plus(wait)).filter(|_| before != Some(Verdict::Dropped))
}

fn reminder(subject: &Subject<'_>, notified: &Notified, now: Time) -> Option<Due> {
    // A check found it working again: wait for the next check before sending a reminder.
    if subject.returning_since().is_some_and(|since| now.since(since) < RETURNS) {
        return None;
    }
    let held = match subject.incident {
        _ if subject.access_told(notified) => subject.state.lost_access()?.clone(),
        Some(incident) => subject.state.held.clone().filter(|held| incident.verdict == held.verdict)?,
        None => subject.unseen_told(notified)?.clone(),
    };
    let due = remind_at(subject, notified)?;
    (due <= now).then_some(Due { reason: Reason::StillOpen, before: notified.verdict, held })
}

/// When the next reminder of an open incident is due, if nothing happens before.
pub fn remind_at(subject: &Subject<'_>, notified: &Notified) -> Option<Time> {
    let news = notified.news_at?;
    let spoken = notified.news_at.max(notified.reminded_at)?;
    if subject.seen_to == Some(SeenTo::Settled) {
        return None;
    }
    let open = notified.verdict.is_some_and(|verdict| verdict != Verdict::Dropped);
    // Whoever is on it needs no hour of it twice, and new terms have none.
    let seen = matches!(subject.seen_to, Some(SeenTo::Acknowledged(_))) || is_terms(&notified.reason);
    let ends = subject.ends.filter(|_| open).map(|ends| call_at(ends, subject.ends_on_a_day, spoken, seen));
    match (is_loud(subject, notified)?, subject.seen_to) {
        // The situation's message covers it and is sent when there is news.
        (true, Some(SeenTo::Acknowledged(_))) | (false, _) if subject.in_situation.is_some() => ends.flatten(),
        // An acknowledgement does not silence an open deadline. One reminder covers everything; its time depends on
        // the newest event.
        (true, None) => Some(
            reminder::unseen(subject.in_situation.map_or(news, |newest| newest.max(news)), spoken)
                .min(ends.flatten().unwrap_or(Time(i64::MAX))),
        ),
        (_, _) if ends.is_some() => ends.flatten(),
        // Nobody knows when, or it is gone in some countries only: it is kept in mind for as long as it takes, and does
        // not nag.
        (true, Some(SeenTo::Acknowledged(_))) if is_undated(&notified.reason) || is_partly(&notified.reason) => {
            Some(reminder::quiet(news, spoken))
        }
        (true, Some(SeenTo::Acknowledged(at))) => Some(reminder::acknowledged(at, spoken)),
        (false, Some(SeenTo::Acknowledged(_))) => Some(reminder::quiet(news, spoken)),
        (_, _) => {
            let until = subject.state.held.as_ref().and_then(|held| held.until);
            let before = until.and_then(|until| reminder::before(until, spoken));
            Some(reminder::quiet(news, spoken).min(before.unwrap_or(Time(i64::MAX))))
        }
    }
}

/// When something critical was reported that nobody has acknowledged.
pub fn unseen_news(subject: &Subject<'_>) -> Option<Time> {
    let notified = subject.notified;
    notified.news_at.filter(|_| subject.seen_to.is_none() && is_loud(subject, notified) == Some(true))
}

/// Whether what is open was reported at critical level; `None` if nothing is open.
fn is_loud(subject: &Subject<'_>, notified: &Notified) -> Option<bool> {
    let access = || subject.access_told(notified) && subject.criticality != Criticality::Normal;
    let far = subject.ends.zip(notified.news_at).is_some_and(|(ends, news)| ends.since(news) > FAR);
    // If there is another critical reason in addition to the letter, the level stays critical.
    let only_ends =
        |reason: &str| is_ending(reason) && !is_by_turns(reason) && !is_mostly(reason) && !is_taken_over(reason);
    let critical = |held: &Held| {
        let quiet = far && held.verdict == Verdict::Degraded && only_ends(&held.reason);
        !quiet && level(Reason::Opened, held, subject.criticality) == Level::Critical
    };
    match (subject.incident, notified.verdict) {
        (Some(_), Some(_)) => Some(subject.state.held.as_ref().is_some_and(critical) || access()),
        (_, None) if subject.access_told(notified) => Some(access()),
        (None, None) => {
            let held = subject.unseen_told(notified)?;
            Some(level(Reason::Blind, held, subject.criticality) == Level::Critical)
        }
        _ => None,
    }
}

/// The level of a reminder: critical if the reported trouble is critical, until someone acknowledges it.
pub fn reminder_level(subject: &Subject<'_>, notified: &Notified) -> Level {
    let unseen = subject.seen_to.is_none() && is_loud(subject, notified) == Some(true);
    // In the last hours before an end, no time may be lost.
    let ending = subject.ends.is_some() && notified.verdict == Some(Verdict::Degraded) && is_ending(&notified.reason);
    if unseen || ending { Level::Critical } else { Level::Warning }
}

/// The level of an alert.
pub fn level(reason: Reason, held: &Held, criticality: Criticality) -> Level {
    match (reason, held.verdict) {
        (Reason::Recovered | Reason::Sighted | Reason::Cleared | Reason::ItWasUs | Reason::Settled, _) => Level::Info,
        (Reason::Cascade, _) => Level::Critical,
        (Reason::StillOpen | Reason::Flapping, _) => Level::Warning,
        (Reason::Blind, _) => match held.reason.as_str() {
            "access_lost" if criticality != Criticality::Normal => Level::Critical,
            "probably_removed" => Level::Critical,
            "wrong_page" if criticality == Criticality::Critical => Level::Critical,
            _ => Level::Warning,
        },
        // The owner's account says dropped, but the listing is still public: it will disappear, too.
        (_, Verdict::Degraded) if held.reason == "sources_disagree" && held.fault == Fault::VendorDecision => {
            Level::Critical
        }
        (_, Verdict::Dropped) => Level::Critical,
        (Reason::Opened | Reason::Grew | Reason::Worsened, Verdict::Degraded) if is_mostly(&held.reason) => {
            Level::Critical
        }
        (_, Verdict::Degraded) if is_by_turns(&held.reason) || is_taken_over(&held.reason) => Level::Critical,
        // A letter may arrive only a day before the cut-off, so there is no time to lose.
        (_, Verdict::Degraded) if is_ending(&held.reason) => Level::Critical,
        (Reason::Opened | Reason::Grew | Reason::Worsened, Verdict::Degraded) if is_undated(&held.reason) => {
            if criticality == Criticality::Normal {
                Level::Warning
            } else {
                Level::Critical
            }
        }
        (_, Verdict::Outage) if criticality == Criticality::Critical => Level::Critical,
        _ => Level::Warning,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::dependency::state::Combined;

    const HOUR: i64 = 3_600_000;

    fn held(verdict: Verdict, reason: &str) -> Held {
        Held {
            verdict,
            reason: reason.to_owned(),
            fault: Fault::VendorDecision,
            proof: Proof::Told,
            say: String::new(),
            hint: None,
            by: String::new(),
            since: Time(0),
            until: None,
        }
    }

    fn subject<'a>(state: &'a Combined, incident: Option<&'a Incident>, notified: &'a Notified) -> Subject<'a> {
        Subject {
            id: "host",
            parent: None,
            companies: &[],
            domain: None,
            needs: &[],
            accounts: Vec::new(),
            criticality: Criticality::Critical,
            state,
            incident,
            notified,
            maintenance: None,
            looked_at: None,
            muted: None,
            muted_at: None,
            seen_to: None,
            excused: None,
            ends: None,
            ends_on_a_day: false,
            letter: None,
            starts: Vec::new(),
            in_situation: None,
            letters: (0, None),
            confirming: Duration::ZERO,
        }
    }

    fn incident(held: &Held) -> Incident {
        Incident {
            id: 1,
            public_id: "pw-1".to_owned(),
            verdict: held.verdict,
            worst: held.verdict,
            reason: held.reason.clone(),
            fault: held.fault,
            proof: held.proof,
            began_at: Time(0),
            alerts: 1,
        }
    }

    #[test]
    fn a_letter_that_says_the_same_again_is_news_once() {
        let held = held(Verdict::Degraded, "ends");
        let incident = incident(&held);
        let state = Combined { held: Some(held.clone()), ..Combined::default() };
        let reason = "ends".to_owned();
        let notified =
            Notified { verdict: Some(Verdict::Degraded), reason, news_at: Some(Time(5)), ..Notified::default() };
        let came = |letters: (usize, Option<Time>)| {
            let subject = Subject { letters, ..subject(&state, Some(&incident), &notified) };
            about_incident(&subject, &incident, &notified, Time(9)).map(|due| due.reason)
        };
        assert_eq!(came((2, Some(Time(8)))), Some(Reason::Grew));
        assert_eq!(came((2, Some(Time(5)))), None, "it was reported");
        assert_eq!(came((1, Some(Time(8)))), None, "there is only one");
    }

    /// Minutes until the next reminder of a warning with this reason, which was reported at time 0 and ends after
    /// `days`.
    fn reminded(reason: &str, days: i64) -> Option<i64> {
        let held = held(Verdict::Degraded, reason);
        let incident = incident(&held);
        let state = Combined { held: Some(held), ..Combined::default() };
        let notified = Notified { verdict: Some(Verdict::Degraded), news_at: Some(Time(0)), ..Notified::default() };
        let subject = Subject { ends: Some(Time(days * 24 * HOUR)), ..subject(&state, Some(&incident), &notified) };
        remind_at(&subject, &notified).map(|at| at.0 / 60_000)
    }

    #[test]
    fn a_letter_for_a_far_day_rings_at_no_night_and_silences_nothing_else_that_is_critical() {
        assert_eq!(reminded("ends", 2), Some(5));
        assert_eq!(reminded("ends", 30), Some(23 * 24 * 60), "a week before it");
        assert_eq!(reminded("ends+said_by_turns", 30), Some(5));
        assert_eq!(reminded("ends+gone_in_27_of_28_storefronts", 30), Some(5));
    }

    #[test]
    fn what_an_older_version_told_under_another_reason_is_no_news() {
        let said = |told: &str, since: i64| {
            let held = Held { since: Time(since), ..held(Verdict::Degraded, "ends_undated") };
            let notified = Notified {
                verdict: Some(Verdict::Degraded),
                reason: told.to_owned(),
                news_at: Some(Time(HOUR)),
                ..Notified::default()
            };
            turn(Verdict::Degraded, &notified, &incident(&held), &held)
        };
        assert_eq!(said("noticed", 0), None, "it was told before the update");
        assert_eq!(said("noticed", 2 * HOUR), Some(Reason::Grew), "another letter came since");
        assert_eq!(said("account_warning", 0), Some(Reason::Grew));
    }

    #[test]
    fn a_date_for_an_end_without_one_is_news_and_not_less_of_it() {
        let held = Held { since: Time(2 * HOUR), ..held(Verdict::Degraded, "ends") };
        let told = |reason: &str| Notified {
            verdict: Some(Verdict::Degraded),
            reason: reason.to_owned(),
            news_at: Some(Time(HOUR)),
            ..Notified::default()
        };
        let turned = |reason: &str| turn(Verdict::Degraded, &told(reason), &incident(&held), &held);
        assert_eq!(turned("ends_undated"), Some(Reason::Grew));
        assert_eq!(turned("ends+account_warning"), Some(Reason::Eased));
    }

    #[test]
    fn a_suspicion_that_was_told_of_is_spoken_of_again_after_twenty_minutes_and_then_hourly() {
        let state = Combined {
            held: Some(held(Verdict::Live, "active")),
            suspicion: Some(Box::new(held(Verdict::Dropped, "gone"))),
            ..Combined::default()
        };
        let minutes = |first: i64, last: i64| {
            let notified = Notified {
                suspected: Some(Time(first * 60_000)),
                suspected_last: Some(Time(last * 60_000)),
                ..Notified::default()
            };
            confirmed_by(&subject(&state, None, &notified), &notified).map(|at| at.0 / 60_000)
        };
        assert_eq!(minutes(0, 0), Some(20));
        assert_eq!(minutes(0, 20), Some(80));
        let known = Notified::default();
        assert_eq!(confirmed_by(&subject(&state, None, &known), &known), None);
    }
}
