//! A real case: who dropped whom, what preceded it, and how the victim learnt of it.

use std::time::Duration;

use super::moment::moment;
use super::step::{Does, Happens, Step};
use crate::core::time::Time;
use crate::core::words::verdict::words;
use crate::read::Table;

words! {
    /// How much of a case can be played.
    Kind {
        /// The source states what could be seen from outside.
        Exact = "exact",
        /// The case is known in outline; the answers are reconstructed.
        Shape = "shape",
        /// Before the cut-off, there was only a letter, and nothing could be seen from outside.
        Letter = "letter",
        /// Only the platform's own traffic shows the drop.
        Feed = "feed",
        /// The day was known long in advance.
        Date = "date",
        /// plugwatch could not have noticed it.
        Miss = "miss",
    }
}

/// What is assumed of the times of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumed {
    /// Whether the day is assumed, too, and not the hour alone.
    pub day: bool,
    /// What the source says, and what was assumed.
    pub why: String,
}

impl Assumed {
    /// As it stands in a row: `hour assumed`.
    pub fn words(&self) -> &'static str {
        if self.day { "day and hour assumed" } else { "hour assumed" }
    }
}

/// A real case.
#[derive(Clone, Debug)]
pub struct Case {
    /// The case's number, counted from the first one of 2021.
    pub number: u32,
    /// How much of the case can be played.
    pub kind: Kind,
    /// The company that dropped the victim.
    pub dropped_by: String,
    /// The victim.
    pub victim: String,
    /// The source that reported the case.
    pub source: String,
    /// The date of the report.
    pub reported: String,
    /// The notice given before the cut-off, and the way in which it was given.
    pub notice: String,
    /// The time from the beginning of the scenario until the first thing stopped.
    pub cut: Duration,
    /// How the victim learnt of the cut-off.
    pub learnt: String,
    /// The time from the beginning of the scenario until the victim learnt of it; `None` if that is unknown.
    pub learnt_at: Option<Duration>,
    /// The earliest time at which a person could have entered a letter, as the time since the scenario began.
    pub letter_from: Option<Duration>,
    /// The other side's account, if the case is disputed.
    pub disputed: Option<String>,
    /// Whose clock the times come from, if the source gives two.
    pub whose_time: Option<String>,
    /// What the source does not say of the times played here, and from what it was assumed.
    pub assumed: Option<Assumed>,
    /// When the other side took the announced cut back, if it did: then `cut` is the one that it threatened.
    pub withdrawn: Option<String>,
    /// What the source also names and that is not played, and why not.
    pub not_played: Option<String>,
    /// For a miss: why plugwatch would not have noticed.
    pub missed: Option<String>,
    /// Other measures that would have helped, or that help in addition to plugwatch.
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
        assumed: assumed(may("hour_assumed"), may("day_assumed")),
        withdrawn: may("withdrawn"),
        not_played: may("not_played"),
        missed: may("missed"),
        would_help: may("would_help"),
    };
    check_miss(table, &case);
    table.finish();
    Some(case)
}

fn assumed(hour: Option<String>, day: Option<String>) -> Option<Assumed> {
    let of_day = day.map(|why| Assumed { day: true, why });
    of_day.or_else(|| hour.map(|why| Assumed { day: false, why }))
}

/// A miss must state why it was missed and what would help; other cases must not have `missed`.
fn check_miss(table: &Table<'_>, case: &Case) {
    let miss = case.kind == Kind::Miss;
    for (key, given) in [("missed", case.missed.is_some()), ("would_help", case.would_help.is_some())] {
        if miss && !given {
            table.missing(key, "\"a mailbox that somebody reads\"");
        }
    }
    if !miss && case.missed.is_some() {
        table.problem(
            table.key_span("missed"),
            "only a case with `kind = \"miss\"` has this key",
            "remove it, or change `kind`",
        );
    }
}

/// Checks the steps of a real case: each answer is marked as known or reconstructed, and no letter is brought before
/// a person could have entered it.
pub(super) fn check(root: &Table<'_>, steps: &[Step], case: Option<&Case>) {
    let Some(case) = case else { return };
    for (step, table) in steps.iter().zip(root.tables("step")) {
        let answers = step.happens.iter().any(|happens| matches!(happens, Happens::Set(_) | Happens::Reported(..)));
        if answers && step.origin.is_none() {
            table.missing("known", "\"the source quotes it\" (or `reconstructed`)");
        }
        let brings = step.happens.iter().any(|happens| matches!(happens, Happens::Person(_, Does::Bring(_))));
        if brings && case.letter_from.is_none_or(|from| step.at < from) {
            let what = "nobody could have entered this letter yet";
            table.problem(table.key_span("at"), what, "see `letter_from` in `[case]`");
        }
    }
}
