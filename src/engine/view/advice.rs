//! What to do about a dependency, as messages advise it: by what was seen, by the kind of thing that it is, and by what
//! depends on it.

use crate::config::Dependency;
use crate::core::alerting::message::Telling;
use crate::core::dependency::shown::Shown;
use crate::core::dependency::storefronts::is_partly;
use crate::core::people::advice::Advice;
use crate::core::people::notice::is_by_letter;
use crate::core::probe::standing::Held;
use crate::core::words::verdict::{Fault, Proof, Proves, Verdict};
use crate::engine::decide::decider::Decider;

impl Decider {
    /// What to do, for a message about it; `ended` is that the trouble is over.
    pub(in crate::engine) fn to_do(&self, dependency: &Dependency, telling: &Telling, ended: bool) -> Option<String> {
        match ended {
            true => self.possible(self.after_return(dependency, telling), dependency),
            false => self.to_do_still(dependency, &telling.wanted.held),
        }
    }

    /// What to do while it lasts.
    pub(in crate::engine) fn to_do_still(&self, dependency: &Dependency, held: &Held) -> Option<String> {
        let advice = self.advice(dependency);
        let by_kind = match held.reason.as_str() {
            "access_lost" => advice.map(|advice| advice.refused.as_str()),
            reason if is_partly(reason) => self.where_gone(dependency),
            // Its letter has given the reason: nobody has to look for one.
            _ if held.verdict == Verdict::Dropped && self.was_announced(dependency) => {
                advice.map(|advice| advice.cut.as_str())
            }
            _ => self.in_an_account(dependency, held).map(|advice| advice.down.as_str()),
        };
        let by_rule = self.rule(held).and_then(|rule| rule.advice).zip(advice);
        let by_kind = by_rule.map(|(wanted, advice)| advice.wanted(wanted)).or(by_kind).filter(|text| !text.is_empty());
        // What a rule says of a refused key is about a key that never worked.
        let by_letter = held.proof == Proof::Told && is_by_letter(&held.reason);
        match by_kind.or(held.hint.as_deref().filter(|_| by_letter)) {
            Some(text) => self.advised(text, dependency),
            None => self.possible(held.hint.as_deref(), dependency),
        }
    }

    /// Advice of a kind as far as it can be followed: without a fallback it says so, and presumes no second vendor.
    pub(in crate::engine) fn advised(&self, text: &str, dependency: &Dependency) -> Option<String> {
        let alone = self.advice(dependency).map(|advice| advice.alone.as_str()).filter(|alone| !alone.is_empty());
        let presumes = dependency.fallback.is_none() && text.contains("the fallback");
        let possible = self.possible(Some(text), dependency);
        let said: Vec<&str> = alone.filter(|_| presumes).into_iter().chain(possible.as_deref()).collect();
        (!said.is_empty()).then(|| said.join(" "))
    }

    /// A letter named a day for its end.
    fn was_announced(&self, dependency: &Dependency) -> bool {
        let dated = self.notices().filter(|notice| notice.effective.is_some());
        dated.flat_map(|notice| &notice.dependencies).any(|id| *id == dependency.id)
    }

    /// What it depends on, where it is out and all that is known is that the account there is in order: that shows no
    /// machine.
    fn in_an_account(&self, dependency: &Dependency, held: &Held) -> Option<&Advice> {
        if held.verdict != Verdict::Outage || matches!(held.fault, Fault::VendorBreakdown | Fault::Ours) {
            return None;
        }
        let needs = dependency.needs.iter().filter_map(|id| self.dependency(id));
        let mut accounts = needs.filter(|need| {
            let lately = self.known.dependency_or_rest(&need.id).notified.lost_at.is_some();
            let proven = self.view_dependency(need).proven();
            // What an account took along when it was lost has advice of its own.
            !lately && matches!(proven, Some(Proves::Standing | Proves::Access))
        });
        accounts.next().and_then(|account| self.advice(account))
    }

    /// An account that is in order again says nothing of what runs in it.
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
