//! A check, with everything that a vendor file says about it.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde_json::Value;

use super::ask::Ask;
use super::example::Example;
use super::expr::Expr;
use super::json_paths::JsonPaths;
use super::param::Param;
use super::rule::{FactRule, Rule, Select};
use super::words::Words;
use crate::core::probe::policy::{Confirm, Policy};
use crate::core::words::verdict::{Basis, Proves, Role};

/// A check: a question that plugwatch can ask a vendor.
#[derive(Debug)]
pub struct Check {
    /// The id, such as `vendor/check`.
    pub id: String,
    /// The title, for people.
    pub title: String,
    /// How it makes its request.
    pub ask: Ask,
    /// The interval, unless the configuration sets another.
    pub every: Duration,
    /// Whether it may misread answers, because few sources document their format.
    pub experimental: bool,
    /// The key with the fewest permissions that still works.
    pub least_key: Option<String>,
    /// What that key can do besides reading, if the vendor has no read-only key.
    pub key_risk: Option<String>,
    /// What a `live` result proves.
    pub proves: Proves,
    /// Its role in the dependency's verdict, unless the configuration sets another.
    pub role: Role,
    /// Its parameters.
    pub params: Vec<Param>,
    /// Named expressions that rules use as `let.NAME`.
    pub lets: Arc<[(String, Expr)]>,
    /// Named pieces of HTML that rules use as `html.NAME`.
    pub selects: Vec<Select>,
    /// Facts whose history is kept.
    pub facts: Vec<FactRule>,
    /// The rules; the first one that matches decides.
    pub rules: Vec<Rule>,
    /// Items of other owners that are known to exist. The first one is used; the others replace it if it disappears.
    pub positive_controls: Vec<Control>,
    /// Parameters of an item that is known not to exist.
    pub negative_control: Option<BTreeMap<String, Value>>,
    /// Another check of the same vendor that examines the same thing in another way.
    pub second_path: Option<String>,
    /// How many checks a verdict needs; see [`Check::policy`].
    pub confirm: ConfirmRule,
    /// A query parameter that prevents cached answers when confirming.
    pub cache_buster: Option<String>,
    /// The documented values of the fields that decide the verdict.
    pub words: Vec<Words>,
    /// The file and line, for messages.
    pub place: String,
    /// Examples, run by `catalog test`.
    pub examples: Vec<Example>,
    /// Whether a rule reads the body as text; otherwise it is not decoded.
    pub reads_body: bool,
    /// Whether a rule reads the page as visitors see it; otherwise it is not rendered.
    pub sees_page: bool,
    /// Whether the vendor's status page has a supported format.
    pub vendor_status: bool,
    /// The parts of a JSON body that its rules and the shared rules use; computed on first use.
    pub json_paths: OnceLock<JsonPaths>,
}

/// An item of another owner that is known to exist.
#[derive(Clone, Debug, PartialEq)]
pub struct Control {
    /// Its parameters.
    pub params: BTreeMap<String, Value>,
    /// The countries where it is not offered, two letters each.
    pub not_in: Vec<String>,
}

/// The check's own settings for confirmation.
#[derive(Clone, Debug)]
pub struct ConfirmRule {
    /// The basis of a `dropped` verdict.
    pub basis: Basis,
    /// The number of checks and the time that a `dropped` needs, if not the default.
    pub dropped: Option<Confirm>,
    /// Whether the control is part of the same answer and is read by the rules.
    pub control_in_answer: bool,
    /// Whether the second path covers all countries at once.
    pub second_path_global: bool,
    /// How long a check may be without a verdict before plugwatch alerts, if not the default.
    pub blind_after: Option<Duration>,
    /// The reasons to which that applies; to all if empty.
    pub blind_after_of: Vec<String>,
}

impl Check {
    /// The confirmation policy of this check if it runs once per `every`.
    pub fn policy(&self, every: Duration) -> Policy {
        let mut policy = Policy::for_basis(self.confirm.basis, every);
        if let Some(dropped) = self.confirm.dropped {
            policy.dropped = dropped;
            policy.alone_over = dropped.over * 6;
            policy.stale_after = policy.stale_after.max(dropped.over * 3);
        }
        match (self.confirm.blind_after, self.confirm.blind_after_of.as_slice()) {
            (Some(blind_after), []) => policy.blind_after = blind_after,
            (Some(blind_after), of) => policy.blind_after_of = of.iter().map(|of| (of.clone(), blind_after)).collect(),
            (None, _) => {}
        }
        policy.positive_control = !self.positive_controls.is_empty();
        policy.negative_control = self.negative_control.is_some();
        policy.second_path = self.second_path.is_some();
        policy.second_path_global = self.confirm.second_path_global;
        policy.vendor_status = self.vendor_status;
        policy.local = matches!(self.ask, Ask::CheckIn(_));
        policy
    }

    /// The name of the fact whose value runs down over time, such as a balance, if there is one.
    pub fn burning(&self) -> Option<&str> {
        self.facts.iter().find(|fact| fact.burns).map(|fact| fact.name.as_str())
    }

    /// The parameters that the configuration must give.
    pub fn needed(&self) -> impl Iterator<Item = &Param> {
        self.params.iter().filter(|param| param.required && param.default.is_none())
    }

    /// The parameter with this name.
    pub fn param(&self, name: &str) -> Option<&Param> {
        self.params.iter().find(|param| param.name == name)
    }

    /// The parameter that creates one probe for each item of a list, such as `country`.
    pub fn each(&self) -> Option<&Param> {
        self.params.iter().find(|param| param.each.is_some())
    }
}
