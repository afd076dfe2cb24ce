//! How each dependency is known: by its vendor's API, from outside, by letters, by a person's word, or not.

use serde_json::{Value, json};

use super::status::words as state_words;
use super::table::table;
use super::tally::monitoring;
use crate::core::dependency::shown::Shown;
use crate::core::time::Time;
use crate::core::words::verdict::{Criticality, words};

words! {
    /// One way in which something is known, the strongest first.
    Way {
        /// The vendor's own API, with a key.
        Api = "api",
        /// Seen from outside, without a key.
        Outside = "outside",
        /// The platform's own systems report how it goes.
        Reports = "reports",
        /// A vendor's letter.
        Letters = "letters",
        /// A person says so.
        Word = "word",
        /// Not at all.
        Not = "not",
    }
}

impl Way {
    /// The same for people.
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
    /// Its name.
    pub label: String,
    /// The vendor's name; empty where nobody is known.
    pub vendor: String,
    /// How much hangs on it.
    pub criticality: Criticality,
    /// How it is known, the strongest first; [`Way::Not`] alone or beside a letter.
    pub ways: Vec<Way>,
    /// Why it is not monitored, or a part of it.
    pub why: Option<String>,
    /// What to do about that.
    pub cure: Option<String>,
    /// How it is shown.
    pub shown: Shown,
    /// When it was last checked.
    pub checked_at: Option<Time>,
}

impl Covered {
    /// Whether anything checks it.
    pub fn is_monitored(&self) -> bool {
        !self.ways.contains(&Way::Not)
    }

    fn ways(&self) -> String {
        self.ways.iter().map(|way| way.words()).collect::<Vec<_>>().join(", ")
    }
}

/// What nothing checks first, the critical before others; else in the order of the configuration.
pub fn sort(all: &mut [Covered]) {
    all.sort_by_key(|one| (one.is_monitored(), one.criticality));
}

/// The table for people, with the sum below it.
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

/// `Monitoring 7 of 11. Not monitored: Stripe, SendGrid (need a key).`
pub fn sum(all: &[Covered]) -> String {
    let blind: Vec<(&str, String)> = all
        .iter()
        .filter(|one| !one.is_monitored())
        .map(|one| (one.label.as_str(), one.why.clone().unwrap_or_default()))
        .collect();
    monitoring(all.len(), &blind)
}

/// The same for programs.
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
