//! The advice that messages give about a dependency. It depends on what was found, on the kind of dependency, and on
//! what depends on it.

use std::time::Duration;

use crate::catalog::Vendor;
use crate::config::Dependency;
use crate::core::alerting::message::Telling;
use crate::core::dependency::incident::Reason;
use crate::core::dependency::shown::Shown;
use crate::core::dependency::storefronts::{gone_where, is_partly};
use crate::core::people::advice::Advice;
use crate::core::people::notice::{is_by_letter, to_do};
use crate::core::people::wording;
use crate::core::platform::snapshot::ProbeSnapshot;
use crate::core::probe::standing::Held;
use crate::core::time::Time;
use crate::core::words::verdict::{Fault, Proof, Proves, Verdict};
use crate::engine::decide::decider::Decider;
use crate::engine::decide::own_side::OWN_FIRST;

/// After this time, nobody has found the key to be the cause.
const STILL_REFUSED: Duration = Duration::from_secs(86_400);

/// Vendors delete what is left in a closed account after days, not within hours.
const DELETES: Duration = Duration::from_secs(86_400);

impl Decider {
    /// The advice for a message about a dependency. `ended` says whether the trouble, which `began` then, is over.
    pub(in crate::engine) fn to_do(
        &self,
        dependency: &Dependency,
        telling: &Telling,
        (began, ended): (Option<Time>, bool),
        at: Time,
    ) -> Option<String> {
        match ended {
            true => self.possible(self.after_return(dependency, telling, began), dependency),
            false => self.to_do_still(dependency, &telling.wanted.held, at),
        }
    }

    /// The advice while the trouble lasts.
    pub(in crate::engine) fn to_do_still(&self, dependency: &Dependency, held: &Held, at: Time) -> Option<String> {
        let advice = self.advice(dependency);
        let by_kind = match held.reason.as_str() {
            "access_lost" => advice.map(|advice| match at.since(held.since) >= STILL_REFUSED {
                true if !advice.still_refused.is_empty() => advice.still_refused.as_str(),
                _ => advice.refused.as_str(),
            }),
            _ if self.lost_before(dependency, held).is_some() => advice.map(|advice| advice.again.as_str()),
            reason if is_partly(reason) && self.names_law(&dependency.id) => Some(to_do::GONE_BY_LAW),
            reason if is_partly(reason) => self.where_gone(dependency),
            // A letter has given the reason, so nobody has to look for one.
            _ if held.verdict == Verdict::Dropped && self.was_announced(dependency) => {
                advice.map(|advice| advice.cut.as_str())
            }
            _ => self.in_an_account(dependency, held).map(|advice| advice.down.as_str()),
        };
        let by_rule = self.rule(held).and_then(|rule| rule.advice).zip(advice);
        let by_kind = by_rule.map(|(wanted, advice)| advice.wanted(wanted)).or(by_kind).filter(|text| !text.is_empty());
        // A rule's advice on a refused key is about a key that never worked.
        let by_letter = held.proof == Proof::Told && is_by_letter(&held.reason);
        match by_kind.or(held.hint.as_deref().filter(|_| by_letter)) {
            Some(text) => self.advised(text, dependency),
            None => self.possible(held.hint.as_deref(), dependency),
        }
    }

    /// Advice limited to what is possible: if no fallback is configured, it says so and does not assume a second
    /// vendor.
    pub(in crate::engine) fn advised(&self, text: &str, dependency: &Dependency) -> Option<String> {
        let alone = self.advice(dependency).map(|advice| advice.alone.as_str()).filter(|alone| !alone.is_empty());
        let presumes = dependency.fallback.is_none() && text.contains("the fallback");
        let possible = self.possible(Some(text), dependency);
        let said: Vec<&str> = alone.filter(|_| presumes).into_iter().chain(possible.as_deref()).collect();
        (!said.is_empty()).then(|| said.join(" "))
    }

    /// What users keep: after a drop, what the catalogue says. In an outage of which only the vendor's API is known, that
    /// nothing else is.
    pub(in crate::engine) fn users_keep(
        &self,
        dependency: &Dependency,
        vendor: Option<&Vendor>,
        held: &Held,
    ) -> Option<String> {
        let vendor = vendor?;
        let probes = &self.view_dependency(dependency).probes;
        let of_account = |probe: &ProbeSnapshot| matches!(probe.proves, Proves::Standing | Proves::Access);
        let api_only = !probes.is_empty() && probes.iter().all(of_account) && dependency.breaks.is_none();
        match held.verdict {
            Verdict::Dropped => vendor.keeps_working.clone(),
            Verdict::Degraded if is_partly(&held.reason) => {
                let keeps = vendor.keeps_working.as_ref()?;
                Some(format!("in {}: {keeps}", gone_where(&held.say).unwrap_or("those countries")))
            }
            Verdict::Outage if api_only && held.fault != Fault::Ours => {
                Some(format!("plugwatch checks only {}'s API, so the service itself may still work", vendor.name))
            }
            _ => None,
        }
    }

    /// Whether a letter that named a day refers to a law or an order.
    pub(in crate::engine) fn names_law(&self, id: &str) -> bool {
        let dated = self.notices().filter(|notice| notice.effective.is_some());
        let own = dated.filter(|notice| notice.dependencies.iter().any(|other| other == id));
        own.into_iter().any(|notice| wording::of(&notice.text).law)
    }

    /// Whether a letter named a day for its end.
    fn was_announced(&self, dependency: &Dependency) -> bool {
        let dated = self.notices().filter(|notice| notice.effective.is_some());
        dated.flat_map(|notice| &notice.dependencies).any(|id| *id == dependency.id)
    }

    /// The advice for an account that it depends on, if it is out and only the account's good standing is known,
    /// which does not show whether the machines work.
    fn in_an_account(&self, dependency: &Dependency, held: &Held) -> Option<&Advice> {
        // What its own server answers shows where to look first.
        let own_first = held.hint.as_deref() == Some(OWN_FIRST);
        if held.verdict != Verdict::Outage || own_first || matches!(held.fault, Fault::VendorBreakdown | Fault::Ours) {
            return None;
        }
        let needs = dependency.needs.iter().filter_map(|id| self.dependency(id));
        let mut accounts = needs.filter(|need| {
            let lately = self.known.dependency_or_rest(&need.id).notified.lost_at.is_some();
            let proven = self.view_dependency(need).proven();
            // If the account itself was lost recently, other advice applies to what stopped with it.
            !lately && matches!(proven, Some(Proves::Standing | Proves::Access))
        });
        accounts.next().and_then(|account| self.advice(account))
    }

    /// The advice for an account that is in good standing again, which shows neither whether the services in it work
    /// nor whether what it held is still there.
    fn after_return(&self, dependency: &Dependency, telling: &Telling, began: Option<Time>) -> Option<&str> {
        let account = matches!(self.view_dependency(dependency).proven(), Some(Proves::Standing | Proves::Access));
        let was = telling.wanted.before == Some(Verdict::Dropped);
        let position = self.platform.position(&dependency.id).filter(|_| account && was)?;
        let works = |other: &usize| {
            let state = self.known.dependency_or_rest(&self.config.dependencies[*other].id).combined;
            let returns = state.suspicion.as_deref().is_some_and(|held| held.verdict == Verdict::Live);
            returns || matches!(state.shown(), Shown::Live | Shown::Degraded)
        };
        let needed = self.platform.needed_by(position);
        let advice = self.advice(dependency)?;
        let long = began.is_some_and(|began| telling.wanted.held.since.since(began) >= DELETES);
        let said = match () {
            // Nothing that plugwatch checks shows what is left in the account.
            () if needed.is_empty() && long => advice.returned.as_str(),
            () if needed.iter().all(works) => "",
            () => advice.back.as_str(),
        };
        Some(said).filter(|said| !said.is_empty())
    }

    /// Whether the advice after a return is about data.
    pub(in crate::engine) fn is_data_unconfirmed(
        &self,
        dependency: &Dependency,
        telling: &Telling,
        began: Option<Time>,
    ) -> bool {
        let returned = self.advice(dependency).map(|advice| advice.returned.as_str());
        let said = self.after_return(dependency, telling, began).filter(|_| telling.wanted.reason == Reason::Recovered);
        said.is_some() && said == returned
    }

    /// Whether it was lost within days, came back, and is now out for an unknown cause: the next vendor may have
    /// dropped it, too.
    pub(in crate::engine) fn lost_before(&self, dependency: &Dependency, held: &Held) -> Option<Time> {
        let notified = &self.known.dependency_or_rest(&dependency.id).notified;
        let again = held.verdict == Verdict::Outage && held.fault == Fault::Unclear && !notified.dropped;
        let lost = notified.lost_at.filter(|_| again && self.parent(dependency).is_none())?;
        (lost < held.since && notified.verdict != Some(Verdict::Dropped)).then_some(lost)
    }
}
