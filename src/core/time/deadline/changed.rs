//! Letters that withdraw a cut-off ("we have withdrawn our notice", "will not be suspended") or move it ("postponed
//! from 4 to 18 December").

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::token::Token;
use super::words;

/// Words, each line with what they indicate.
const WORDS: &str = include_str!("changes.txt");
/// Words between a verb and the notice that it withdraws: "have withdrawn our earlier notice".
const DETERMINERS: &str = "our the this that your its any previous earlier planned scheduled announced pending said prior all unsere unser die das den \
    der diese la el los las notre nuestra nuestro su sus cette le les l' votre vos";
/// Words before a noun that is not what is withdrawn: "by this notice your account is cancelled".
const BESIDE: &str = "by with in under per following through upon before until after mit durch per nach vor par con mediante después antes avant après \
    to about";
/// Verbs that precede the participle for what was withdrawn.
const VERBS: &str = "is are was were been be being hereby wird wurde ist werden est été sont queda quedan sido fue es";
/// What a notice may take away from the customer.
const OURS: &str = "account accounts subscription service services access plan contract listing app domain keys konto vertrag zugang dienst cuenta \
    contrato servicio acceso compte contrat service accès abonnement";
const OF: &str = "of des von du de del for für";
const AND_SO: &str = "that dass because weil que since and und y et";
/// Words after "not" which mean that it does end, but not so early, or not only that.
const NOT_SO: &str =
    "only yet earlier later longer before until less more noch nur sólo solo seulement avant antes früher später";
const EARLIEST: &str = "before until vor bis antes hasta avant";
const NEGATIONS: &str = "not never won't nothing none isn't aren't doesn't nicht kein keine keiner niemals nichts no nunca nada ne pas jamais rien";
/// The maximum distance of a negated word behind its negation, in words.
const FAR: usize = 5;

/// How a letter that moves its cut-off uses a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Move {
    Old,
    New,
}

/// The words of each kind, apart from the beginnings of words, which end with `*` in the file. Each word of a letter is
/// looked up several times.
static KINDS: LazyLock<HashMap<&str, Kind>> = LazyLock::new(|| {
    let mut kinds: HashMap<&str, Kind> = HashMap::new();
    for (kind, words) in WORDS.lines().filter_map(|line| line.split_once(": ")) {
        let kind = kinds.entry(kind).or_default();
        for word in words.split(' ') {
            match word.strip_suffix('*') {
                Some(begin) => kind.begins.push(begin),
                None => drop(kind.whole.insert(word)),
            }
        }
    }
    kinds
});

#[derive(Default)]
struct Kind {
    whole: HashSet<&'static str>,
    begins: Vec<&'static str>,
}

fn is(kind: &str, word: &str) -> bool {
    let found = KINDS.get(kind);
    found.is_some_and(|kind| kind.whole.contains(word) || kind.begins.iter().any(|begin| word.starts_with(begin)))
}

fn has(list: &str, word: &str) -> bool {
    list.split(' ').any(|own| own == word)
}

/// The sentences of a text, as ranges of its words.
pub(super) fn sentences(tokens: &[Token]) -> Vec<(usize, usize)> {
    let ends = (0..tokens.len()).filter(|at| tokens[*at].ends || at + 1 == tokens.len()).map(|at| at + 1);
    let mut begins = 0;
    ends.map(|end| (std::mem::replace(&mut begins, end), end)).collect()
}

/// Whether a letter says that an earlier notice no longer holds.
pub(super) fn takes_back(tokens: &[Token]) -> bool {
    sentences(tokens).into_iter().any(|(begins, ends)| withdraws(&tokens[begins..ends]))
}

fn withdraws(all: &[Token]) -> bool {
    let word = |at: usize| all[at].text.as_str();
    let nouns = (0..all.len()).filter(|at| {
        is("notice", word(*at))
            && at.checked_sub(1).is_none_or(|at| !has(BESIDE, word(at)))
            && at.checked_sub(2).is_none_or(|at| !has(BESIDE, word(at)))
    });
    let nouns: Vec<usize> = nouns.collect();
    // "Unless we withdraw it", "it will not be reversed".
    let meant = |at: usize| {
        let denied = all[at.saturating_sub(3)..at].iter().any(|token| has(NEGATIONS, &token.text));
        !denied
            && !all[..at].iter().rev().take_while(|token| !token.pauses).any(|token| words::on_condition(&token.text))
    };
    let verb = |at: &usize| (is("undone", word(*at)) || is("plain", word(*at))) && meant(*at);
    (0..all.len()).filter(verb).any(|verb| {
        nouns.iter().any(|noun| match *noun > verb {
            true => {
                *noun <= verb + 4
                    && (verb + 1..*noun).all(|at| has(DETERMINERS, word(at)) && !all[at].pauses)
                    && !all[verb].pauses
            }
            false => {
                let beside = (1..=2).filter_map(|back| verb.checked_sub(back)).any(|at| has(VERBS, word(at)));
                (beside || is("plain", word(verb))) && is_subject(&all[*noun..verb])
            }
        })
    })
}

/// Whether the noun at the beginning is still the subject at the end, with no other noun or clause in between.
fn is_subject(all: &[Token]) -> bool {
    let word = |at: usize| all[at].text.as_str();
    (1..all.len()).all(|at| {
        let of = (1..=2).filter_map(|back| at.checked_sub(back)).any(|at| has(OF, word(at)));
        let number = |token: &Token| {
            token.text.starts_with(|c: char| c.is_ascii_digit())
                || words::month(&token.text).is_some()
                || words::weekday(&token.text).is_some()
        };
        let parted = all[at].pauses && !number(&all[at]);
        !has(AND_SO, word(at)) && !parted && (of || !has(OURS, word(at)))
    })
}

/// Whether the text up to these words is negated: "will not be suspended", "die Sperrung wird nicht durchgeführt".
pub(super) fn is_negated(all: &[Token]) -> bool {
    let word = |at: usize| all[at].text.as_str();
    if all.iter().any(|token| words::on_condition(&token.text)) {
        return false;
    }
    let negates = |at: usize| {
        let negation = has(NEGATIONS, word(at)) || word(at).starts_with("n'") || word(at).starts_with("n’");
        let so = all.get(at + 1).is_some_and(|next| has(NOT_SO, &next.text));
        negation && !so
    };
    let after = |at: usize| {
        let near = at + 1..all.len().min(at + 1 + FAR);
        near.take_while(|at| !all[at - 1].pauses && !words::joins(word(*at)))
    };
    let done = (0..all.len()).filter(|at| negates(*at)).flat_map(after).any(|at| is("done", word(at)));
    let denied: Vec<usize> = (0..all.len()).filter(|at| negates(*at)).flat_map(after).collect();
    let ends: Vec<usize> = (0..all.len()).filter(|at| words::cuts_off(word(*at))).collect();
    let earliest = (0..all.len()).any(|at| has(EARLIEST, word(at)));
    !ends.is_empty() && !earliest && (done || ends.iter().all(|at| denied.contains(at)))
}

/// Whether the only statement of a letter about an end is that there will be none.
pub(super) fn denies(tokens: &[Token]) -> bool {
    let ends =
        |(begins, ends): &(usize, usize)| tokens[*begins..*ends].iter().any(|token| words::cuts_off(&token.text));
    let ending: Vec<_> = sentences(tokens).into_iter().filter(ends).collect();
    !ending.is_empty() && ending.iter().all(|(begins, ends)| is_negated(&tokens[*begins..*ends]))
}

/// Whether a sentence says in other words that something ends: "we cannot offer it beyond that day", "the last day".
pub(super) fn ends_otherwise(all: &[Token]) -> bool {
    let word = |at: usize| all.get(at).map_or("", |token| token.text.as_str());
    let last = (0..all.len()).any(|at| is("last", word(at)) && is("day", word(at + 1)));
    let fin = (1..all.len()).any(|at| word(at) == "fin" && is("put", word(at - 1)));
    let no = |at: usize| {
        has(NEGATIONS, word(at)) || is("unable", word(at)) || word(at).starts_with("n'") || word(at).starts_with("n’")
    };
    let serves = |at: usize| (at + 1..all.len().min(at + 2 + FAR)).any(|at| is("serve", word(at)));
    last || fin || (0..all.len()).any(|at| no(at) && serves(at))
}

/// Which of a letter's dates it moves, and to which date. Dates are given by their position and as they are shown.
///
/// # Errors
/// Fails if the letter moves its cut-off and the new day is unclear, with a question for a person.
pub(super) fn moves(tokens: &[Token], all: &[(usize, &str)]) -> Result<Vec<Option<Move>>, String> {
    let former = |at: usize| tokens[at.saturating_sub(FAR)..at].iter().rev().take_while(|token| !token.ends);
    let is_former = |(at, _): &(usize, &str)| former(*at).take_while(|token| words::month(&token.text).is_none());
    let old = |date: &(usize, &str)| is_former(date).any(|token| is("former", &token.text)).then_some(Move::Old);
    let mut moved: Vec<Option<Move>> = all.iter().map(old).collect();
    for (begins, ends) in sentences(tokens) {
        let any = |kind: &str| tokens[begins..ends].iter().any(|token| is(kind, &token.text));
        let aside = tokens[begins..ends]
            .iter()
            .any(|token| words::keeps(&token.text) && !token.text.starts_with("verläng") || words::offers(&token.text));
        let within: Vec<usize> = (0..all.len()).filter(|n| (begins..ends).contains(&all[*n].0)).collect();
        if !any("moved") || aside || within.is_empty() {
            continue;
        }
        let led = |kind: &str, n: usize| {
            let before =
                tokens[begins..all[n].0].iter().rev().skip_while(|token| has("the den dem el le", &token.text));
            before.take(1).any(|token| is(kind, &token.text))
        };
        let mut new: Vec<usize> = within.iter().copied().filter(|n| led("to", *n)).collect();
        if new.is_empty() {
            // "Rescheduled for 18 December", but "the closure planned for 4 December".
            new = within.iter().copied().filter(|n| led("weak", *n)).collect();
        }
        let old = within.iter().any(|n| led("old", *n));
        match new[..] {
            [new] if within.len() > 1 || says_whose(&tokens[begins..ends]) => {
                within.iter().for_each(|n| moved[*n] = Some(if *n == new { Move::New } else { Move::Old }));
            }
            [_] => {}
            _ if any("always") || (old || says_whose(&tokens[begins..ends])) && within.len() > 1 => {
                let named: Vec<&str> = within.iter().map(|n| all[*n].1).collect();
                return Err(format!(
                    "the letter moves its cut-off and names {}. Which day is right?",
                    named.join(" and ")
                ));
            }
            _ => {}
        }
    }
    Ok(moved)
}

/// Whether the sentence says that the cut-off moves, and not something else: "we extend it until 16 December".
fn says_whose(sentence: &[Token]) -> bool {
    let own = |token: &Token| {
        words::cuts_off(&token.text)
            || is("notice", &token.text)
            || has("it this date es sie ihn le la lo frist termin plazo délai fecha", &token.text)
    };
    sentence.iter().any(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_of_the_file_is_found() {
        for line in WORDS.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let (kind, words) = line.split_once(": ").unwrap_or_else(|| panic!("{line}"));
            for word in words.split(' ') {
                assert!(is(kind, word.trim_end_matches('*')), "{line}");
                assert_eq!(word, word.to_lowercase(), "{line}");
            }
        }
    }
}
