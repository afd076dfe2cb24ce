//! Weekdays counted within a month: "the first Monday of January", "am letzten Freitag im Dezember".

use chrono::{Datelike, NaiveDate, Weekday};

use super::token::Token;
use super::words;

/// Counting words with their number; -1 is the last one in the month.
const WHICH: [(i8, &str); 6] = [
    (1, "first 1st ersten erster erste primer primero premier"),
    (2, "second 2nd zweiten zweiter zweite segundo deuxième second"),
    (3, "third 3rd dritten dritter dritte tercer tercero troisième"),
    (4, "fourth 4th vierten vierter vierte cuarto quatrième"),
    (5, "fifth 5th fünften fünfter fünfte quinto cinquième"),
    (-1, "last letzten letzter letzte último dernier final"),
];

/// Whether the word counts weekdays. Without a month after it, the day is unknown.
pub(super) fn counts(word: &str) -> bool {
    which(word).is_some()
}

fn which(word: &str) -> Option<i8> {
    WHICH.iter().find(|(_, names)| names.split(' ').any(|name| name == word)).map(|(nth, _)| *nth)
}

/// Which weekday of which month begins at `from`, and the position after the month.
pub(super) fn read(tokens: &[Token], from: usize) -> Option<(usize, (i8, Weekday, u32))> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let (nth, weekday) = (which(word(from))?, words::weekday(word(from + 1))?);
    let joins = matches!(word(from + 2), "of" | "in" | "im" | "de" | "del" | "des" | "en" | "du");
    let at = from + 2 + usize::from(joins);
    let month = words::month(word(at)).filter(|_| joins && !tokens[from + 1].ends)?;
    Some((at + 1, (nth, weekday, month)))
}

/// The date of that weekday in a month of a year.
pub(super) fn date(nth: i8, weekday: Weekday, (year, month): (i32, u32)) -> Option<NaiveDate> {
    if let Ok(nth) = u8::try_from(nth) {
        return NaiveDate::from_weekday_of_month_opt(year, month, weekday, nth);
    }
    // The fifth one, if the month has it.
    (4..=5)
        .rev()
        .find_map(|nth| NaiveDate::from_weekday_of_month_opt(year, month, weekday, nth))
        .filter(|last| last.month() == month)
}
