//! The parts of a time in a text: a day, a time of day and a zone in any usual order.

use super::apart::Apart;
use super::day::{self, Day};
use super::hour::{self, Hour};
use super::token::Token;
use super::words;
use super::zone::{self, Zone};

/// Whether the words introduce a zone: "17:00 in Pacific Time", "17 Uhr nach Berliner Zeit".
fn leads_to_zone(tokens: &[Token], at: usize) -> bool {
    let leads = matches!(tokens[at].text.as_str(), "in" | "nach" | "en");
    leads
        && !tokens[at].ends
        && at + 1 < tokens.len()
        && zone::read(tokens, at + 1).is_some_and(|(until, _)| until > at + 2)
}

/// The parts that a phrase names.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) day: Option<Day>,
    pub(super) weekday: Option<chrono::Weekday>,
    /// Whether "next" precedes it.
    pub(super) next: bool,
    pub(super) hour: Option<Hour>,
    pub(super) zone: Option<Zone>,
    /// How far the day that is meant is from the named one.
    pub(super) apart: Option<Apart>,
    /// Whether a range begins with this time of day and ends with another.
    pub(super) range: bool,
}

impl Parts {
    /// Collects the parts from `next` on, in any usual order, of a phrase that begins at `from`. Returns the position
    /// after the last one.
    pub(super) fn gather(&mut self, tokens: &[Token], from: usize, mut next: usize) -> Result<usize, String> {
        while next < tokens.len() {
            if let Some((until, more)) = day::read(tokens, next) {
                self.note_day(more);
                next = until;
            } else if let Some((until, read)) = hour::read(tokens, next).filter(|_| self.hour.is_none()) {
                self.hour = Some(read);
                next = until;
            } else if let Some((until, read)) = hour::read(tokens, next).filter(|(_, read)| self.says_again(read)) {
                // "12:00 a.m. (midnight)", "12:00 noon"
                self.hour = self.hour.map(|hour| Hour { midnight: hour.midnight || read.midnight, ..hour });
                next = until;
            } else if let Some((until, read)) = zone::read(tokens, next)
                .filter(|(until, _)| self.zone.is_none() && self.may_have_zone(tokens, next, *until))
            {
                self.zone = Some(read?);
                next = until;
            } else if next > from && (words::is_between(&tokens[next].text) || leads_to_zone(tokens, next)) {
                next += 1;
                continue;
            } else {
                break;
            }
            if tokens[next - 1].ends {
                break;
            }
        }
        Ok(next)
    }

    pub(super) fn note_day(&mut self, day: Day) {
        match day {
            Day::Weekday(weekday) => self.weekday = Some(weekday),
            Day::NextWeekday(weekday) => (self.weekday, self.next) = (Some(weekday), true),
            day => self.day = self.day.or(Some(day)),
        }
    }

    /// Uses the only day that the sentence names: "on 10 December, we will close your account at 17:00".
    pub(super) fn take_day_of(&mut self, tokens: &[Token], at: usize) -> bool {
        let begins = tokens[..at].iter().rposition(|token| token.ends).map_or(0, |at| at + 1);
        let (mut days, mut next) = (Vec::new(), begins);
        while next < tokens.len() && !(next > at && tokens[next - 1].ends) {
            let (until, day) = day::read(tokens, next).map_or((next + 1, None), |(until, day)| (until, Some(day)));
            days.extend(day);
            next = until;
        }
        let (weekdays, dates): (Vec<Day>, Vec<Day>) =
            days.into_iter().partition(|day| matches!(day, Day::Weekday(_) | Day::NextWeekday(_)));
        match (&dates[..], &weekdays[..]) {
            ([day], _) => self.note_day(*day),
            // In "Thu 12/10 11:59 PM", the weekday does not mean the coming Thursday.
            ([], [day]) if !tokens[begins..at].iter().any(|token| token.text.contains('/')) => self.note_day(*day),
            _ => return false,
        }
        true
    }

    /// Whether `read` repeats the same time of day in other words.
    pub(super) fn says_again(&self, read: &Hour) -> bool {
        self.hour.is_some_and(|hour| hour.time == read.time)
    }

    /// Whether a zone may follow. A zone belongs to a time of day, even to one after it ("UTC 17:00"), and to a day
    /// if the words cannot mean anything else.
    pub(super) fn may_have_zone(&self, tokens: &[Token], from: usize, until: usize) -> bool {
        let sure = until > from + 1 || tokens[from].capitals;
        let hour_behind = until < tokens.len() && hour::read(tokens, until).is_some();
        self.hour.is_some() || hour_behind || (sure && (self.day.is_some() || self.weekday.is_some()))
    }
}
