//! Days counted from another day that the text names: "30 days after 8 December", "the day before 10 December".

use chrono::{Datelike, Months, NaiveDateTime, Weekday};

use super::token::Token;
use super::words::{self, Unit};
use super::{count, day};

/// Words that may come between "after" and the day that is counted from.
const FILLERS: &str = "the of date due day dem der den des le la les du de del el on am payment invoice billing fällig fälligkeit \
    fälligkeitsdatum rechnungsdatum échéance d'échéance vencimiento fecha datum date term contract que";
/// The maximum number of words between "after" and that day.
const FAR: usize = 6;

/// The distance of a day from the day that is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Apart {
    count: u64,
    unit: Unit,
    workdays: bool,
    before: bool,
}

/// Reads a period that is counted from a day in the text: the position of that day, and its distance.
///
/// # Errors
/// Fails if the period is counted from an event near that day, with a question for a person.
pub(super) fn read(tokens: &[Token], from: usize) -> Result<Option<(usize, Apart)>, String> {
    let Some((behind, apart)) = distance(tokens, from) else { return Ok(None) };
    let Some(at) = (behind..tokens.len().min(behind + FAR)).find(|at| is_date(tokens, *at)) else { return Ok(None) };
    let between = &tokens[behind..at];
    let ends = between.iter().any(|token| token.ends || token.pauses || words::cuts_off(&token.text));
    // "30 days after we close your account on 8 December" says when data is deleted. The date is that of the closing.
    if ends {
        return Ok(None);
    }
    if between.iter().all(|token| FILLERS.split(' ').any(|own| own == token.text)) {
        return Ok(Some((at, apart)));
    }
    let said: Vec<&str> = tokens[from..=at].iter().map(|token| token.text.as_str()).collect();
    Err(format!("on which day does \"{} ...\" end? Write the date", said.join(" ")))
}

fn is_date(tokens: &[Token], at: usize) -> bool {
    use day::Day;
    matches!(
        day::read(tokens, at),
        Some((_, Day::Date { .. } | Day::Either { .. } | Day::Nth { .. } | Day::Last { .. }))
    )
}

/// The distance, and the position after "after", "vor" or "del".
fn distance(tokens: &[Token], from: usize) -> Option<(usize, Apart)> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let one = |before| Apart { count: 1, unit: Unit::Seconds(86_400), workdays: false, before };
    match word(from) {
        "veille" | "vortag" | "víspera" | "vispera" => return Some((from + 1, one(true))),
        "lendemain" => return Some((from + 1, one(false))),
        "day" | "tag" | "jour" | "día" | "dia" => {
            let (behind, before) = relation(tokens, from + 1)?;
            return Some((behind, one(before)));
        }
        _ => {}
    }
    let (count, _) = count::count(word(from))?;
    let unit_at = from + 1 + usize::from(words::number(word(from + 1)) == Some(count));
    let (until, workdays) = count::counted_in(word, unit_at);
    let unit = words::unit(word(unit_at)).or(workdays.then_some(Unit::Seconds(86_400)))?;
    let (behind, before) = relation(tokens, until)?;
    Some((behind, Apart { count, unit, workdays, before }))
}

/// Whether the word at `at` is "before" or "after", and the position after it.
fn relation(tokens: &[Token], at: usize) -> Option<(usize, bool)> {
    let word = |at: usize| tokens.get(at).filter(|_| !tokens[at - 1].ends).map_or("", |token| token.text.as_str());
    match (word(at), word(at + 1)) {
        ("prior", "to") | ("ahead", "of") | ("antes", "de" | "del") => Some((at + 2, true)),
        ("before" | "preceding" | "vor" | "avant" | "antes", _) => Some((at + 1, true)),
        ("después" | "despues", "de" | "del") | ("à" | "a", "compter" | "partir") => Some((at + 2, false)),
        ("after" | "following" | "from" | "past" | "nach" | "ab" | "après" | "tras" | "desde" | "suivant", _) => {
            Some((at + 1, false))
        }
        // "within 30 days of 8 December"
        ("of", _) if is_date(tokens, at + 1) => Some((at + 1, false)),
        _ => None,
    }
}

impl Apart {
    /// The time at this distance from `local`.
    pub(super) fn from(self, local: NaiveDateTime) -> Option<NaiveDateTime> {
        let Apart { count, unit, workdays, before } = self;
        if workdays {
            let mut day = local;
            let mut left = count;
            while left > 0 {
                let one = chrono::Duration::days(1);
                day = if before { day.checked_sub_signed(one)? } else { day.checked_add_signed(one)? };
                left -= u64::from(!matches!(day.weekday(), Weekday::Sat | Weekday::Sun));
            }
            return Some(day);
        }
        match unit {
            Unit::Seconds(one) => {
                let far = chrono::Duration::try_seconds(i64::try_from(one * count).ok()?)?;
                if before { local.checked_sub_signed(far) } else { local.checked_add_signed(far) }
            }
            Unit::Months => {
                let months = Months::new(u32::try_from(count).ok()?);
                if before { local.checked_sub_months(months) } else { local.checked_add_months(months) }
            }
        }
    }
}
