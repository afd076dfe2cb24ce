//! Dependence on companies: a map, and what would stop without each company.

use minijinja::{Value, context};

use super::{Facts, Operator};
use crate::core::platform::reliance;
use crate::say::map::loss_words;

pub(super) fn section(facts: &Facts<'_>, operator: &Operator) -> Vec<Value> {
    let snapshot = facts.snapshot;
    let company = |share: reliance::Share| {
        let loss = reliance::without(snapshot, &(share.slug.clone(), share.name.clone()), &operator.drilled);
        let label = |id: &str| snapshot.each().find(|d| d.id == id).map(|d| d.label.clone());
        let stops: Vec<String> = loss.stops.iter().filter_map(|stop| label(&stop.id)).collect();
        context! { slug => share.slug, name => share.name, words => loss_words(snapshot, &loss), stops => stops.join(", ") }
    };
    reliance::shares(snapshot).into_iter().map(company).collect()
}
