//! plugwatch's own performance: what share of the time it monitored, how many messages were delivered, how fast people
//! acknowledged, and whether channels and people were tested.

use std::time::Duration;

use super::When;
use super::once::{Line, Subject};
use crate::catalog::Edition;
use crate::core::people::action::{ActionKind, OperatorAction};
use crate::core::time::{Time, human};
use crate::store::ToldSince;

/// The share of time monitored, the number of messages delivered, and the time to acknowledge.
pub(super) fn work(notified: &ToldSince, gaps: &[(Time, Time)], since: Time, now: Time) -> String {
    let messages = if notified.sent == 1 { "1 message".to_owned() } else { format!("{} messages", notified.sent) };
    let dead = if notified.dead > 0 { format!(", {} could not be delivered", notified.dead) } else { String::new() };
    let acked = median(&notified.acked_in).map_or("nothing was acknowledged".to_owned(), |took| {
        let took = Duration::from_millis(u64::try_from(took).unwrap_or(0));
        format!("median time to acknowledge: {}", human(took))
    });
    format!("Monitored {:.1} % of the time; {messages} delivered{dead}; {acked}", monitored(gaps, since, now))
}

/// In percent, rounded down: any gap at all gives less than 100.0 %.
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

/// An older catalogue reflects what vendors said two months ago.
const OLD: Duration = Duration::from_secs(60 * 24 * 3_600);

/// The age of the catalogue, once it is worth a sentence.
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
    use super::*;

    fn notified(sent: i64, dead: i64, acked_in: &[i64]) -> ToldSince {
        ToldSince { sent, dead, acked_in: acked_in.to_vec() }
    }

    #[test]
    fn the_work_is_said_in_numbers_that_were_measured() {
        let week = Time(7 * 86_400_000);
        let said = work(&notified(26, 0, &[60_000, 120_000, 600_000]), &[], Time(0), week);
        assert_eq!(said, "Monitored 100.0 % of the time; 26 messages delivered; median time to acknowledge: 2 min");
        let said = work(&notified(1, 2, &[]), &[(Time(0), Time(60_000))], Time(0), week);
        let wanted =
            "Monitored 99.9 % of the time; 1 message delivered, 2 could not be delivered; nothing was acknowledged";
        assert_eq!(said, wanted, "one minute of seven days is missing, and that is not 100.0 %");
    }

    #[test]
    fn the_median_of_two_lies_halfway_between_them() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[4]), Some(4));
        assert_eq!(median(&[60, 120]), Some(90));
        assert_eq!(median(&[1, 2, 9]), Some(2));
    }
}
