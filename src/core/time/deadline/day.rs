//! Days as letters name them.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Weekday};

use super::Token;

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const NAMES: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WEEKDAYS: [(&str, &str, Weekday); 7] = [
    ("mon", "monday", Weekday::Mon),
    ("tue", "tuesday", Weekday::Tue),
    ("wed", "wednesday", Weekday::Wed),
    ("thu", "thursday", Weekday::Thu),
    ("fri", "friday", Weekday::Fri),
    ("sat", "saturday", Weekday::Sat),
    ("sun", "sunday", Weekday::Sun),
];

/// A day without a year lies no further ahead.
const FURTHEST_WITHOUT_YEAR: i64 = 300;

/// A day, as far as it is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Day {
    Date {
        year: Option<i32>,
        month: u32,
        day: u32,
    },
    Weekday(Weekday),
    /// So many days from the day it came.
    Later(u64),
}

impl Day {
    /// The day itself, seen from `here`; `clock` is the hour that goes with it.
    pub(super) fn date(self, here: NaiveDateTime, clock: NaiveTime) -> Option<NaiveDate> {
        match self {
            Day::Later(days) => here.date().checked_add_days(chrono::Days::new(days)),
            Day::Weekday(weekday) => {
                // Today, if its hour is still to come.
                let first = if clock > here.time() { 0 } else { 1 };
                (first..first + 7)
                    .filter_map(|n| here.date().checked_add_days(chrono::Days::new(n)))
                    .find(|date| date.weekday() == weekday)
            }
            Day::Date { year: Some(year), month, day } => NaiveDate::from_ymd_opt(year, month, day),
            Day::Date { year: None, month, day } => {
                let this = NaiveDate::from_ymd_opt(here.year(), month, day)?;
                if this >= here.date() {
                    return Some(this);
                }
                // A letter of December that names January means the next one; one of January that names
                // last week means what has passed.
                let next = NaiveDate::from_ymd_opt(here.year() + 1, month, day)?;
                ((next - here.date()).num_days() <= FURTHEST_WITHOUT_YEAR).then_some(next)
            }
        }
    }
}

/// The day that begins at `from`, with where it ends.
///
/// # Errors
/// It may be one of two.
pub(super) fn read(tokens: &[Token], from: usize) -> Result<Option<(usize, Day)>, String> {
    let word = tokens[from].text.as_str();
    if let Some(day) = relative(word).or_else(|| weekday(word)) {
        return Ok(Some((from + 1, day)));
    }
    if let Some(date) = numeric(word)? {
        return Ok(Some((from + 1, date)));
    }
    Ok(written(tokens, from))
}

fn relative(word: &str) -> Option<Day> {
    match word {
        "today" | "tonight" => Some(Day::Later(0)),
        "tomorrow" => Some(Day::Later(1)),
        _ => None,
    }
}

fn weekday(word: &str) -> Option<Day> {
    let found = WEEKDAYS.iter().find(|(short, long, _)| word == *short || word == *long);
    let other = [("tues", Weekday::Tue), ("thur", Weekday::Thu), ("thurs", Weekday::Thu)];
    let other = other.iter().find(|(name, _)| *name == word).map(|(_, day)| *day);
    found.map(|(_, _, day)| *day).or(other).map(Day::Weekday)
}

/// `jan`, `january`, also with its dot taken off.
pub(super) fn is_month(word: &str) -> bool {
    month(word).is_some()
}

/// `10`, as in "10. Januar": a dot after it ends no sentence.
pub(super) fn is_ordinal(word: &str) -> bool {
    word.len() <= 2 && ordinal(word).is_some()
}

fn month(word: &str) -> Option<u32> {
    let index = MONTHS.iter().position(|name| *name == word).or_else(|| NAMES.iter().position(|name| *name == word));
    let index = index.or((word == "sept").then_some(8))?;
    u32::try_from(index + 1).ok()
}

/// `10`, `10th`, `1st`.
fn ordinal(word: &str) -> Option<u32> {
    let bare = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
    bare.parse().ok().filter(|day| (1..=31).contains(day))
}

fn year(token: Option<&Token>) -> Option<i32> {
    token?.text.parse().ok().filter(|year| (2000..2200).contains(year))
}

/// `January 10th, 2021` or `10 January 2021`, the year or not.
fn written(tokens: &[Token], from: usize) -> Option<(usize, Day)> {
    let (first, second) = (&tokens[from], tokens.get(from + 1)?);
    if first.ends {
        return None;
    }
    // "the 10th of January"
    let of = usize::from(second.text == "of");
    let second = tokens.get(from + 1 + of)?;
    let (month, day) = match (month(&first.text), month(&second.text)) {
        (Some(month), _) => (month, ordinal(&second.text)?),
        (None, Some(month)) => (month, ordinal(&first.text)?),
        (None, None) => return None,
    };
    let after = from + 2 + of;
    let year = if second.ends { None } else { year(tokens.get(after)) };
    Some((after + usize::from(year.is_some()), Day::Date { year, month, day }))
}

/// `2021-01-10`, `10.01.2021`, `1/13/2021`.
fn numeric(word: &str) -> Result<Option<Day>, String> {
    let parts = |by: char| -> Vec<u32> { word.split(by).filter_map(|part| part.parse().ok()).collect() };
    let date = |year: u32, month, day| Day::Date { year: i32::try_from(year).ok(), month, day };
    if let [year @ 2000..2200, month, day] = parts('-')[..] {
        return Ok(Some(date(year, month, day)));
    }
    if let [day, month, year @ 2000..2200] = parts('.')[..] {
        return Ok(Some(date(year, month, day)));
    }
    let [first, second, year @ 2000..2200] = parts('/')[..] else { return Ok(None) };
    match (first > 12, second > 12) {
        (true, _) => Ok(Some(date(year, second, first))),
        (_, true) => Ok(Some(date(year, first, second))),
        _ if first == second => Ok(Some(date(year, first, second))),
        _ => {
            let name = |month: u32| {
                month
                    .checked_sub(1)
                    .and_then(|n| NAMES.get(n as usize))
                    .map_or(String::new(), |name| format!("{}{}", name[..1].to_uppercase(), &name[1..]))
            };
            let (ours, theirs) = (format!("{first} {}", name(second)), format!("{second} {}", name(first)));
            Err(format!("{word} may be {ours} or {theirs}: write the month as a word"))
        }
    }
}
