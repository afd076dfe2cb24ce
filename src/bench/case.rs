//! What really happened: who dropped whom, what came before it, and how the victim learnt of it.

use std::time::Duration;

use super::moment::moment;
use super::step::{Does, Happens, Step};
use crate::core::time::Time;
use crate::core::words::verdict::words;
use crate::read::Table;

words! {
    /// How much of a case can be played.
    Kind {
        /// What could be seen from outside is known.
        Exact = "exact",
        /// Known in outline; the answers are reconstructed.
        Shape = "shape",
        /// Nothing to see from outside before the cut, but a letter.
        Letter = "letter",
        /// Only the platform's own traffic shows it.
        Feed = "feed",
        /// The day was known long before.
        Date = "date",
        /// plugwatch could not have known.
        Miss = "miss",
    }
}

/// A real case.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its number, from the first of 2021 on.
    pub number: u32,
    /// How much of it can be played.
    pub kind: Kind,
    /// Who dropped them.
    pub dropped_by: String,
    /// Whom.
    pub victim: String,
    /// Who reported it.
    pub source: String,
    /// When it was reported.
    pub reported: String,
    /// What came before the cut, by which way.
    pub notice: String,
    /// The first thing that stopped, since the scenario began.
    pub cut: Duration,
    /// How the victim learnt of it.
    pub learnt: String,
    /// When, if that is known.
    pub learnt_at: Option<Duration>,
    /// Before that hour nobody could have handed a letter over.
    pub letter_from: Option<Duration>,
    /// What the other side says, where it is disputed.
    pub disputed: Option<String>,
    /// Whose clock the times are of, where the source has two.
    pub whose_time: Option<String>,
    /// Of a miss: why plugwatch would not have known.
    pub missed: Option<String>,
    /// What would have helped, or helps beside it.
    pub would_help: Option<String>,
}

/// Reads a `[case]`.
pub(super) fn read(table: &Table<'_>, begins: Time) -> Option<Case> {
    let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.word()).collect();
    let need = |key: &str| table.need_string(key, "\"...\"").map(|text| text.value);
    let may = |key: &str| table.string(key).map(|text| text.value);
    let at = |key: &str| moment(table, key, begins).map(|at| at.value);
    let (number, cut) = (table.count("number"), at("cut"));
    for (key, lacks) in [("number", number.is_none()), ("cut", cut.is_none())] {
        if lacks {
            table.missing(key, "2");
        }
    }
    let case = Case {
        number: number?.value,
        kind: table.word("kind", &kinds)?.value,
        dropped_by: need("dropped_by")?,
        victim: need("victim")?,
        source: need("source")?,
        reported: need("reported")?,
        notice: need("notice")?,
        cut: cut?,
        learnt: need("learnt")?,
        learnt_at: at("learnt_at"),
        letter_from: at("letter_from"),
        disputed: may("disputed"),
        whose_time: may("whose_time"),
        missed: may("missed"),
        would_help: may("would_help"),
    };
    check_miss(table, &case);
    table.finish();
    Some(case)
}

/// A miss says why, and what would help; nothing else is one.
fn check_miss(table: &Table<'_>, case: &Case) {
    let miss = case.kind == Kind::Miss;
    for (key, given) in [("missed", case.missed.is_some()), ("would_help", case.would_help.is_some())] {
        if miss && !given {
            table.missing(key, "\"a mailbox that somebody reads\"");
        }
    }
    if !miss && case.missed.is_some() {
        table.problem(table.key_span("missed"), "only a miss has this", "say `kind = \"miss\"`");
    }
}

/// Holds the steps of a real case: each answer is known or reconstructed, and no letter comes before a person
/// could have handed it over.
pub(super) fn check(root: &Table<'_>, steps: &[Step], case: Option<&Case>) {
    let Some(case) = case else { return };
    for (step, table) in steps.iter().zip(root.tables("step")) {
        let answers = step.happens.iter().any(|happens| matches!(happens, Happens::Set(_) | Happens::Reported(..)));
        if answers && step.origin.is_none() {
            table.missing("known", "\"the source quotes it\" (or `reconstructed`)");
        }
        let brings = step.happens.iter().any(|happens| matches!(happens, Happens::Person(_, Does::Bring(_))));
        if brings && case.letter_from.is_none_or(|from| step.at < from) {
            let what = "nobody could have handed this letter over yet";
            table.problem(table.key_span("at"), what, "see `letter_from` in `[case]`");
        }
    }
}
