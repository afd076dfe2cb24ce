//! The rules of a file, and the parts of pages and the facts that they use.

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
    /// Who is responsible.
    pub fault: Fault,
    /// The kind of evidence.
    pub proof: Proof,
    /// The basis of a `dropped` by this rule.
    pub basis: Basis,
    /// The sentence for people, with `{{ }}`.
    pub say: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The days until the announced event, such as a certificate's expiry or an empty balance, as an expression.
    pub days_left: Option<Expr>,
    /// Which advice for the kind of dependency replaces the hint, if there is one.
    pub advice: Option<Wanted>,
    /// Who made the decision, if not the file's decider.
    pub decider: Option<String>,
    /// The company that certainly sent the answer, even if the check does not query that company: only its software
    /// returns this code.
    pub parent: Option<String>,
    /// Whether this shared rule comes before a check's own rules. For example, a block page says nothing about the
    /// site behind it.
    pub first: bool,
    /// The file and line, for messages.
    pub place: String,
}

/// A named part of a page.
#[derive(Debug)]
pub struct Select {
    /// Its name in rules, `html.NAME`.
    pub name: String,
    /// The CSS selector.
    pub css: String,
    /// The compiled selector. It is compiled on first use, because a platform uses only a few vendors.
    pub compiled: OnceLock<Option<Selector>>,
    /// The attribute to use instead of the text.
    pub attr: Option<String>,
    /// The beginning that an element's text must have.
    pub starts: Option<String>,
    /// The text after which the value begins.
    pub after: Option<String>,
    /// Whether the text is JSON, so that rules get its value.
    pub json: bool,
    /// A condition that each value, as `it`, must meet.
    pub filter: Option<Expr>,
    /// Whether to return all matches as a list; otherwise only the first match.
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
    /// The expression that gives its value.
    pub from: Expr,
    /// What happens when it changes.
    pub on_change: OnChange,
    /// Whether it is used up over time, like a balance. Rules get the daily use as `burn.per_day`. After some days,
    /// they also get the use of the last day as `burn.last_day` and that of a usual day as `burn.usual`.
    pub burns: bool,
}
