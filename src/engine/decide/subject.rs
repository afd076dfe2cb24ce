//! One dependency as the core sees it, from what is configured, known and said about it.

use std::sync::Arc;
use std::time::Duration;

use super::decider::Decider;
use super::known::DependencyState;
use crate::config::Dependency;
use crate::core::alerting::subject::Subject;
use crate::core::probe::standing::Standing;
use crate::core::time::Time;
use crate::core::words::check_in::Takes;
use crate::core::words::verdict::{Role, Verdict};
use crate::engine::schedule::plan::Spec;

/// How long the answers of a confirmation may take.
const ANSWERS: Duration = Duration::from_secs(120);

impl Decider {
    pub(super) fn subject<'a>(
        &'a self,
        dependency: &'a Dependency,
        state: &'a DependencyState,
        now: Time,
    ) -> Subject<'a> {
        let ends = self.ends_at(&dependency.id, now);
        let muted = self.people.muted(&dependency.id, now);
        Subject {
            id: &dependency.id,
            parent: self.parent(dependency),
            companies: &dependency.companies,
            domain: dependency.domain.as_deref(),
            needs: &dependency.needs,
            accounts: self.accounts(dependency, state),
            criticality: dependency.criticality,
            state: &state.combined,
            incident: state.incident.as_deref(),
            notified: &state.notified,
            looked_at: self.looked_at(&dependency.id, now),
            maintenance: self.maintenance_until(&dependency.id, now),
            muted: muted.and_then(|act| act.until),
            muted_at: muted.map(|act| act.at),
            seen_to: match &state.incident {
                // If a refused key accompanies an outage, it may be acknowledged in a separate message.
                Some(incident) => self.people.seen_to(incident, state.notified.news_at).or_else(|| {
                    let access = state.combined.lost_access().is_some();
                    self.people.seen_to_access(&dependency.id, state.notified.news_at).filter(|_| access)
                }),
                None => {
                    let unjudged = state.unjudged.as_ref();
                    let settled = unjudged.and_then(|open| self.people.seen_to(open, state.notified.news_at));
                    settled.or_else(|| self.people.seen_to_access(&dependency.id, state.notified.news_at))
                }
            },
            excused: self.people.excused_at(&dependency.id),
            ends,
            ends_on_a_day: self.open_letter(&dependency.id, now).is_some_and(|letter| letter.names_day(now)),
            letter: self.letter_to_several(&dependency.id, now),
            letters: self.letters_of(&dependency.id, now),
            starts: self.latest_starts(dependency, self.act_by(&dependency.id, now)),
            in_situation: None,
            confirming: self.confirming(&dependency.id),
        }
    }

    /// The accounts that a dependency may belong to. If a backend reports how its texts fare but names no vendor, the
    /// account is that of the company whose code it reported.
    fn accounts<'a>(&'a self, dependency: &'a Dependency, state: &DependencyState) -> Vec<&'a str> {
        let all = dependency.accounts.iter().map(String::as_str);
        let counts = || dependency.probes.iter().any(|probe| self.config.takes(probe) == Some(Takes::Counts));
        if dependency.accounts.is_empty() || !dependency.companies.is_empty() || !counts() {
            return all.collect();
        }
        let held = state.combined.suspicion.as_deref().or(state.combined.held.as_ref());
        let Some(parent) = held.and_then(|held| self.rule(held)?.parent.as_deref()) else { return Vec::new() };
        all.filter(|id| self.dependency(id).and_then(|account| self.parent(account)) == Some(parent)).collect()
    }

    /// When the least recent of a dependency's deciding home probes was checked. Probes without a key do not count.
    pub(in crate::engine) fn looked_at(&self, id: &str, now: Time) -> Option<Time> {
        let decides = |spec: &&Arc<Spec>| spec.probe.home && spec.probe.role.decides() && !spec.probe.waits_for_key();
        let last = |spec: &Arc<Spec>| Some(self.known.probe(spec.id)?.last.as_ref()?.at);
        // If nothing can be checked, nothing has to wait for a check.
        self.plan.of(id).filter(decides).map(last).min().unwrap_or(Some(now))
    }

    /// How long its slowest deciding check takes to confirm a drop, with the time that its answers need.
    fn confirming(&self, id: &str) -> Duration {
        let decides = self.plan.of(id).filter(|spec| spec.probe.home && spec.probe.role.decides());
        let over = decides.map(|spec| spec.probe.policy.dropped.over).max().unwrap_or_default();
        over * 5 / 4 + ANSWERS
    }

    /// When the vendor last stated that the account is in good standing, if nothing contradicts that now.
    pub(in crate::engine) fn in_order_at(&self, id: &str) -> Option<Time> {
        let standing = self.plan.of(id).filter(|spec| spec.probe.role == Role::Standing);
        let standing = standing.filter_map(|spec| Some(self.known.probe(spec.id)?.standing.clone()));
        let sure = |standing: &Arc<Standing>| {
            standing.verdict() == Some(Verdict::Live) && standing.suspicion.is_none() && standing.unverified.is_none()
        };
        standing.filter(sure).filter_map(|standing| standing.verified_at).max()
    }

    /// The company whose own API the dependency's checks read. `None` if they check from outside, because it then
    /// does not matter whose servers answer.
    pub(in crate::engine) fn parent(&self, dependency: &Dependency) -> Option<&str> {
        let vendor = self.config.catalog.vendors.get(dependency.vendors.first()?)?;
        (vendor.parent != "own").then_some(vendor.parent.as_str())
    }

    /// What counts as one company: the company, the domain that the dependency concerns, or the dependency alone.
    pub(in crate::engine) fn company<'d>(&'d self, dependency: &'d Dependency) -> &'d str {
        self.parent(dependency).or(dependency.domain.as_deref()).unwrap_or(&dependency.id)
    }
}
