//! What a letter announces, by its own words: an end, an end unless the customer meets a demand, or new terms.

use crate::core::time::deadline;
use crate::core::words::text::clean;

/// Phrases, each line with the kind of statement that the phrase indicates.
const PHRASES: &str = include_str!("demands.txt");
/// Kinds of phrases that name a region, with the region's name.
const REGIONS: [(&str, &str); 3] = [("eu", "EU"), ("us", "US"), ("uk", "UK")];
/// The maximum length of a demand that is quoted in messages, in characters.
const DEMAND: usize = 180;

/// What a letter announces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wording {
    /// The sentence with its condition, in its own words.
    pub demand: Option<String>,
    /// Whether it announces only a change of prices or terms, not an end.
    pub terms: bool,
    /// Whether it refers to a law, to sanctions, or to an order of a court or authority.
    pub law: bool,
    /// The only region that it concerns, as titles name it: `EU`.
    pub region: Option<&'static str>,
    /// Whether it reports abuse: fraud, phishing, spam, or stolen content.
    pub abuse: bool,
    /// Whether the day that it names is the first day without the service, not the last day with it.
    pub from: bool,
    /// Whether it says, in unambiguous words, that a service of the customer ends.
    pub ends: bool,
    /// It says no more than that something of ours may be interrupted.
    pub may_stop: bool,
}

/// Reads a letter's text.
pub fn of(text: &str) -> Wording {
    let demand = demand(text);
    let terms = demand.is_none() && changes_price(text) && !deadline::speaks_of_an_end(text);
    let ends = has("end", text);
    let may_stop = demand.is_none() && !ends && has("may", text);
    let (law, abuse, from) = (has("law", text), has("abuse", text), has("from", text));
    let region = REGIONS.iter().find(|(kind, _)| has(kind, text)).map(|(_, name)| *name);
    Wording { demand, terms, law, region, abuse, from, ends, may_stop }
}

/// The sentence that says what ends unless the customer acts. If it begins with "otherwise", the sentence before it,
/// which contains the condition, is included.
fn demand(text: &str) -> Option<String> {
    let all: Vec<&str> = sentences(text).collect();
    let threatens = |sentence: &&str| has("if", sentence) && deadline::speaks_of_an_end(sentence);
    let at = all.iter().position(threatens)?;
    let before = all.get(at.wrapping_sub(1)).filter(|_| has("else", all[at]));
    let asked = before.into_iter().chain([&all[at]]).map(|sentence| sentence.trim_end_matches('.'));
    Some(clean(&asked.collect::<Vec<_>>().join(". "), DEMAND))
}

/// The sentences of a text. A full stop within a name or a number does not end a sentence.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', '!', '?']).flat_map(|line| line.split(". ")).map(str::trim).filter(|line| !line.is_empty())
}

/// The maximum distance, in words, between `new` and `pricing`: "the new API pricing", "we raise all our prices".
const NEAR: usize = 3;

/// Whether a text says that prices or terms change.
fn changes_price(text: &str) -> bool {
    let words = words(text);
    let of = |kind: &str| {
        let known: Vec<&str> = phrases(kind).collect();
        (0..words.len()).filter(|n| known.contains(&words[*n].as_str())).collect::<Vec<_>>()
    };
    let (prices, changes) = (of("price"), of("change"));
    prices.iter().any(|price| changes.iter().any(|change| price.abs_diff(*change) <= NEAR))
}

/// Whether a text contains one of the phrases of a kind, as whole words.
fn has(kind: &str, text: &str) -> bool {
    let text = format!(" {} ", words(text).join(" "));
    phrases(kind).map(|phrase| format!(" {phrase} ")).any(|phrase| text.contains(&phrase))
}

fn phrases(kind: &str) -> impl Iterator<Item = &'static str> {
    let lines = PHRASES.lines().filter_map(|line| line.split_once(": "));
    lines.filter(move |(of, _)| *of == kind).map(|(_, phrase)| phrase)
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
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
    fn what_otherwise_refers_to_stands_in_the_demand() {
        let asked = "Please send the form within 48 hours. Otherwise your account will be suspended";
        assert_eq!(demand(&format!("Dear customer. {asked}.")).as_deref(), Some(asked));
        let asked = "Senden Sie uns das Formular bis Freitag. Andernfalls sperren wir Ihr Konto";
        assert_eq!(demand(&format!("{asked}.")).as_deref(), Some(asked));
    }

    #[test]
    fn a_condition_that_ends_nothing_of_ours_is_no_demand() {
        let plain =
            "We terminate our agreement with you on Friday. Unless otherwise required by law, invoices stay payable.";
        assert_eq!(demand(plain), None);
        assert_eq!(demand("If you do not know who runs your account, ask your team."), None);
        assert_eq!(demand("Your account or your team's was used to send this."), None);
    }

    #[test]
    fn a_plain_end_has_no_condition() {
        let plain = of("Because you cannot comply with our terms, we suspend your account on Friday.");
        assert_eq!(plain, Wording { ends: true, ..Wording::default() });
        assert_eq!(demand("We end our contract with effect from 3 May 2027."), None);
    }

    #[test]
    fn an_end_without_a_date_is_told_from_mail_about_other_things() {
        assert!(of("We are terminating the services that we provide to you.").ends);
        assert!(of("Ihr Vertrag wird gekündigt.").ends);
        let may = of("Access to the ledger that keeps your balances may be interrupted.");
        assert!(may.may_stop && !may.ends);
        assert!(!of("We close your account; until then, service may be interrupted. We will close it.").may_stop);
        assert!(!of("We closed your ticket: withdrawals work again.").ends);
        assert!(!of("We received a report about a page of yours. Please look into it.").ends);
    }

    #[test]
    fn a_price_that_ends_nothing_is_new_terms() {
        assert!(of("The new pricing applies from 1 May 2027: 3 USD for 1,000 calls.").terms);
        assert!(!of("Pay the new price by Friday, or your workspace will be closed.").terms);
        assert!(!of("We close your account; open fees are due.").terms);
        assert!(of("The new API pricing takes effect on July 1: 12 USD for 1,000 calls.").terms);
        assert!(of("Am 1. Mai ändern wir unsere Preise.").terms);
        assert!(!of("Your page violates our terms. Reply by 5 May.").terms);
        assert!(!of("The late fee is due on Friday.").terms);
    }

    #[test]
    fn a_law_or_an_order_is_told_from_terms() {
        assert!(of("By law we must stop serving users in that country on 19 May.").law);
        assert!(of("Due to sanctions we suspend your tenant.").law);
        assert!(of("Aufgrund einer gerichtlichen Anordnung sperren wir Ihr Konto.").law);
        assert!(!of("Your page breaks our terms; unless you reply, we close your account.").law);
    }

    #[test]
    fn a_report_of_abuse_and_the_only_region_are_read() {
        assert!(of("We received a report of phishing on a page of yours.").abuse);
        assert!(!of("The new pricing applies from 1 May 2027.").abuse);
        assert_eq!(of("Your apps will be removed from the store in the EU.").region, Some("EU"));
        assert_eq!(of("Your apps will be removed from the store.").region, None);
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
