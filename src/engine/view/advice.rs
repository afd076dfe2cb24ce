//! The advice that messages give about a dependency. It depends on what was found, on the kind of dependency, and on
//! what depends on it.

use crate::catalog::Vendor;
use crate::config::Dependency;
use crate::core::alerting::message::Telling;
use crate::core::dependency::shown::Shown;
use crate::core::dependency::storefronts::{gone_where, is_partly};
use crate::core::people::advice::Advice;
use crate::core::people::notice::is_by_letter;
use crate::core::platform::snapshot::ProbeSnapshot;
use crate::core::probe::standing::Held;
use crate::core::words::verdict::{Fault, Proof, Proves, Verdict};
use crate::engine::decide::decider::Decider;
use crate::engine::decide::own_side::OWN_FIRST;

impl Decider {
    /// The advice for a message about a dependency. `ended` says whether the trouble is over.
    pub(in crate::engine) fn to_do(&self, dependency: &Dependency, telling: &Telling, ended: bool) -> Option<String> {
        match ended {
            true => self.possible(self.after_return(dependency, telling), dependency),
            false => self.to_do_still(dependency, &telling.wanted.held),
        }
    }

    /// The advice while the trouble lasts.
    pub(in crate::engine) fn to_do_still(&self, dependency: &Dependency, held: &Held) -> Option<String> {
        let advice = self.advice(dependency);
        let by_kind = match held.reason.as_str() {
            "access_lost" => advice.map(|advice| advice.refused.as_str()),
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
                Some(format!("in {}, {keeps}", gone_where(&held.say).unwrap_or("those countries")))
            }
            Verdict::Outage if api_only && held.fault != Fault::Ours => Some(format!(
                "only the API of {} was checked, so what it does for your users may still work",
                vendor.name
            )),
            _ => None,
        }
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

    /// The advice for an account that is in good standing again, which does not show whether the services in it work.
    fn after_return(&self, dependency: &Dependency, telling: &Telling) -> Option<&str> {
        let account = matches!(self.view_dependency(dependency).proven(), Some(Proves::Standing | Proves::Access));
        let was = telling.wanted.before == Some(Verdict::Dropped);
        let position = self.platform.position(&dependency.id).filter(|_| account && was)?;
        let works = |other: &usize| {
            let state = self.known.dependency_or_rest(&self.config.dependencies[*other].id).combined;
            let returns = state.suspicion.as_ref().is_some_and(|held| held.verdict == Verdict::Live);
            returns || matches!(state.shown(), Shown::Live | Shown::Degraded)
        };
        let down = self.platform.needed_by(position).iter().any(|other| !works(other));
        down.then_some(self.advice(dependency)?.back.as_str())
    }
}
