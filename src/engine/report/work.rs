//! plugwatch's own performance: for what share of the time it was monitoring, how many messages were delivered, how
//! fast people acknowledged them, and whether channels and people were tested.

use std::time::Duration;

use super::once::{Line, Subject};
use super::{Span, When};
use crate::catalog::Edition;
use crate::core::people::action::{ActionKind, OperatorAction};
use crate::core::probe::availability::is_whole;
use crate::core::time::{Time, human};
use crate::store::ToldSince;

/// The share of time monitored, the number of messages delivered, and the time to acknowledge. Values that are
/// unknown or irrelevant are left out. `began` is when monitoring began.
pub(super) fn work(notified: &ToldSince, gaps: &[(Time, Time)], began: Time, (since, when): (Time, When)) -> String {
    let whole = is_whole(began, since) || gaps.iter().any(|(from, _)| *from < began);
    let (from, of) = if whole { (since, String::new()) } else { (began, format!(" since {}", when.date(began))) };
    let time = format!("plugwatch ran {:.1} % of the time{of}", monitored(gaps, from, when.now));
    [Some(time), delivered(notified), acknowledged(notified)].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn delivered(notified: &ToldSince) -> Option<String> {
    let messages = if notified.sent == 1 { "1 message".to_owned() } else { format!("{} messages", notified.sent) };
    match (notified.sent, notified.dead) {
        // There is no channel that reaches people, or there was nothing to report.
        (0, 0) => None,
        (_, 0) => Some(format!("{messages} delivered")),
        (_, dead) => Some(format!("{messages} delivered, {dead} could not be delivered")),
    }
}

/// The time to acknowledge. Only critical alerts require an acknowledgement.
fn acknowledged(notified: &ToldSince) -> Option<String> {
    if let Some(took) = median(&notified.acked_in) {
        let took = Duration::from_millis(u64::try_from(took).unwrap_or(0));
        return Some(format!("median time to acknowledge: {}", human(took)));
    }
    match (notified.acks, notified.critical) {
        (0, 1) => Some("nobody acknowledged the critical alert".to_owned()),
        (0, many) if many > 1 => Some(format!("nobody acknowledged any of the {many} critical alerts")),
        _ => None,
    }
}

/// The sentence if messages were sent but none was delivered, which comes before everything else.
pub(super) fn unheard(notified: &ToldSince, span: Span) -> Option<String> {
    let lost = notified.dead + notified.waiting;
    let messages = if lost == 1 { "the only message".to_owned() } else { format!("any of the {lost} messages") };
    let says = format!("Nobody received {messages} that plugwatch sent this {}", span.word());
    (notified.sent == 0 && lost > 0).then(|| format!("{says}. Repair a channel today, then run: plugwatch notify test"))
}

/// The share of time monitored in percent, rounded down, so that any gap at all gives less than 100.0 %.
fn monitored(gaps: &[(Time, Time)], since: Time, now: Time) -> f64 {
    let whole = now.since(since).as_secs_f64().max(1.0);
    let missed: f64 = gaps.iter().map(|(from, to)| (*to).min(now).since((*from).max(since)).as_secs_f64()).sum();
    ((1_000.0 * (1.0 - missed / whole)).floor() / 10.0).clamp(0.0, 100.0)
}

/// The median of sorted numbers.
fn median(sorted: &[i64]) -> Option<i64> {
    let upper = *sorted.get(sorted.len() / 2)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = *sorted.get(sorted.len() / 2 - 1)?;
    Some(lower + (upper - lower) / 2)
}

/// The last test of the channels, and the last drill.
pub(super) fn tested(acts: &[OperatorAction], when: When) -> Vec<Line<String>> {
    let test = acts.iter().rfind(|act| act.deed == ActionKind::Test);
    let test = test.map_or("Channels: never tested".to_owned(), |act| {
        format!("Channels tested {}: {}", when.at(act.at), act.words)
    });
    let drill = acts.iter().rfind(|act| act.deed == ActionKind::Drill);
    let drill = drill.map_or("No drill yet".to_owned(), |drill| drilled(drill, acts, when));
    vec![Line::new(Subject::ChannelTest, test), Line::new(Subject::Drill, drill)]
}

fn drilled(drill: &OperatorAction, acts: &[OperatorAction], when: When) -> String {
    let acks = acts.iter().filter(|act| act.deed == ActionKind::Ack && act.about == drill.about);
    let who: Vec<String> = acks.map(|act| format!("{} after {}", act.by, human(act.at.since(drill.at)))).collect();
    let who = if who.is_empty() { "nobody".to_owned() } else { who.join(", ") };
    format!("Last drill {}: acknowledged by {who}", when.at(drill.at))
}

/// A catalogue older than this may no longer match the vendors' answers.
const OLD: Duration = Duration::from_secs(60 * 24 * 3_600);

/// A sentence about the age of the catalogue, if it is old.
pub(super) fn old_catalogue(edition: Edition, now: Time) -> Option<String> {
    let age = now.since(edition.date?);
    let days = age.as_secs() / (24 * 3_600);
    (age >= OLD).then(|| format!("The catalogue of vendors is {days} days old: run `plugwatch catalog update`"))
}

pub(super) fn false_alarms(acts: &[OperatorAction], since: Time) -> usize {
    acts.iter().filter(|act| act.deed == ActionKind::FalseAlarm && act.at >= since).count()
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::*;

    const WEEK: Time = Time(7 * 86_400_000);

    fn notified(sent: i64, dead: i64, acked_in: &[i64]) -> ToldSince {
        ToldSince { sent, dead, acked_in: acked_in.to_vec(), ..ToldSince::default() }
    }

    fn said(notified: &ToldSince, gaps: &[(Time, Time)], began: Time) -> String {
        work(notified, gaps, began, (Time(0), When { now: WEEK, zone: Tz::UTC }))
    }

    #[test]
    fn the_work_is_said_in_numbers_that_were_measured() {
        let all = said(&notified(26, 0, &[60_000, 120_000, 600_000]), &[], Time(0));
        assert_eq!(all, "plugwatch ran 100.0 % of the time; 26 messages delivered; median time to acknowledge: 2 min");
        let alone = ToldSince { critical: 1, ..notified(1, 2, &[]) };
        let wanted = "plugwatch ran 99.9 % of the time; 1 message delivered, 2 could not be delivered; \
                      nobody acknowledged the critical alert";
        let gap = [(Time(0), Time(60_000))];
        assert_eq!(said(&alone, &gap, Time(0)), wanted, "one minute of seven days is missing, and that is not 100.0 %");
    }

    #[test]
    fn what_is_not_known_or_was_not_needed_is_left_out() {
        assert_eq!(said(&notified(0, 0, &[]), &[], Time(0)), "plugwatch ran 100.0 % of the time");
        let began = Time(5 * 86_400_000);
        assert_eq!(
            said(&notified(3, 0, &[]), &[], began),
            "plugwatch ran 100.0 % of the time since Tue 6 Jan; 3 messages delivered"
        );
    }

    #[test]
    fn that_nobody_received_anything_comes_first() {
        assert_eq!(unheard(&notified(1, 4, &[]), Span::Week), None);
        assert_eq!(unheard(&notified(0, 0, &[]), Span::Week), None);
        let lost = ToldSince { waiting: 2, ..notified(0, 1, &[]) };
        let wanted = "Nobody received any of the 3 messages that plugwatch sent this week. \
                      Repair a channel today, then run: plugwatch notify test";
        assert_eq!(unheard(&lost, Span::Week).as_deref(), Some(wanted));
    }

    #[test]
    fn the_median_of_two_lies_halfway_between_them() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[4]), Some(4));
        assert_eq!(median(&[60, 120]), Some(90));
        assert_eq!(median(&[1, 2, 9]), Some(2));
    }
}
