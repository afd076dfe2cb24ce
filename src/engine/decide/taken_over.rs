//! A domain that somebody else may control, seen from two dependencies: its own check, and a page under it.

use std::time::Duration;

use super::decider::Decider;
use super::fact_changes::plain;
use crate::core::dependency::state::Combined;
use crate::core::dependency::takeover::{CONTROL, Moved, Strange, is_taken_over, with_takeover};
use crate::core::probe::standing::Held;
use crate::core::time::Time;
use crate::core::words::verdict::Verdict;

/// A page that is another one for so long was read twice: beside other name servers, that is enough.
const AGAIN: Duration = Duration::from_secs(60);

impl Decider {
    /// The state of a domain, with what a page under it shows.
    pub(super) fn with_a_takeover(&self, id: &str, combined: Combined, now: Time) -> Combined {
        let Some(position) = self.platform.position(id) else { return combined };
        let dependency = &self.config.dependencies[position];
        let needed_by = self.platform.needed_by(position);
        if dependency.domain.is_none() || !needed_by.iter().any(|other| self.wrong_page(*other, now).is_some()) {
            return combined;
        }
        let Some(moved) = self.moved(id) else { return combined };
        // Of several checks of one domain, one speaks.
        let same = |other: usize| other != position && self.config.dependencies[other].domain == dependency.domain;
        if self.platform.restless().any(|other| same(other) && self.is_taken_over(&self.config.dependencies[other].id))
        {
            return combined;
        }
        let pages = needed_by.iter().filter_map(|other| Some((*other, self.wrong_page(*other, now)?)));
        let Some((page, held)) = pages.min_by_key(|(_, held)| held.since) else { return combined };
        with_takeover(combined, &moved, &Strange { label: &self.config.dependencies[page].label, held })
    }

    /// Domains that a dependency needs, if its page is or was another one: its change may decide about them.
    pub(super) fn domains_under(&self, id: &str, now: Time) -> Vec<String> {
        let Some(position) = self.platform.position(id) else { return Vec::new() };
        let strange = self.wrong_page(position, now).is_some();
        let needs = self.platform.needs(position).iter().map(|need| &self.config.dependencies[*need]);
        let concerned = needs.filter(|need| need.domain.is_some() && (strange || self.is_taken_over(&need.id)));
        concerned.map(|need| need.id.clone()).collect()
    }

    /// Whether somebody else may control it, as it is known now.
    pub(super) fn is_taken_over(&self, id: &str) -> bool {
        let held = self.known.dependency(id).and_then(|state| state.combined.held.as_ref());
        held.is_some_and(|held| is_taken_over(&held.reason))
    }

    fn wrong_page(&self, position: usize, now: Time) -> Option<&Held> {
        let state = self.known.dependency(&self.config.dependencies[position].id)?;
        let wrong = |held: &&Held| held.verdict == Verdict::Unknown && held.reason == "wrong_page";
        let held = state.combined.unseen.iter().map(|unseen| &unseen.held).find(wrong)?;
        (now.since(held.since) >= AGAIN).then_some(held)
    }

    /// What changed about who controls a domain, since plugwatch first saw it.
    fn moved(&self, id: &str) -> Option<Moved> {
        let found = self.plan.of(id).filter_map(|spec| {
            let probe = self.known.probe(spec.id)?;
            // What was read with the first good check is no change.
            let first = probe.standing.confirmed.as_ref()?.since;
            let changed = probe.facts.iter().filter(|fact| CONTROL.contains(&fact.name.as_str()));
            let changed = changed.filter(|fact| fact.since > first || self.is_taken_over(id));
            changed.map(|fact| (fact.since, fact)).max_by_key(|(at, _)| *at)
        });
        let (at, fact) = found.max_by_key(|(at, _)| *at)?;
        Some(Moved { at, now: format!("{} changed to {}", fact.name.replace('_', " "), plain(&fact.value)) })
    }
}
