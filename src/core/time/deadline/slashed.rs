//! `12/10`, a day and a month without a year, in either order.

use super::token::Token;
use super::words;

/// Words beside which such a pair of numbers is a day: without one, it may be a share or a reference.
const LEADS: &str = "on by until till before after from through effective starting date deadline dated due am bis zum \
    ab vom den le au avant dès du el hasta antes desde día fecha";

/// Both numbers of a token that names a day in this way.
pub(super) fn read(tokens: &[Token], at: usize) -> Option<(u32, u32)> {
    let (first, second) = numbers(&tokens[at].text)?;
    let word = |at: Option<usize>| at.and_then(|at| tokens.get(at)).map_or("", |token| token.text.as_str());
    let before = word(at.checked_sub(1));
    let leads = LEADS.split_whitespace().any(|word| word == before);
    // "Your invoice of 30/12"
    let leads = leads || (before == "of" && first.max(second) > 12);
    let weekday = |word: &str| words::weekday(word).is_some();
    let share = matches!(word(Some(at + 1)), "of" | "percent" | "der" | "des" | "de") && !tokens[at].ends;
    if !(leads || weekday(before) || weekday(word(Some(at + 1)))) || share || words::refers(before) {
        return None;
    }
    Some((first, second))
}

/// Both numbers, if they can be a day and a month. `24/7` is none.
fn numbers(word: &str) -> Option<(u32, u32)> {
    let (first, second) = word.split_once('/')?;
    let number = |text: &str| {
        let digits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u32>().ok().filter(|number| digits && (1..=31).contains(number))
    };
    let (first, second) = (number(first)?, number(second)?);
    ((first <= 12 || second <= 12) && (first, second) != (24, 7)).then_some((first, second))
}

#[cfg(test)]
mod tests {
    use super::super::{NONE, read};
    use crate::core::time::Time;

    /// Saturday 9 January 2021, 16:10 in Seattle.
    fn received() -> Time {
        Time::parse("2021-01-09T16:10:00-08:00").unwrap()
    }

    fn at(text: &str) -> String {
        read(text, received(), chrono_tz::Europe::Berlin).map_or_else(|why| why, |deadline| deadline.at.rfc3339())
    }

    #[test]
    fn a_day_without_a_year_is_read_where_the_letter_makes_its_order_clear() {
        for (text, wanted) in [
            ("Invoice of 30/12. We close your account on 02/03 at 17:00 UTC", "2021-03-02T17:00:00Z"),
            (
                "written on 1/9/2021, copy from 12/30/2020. We close your account by 02/03 at noon UTC",
                "2021-02-03T12:00:00Z",
            ),
            ("within 30 days, on 02/09 at 17:00 UTC, your account ends", "2021-02-09T17:00:00Z"),
            ("in 55 days your account ends, on 06/03 at 17:00 UTC", "2021-03-06T17:00:00Z"),
            ("We close your account on Wed 03/02, 17:00 UTC", "2021-02-03T17:00:00Z"),
            ("your account ends on 25/01 at 17:00 UTC", "2021-01-25T17:00:00Z"),
            ("your account ends on 2/2 at 17:00 UTC", "2021-02-02T17:00:00Z"),
        ] {
            assert_eq!(at(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_day_without_a_year_and_without_an_order_is_asked_with_both_readings() {
        for (text, wanted) in [
            ("We close your account on 12/10", "12/10 may be 12 October or 10 December: write the month as a word"),
            ("closed by 12/10 at 17:00 UTC", "12/10 may be 12 October or 10 December: write the month as a word"),
        ] {
            assert_eq!(read(text, received(), chrono_tz::Europe::Berlin).unwrap_err(), wanted, "{text}");
        }
    }

    #[test]
    fn a_share_and_round_the_clock_are_no_days() {
        for text in
            ["support is there 24/7", "call us on 24/7 lines", "we keep 9/10 of it", "by 1/2 of the price", "page 2/3"]
        {
            assert_eq!(read(text, received(), chrono_tz::UTC).unwrap_err(), NONE, "{text}");
        }
    }
}
