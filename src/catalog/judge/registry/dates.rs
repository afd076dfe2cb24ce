//! Parses a date whose day, month and year may be in any order that the text makes clear.

use chrono::{DateTime, NaiveDate};

use crate::catalog::grammar::registry::Order;
use crate::core::time::Time;

/// A parsed date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dated {
    /// The only possible reading.
    Sure(Time),
    /// Day and month could be swapped. Contains the earlier of the two dates.
    Either(Time),
}

impl Dated {
    /// The date; the earlier one if two are possible.
    pub(super) fn time(self) -> Time {
        match self {
            Dated::Sure(at) | Dated::Either(at) => at,
        }
    }
}

/// The number of years by which the Thai calendar is ahead.
const BUDDHIST: i32 = 543;
/// Beginnings of month names that registries use, in English, Spanish, Portuguese, French, German, Italian and
/// Turkish. Longer beginnings come first.
const MONTHS: &[(&str, u32)] = &[
    ("juil", 7),
    ("juin", 6),
    ("jan", 1),
    ("ene", 1),
    ("gen", 1),
    ("oca", 1),
    ("feb", 2),
    ("fev", 2),
    ("fév", 2),
    ("şub", 2),
    ("sub", 2),
    ("mar", 3),
    ("mär", 3),
    ("apr", 4),
    ("abr", 4),
    ("avr", 4),
    ("nis", 4),
    ("may", 5),
    ("mai", 5),
    ("mag", 5),
    ("jun", 6),
    ("giu", 6),
    ("haz", 6),
    ("jul", 7),
    ("lug", 7),
    ("tem", 7),
    ("aug", 8),
    ("ago", 8),
    ("aoû", 8),
    ("aou", 8),
    ("ağu", 8),
    ("sep", 9),
    ("set", 9),
    ("eyl", 9),
    ("oct", 10),
    ("okt", 10),
    ("out", 10),
    ("ott", 10),
    ("eki", 10),
    ("nov", 11),
    ("dec", 12),
    ("déc", 12),
    ("dez", 12),
    ("dic", 12),
    ("ara", 12),
];

/// Parses a date; `None` if the text is not a date. `order` applies to numbers without a leading year.
pub(super) fn read(text: &str, order: Option<Order>) -> Option<Dated> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text.trim()) {
        return Some(Dated::Sure(Time(at.timestamp_millis())));
    }
    let (day_text, clock) = without_clock(text);
    let numbers = numbers(&day_text);
    if let Some(day) = packed(&numbers) {
        return Some(Dated::Sure(at(day, clock)));
    }
    if let Some(month) = month(&day_text) {
        return named(&numbers, month).map(|day| Dated::Sure(at(day, clock)));
    }
    // Dates with full stops never begin with the month.
    let stops = day_text.trim_start().chars().take(10).any(|c| c == '.');
    let order = order.or(stops.then_some(Order::DayFirst));
    plain(&numbers, order)
        .map(|(day, sure)| if sure { Dated::Sure(at(day, clock)) } else { Dated::Either(at(day, clock)) })
}

/// The order of the dates in these texts, if one of them can only be read in one order.
pub(super) fn order_in<'t>(texts: impl Iterator<Item = &'t str>) -> Option<Order> {
    texts.filter_map(|text| numbers(&without_clock(text).0).get(..3).map(<[_]>::to_vec)).find_map(|three| {
        let [(a, _), (b, _), (c, digits)] = three[..] else { return None };
        match digits == 4 && c > 1900 {
            true if a > 12 && a <= 31 && b <= 12 => Some(Order::DayFirst),
            true if b > 12 && b <= 31 && a <= 12 => Some(Order::MonthFirst),
            _ => None,
        }
    })
}

/// An order that is spelled out, such as `dd/mm/yyyy`.
pub(super) fn order_of(hint: &str) -> Option<Order> {
    let day = hint.find("dd")?;
    let month = hint.find("mm")?;
    Some(if day < month { Order::DayFirst } else { Order::MonthFirst })
}

/// The text without its time of day, and that time in milliseconds since midnight UTC.
fn without_clock(text: &str) -> (String, i64) {
    let Some(colon) = text.find(':') else { return (text.to_owned(), 0) };
    let digits = |c: char| c.is_ascii_digit();
    let start =
        text[..colon].rfind(|c| !digits(c)).map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    let rest = &text[colon + 1..];
    let end = rest.find(|c: char| !digits(c) && c != ':' && c != '.').unwrap_or(rest.len());
    let mut parts = rest[..end].split([':', '.']).map(|part| part.parse::<i64>().unwrap_or(0));
    let hours = text[start..colon].parse::<i64>().unwrap_or(0);
    let (minutes, seconds) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    let clock = ((hours * 60 + minutes) * 60 + seconds) * 1_000;
    let (zone, offset) = zone(&rest[end..]);
    (format!("{} {}", &text[..start], &rest[end + zone..]), clock - offset)
}

/// Parses an offset such as `+03`, `-0700`, `+02:00` or `(UTC+8)`: its length in the text, and the milliseconds ahead
/// of UTC.
fn zone(text: &str) -> (usize, i64) {
    let skip = text.len() - text.trim_start_matches(|c: char| " (".contains(c) || c.is_alphabetic()).len();
    let rest = &text[skip..];
    let sign = match rest.chars().next() {
        Some('+') => 1,
        Some('-') => -1,
        _ => return (0, 0),
    };
    let length = rest[1..].find(|c: char| !c.is_ascii_digit() && c != ':').map_or(rest.len(), |at| at + 1);
    let digits = rest[1..length].replace(':', "");
    let number = digits.parse::<i64>().unwrap_or(0);
    let minutes = if digits.len() <= 2 { number * 60 } else { number / 100 * 60 + number % 100 };
    (skip + length, sign * minutes * 60_000)
}

/// The numbers in a text, each with its number of digits.
fn numbers(text: &str) -> Vec<(i64, usize)> {
    let all = text.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty());
    all.filter_map(|digits| Some((digits.parse().ok()?, digits.len()))).collect()
}

/// Parses dates without separators, such as `20261210` and `20261210235959`.
fn packed(numbers: &[(i64, usize)]) -> Option<NaiveDate> {
    let (number, digits) = numbers.first().filter(|(_, digits)| *digits == 8 || *digits == 14)?;
    let day = if *digits == 14 { number / 1_000_000 } else { *number };
    date(day / 10_000, day / 100 % 100, day % 100)
}

fn month(text: &str) -> Option<u32> {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphabetic());
    let of = |word: &str| MONTHS.iter().find(|(start, _)| word.starts_with(start)).map(|(_, month)| *month);
    // Uses the last match, because a weekday before it may begin like a month (`mar. 10 déc.`).
    words.filter(|word| word.chars().count() >= 3).filter_map(of).next_back()
}

/// The date made of a year, a day, and a month given by name.
fn named(numbers: &[(i64, usize)], month: u32) -> Option<NaiveDate> {
    let year = numbers.iter().position(|(number, digits)| *digits == 4 && *number > 1900);
    let day = (0..numbers.len()).find(|at| Some(*at) != year && (1..=31).contains(&numbers[*at].0))?;
    let year = match year {
        Some(at) => numbers[at].0,
        None => 2000 + numbers.iter().skip(day + 1).find(|(_, digits)| *digits == 2)?.0,
    };
    date(year, i64::from(month), numbers[day].0)
}

/// A date that consists only of numbers, and whether its order is certain.
fn plain(numbers: &[(i64, usize)], order: Option<Order>) -> Option<(NaiveDate, bool)> {
    let [(a, digits), (b, _), (c, last)] = numbers.get(..3)? else { return None };
    if *digits == 4 {
        return date(*a, *b, *c).map(|day| (day, true));
    }
    let year = if *last == 4 {
        *c
    } else if *last == 2 {
        2000 + c
    } else {
        return None;
    };
    let (day_first, month_first) = (date(year, *b, *a), date(year, *a, *b));
    match (day_first, month_first, order) {
        (Some(day), None, _) | (None, Some(day), _) => Some((day, true)),
        (Some(day), Some(_), Some(Order::DayFirst)) | (Some(_), Some(day), Some(Order::MonthFirst)) => {
            Some((day, true))
        }
        (Some(one), Some(other), None) => Some((one.min(other), one == other)),
        (None, None, _) => None,
    }
}

fn date(year: i64, month: i64, day: i64) -> Option<NaiveDate> {
    let year = i32::try_from(year).ok()?;
    let year = if year > 2_400 { year - BUDDHIST } else { year };
    NaiveDate::from_ymd_opt(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?).filter(|_| year > 1_900)
}

fn at(day: NaiveDate, clock: i64) -> Time {
    Time(day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis() + clock)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_as(text: &str, order: Option<Order>) -> String {
        match read(text, order) {
            Some(Dated::Sure(at)) => at.rfc3339(),
            Some(Dated::Either(at)) => format!("perhaps {}", at.rfc3339()),
            None => "none".to_owned(),
        }
    }

    #[test]
    fn every_order_that_is_clear_is_read() {
        for text in [
            "2026-12-10",
            "2026/12/10",
            "2026.12.10",
            "2026. 12. 10.",
            "20261210",
            "10.12.2026",
            "10-Dec-2026",
            "10-dec-26",
            "2026-Dec-10.",
            "Dec 10, 2026",
            "Thu Dec 10 2026",
            "10th December 2026",
            "10 de diciembre de 2026",
            "10-dic-2026",
            "10 décembre 2026",
            "mar. 10 déc. 2026",
            "10. Dezember 2026",
            "10 Ara 2026",
            "(2026-12-10)",
            "10 Dec 2569",
        ] {
            assert_eq!(read_as(text, None), "2026-12-10T00:00:00Z", "{text}");
        }
    }

    #[test]
    fn a_time_and_its_zone_are_read_where_they_are_numbers() {
        for (text, wanted) in [
            ("2026-12-10T12:30:00Z", "2026-12-10T12:30:00Z"),
            ("2026-12-10 12:30:00+03", "2026-12-10T09:30:00Z"),
            ("2026-12-10T12:30:00-0700", "2026-12-10T19:30:00Z"),
            ("2026-12-10 00:00:00 (UTC+8)", "2026-12-09T16:00:00Z"),
            ("2026-12-10-T12:30:00Z", "2026-12-10T12:30:00Z"),
            ("Thu Dec 10 12:30:00 GMT 2026", "2026-12-10T12:30:00Z"),
            ("10-Dec-2026 12:30:00 UTC", "2026-12-10T12:30:00Z"),
            ("20261210123000", "2026-12-10T00:00:00Z"),
            ("31/12/2026 23:59:00", "2026-12-31T23:59:00Z"),
        ] {
            assert_eq!(read_as(text, None), wanted, "{text}");
        }
    }

    #[test]
    fn what_may_be_one_of_two_days_is_the_earlier_and_said() {
        assert_eq!(read_as("10/12/2026", None), "perhaps 2026-10-12T00:00:00Z");
        assert_eq!(read_as("10/12/2026", Some(Order::DayFirst)), "2026-12-10T00:00:00Z");
        assert_eq!(read_as("10/12/2026", Some(Order::MonthFirst)), "2026-10-12T00:00:00Z");
        assert_eq!(read_as("31/12/2026", Some(Order::MonthFirst)), "2026-12-31T00:00:00Z");
        assert_eq!(read_as("11/11/2026", None), "2026-11-11T00:00:00Z");
        assert_eq!(order_in(["10/12/2026", "30/06/2003"].into_iter()), Some(Order::DayFirst));
        assert_eq!(order_in(["12/18/2001"].into_iter()), Some(Order::MonthFirst));
        assert_eq!(order_of("dd/mm/yyyy"), Some(Order::DayFirst));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["", "soon", "30th April each year", "2026", "99/99/2026", "10:30", "2026-13-40"] {
            assert_eq!(read_as(text, None), "none", "{text}");
        }
    }
}
