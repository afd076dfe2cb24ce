//! Numbers of days and other units: "thirty (30) days", "3-5 business days".

use super::words::{self, Unit};

/// The largest number that counts as a letter's period.
pub(super) const MOST: u64 = 400;

/// The position after the unit at `at`, and whether only working days count.
pub(super) fn counted_in<'w>(word: impl Fn(usize) -> &'w str, at: usize) -> (usize, bool) {
    match word(at) {
        "business" | "working" | "work" if is_day(word(at + 1)) => (at + 2, true),
        // Every day counts; the word "calendar" only says so explicitly.
        "calendar" | "consecutive" if is_day(word(at + 1)) => (at + 2, false),
        day if is_day(day) && matches!(word(at + 1), "naturales" | "corridos" | "calendaires") => (at + 1, false),
        "kalendertagen" | "kalendertage" => (at + 1, false),
        "werktagen" | "werktage" | "werktag" | "arbeitstagen" | "arbeitstage" | "arbeitstag" | "bankarbeitstagen"
        | "bankarbeitstage" | "geschäftstage" | "geschäftstagen" => (at + 1, true),
        day if is_day(day) && matches!(word(at + 1), "hábiles" | "habiles" | "laborables" | "ouvrés" | "ouvrables") => {
            (at + 2, true)
        }
        _ => (at + 1, false),
    }
}

fn is_day(word: &str) -> bool {
    words::unit(word) == Some(Unit::Seconds(86_400))
}

/// A number, or the first number of `3-5`, with the assumptions made.
pub(super) fn count(word: &str) -> Option<(u64, Vec<String>)> {
    if let Some(number) = words::number(word) {
        return Some((number, Vec::new())).filter(|(number, _)| *number <= MOST);
    }
    let (first, second) = word.split_once(['-', '–'])?;
    let (first, _) = (first.parse::<u64>().ok()?, second.parse::<u64>().ok()?);
    Some((first, vec![format!("It says {word}: plugwatch uses the earlier date.")]))
        .filter(|(number, _)| *number <= MOST)
}
