//! A question the catalogue knows how to ask, with all that a file says of it.

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

/// A question the catalogue knows how to ask.
#[derive(Debug)]
pub struct Check {
    /// `vendor/check`.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// How it is asked.
    pub ask: Ask,
    /// How often, unless the user says otherwise.
    pub every: Duration,
    /// The answers it reads are known from few sources, and may be read wrong.
    pub experimental: bool,
    /// The least key that serves.
    pub least_key: Option<String>,
    /// What that key can do besides reading, where the vendor has none that only reads.
    pub key_risk: Option<String>,
    /// What a `live` proves.
    pub proves: Proves,
    /// What it counts for, unless the user says otherwise.
    pub role: Role,
    /// Its parameters.
    pub params: Vec<Param>,
    /// Named expressions that rules use as `let.NAME`.
    pub lets: Arc<[(String, Expr)]>,
    /// Named pieces of HTML that rules use as `html.NAME`.
    pub selects: Vec<Select>,
    /// Facts kept as history.
    pub facts: Vec<FactRule>,
    /// The first rule that holds decides.
    pub rules: Vec<Rule>,
    /// Things of different owners known to be there; the first is asked, the others where that one is gone.
    pub positive_controls: Vec<Control>,
    /// Parameters of something known to be gone.
    pub negative_control: Option<BTreeMap<String, Value>>,
    /// Another check of the same vendor that sees the same thing by another way.
    pub second_path: Option<String>,
    /// How sure to be; see [`Check::policy`].
    pub confirm: ConfirmRule,
    /// A parameter of the query that defeats caches when confirming.
    pub cache_buster: Option<String>,
    /// What the vendor's book says that its deciding fields may hold.
    pub words: Vec<Words>,
    /// The file and line.
    pub place: String,
    /// Examples, run by `catalog test`.
    pub examples: Vec<Example>,
    /// Only this needs the body as text.
    pub reads_body: bool,
    /// Only this needs the page as people see it.
    pub sees_page: bool,
    /// The vendor has a status page in a format that can be read.
    pub vendor_status: bool,
    /// What its rules and the shared ones name of a JSON body, once that was wanted.
    pub json_paths: OnceLock<JsonPaths>,
}

/// Something of another owner that is known to be there.
#[derive(Clone, Debug, PartialEq)]
pub struct Control {
    /// Its parameters.
    pub params: BTreeMap<String, Value>,
    /// Countries it is not offered in, two letters each.
    pub not_in: Vec<String>,
}

/// The check's own wishes for confirmation.
#[derive(Clone, Debug)]
pub struct ConfirmRule {
    /// What a `dropped` rests on.
    pub basis: Basis,
    /// Reads and time for a `dropped`, where the default is not right.
    pub dropped: Option<Confirm>,
    /// The control stands in the same answer; the rules look at it.
    pub control_in_answer: bool,
    /// The second path sees all countries together.
    pub second_path_global: bool,
    /// Unverified for so long is an alert, where the default is not right.
    pub blind_after: Option<Duration>,
}

impl Check {
    /// How sure this check wants to be when asked every `every`.
    pub fn policy(&self, every: Duration) -> Policy {
        let mut policy = Policy::for_basis(self.confirm.basis, every);
        if let Some(dropped) = self.confirm.dropped {
            policy.dropped = dropped;
            policy.alone_over = dropped.over * 6;
            policy.stale_after = policy.stale_after.max(dropped.over * 3);
        }
        if let Some(blind_after) = self.confirm.blind_after {
            policy.blind_after = blind_after;
        }
        policy.positive_control = !self.positive_controls.is_empty();
        policy.negative_control = self.negative_control.is_some();
        policy.second_path = self.second_path.is_some();
        policy.second_path_global = self.confirm.second_path_global;
        policy.vendor_status = self.vendor_status;
        policy.local = matches!(self.ask, Ask::CheckIn(_));
        policy
    }

    /// The fact that runs down, if there is one.
    pub fn burning(&self) -> Option<&str> {
        self.facts.iter().find(|fact| fact.burns).map(|fact| fact.name.as_str())
    }

    /// Parameters that somebody must give.
    pub fn needed(&self) -> impl Iterator<Item = &Param> {
        self.params.iter().filter(|param| param.required && param.default.is_none())
    }

    /// The parameter with this name.
    pub fn param(&self, name: &str) -> Option<&Param> {
        self.params.iter().find(|param| param.name == name)
    }

    /// The parameter that makes one probe for each item of a list, such as `country`.
    pub fn each(&self) -> Option<&Param> {
        self.params.iter().find(|param| param.each.is_some())
    }
}
