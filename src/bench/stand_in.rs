//! A check can have several positive controls. A world has to name only the first one; its answers then apply to the
//! others, too.

use serde_json::Value;

use super::world::World;
use crate::catalog::Catalog;
use crate::core::words::answer::Answer;
use crate::core::words::question::{Question, Secret};

/// A parameter's value for one of the other controls, and its value for the first control.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandIn {
    other: String,
    first: String,
}

/// The stand-ins for all checks of a catalogue.
pub fn all(catalog: &Catalog) -> Vec<StandIn> {
    let checks = catalog.vendors.values().flat_map(|vendor| vendor.checks.values());
    let pairs = checks.flat_map(|check| {
        let (first, others) = match check.positive_controls.as_slice() {
            [first, others @ ..] => (Some(first), others),
            [] => (None, [].as_slice()),
        };
        let pair = move |(name, value): (&String, &Value)| {
            let first = text(first?.params.get(name)?);
            let other = text(value);
            (other != first).then_some(StandIn { other, first })
        };
        others.iter().flat_map(|other| other.params.iter()).filter_map(pair).collect::<Vec<_>>()
    });
    pairs.collect()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The stand-in that a question is about, unless a route of the world names that control.
pub(super) fn of<'s>(all: &'s [StandIn], question: &Question, world: &World) -> Option<&'s StandIn> {
    let Question::Http(http) = question else { return None };
    let named = |one: &StandIn| {
        world.routes.iter().any(|route| route.asks.as_ref().is_some_and(|asks| asks.contains(&one.other)))
    };
    let asked = |one: &&StandIn| is_whole(&http.shown, &one.other) && !named(one);
    all.iter().find(asked)
}

/// Whether `text` contains `part`, and not only as a part of a longer word.
fn is_whole(text: &str, part: &str) -> bool {
    let inner = |letter: char| letter.is_ascii_alphanumeric();
    text.match_indices(part).any(|(at, _)| {
        let after = text[at + part.len()..].chars().next();
        let before = text[..at].chars().next_back().filter(|_| !part.starts_with(char::is_numeric));
        !before.is_some_and(inner) && !after.is_some_and(inner)
    })
}

impl StandIn {
    /// The same question about the first control.
    pub(super) fn ask(&self, question: &Question) -> Question {
        let Question::Http(http) = question else { return question.clone() };
        let mut http = http.clone();
        http.url = Secret::new(http.url.open().replace(&self.other, &self.first));
        http.shown = http.shown.replace(&self.other, &self.first);
        Question::Http(http)
    }

    /// The answer about the first control, changed into an answer about this one.
    pub(super) fn answer(&self, mut answer: Answer) -> Answer {
        answer.asked = answer.asked.replace(&self.first, &self.other);
        if let Ok(body) = std::str::from_utf8(&answer.body) {
            answer.body = body.replace(&self.first, &self.other).into_bytes();
        }
        if let Some(http) = &mut answer.http {
            http.url = http.url.replace(&self.first, &self.other);
            http.path = http.path.replace(&self.first, &self.other);
            http.size = answer.body.len() as u64;
        }
        answer
    }
}
