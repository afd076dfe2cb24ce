//! Finds when a letter takes effect: from its sender's own words, or from an older e-mail in it, whose periods count
//! from its own date.

use std::time::Duration;

use chrono_tz::Tz;

use super::forward::{self, Inner};
use crate::core::people::wording;
use crate::core::time::deadline::{self, Deadline};
use crate::core::time::{Time, human};

/// Times of two mails that differ by no more than this are the same.
const SAME: Duration = Duration::from_secs(86_400);

/// The assumption about a date if the text near it announces no cut-off.
const NO_WORD: &str = "The text near this date announces no cut-off.";

/// A letter as it came.
pub(super) struct Letter<'l> {
    pub(super) text: &'l str,
    /// When it was passed on.
    pub(super) passed_on: Time,
    /// Whether a person gave that date. Then it applies to the whole letter.
    pub(super) dated: bool,
}

/// The dates of a letter.
pub(super) struct Dated {
    /// When it was written, or else when it arrived.
    pub(super) received: Time,
    /// When it takes effect, or why plugwatch cannot know that.
    pub(super) read: Result<Deadline, String>,
}

/// Whether a text names a time, even one that must be asked about.
pub(super) fn names_a_time(text: &str, written: Time) -> bool {
    deadline::cut_off(text, written, Tz::UTC).map_or_else(|why| why != deadline::NONE, |_| true)
}

/// Reads when a letter takes effect.
pub(super) fn read(letter: &Letter<'_>, zone: Tz) -> Dated {
    let forward::Parts { own, inner } = forward::parts(letter.text);
    let mut inner: Vec<Dated> = inner.iter().map(|inner| of_inner(letter, inner, zone)).collect();
    let takes_back = deadline::takes_back(&own);
    let own = Dated { received: letter.passed_on, read: announced(&own, letter.passed_on, zone) };
    if inner.is_empty() || takes_back {
        return own;
    }
    // Of several, the first that contains a time, or else the first.
    let named = inner.iter().position(|inner| inner.read.is_ok()).unwrap_or(0);
    newest(own, inner.swap_remove(named))
}

/// The cut-off that a text announces, or the day of new prices or terms.
fn announced(text: &str, received: Time, zone: Tz) -> Result<Deadline, String> {
    let why = match deadline::cut_off(text, received, zone) {
        Err(why) if wording::of(text).terms => why,
        read => return read,
    };
    let mut deadline = deadline::read(text, received, zone).map_err(|_| why)?;
    deadline.assumed.push(NO_WORD.to_owned());
    Ok(deadline)
}

/// An older mail in the letter.
fn of_inner(letter: &Letter<'_>, inner: &Inner, zone: Tz) -> Dated {
    let written = inner.written(letter.passed_on, zone).filter(|_| !letter.dated);
    let said = match written {
        Some(at) => {
            format!(
                "The e-mail was forwarded, so plugwatch counts from the date of the original, {}.",
                at.utc().format("%a %-d %b %Y %H:%M UTC")
            )
        }
        None if inner.is_undated() => "The date is in a quoted e-mail that has no date of its own.".to_owned(),
        None => "plugwatch cannot read the date of the forwarded e-mail, so it counts from the forwarding.".to_owned(),
    };
    let received = written.unwrap_or(letter.passed_on);
    let mut read = announced(&inner.text, received, zone);
    read.iter_mut().filter(|_| !letter.dated).for_each(|deadline| deadline.assumed.push(said.clone()));
    Dated { received, read }
}

/// Decides between an e-mail and an older one below it.
fn newest(own: Dated, inner: Dated) -> Dated {
    match (&own.read, &inner.read) {
        (Ok(new), Ok(old)) if near(new.at, old.at) => inner,
        // The date in the older one has passed, or was moved.
        (Ok(new), Ok(old)) if new.moves() || old.at <= own.received => own,
        (Ok(new), Ok(old)) => {
            let read = Err(format!(
                "the e-mail says {}. The older e-mail quoted below it says {} ({} apart). Which is right?",
                new.read_as,
                old.read_as,
                human(new.at.since(old.at).max(old.at.since(new.at)))
            ));
            Dated { read, ..own }
        }
        (Ok(_), Err(_)) => own,
        (Err(_), Ok(_)) => inner,
        (Err(why), Err(other)) if other == deadline::NONE && why != deadline::NONE => own,
        (Err(_), Err(_)) => inner,
    }
}

fn near(one: Time, other: Time) -> bool {
    one.since(other).max(other.since(one)) <= SAME
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When a letter of Tuesday 9 March 2027, 12:00 UTC, takes effect.
    fn effect(text: &str) -> Result<String, String> {
        let passed_on = Time::parse("2027-03-09T12:00:00Z").unwrap();
        let read = read(&Letter { text, passed_on, dated: false }, Tz::UTC).read;
        read.map(|deadline| deadline.at.rfc3339())
    }

    #[test]
    fn a_quoted_period_is_counted_from_its_own_mail() {
        let quoted =
            "Danke.\n\nAm 05.03.2027 um 09:12 schrieb Trust <t@birke.example>:\n> Wir sperren Ihr Konto in 8 Tagen.";
        assert_eq!(effect(quoted).as_deref(), Ok("2027-03-13T09:12:00Z"));
    }

    #[test]
    fn the_newest_mail_counts_or_a_person_is_asked() {
        let old = "-----Original Message-----\nFrom: Trust\nSent: Friday, March 5, 2027 9:12 AM\n\nYour shop is closed on 12 March 2027.";
        let why = effect(&format!("The closure is on 19 March 2027.\n\n{old}")).unwrap_err();
        assert!(why.contains("Fri 19 Mar 2027") && why.contains("Fri 12 Mar 2027"), "{why}");
        assert_eq!(effect(&format!("See below.\n\n{old}")).as_deref(), Ok("2027-03-12T00:00:00Z"));
        let moved = "> We close your shop on 12 March 2027.\nYes, we extend it until 19 March 2027, 18:00 UTC.";
        assert_eq!(effect(moved).as_deref(), Ok("2027-03-19T18:00:00Z"));
        let passed = "Your shop is closed on 19 March 2027.\n\nOn Fri, Mar 5, 2027, Trust wrote:\n> It is closed on 8 March 2027.";
        assert_eq!(effect(passed).as_deref(), Ok("2027-03-19T00:00:00Z"));
    }

    #[test]
    fn a_withdrawal_above_a_quote_sets_no_date() {
        let text =
            "The notice of 5 March is withdrawn. Nothing will be closed.\n\n> Your shop is closed on 12 March 2027.";
        assert!(effect(text).unwrap_err().contains("withdraw a cut-off"));
    }

    #[test]
    fn new_prices_keep_their_day_and_it_is_said() {
        let letter = Letter {
            text: "The new pricing applies from 1 May 2027: 3 USD for 1,000 calls.",
            passed_on: Time::parse("2027-03-09T12:00:00Z").unwrap(),
            dated: true,
        };
        let read = read(&letter, Tz::UTC).read.unwrap();
        assert_eq!(read.at.rfc3339(), "2027-05-01T00:00:00Z");
        assert_eq!(read.assumed.last().map(String::as_str), Some(NO_WORD));
    }
}
