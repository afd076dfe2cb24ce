//! Future dates, measured or entered by a person, and facts that changed.

use std::time::Duration;

use super::When;
use super::once::{Line, Subject};
use crate::catalog::OnChange;
use crate::core::platform::ahead::{day, says_end, time_of};
use crate::core::time::Time;
use crate::engine::decide::decider::Decider;
use crate::engine::decide::fact_changes::plain;
use crate::store::ChangedFact;

/// A date that a person entered is listed for so long after its day: that it passed does not say that it was done, and an
/// old word that all is well does not, either.
const PASSED: Duration = Duration::from_secs(31 * 86_400);
/// Dates further ahead than this are left for later reports.
const AHEAD: Duration = Duration::from_secs(90 * 86_400);

/// A future date.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ahead {
    pub(super) at: Time,
    pub(super) what: String,
    pub(super) owner: Option<String>,
    /// How many minutes handling it takes, if configured.
    pub(super) minutes: Option<u32>,
    /// What ends: the id of a dependency, or the text that was entered.
    of: String,
    /// The check that measured it.
    check: Option<String>,
    source: &'static str,
}

impl Ahead {
    /// The subject of the date. Several checks may measure the same end, and a person may have entered it, too.
    pub(super) fn subject(&self) -> Subject {
        Subject::Ends(self.of.clone(), self.at.utc().date_naive())
    }

    pub(super) fn is_measured_by(&self, dependency: &str, check: &str) -> bool {
        self.of == dependency && self.check.as_deref() == Some(check)
    }

    /// Whether its day is over and no check can tell what became of it.
    pub(super) fn is_passed(&self, now: Time) -> bool {
        self.check.is_none() && self.at.plus(Duration::from_secs(86_400)) <= now
    }

    fn line(&self, when: When) -> Line<String> {
        if self.is_passed(when.now) {
            let says = format!("{}: {} (passed; nobody has said what became of it)", when.day(self.at), self.what);
            return Line::new(self.subject(), says);
        }
        let owner = self.owner.as_ref().map_or_else(String::new, |owner| format!(", {owner}"));
        let says = format!("{}: {} ({}{owner})", when.day(self.at), self.what, self.source);
        Line::new(self.subject(), says)
    }
}

impl Decider {
    /// Dates within 90 days, entered or measured, the nearest first.
    pub(super) fn dates(&self, now: Time) -> Vec<Ahead> {
        within(self.typed_in().chain(self.measured()).collect(), now)
    }

    /// The same dates as lines of the report. A date announced in a letter is listed with the letter.
    pub(super) fn ahead(&self, when: When) -> Vec<Line<String>> {
        self.dates(when.now).iter().map(|date| date.line(when)).collect()
    }

    fn typed_in(&self) -> impl Iterator<Item = Ahead> {
        self.config.dates.iter().map(|date| Ahead {
            at: day(date.on).unwrap_or_default(),
            what: date.what.clone(),
            owner: date.owner.clone(),
            minutes: date.minutes,
            of: date.dependency.clone().unwrap_or_else(|| date.what.clone()),
            check: None,
            source: "typed in",
        })
    }

    /// Facts that are times and whose names mean that something ends.
    fn measured(&self) -> impl Iterator<Item = Ahead> {
        let of_probe = |spec: &std::sync::Arc<super::super::Spec>| {
            let state = self.known.probe(spec.id)?;
            let dependency = self.dependency(&spec.probe.dependency)?;
            let facts = state.facts.iter().filter(|fact| says_end(&fact.name)).filter_map(|fact| {
                Some(Ahead {
                    at: time_of(fact.value.as_str()?)?,
                    what: format!("{}: {}", dependency.label, fact.name.replace('_', " ")),
                    owner: dependency.owner.clone(),
                    minutes: None,
                    of: dependency.id.clone(),
                    check: Some(spec.probe.check.clone()),
                    source: "measured",
                })
            });
            Some(facts.collect::<Vec<_>>())
        };
        self.plan.specs().filter_map(of_probe).flatten().collect::<Vec<_>>().into_iter()
    }

    /// Monitored facts that changed: those that nobody has accepted, and those that someone has.
    pub(super) fn changes(&self, facts: Vec<ChangedFact>, when: When) -> (Vec<String>, Vec<String>) {
        let (mut strange, mut ours) = (Vec::new(), Vec::new());
        for change in facts {
            let check = self.config.catalog.check(&change.check).map(|(_, check)| check);
            let rule = check.and_then(|check| check.facts.iter().find(|fact| fact.name == change.name));
            if rule.is_none_or(|rule| rule.on_change == OnChange::Record) {
                continue;
            }
            let label = self.dependency(&change.dependency).map_or(change.dependency.as_str(), |d| d.label.as_str());
            let name = change.name.replace('_', " ");
            match change.accepted {
                Some(by) => ours.push(format!("{label}, {name} ({by})")),
                None => strange.push(format!(
                    "{label}: {name} changed from {} to {}, {}",
                    plain(&change.before),
                    plain(&change.after),
                    when.at(change.at)
                )),
            }
        }
        (strange, ours)
    }
}

fn within(mut all: Vec<Ahead>, now: Time) -> Vec<Ahead> {
    // A date that passed yesterday is still listed today; one that no check follows, until somebody changes it.
    let kept = |date: &Ahead| if date.check.is_none() { PASSED } else { Duration::from_secs(86_400) };
    all.retain(|date| date.at.plus(kept(date)) > now && date.at <= now.plus(AHEAD));
    all.sort();
    all.dedup();
    all
}
