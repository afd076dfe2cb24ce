//! The rules of a file, and the page pieces and facts that they use.

use std::sync::OnceLock;

use scraper::Selector;

use super::expr::Expr;
use crate::core::people::advice::Wanted;
use crate::core::words::verdict::{Basis, Fault, Proof, Verdict};

/// One rule: if `when` holds, the answer gets this verdict.
#[derive(Debug)]
pub struct Rule {
    /// The condition.
    pub when: Expr,
    /// The verdict.
    pub verdict: Verdict,
    /// The reason code.
    pub reason: String,
    /// Who caused it.
    pub fault: Fault,
    /// The source of the verdict.
    pub proof: Proof,
    /// The basis of a `dropped` by this rule.
    pub basis: Basis,
    /// The sentence for people, with `{{ }}`.
    pub say: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// In how many days what it warns of happens, as an expression: a certificate's end, an empty balance.
    pub days_left: Option<Expr>,
    /// Which advice for the kind of thing takes the hint's place, where there is one.
    pub advice: Option<Wanted>,
    /// Who decides about that, if not the file's decider.
    pub decider: Option<String>,
    /// The company that is known to have answered even if the check does not ask it: only its software returns this
    /// code.
    pub parent: Option<String>,
    /// Whether this shared rule comes before a check's own: a wall (a block page) says nothing about the site behind
    /// it.
    pub first: bool,
    /// The file and line, for messages.
    pub place: String,
}

/// A named piece of a page.
#[derive(Debug)]
pub struct Select {
    /// Its name in rules, `html.NAME`.
    pub name: String,
    /// The CSS selector.
    pub css: String,
    /// The compiled selector, made on first use: a platform uses only a few vendors.
    pub compiled: OnceLock<Option<Selector>>,
    /// Take this attribute instead of the text.
    pub attr: Option<String>,
    /// Only elements whose text starts with this.
    pub starts: Option<String>,
    /// Take the text that follows this.
    pub after: Option<String>,
    /// Whether the text is JSON; rules then get its value.
    pub json: bool,
    /// Only values for which this condition holds, as `it`.
    pub filter: Option<Expr>,
    /// All matches, as a list; otherwise the first one.
    pub all: bool,
}

/// What happens when a fact changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnChange {
    /// Keep it in the history.
    Record,
    /// Send a warning.
    Warn,
    /// Send a critical alert.
    Critical,
}

/// A fact whose history is kept.
#[derive(Debug)]
pub struct FactRule {
    /// Its name.
    pub name: String,
    /// The expression for its value.
    pub from: Expr,
    /// What happens when it changes.
    pub on_change: OnChange,
    /// Whether it runs down, like a balance. Rules get the daily use as `burn.per_day` and, after some days, the last
    /// day's use and a usual day's as `burn.last_day` and `burn.usual`.
    pub burns: bool,
}
