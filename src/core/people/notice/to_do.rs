//! What to do about a letter: first verify it, then save what is lost later, then meet its demand.

use crate::core::people::advice::Advice;
use crate::core::people::wording::Wording;

/// The first step for any letter: the sender of a forged letter wants people to obey or answer it.
const REAL: &str = "Ask the vendor whether the letter is real, but don't reply to the letter itself.";
/// What to do about any letter with a condition.
const MEET: &str = "If it is real, do what it asks if you can, and keep proof of when you did.";
/// What to do about a letter that threatens nothing yet.
const ANSWER: &str =
    "If it is, answer it today, and keep proof of that. Ask in writing what will change or be cut off, and when.";
/// What to do about a change of prices or terms.
const TERMS: &str = "Work out what it costs you a month. Then decide before that day: pay, cut your use, or move. Ask in writing for a later date.";
/// What to do if a law is the reason: answering the vendor cannot change that.
const LAW: &str = "The letter names a law, sanctions or an order: call counsel before you answer it. Ask your other vendors whether they will stop service, too.";

/// What to do about a letter that threatens nothing yet.
pub fn answer() -> String {
    format!("{REAL} {ANSWER}")
}

/// What to do before the announced time, or if it is unknown.
pub fn before(wording: &Wording, advice: &Advice) -> String {
    let rest = match wording {
        _ if wording.terms => vec![TERMS],
        _ if wording.law => vec![advice.save.as_str(), LAW],
        _ if wording.demand.is_some() => vec![advice.save.as_str(), MEET, advice.ends.as_str()],
        _ => vec![advice.save.as_str(), advice.ends.as_str()],
    };
    joined([REAL].into_iter().chain(rest))
}

/// What to do in the last hours: the letter's demand can still be met until the announced time.
pub fn in_the_last_hours(wording: &Wording, advice: &Advice) -> String {
    match wording {
        _ if wording.terms => TERMS.to_owned(),
        _ if wording.law => joined([advice.soon.as_str(), LAW]),
        _ if wording.demand.is_some() => joined([MEET, advice.soon.as_str()]),
        _ => advice.soon.clone(),
    }
}

/// What to do if the configured steps are listed separately: only what the letter itself requires.
pub fn beside_steps(wording: &Wording) -> String {
    match wording {
        _ if wording.terms => joined([REAL, TERMS]),
        _ if wording.law => joined([REAL, LAW]),
        _ if wording.demand.is_some() => joined([REAL, MEET]),
        _ => REAL.to_owned(),
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
        assert_eq!(in_the_last_hours(&wording, &advice()), format!("{MEET} Copy the rest."));
        assert_eq!(beside_steps(&wording), format!("{REAL} {MEET}"));
    }

    #[test]
    fn a_law_is_for_counsel_and_no_answer_moves_it() {
        let wording = wording::of("By law we must stop serving you on 5 May. We will close your account.");
        let said = before(&wording, &advice());
        assert!(said.contains("counsel") && !said.contains("Move."), "{said}");
    }
}
