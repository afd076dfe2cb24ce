//! How each dependency is monitored: by its vendor's API, from outside, by letters, by a person's report, or not at
//! all.

use serde_json::{Value, json};

use super::status::words as state_words;
use super::table::table;
use super::tally::monitoring;
use crate::core::dependency::shown::Shown;
use crate::core::time::Time;
use crate::core::words::verdict::{Criticality, words};

words! {
    /// A way of monitoring. The variants are in order, strongest first.
    Way {
        /// The vendor's own API, with a key.
        Api = "api",
        /// From outside, without a key.
        Outside = "outside",
        /// Reports from the platform's own systems.
        Reports = "reports",
        /// Letters from the vendor.
        Letters = "letters",
        /// A person's report.
        Word = "word",
        /// Not monitored.
        Not = "not",
    }
}

impl Way {
    /// The way in words for people.
    pub fn words(self) -> &'static str {
        match self {
            Way::Api => "API",
            Way::Outside => "outside",
            Way::Reports => "your own reports",
            Way::Letters => "letters",
            Way::Word => "a person's word",
            Way::Not => "NOT",
        }
    }
}

/// One dependency.
#[derive(Clone, Debug)]
pub struct Covered {
    /// Its id.
    pub id: String,
    /// Its label.
    pub label: String,
    /// The vendor's name; empty if none is known.
    pub vendor: String,
    /// How critical it is.
    pub criticality: Criticality,
    /// How it is monitored, strongest first. [`Way::Not`] is the only entry, or follows a letter.
    pub ways: Vec<Way>,
    /// Why it, or a part of it, is not monitored.
    pub why: Option<String>,
    /// What to do so that it is monitored.
    pub cure: Option<String>,
    /// The state shown for it.
    pub shown: Shown,
    /// When it was last checked.
    pub checked_at: Option<Time>,
}

impl Covered {
    /// Whether any check monitors it.
    pub fn is_monitored(&self) -> bool {
        !self.ways.contains(&Way::Not)
    }

    fn ways(&self) -> String {
        self.ways.iter().map(|way| way.words()).collect::<Vec<_>>().join(", ")
    }
}

/// Unmonitored dependencies first, the critical ones before others, then in the order of the configuration.
pub fn sort(all: &mut [Covered]) {
    all.sort_by_key(|one| (one.is_monitored(), one.criticality));
}

/// The table for people, followed by the summary.
pub fn text(all: &[Covered], width: Option<usize>) -> String {
    let row = |one: &Covered| {
        let why = [one.why.clone(), one.cure.clone()].into_iter().flatten().collect::<Vec<_>>().join(". To do: ");
        let now = if one.is_monitored() { state_words(one.shown) } else { "" };
        vec![one.label.clone(), one.ways(), now.to_owned(), why]
    };
    let head = ["Dependency", "Known by", "Now", "Why not, and what to do"].map(str::to_owned).to_vec();
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(all.iter().map(row)).collect();
    format!("{}\n{}\n", table(&rows, width), sum(all))
}

/// The summary, such as `Monitoring 7 of 11. Not monitored: Stripe, SendGrid (need a key).`
pub fn sum(all: &[Covered]) -> String {
    let blind: Vec<(&str, String)> = all
        .iter()
        .filter(|one| !one.is_monitored())
        .map(|one| (one.label.as_str(), one.why.clone().unwrap_or_default()))
        .collect();
    monitoring(all.len(), &blind)
}

/// The list as JSON.
pub fn json(platform: &str, all: &[Covered]) -> Value {
    let one = |one: &Covered| {
        json!({
            "id": one.id, "label": one.label, "vendor": one.vendor, "criticality": one.criticality,
            "monitored": one.is_monitored(), "known_by": one.ways, "why": one.why, "to_do": one.cure,
            "state": one.shown.word(), "checked_at": one.checked_at.map(Time::rfc3339),
        })
    };
    json!({
        "schema": "plugwatch.coverage/1", "platform": platform, "total": all.len(),
        "monitored": all.iter().filter(|one| one.is_monitored()).count(),
        "dependencies": all.iter().map(one).collect::<Vec<_>>(),
    })
}
