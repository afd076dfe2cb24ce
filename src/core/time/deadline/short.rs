//! Short words that stand for days, and end no sentence by their dots.

use super::words;

/// A month's name, whole or cut.
pub(super) fn is_month(word: &str) -> bool {
    words::month(word).is_some()
}

/// `10`, as in "10. Januar": a dot after it ends no sentence.
pub(super) fn is_ordinal(word: &str) -> bool {
    word.len() <= 2 && ordinal(word).is_some()
}

/// `10.12.`, as German writes a day of this year or the next: its day and its month.
pub(super) fn short_date(word: &str) -> Option<(u32, u32)> {
    let (day, month) = word.strip_suffix('.')?.split_once('.')?;
    let number = |text: &str| text.parse::<u32>().ok().filter(|_| (1..=2).contains(&text.len()));
    let (day, month) = (number(day)?, number(month)?);
    ((1..=31).contains(&day) && (1..=12).contains(&month)).then_some((day, month))
}

/// `10`, `10th`, `1st`, `1er`.
pub(super) fn ordinal(word: &str) -> Option<u32> {
    let bare = ["st", "nd", "rd", "th", "er"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
    bare.parse().ok().filter(|day| (1..=31).contains(day))
}
