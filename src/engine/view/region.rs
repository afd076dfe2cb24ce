//! What it suggests about the cause if something is gone only in some countries.

use std::sync::Arc;

use crate::catalog::{Partly, Region};
use crate::config::{Dependency, Probe};
use crate::core::dependency::storefronts::{LISTED_AGAIN, gone_in_region, is_partly, listed_again};
use crate::core::probe::standing::Held;
use crate::core::time::Time;
use crate::core::words::verdict::Verdict;
use crate::engine::decide::decider::Decider;
use crate::engine::schedule::plan::Spec;
use crate::say::about::About;

/// If fewer countries of a region than this are all gone, that may be chance.
const FEWEST: usize = 3;

impl Decider {
    /// The advice for something that is gone only in some countries.
    pub(in crate::engine) fn where_gone(&self, dependency: &Dependency) -> Option<&str> {
        let partly = self.partly(dependency)?;
        Some(self.region_gone(dependency).map_or(partly.hint.as_str(), |region| region.hint.as_str()))
    }

    /// What a check found, with the name of the region in which all countries and no others have lost it.
    pub(in crate::engine) fn with_region(&self, dependency: &Dependency, held: &Held) -> String {
        match self.region_name(dependency, held) {
            Some(name) => gone_in_region(&held.say, &name),
            None => held.say.clone(),
        }
    }

    /// The name of the region in which all countries and no others have lost it.
    pub(in crate::engine) fn region_name(&self, dependency: &Dependency, held: &Held) -> Option<String> {
        self.region_gone(dependency).filter(|_| is_partly(&held.reason))?.name.clone()
    }

    fn partly(&self, dependency: &Dependency) -> Option<&Partly> {
        let vendor = dependency.vendors.first().and_then(|id| self.config.catalog.vendors.get(id))?;
        vendor.partly.as_ref()
    }

    fn region_gone(&self, dependency: &Dependency) -> Option<&Region> {
        let partly = self.partly(dependency).filter(|partly| !partly.regions.is_empty())?;
        let asked = self.countries(dependency);
        partly.regions.iter().find(|region| is_of(region, &asked))
    }

    /// Adds to a message that a listing is back in which countries it was gone, according to the reason that people
    /// were `told`.
    pub(in crate::engine) fn say_where_back(
        &self,
        about: &mut About,
        dependency: &Dependency,
        began: Option<Time>,
        told: &str,
    ) {
        if !is_partly(told) {
            return;
        }
        let back = |spec: &Arc<Spec>| {
            let held = self.known.probe(spec.id)?.standing.confirmed.as_ref()?;
            let came_back = held.verdict != Verdict::Dropped && Some(held.since) > began;
            Some(spec.probe.country.as_deref().filter(|_| came_back)?.to_uppercase())
        };
        let back: Vec<String> = self.plan.of(&dependency.id).filter_map(back).collect();
        LISTED_AGAIN.clone_into(&mut about.why);
        about.say = listed_again(&back);
    }

    /// The countries that are checked, and whether it is gone in each.
    fn countries<'d>(&self, dependency: &'d Dependency) -> Vec<(&'d str, bool)> {
        let one = |probe: &'d Arc<Probe>| {
            let spec = self.plan.of(&dependency.id).find(|spec| spec.probe.identity == probe.identity)?;
            let standing = self.known.probe(spec.id).map(|state| state.standing.verdict());
            Some((probe.country.as_deref()?, standing == Some(Some(Verdict::Dropped))))
        };
        dependency.probes.iter().filter_map(one).collect()
    }
}

/// Whether it is gone in all checked countries of a region, and in no other country.
fn is_of(region: &Region, asked: &[(&str, bool)]) -> bool {
    let within = |country: &str| region.countries.iter().any(|own| own == country);
    let of_it = asked.iter().filter(|(country, _)| within(country)).count();
    let elsewhere = asked.len() > of_it;
    of_it >= FEWEST && elsewhere && asked.iter().all(|(country, gone)| *gone == within(country))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region() -> Region {
        let countries = ["at", "de", "fr", "ie"].map(str::to_owned).to_vec();
        Region { name: None, countries, hint: "enter it".to_owned() }
    }

    #[test]
    fn all_of_a_region_and_nowhere_else_is_that_region() {
        let asked = [("us", false), ("at", true), ("de", true), ("fr", true)];
        assert!(is_of(&region(), &asked));
        let one_kept = [("us", false), ("at", true), ("de", false), ("fr", true), ("ie", true)];
        assert!(!is_of(&region(), &one_kept), "one of them still has it");
        let one_more = [("us", true), ("at", true), ("de", true), ("fr", true), ("jp", false)];
        assert!(!is_of(&region(), &one_more), "and so has another country lost it");
    }

    #[test]
    fn two_countries_or_a_region_without_any_other_to_compare_show_no_pattern() {
        assert!(!is_of(&region(), &[("us", false), ("de", true), ("fr", true)]));
        assert!(!is_of(&region(), &[("at", true), ("de", true), ("fr", true)]));
    }
}
