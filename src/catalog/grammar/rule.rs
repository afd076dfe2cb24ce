//! What the rules of a file say, and the pieces and facts they look at.

use std::sync::OnceLock;

use scraper::Selector;

use super::expr::Expr;
use crate::core::words::verdict::{Basis, Fault, Proof, Verdict};

/// One rule: if `when` holds, the answer reads so.
#[derive(Debug)]
pub struct Rule {
    /// The condition.
    pub when: Expr,
    /// What the answer reads.
    pub verdict: Verdict,
    /// Why, as a fixed word.
    pub reason: String,
    /// Whose doing it is.
    pub fault: Fault,
    /// What it rests on.
    pub proof: Proof,
    /// What a `dropped` by this rule rests on.
    pub basis: Basis,
    /// A sentence with `{{ }}`.
    pub say: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Who decides that, where it is not whom the file names.
    pub decider: Option<String>,
    /// The company whose word it is, where the check itself asks none: a code that only its programs give.
    pub parent: Option<String>,
    /// A shared rule that comes before a check's own: a wall answers for nobody behind it.
    pub first: bool,
    /// The file and line, for messages about it.
    pub place: String,
}

/// A named piece of a page.
#[derive(Debug)]
pub struct Select {
    /// Its name in rules, `html.NAME`.
    pub name: String,
    /// The CSS selector.
    pub css: String,
    /// The same, compiled when it is first wanted: of all vendors a platform uses a few.
    pub compiled: OnceLock<Option<Selector>>,
    /// Take this attribute instead of the text.
    pub attr: Option<String>,
    /// Only elements whose text begins so.
    pub starts: Option<String>,
    /// Take what follows this, within the text.
    pub after: Option<String>,
    /// The text is JSON: rules see its value.
    pub json: bool,
    /// Only values for which this holds, as `it`.
    pub filter: Option<Expr>,
    /// All that match, as a list; otherwise the first.
    pub all: bool,
}

/// What to do when a fact changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnChange {
    /// Keep it in the history.
    Record,
    /// Tell it.
    Warn,
    /// Tell it loudly.
    Critical,
}

/// A fact kept as history.
#[derive(Debug)]
pub struct FactRule {
    /// Its name.
    pub name: String,
    /// Where it comes from.
    pub from: Expr,
    /// What its change means.
    pub on_change: OnChange,
    /// It runs down, like a balance: rules see what is spent in a day as `burn.per_day`, and after some
    /// days what the last one cost beside a usual one, as `burn.last_day` and `burn.usual`.
    pub burns: bool,
}
