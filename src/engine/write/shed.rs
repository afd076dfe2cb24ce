//! Limits the data in memory while nothing can be written, and counts what is left out.

use std::collections::HashSet;

use crate::store::{Batch, CheckRow, DependencyChange};

/// How many checks are kept individually while nothing can be written. At ten a second, this is about twenty minutes.
const MOST_LOOKS: usize = 10_000;
/// How many bytes of raw answers are kept in memory in the meantime.
const MOST_BYTES: usize = 32 << 20;

/// What is missing from a period in which nothing could be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shed {
    /// The number of checks that are kept only as sums.
    pub checks: usize,
    /// The number of raw answers that were left out.
    pub answers: usize,
}

impl Shed {
    /// Adds further omissions.
    pub fn add(&mut self, more: Shed) {
        self.checks += more.checks;
        self.answers += more.answers;
    }

    /// The end of a sentence, saying what is missing; empty if nothing is.
    pub fn sentence(&self) -> String {
        let checks = (self.checks > 0).then(|| format!("{} checks are kept as sums only", self.checks));
        let answers = (self.answers > 0).then(|| format!("{} raw answers were left out", self.answers));
        let missing: Vec<String> = checks.into_iter().chain(answers).collect();
        if missing.is_empty() { String::new() } else { format!("; {}", missing.join(", ")) }
    }
}

/// Reduces the pending data while the store fails, and returns what is left out. Only the last state of each
/// dependency and the last standing of each probe are needed.
pub fn shed(batch: &mut Batch) -> Shed {
    let mut last: HashSet<String> = HashSet::new();
    let mut kept: Vec<DependencyChange> =
        batch.dependencies.drain(..).rev().filter(|one| last.insert(one.id.clone())).collect();
    kept.reverse();
    batch.dependencies = kept;
    let mut seen = HashSet::new();
    for look in batch.looks.iter_mut().rev() {
        if look.standing.is_some() && !seen.insert(look.probe) {
            look.standing = None;
        }
    }
    let mut known = HashSet::new();
    for look in batch.looks.iter_mut().rev() {
        let probe = look.probe;
        look.facts.retain(|fact| known.insert((probe, fact.name.clone())));
    }
    let answers = shed_answers(batch);
    Shed { checks: sum_up(batch), answers }
}

/// Keeps routine checks beyond `MOST_LOOKS` only as hourly and daily sums, the oldest first.
fn sum_up(batch: &mut Batch) -> usize {
    let over = batch.looks.len().saturating_sub(MOST_LOOKS);
    let plain = |look: &CheckRow| {
        look.flip.is_none()
            && look.standing.is_none()
            && look.evidence.is_none()
            && look.stock.is_none()
            && look.facts.is_empty()
            && look.fact_changes.is_empty()
    };
    let mut left = over;
    let looks = std::mem::take(&mut batch.looks);
    for look in looks {
        if left > 0 && plain(&look) {
            left -= 1;
            batch.sums.add(&look);
        } else {
            batch.looks.push(look);
        }
    }
    over - left
}

/// Keeps the latest raw answers that fit, and only the hash and the facts of the others.
fn shed_answers(batch: &mut Batch) -> usize {
    let (mut size, mut shed) = (0, 0);
    for evidence in batch.looks.iter_mut().rev().filter_map(|look| look.evidence.as_mut()) {
        let Some(body) = &evidence.body else { continue };
        size += body.packed_size();
        if size > MOST_BYTES {
            evidence.body = None;
            shed += 1;
        }
    }
    shed
}
