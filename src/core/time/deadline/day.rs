//! Days, in the forms that letters use.

use chrono::{Datelike, Months, NaiveDate, NaiveDateTime, NaiveTime, Weekday};

use super::token::Token;
use super::{near, nth, short, slashed, words};

/// The numbers that count as years. A letter may mention the year in which a company was founded.
const YEARS: std::ops::Range<i32> = 1900..2200;
/// The maximum distance of a future day without a year, in days.
const FURTHEST_WITHOUT_YEAR: i64 = 300;

const BY_WEEKDAY: &str = "plugwatch chose the order of day and month that matches the weekday.";
const BY_OTHERS: &str = "plugwatch reads day and month in the order of the letter's other dates.";
const BY_COUNT: &str = "plugwatch chose the order of day and month that matches the days that the letter counts.";
const BY_LANGUAGE: &str = "plugwatch reads the day before the month, as is usual in the letter's language.";

/// Whether the text's dates begin with the day or the month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum First {
    /// The day: another date in the letter can only be read that way.
    Day,
    /// The month: another date in the letter can only be read that way.
    Month,
    /// The day, because the letter's language writes it first.
    DayByLanguage,
}

/// A day, as precisely as the letter names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Day {
    Date {
        year: Option<i32>,
        month: u32,
        day: u32,
    },
    /// `3/4/2027`, `3/4`: day and month, or month and day.
    Either {
        year: Option<i32>,
        first: u32,
        second: u32,
    },
    Weekday(Weekday),
    /// "Next Monday": the coming Monday, or the Monday a week later.
    NextWeekday(Weekday),
    /// "Friday week": this many days after the coming Friday.
    WeekdayLater(Weekday, u64),
    /// "The second Friday of January"; -1 means the last one.
    Nth {
        nth: i8,
        weekday: Weekday,
        year: Option<i32>,
        month: u32,
    },
    /// The last day of a month; of the current month if none is named.
    Last {
        year: Option<i32>,
        month: Option<u32>,
    },
    /// A number of days after the letter arrived.
    Later(u64),
    /// "This week": its Sunday.
    ThisWeek,
}

impl Day {
    /// The date as seen from `here`; `clock` is the time of day that belongs to it.
    pub(super) fn date(self, here: NaiveDateTime, clock: NaiveTime) -> Option<NaiveDate> {
        match self {
            Day::ThisWeek => {
                let left = 6 - here.date().weekday().num_days_from_monday();
                here.date().checked_add_days(chrono::Days::new(left.into()))
            }
            Day::Later(days) => here.date().checked_add_days(chrono::Days::new(days)),
            Day::Weekday(weekday) => {
                // The weekday is today if that time of day is still ahead.
                let first = if clock > here.time() { 0 } else { 1 };
                (first..first + 7)
                    .filter_map(|n| here.date().checked_add_days(chrono::Days::new(n)))
                    .find(|date| date.weekday() == weekday)
            }
            Day::Date { year: Some(year), month, day } => NaiveDate::from_ymd_opt(year, month, day),
            Day::WeekdayLater(weekday, days) => {
                Day::Weekday(weekday).date(here, clock)?.checked_add_days(chrono::Days::new(days))
            }
            Day::Nth { nth, weekday, year, month } => {
                let this = nth::date(nth, weekday, (year.unwrap_or(here.year()), month))?;
                let passed = year.is_none() && this < here.date();
                if passed { nth::date(nth, weekday, (here.year() + 1, month)) } else { Some(this) }
            }
            Day::Either { .. } | Day::NextWeekday(_) => None,
            Day::Last { year, month } => {
                let month = month.unwrap_or(here.month());
                let last =
                    |year: i32| NaiveDate::from_ymd_opt(year, month, 1)?.checked_add_months(Months::new(1))?.pred_opt();
                let this = last(year.unwrap_or(here.year()))?;
                let passed = year.is_none() && this < here.date();
                if passed { last(here.year() + 1) } else { Some(this) }
            }
            Day::Date { year: None, month, day } => {
                let this = NaiveDate::from_ymd_opt(here.year(), month, day)?;
                if this >= here.date() {
                    return Some(this);
                }
                // A letter from December that names January means next year's; a letter from January that names last
                // week means a past date.
                let next = NaiveDate::from_ymd_opt(here.year() + 1, month, day)?;
                ((next - here.date()).num_days() <= FURTHEST_WITHOUT_YEAR).then_some(next)
            }
        }
    }

    /// Resolves a date that can be read in two ways, and returns a sentence that says how it was read. The reading is
    /// certain if other dates in the text show the order, or if only one reading matches the weekday next to it, or a day that
    /// the text counts to, as in `counted`.
    ///
    /// # Errors
    /// Fails if both readings are possible, with a question for a person.
    pub(super) fn decided(
        self,
        day_first: Option<First>,
        weekday: Option<Weekday>,
        counted: &[NaiveDate],
        here: NaiveDateTime,
    ) -> Result<(Day, Option<&'static str>), String> {
        let Day::Either { year, first, second } = self else { return Ok((self, None)) };
        let date = |month, day| Day::Date { year, month, day };
        let at = |month, day| date(month, day).date(here, NaiveTime::MIN);
        let on =
            |month, day| weekday.is_some_and(|weekday| at(month, day).is_some_and(|date| date.weekday() == weekday));
        let near = |month, day| {
            let at = at(month, day);
            at.is_some_and(|at| counted.iter().any(|day| (at - *day).num_days().abs() <= 1))
        };
        match (near(second, first), near(first, second)) {
            (true, false) => return Ok((date(second, first), Some(BY_COUNT))),
            (false, true) => return Ok((date(first, second), Some(BY_COUNT))),
            _ => {}
        }
        match (on(second, first), on(first, second), day_first) {
            (true, false, _) => Ok((date(second, first), Some(BY_WEEKDAY))),
            (false, true, _) => Ok((date(first, second), Some(BY_WEEKDAY))),
            (_, _, Some(First::Day)) => Ok((date(second, first), Some(BY_OTHERS))),
            (_, _, Some(First::Month)) => Ok((date(first, second), Some(BY_OTHERS))),
            (_, _, Some(First::DayByLanguage)) => Ok((date(second, first), Some(BY_LANGUAGE))),
            _ => {
                let (ours, theirs) =
                    (format!("{first} {}", words::name(second)), format!("{second} {}", words::name(first)));
                let year = year.map_or_else(String::new, |year| format!("/{year}"));
                Err(format!("{first}/{second}{year} may be {ours} or {theirs}: write the month as a word"))
            }
        }
    }
}

/// Words before a weekday that some people take to mean the coming week. Spanish and French are unambiguous.
const NEXT: [&str; 5] = ["next", "nächsten", "nächster", "nächstem", "nächste"];

/// Asks which "next Monday" is meant, if there is no date next to it.
pub(super) fn which(weekday: Weekday, here: NaiveDateTime) -> Option<String> {
    let coming = Day::Weekday(weekday).date(here, NaiveTime::MIN)?;
    let after = coming.checked_add_days(chrono::Days::new(7))?;
    let said = |date: NaiveDate| format!("{} {}", date.day(), words::name(date.month()));
    Some(format!("next {weekday} may be {} or {}: write the date", said(coming), said(after)))
}

/// The day that begins at `from`, and the position after it.
pub(super) fn read(tokens: &[Token], from: usize) -> Option<(usize, Day)> {
    let word = tokens.get(from)?.text.as_str();
    let before = from.checked_sub(1).map_or("", |before| tokens[before].text.as_str());
    let nth = nth::read(tokens, from).map(|(until, nth)| {
        let (year, at) = with_year(tokens, until);
        (at, Day::Nth { nth: nth.0, weekday: nth.1, year, month: nth.2 })
    });
    let numeric = || {
        let dated =
            numeric(word).filter(|_| !words::refers(before)).or_else(|| slashed::read(tokens, from).map(without_year));
        dated.map(|day| (from + 1, day))
    };
    let near = || near::read(tokens, from).map(|(until, days)| (until, Day::Later(days)));
    let this_week = || near::this_week(tokens, from).map(|until| (until, Day::ThisWeek));
    nth.or_else(near)
        .or_else(this_week)
        .or_else(|| weekday(tokens, from, before))
        .or_else(numeric)
        .or_else(|| written(tokens, from))
        .or_else(|| month_end(tokens, from))
}

fn weekday(tokens: &[Token], from: usize, before: &str) -> Option<(usize, Day)> {
    let weekday = words::weekday(&tokens[from].text).filter(|_| near::is_one_day(tokens, from))?;
    if let Some(days) = near::later(tokens, from) {
        return Some((from + 2, Day::WeekdayLater(weekday, days)));
    }
    let named = if NEXT.contains(&before) { Day::NextWeekday } else { Day::Weekday };
    Some((from + 1, named(weekday)))
}

/// The year at `at`, if there is one, and the position after it.
fn with_year(tokens: &[Token], at: usize) -> (Option<i32>, usize) {
    let year = year(tokens.get(at).filter(|_| !tokens[at - 1].ends));
    (year, at + usize::from(year.is_some()))
}

/// "The end of the month", "Ende Dezember 2026", "fin de diciembre", "Monatsende", "end of the year".
fn month_end(tokens: &[Token], from: usize) -> Option<(usize, Day)> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    match word(from) {
        "monatsende" => return Some((from + 1, Day::Last { year: None, month: None })),
        "jahresende" => return Some((from + 1, Day::Last { year: None, month: Some(12) })),
        "end" | "ende" | "fin" | "finales" => {}
        // "The last day of December"
        "last" | "letzten" | "letzter" | "último" | "dernier"
            if matches!(word(from + 1), "day" | "tag" | "día" | "jour") =>
        {
            return month_end(tokens, from + 1);
        }
        "day" | "tag" | "día" | "jour" if from > 0 && nth::counts(word(from - 1)) => {}
        _ => return None,
    }
    let filler = ["of", "the", "this", "de", "del", "du", "des", "dieses", "este", "ce", "l'année"];
    let mut at = from + 1;
    while filler.contains(&word(at)) && at < from + 4 && !tokens[at].ends {
        at += 1;
    }
    let last = |month| Day::Last { year: None, month };
    match word(at) {
        // "à la fin du mois de décembre"
        "month" | "monats" | "mes" | "mois" => {
            let of = usize::from(matches!(word(at + 1), "of" | "de"));
            let named = word(at + 1 + of).trim_start_matches("d'").trim_start_matches("d’");
            let month = words::month(named).filter(|_| of == 1 || named != word(at + 1));
            let (year, until) = if month.is_some() { with_year(tokens, at + 2 + of) } else { (None, at + 1) };
            Some((until, Day::Last { year, month }))
        }
        "year" | "jahres" | "año" | "année" => Some((at + 1, last(Some(12)))),
        name => {
            let month = Some(words::month(name)?);
            let after = tokens.get(at + 1).filter(|_| !tokens[at].ends);
            // "It will end May 5" contains a date of its own.
            if at == from + 1 && after.is_some_and(|token| short::ordinal(&token.text).is_some()) {
                return None;
            }
            let (year, at) = with_year(tokens, at + 1);
            Some((at, Day::Last { year, month }))
        }
    }
}

fn year(token: Option<&Token>) -> Option<i32> {
    token?.text.parse().ok().filter(|year| YEARS.contains(year))
}

/// Dates with the month as a word: `January 10th, 2021`, `10 January 2021`, `10 de enero de 2021`, with or without a
/// year.
fn written(tokens: &[Token], from: usize) -> Option<(usize, Day)> {
    let first = &tokens[from];
    let refers = from.checked_sub(1).is_some_and(|before| words::refers(&tokens[before].text));
    if first.ends || refers {
        return None;
    }
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let joins = |at: usize| usize::from(matches!(word(at), "of" | "de" | "del"));
    // "the 10th of January", "the 31st day of January"
    let named = usize::from(word(from + 1) == "day" && joins(from + 2) == 1);
    let of = joins(from + 1 + named);
    let at = from + 1 + named + of;
    let second = tokens.get(at)?;
    let (month, day) = match (words::month(&first.text), words::month(&second.text)) {
        (Some(month), _) if near::is_month(tokens, from) => (month, short::ordinal(&second.text)?),
        (_, Some(month)) if of == 1 || near::is_month(tokens, at) => {
            let spelt = (of == 1).then(|| words::ordinal(&first.text)).flatten();
            (month, short::ordinal(&first.text).or(spelt)?)
        }
        _ => return None,
    };
    let after = at + 1;
    if second.ends {
        return Some((after, Day::Date { year: None, month, day }));
    }
    // "May 26 of 2027"
    let of = after + joins(after);
    match year(tokens.get(of)) {
        Some(year) => Some((of + 1, Day::Date { year: Some(year), month, day })),
        None => Some((after, Day::Date { year: None, month, day })),
    }
}

/// Dates in digits: `2021-01-10`, `2021/01/10`, `10.01.2021`, `1/13/2021`, `10-Jan-2021`.
fn numeric(word: &str) -> Option<Day> {
    if let Some((day, month)) = short::short_date(word) {
        return Some(Day::Date { year: None, month, day });
    }
    let sign = ['-', '.', '/'].into_iter().find(|sign| word.matches(*sign).count() == 2)?;
    let parts: Vec<&str> = word.split(sign).collect();
    let [a, b, c] = parts[..] else { return None };
    let (first, last) = (a.parse::<u32>().ok()?, full_year(c));
    if let Some(month) = words::month(b) {
        return Some(Day::Date { year: Some(last?), month, day: first });
    }
    let second = b.parse::<u32>().ok()?;
    if let Some(year) = i32::try_from(first).ok().filter(|year| YEARS.contains(year)) {
        let day = c.parse::<u32>().ok()?;
        return Some(Day::Date { year: Some(year), month: second, day });
    }
    let year = last?;
    let date = |month, day| Day::Date { year: Some(year), month, day };
    match (sign, first > 12, second > 12) {
        // Dates with dots never begin with the month.
        ('.', _, _) | (_, true, _) => Some(date(second, first)),
        (_, _, true) => Some(date(first, second)),
        _ if first == second => Some(date(first, second)),
        _ => Some(Day::Either { year: Some(year), first, second }),
    }
}

/// `13/10`, or `12/10` in either order.
fn without_year((first, second): (u32, u32)) -> Day {
    match (first > 12, second > 12) {
        (true, _) => Day::Date { year: None, month: second, day: first },
        (_, true) => Day::Date { year: None, month: first, day: second },
        _ if first == second => Day::Date { year: None, month: first, day: first },
        _ => Day::Either { year: None, first, second },
    }
}

/// Parses a year: `2027`, or `27` as it appears in a date.
fn full_year(text: &str) -> Option<i32> {
    let year: i32 = text.parse().ok()?;
    match text.len() {
        4 => Some(year).filter(|year| YEARS.contains(year)),
        2 => Some(if year < 70 { 2000 + year } else { 1900 + year }),
        _ => None,
    }
}

/// Whether the dates of a text begin with the day or the month. This is known if one of them can only be read one
/// way, or (for the day) if most of its common words are from a language that writes the day first.
pub(super) fn first(tokens: &[Token]) -> Option<First> {
    let sure = tokens.iter().enumerate().filter(|(_, token)| token.text.contains('/')).find_map(|(at, token)| {
        // `30/12` without a year has an order, too, where a word makes it a day.
        if let Some((first, second)) = slashed::read(tokens, at) {
            return (first.max(second) > 12).then_some(if first > 12 { First::Day } else { First::Month });
        }
        let parts: Vec<u32> = token.text.split('/').filter_map(|part| part.parse().ok()).collect();
        match parts[..] {
            [first, second, _] if first > 12 && first <= 31 && second <= 12 => Some(First::Day),
            [first, second, _] if second > 12 && second <= 31 && first <= 12 => Some(First::Month),
            _ => None,
        }
    });
    sure.or_else(|| {
        let words = tokens.iter().filter(|token| words::is_day_first(&token.text)).count();
        let english = tokens
            .iter()
            .filter(|token| matches!(token.text.as_str(), "the" | "your" | "will" | "and" | "you" | "be" | "to"))
            .count();
        (words >= 2 && words > english).then_some(First::DayByLanguage)
    })
}
