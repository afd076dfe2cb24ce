//! Short words in dates. A dot after them does not end a sentence.

use super::words;

/// A month's name, in full or abbreviated.
pub(super) fn is_month(word: &str) -> bool {
    words::month(word).is_some()
}

/// Whether the word is a number like the `10` in "10. Januar", where the dot does not end a sentence.
pub(super) fn is_ordinal(word: &str) -> bool {
    word.len() <= 2 && ordinal(word).is_some()
}

/// The day and month of a German date without a year: `10.12.`.
pub(super) fn short_date(word: &str) -> Option<(u32, u32)> {
    let (day, month) = word.strip_suffix('.')?.split_once('.')?;
    let number = |text: &str| text.parse::<u32>().ok().filter(|_| (1..=2).contains(&text.len()));
    let (day, month) = (number(day)?, number(month)?);
    ((1..=31).contains(&day) && (1..=12).contains(&month)).then_some((day, month))
}

/// The number in `10`, `10th`, `1st` or `1er`.
pub(super) fn ordinal(word: &str) -> Option<u32> {
    let bare = ["st", "nd", "rd", "th", "er"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
    bare.parse().ok().filter(|day| (1..=31).contains(day))
}
