//! What a letter announces, by its own words: an end, an end unless somebody does what it asks, or new terms.

use crate::core::time::deadline;
use crate::core::words::text::clean;

/// Phrases by what they show.
const PHRASES: &str = include_str!("demands.txt");
/// As much of a demand stands in messages.
const DEMAND: usize = 180;

/// What a letter announces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wording {
    /// The sentence with its condition, in its own words.
    pub demand: Option<String>,
    /// It threatens no end: a price or terms change.
    pub terms: bool,
    /// It says that something of ours ends or may be interrupted, in words that say nothing else.
    pub ends: bool,
}

/// Reads a letter's text.
pub fn of(text: &str) -> Wording {
    let demand = sentences(text).find(|sentence| has("if", sentence));
    let terms = demand.is_none() && has("price", text) && !deadline::speaks_of_an_end(text);
    let demand = demand.map(|sentence| clean(sentence.trim_end_matches('.'), DEMAND));
    Wording { demand, terms, ends: has("end", text) }
}

/// The sentences of a text; a full stop within a name or a number ends none.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', '!', '?']).flat_map(|line| line.split(". ")).map(str::trim).filter(|line| !line.is_empty())
}

/// Whether one of the phrases of a kind stands in a text, as whole words.
fn has(kind: &str, text: &str) -> bool {
    let words: Vec<String> = text.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| !word.is_empty()).collect();
    let text = format!(" {} ", words.join(" "));
    let phrases = PHRASES.lines().filter_map(|line| line.split_once(": ")).filter(|(of, _)| *of == kind);
    phrases.map(|(_, phrase)| format!(" {phrase} ")).any(|phrase| text.contains(&phrase))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demand(text: &str) -> Option<String> {
        of(text).demand
    }

    #[test]
    fn a_threat_with_a_condition_keeps_what_it_asks_for() {
        let asked =
            demand("From: Trust team. If we do not receive the signed form within 24 hours, your shop will close.");
        assert_eq!(
            asked.as_deref(),
            Some("If we do not receive the signed form within 24 hours, your shop will close")
        );
        assert!(demand("You have 48 hours to move to the larger plan, or we will remove your zones").is_some());
        assert!(demand("Wir sperren Ihr Konto, sofern Sie die Unterlagen nicht einreichen.").is_some());
        assert!(demand("Nous fermerons votre compte à moins que vous ne régliez la facture.").is_some());
    }

    #[test]
    fn a_plain_end_has_no_condition() {
        let plain = of("Because you cannot comply with our terms, we suspend your account on Friday.");
        assert_eq!(plain, Wording { demand: None, terms: false, ends: true });
        assert_eq!(demand("We end our contract with effect from 3 May 2027."), None);
    }

    #[test]
    fn an_end_without_a_date_is_told_from_mail_about_other_things() {
        assert!(of("We are terminating the services that we provide to you.").ends);
        assert!(of("Ihr Vertrag wird gekündigt.").ends);
        assert!(!of("We closed your ticket: withdrawals work again.").ends);
        assert!(!of("We received a report about a page of yours. Please look into it.").ends);
    }

    #[test]
    fn a_price_that_ends_nothing_is_new_terms() {
        assert!(of("The new pricing applies from 1 May 2027: 3 USD for 1,000 calls.").terms);
        assert!(!of("Pay the new price by Friday, or your workspace will be closed.").terms);
        assert!(!of("We close your account; open fees are due.").terms);
    }

    #[test]
    fn each_line_of_the_phrases_is_read() {
        let lines = PHRASES.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        for line in lines {
            let (kind, phrase) = line.split_once(": ").unwrap_or_else(|| panic!("{line}"));
            assert!(has(kind, &format!("x {phrase} y")), "{line}");
        }
    }
}
