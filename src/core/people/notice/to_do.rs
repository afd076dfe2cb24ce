//! What to do about a letter: first verify it, then save what is lost later, then meet its demand.

use crate::core::people::advice::Advice;
use crate::core::people::wording::Wording;

/// The first step for any letter: the sender of a forged letter wants people to obey or answer it.
const REAL: &str = "Ask the vendor whether the letter is real, but don't reply to the letter itself.";
/// The same in later messages: by then what is lost after the end matters more, and somebody may have asked.
const CONFIRM: &str =
    "Ask the vendor whether the letter is real, unless someone already has; don't reply to the letter itself.";
/// What to do about any letter with a condition.
const MEET: &str = "If it is real, try to meet its demand, and keep proof of the time.";
/// What to do about a letter that threatens nothing yet.
const ANSWER: &str = "If it is real, answer it today through the vendor's own console or support page, and keep proof of that. Ask in writing what will change or be cut off, and when.";
/// What to do about a change of prices or terms.
const TERMS: &str = "Work out what it costs you a month. Then decide before that day: pay, cut your use, or move. Ask in writing for a later date.";
/// The same in the last hours.
const TERMS_SOON: &str =
    "Decide now: pay, cut your use, or move. Tell users what changes, and stop selling what depends on the old terms.";
/// What to do if a law is the reason: answering the vendor cannot change that.
const LAW: &str = "The letter gives a legal reason: call your lawyer before you answer it. Ask your other vendors whether they will stop service, too.";

/// What to do about a listing that is gone where a law or an order demands it.
pub const GONE_BY_LAW: &str = "The letter gives a legal reason: ask your lawyer what the law requires, and when the app may return. Tell users there that installed apps keep working.";

/// What to do about a letter that was answered, as long as nobody has confirmed that it is settled.
pub const ANSWERED: &str =
    "It was answered, and nobody has reported a reply. Ask the sender to confirm in writing that the case is closed.";

/// What to do about a letter that threatens nothing yet.
pub fn answer(wording: &Wording, advice: &Advice) -> String {
    joined([REAL, if wording.abuse { advice.reported.as_str() } else { "" }, ANSWER])
}

/// What to do before the announced time, or if it is unknown.
pub fn before(wording: &Wording, advice: &Advice) -> String {
    joined([REAL].into_iter().chain(steps(wording, advice)))
}

/// What to do according to messages that follow the first one about the letter.
pub fn later(wording: &Wording, advice: &Advice) -> String {
    joined(steps(wording, advice).into_iter().chain([CONFIRM]))
}

/// What to do about what ends, whether or not the vendor has confirmed the letter.
fn steps<'a>(wording: &Wording, advice: &'a Advice) -> Vec<&'a str> {
    match wording {
        _ if wording.terms => vec![TERMS],
        _ if wording.law => vec![advice.save.as_str(), LAW],
        _ if wording.demand.is_some() => vec![advice.save.as_str(), MEET, advice.ends.as_str()],
        _ => vec![advice.save.as_str(), advice.ends.as_str()],
    }
}

/// What to do in the last hours: the letter's demand can still be met until the announced time.
pub fn in_the_last_hours(wording: &Wording, advice: &Advice) -> String {
    match wording {
        _ if wording.terms => TERMS_SOON.to_owned(),
        _ if wording.law => joined([advice.soon.as_str(), LAW, CONFIRM]),
        _ if wording.demand.is_some() => joined([MEET, advice.soon.as_str(), CONFIRM]),
        _ => joined([advice.soon.as_str(), CONFIRM]),
    }
}

/// What to do after the cut-off.
pub fn after(wording: &Wording, advice: &Advice) -> String {
    if wording.law { joined([LAW, advice.cut.as_str()]) } else { advice.cut.clone() }
}

fn joined<'t>(all: impl IntoIterator<Item = &'t str>) -> String {
    all.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::people::wording;

    fn advice() -> Advice {
        Advice {
            save: "Copy it.".to_owned(),
            ends: "Move.".to_owned(),
            soon: "Copy the rest.".to_owned(),
            ..Advice::default()
        }
    }

    #[test]
    fn whether_a_letter_is_real_comes_first_and_what_cannot_be_got_later_before_what_it_asks() {
        let wording = wording::of("Send us the signed form by Friday, or we will close your account.");
        assert_eq!(before(&wording, &advice()), format!("{REAL} Copy it. {MEET} Move."));
        assert_eq!(in_the_last_hours(&wording, &advice()), format!("{MEET} Copy the rest. {CONFIRM}"));
        assert_eq!(later(&wording, &advice()), format!("Copy it. {MEET} Move. {CONFIRM}"));
    }

    #[test]
    fn a_report_of_abuse_says_what_to_take_down_before_the_answer() {
        let advice = Advice { reported: "Take it down.".to_owned(), ..advice() };
        let said = |text: &str| answer(&wording::of(text), &advice);
        assert_eq!(said("We received a report of fraud on your page."), format!("{REAL} Take it down. {ANSWER}"));
        assert_eq!(said("Please call us about your account."), format!("{REAL} {ANSWER}"));
    }

    #[test]
    fn a_law_is_for_a_lawyer_and_no_answer_moves_it() {
        let wording = wording::of("By law we must stop serving you on 5 May. We will close your account.");
        let said = before(&wording, &advice());
        assert!(said.contains("lawyer") && !said.contains("Move."), "{said}");
    }
}
