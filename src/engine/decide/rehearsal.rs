//! A decider without the rest of the engine, for tests and for measuring what one decision costs.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::adopt::Remembered;
use super::decider::{Decider, Event};
use crate::config::Config;
use crate::core::people::action::People;
use crate::core::probe::standing::CheckResult;
use crate::core::probe::witness::{OwnNetwork, Witnessed, Witnesses};
use crate::core::time::Time;
use crate::core::words::answer::Answer;
use crate::core::words::verdict::{Reading, Verdict};
use crate::engine::check::evidence::Redactor;
use crate::engine::check::once::FinishedCheck;
use crate::engine::schedule::plan::Spec;
use crate::ids::Ids;

/// A decider for a configuration before any check.
pub struct Rehearsal {
    pub(super) decider: Decider,
    /// All probes.
    pub(super) specs: Vec<Arc<Spec>>,
}

impl Rehearsal {
    /// Creates a rehearsal for a configuration.
    pub fn new(config: Config) -> Rehearsal {
        Rehearsal::of((Arc::new(config), Arc::new(Redactor::new(&[]))))
    }

    pub(super) fn of((config, redactor): (Arc<Config>, Arc<Redactor>)) -> Rehearsal {
        let ids = config.probes().zip(1..).map(|((_, probe), id)| (probe.identity.clone(), id)).collect();
        let mut decider = Decider::new(config.clone(), redactor.clone(), Ids::Random, 1, Time(0));
        let remembered = Remembered {
            ids,
            active: HashSet::new(),
            standings: HashMap::new(),
            facts: HashMap::new(),
            stocks: HashMap::new(),
            unjudged: HashMap::new(),
            incidents: HashMap::new(),
            dependencies: HashMap::new(),
            people: People::default(),
        };
        drop(decider.adopt((config, redactor), remembered, Time(0)));
        let specs = decider.plan.specs().cloned().collect();
        Rehearsal { decider, specs }
    }

    /// Lets all checks return `live`, after which everything is at rest.
    pub fn all_live(&mut self, at: Time) {
        let live = || Reading::new(Verdict::Live, "live", "a sentence");
        let events = self.specs.iter().map(|spec| finished(spec, live(), OwnNetwork::Sound, at));
        drop(self.decider.apply(events.collect(), at));
    }

    /// Lets the `n`-th check of the configuration return this verdict. Returns the number of resulting alerts.
    pub fn one(&mut self, n: usize, verdict: Verdict, at: Time) -> usize {
        let Some(spec) = self.specs.get(n) else { return 0 };
        let event = finished(spec, Reading::new(verdict, verdict.word(), "a sentence"), OwnNetwork::Sound, at);
        self.decider.apply(vec![event], at).writes.alerts.len()
    }
}

/// A finished check with this reading, while the vendor works for other customers.
pub(super) fn finished(spec: &Arc<Spec>, reading: Reading, own_network: OwnNetwork, at: Time) -> Event {
    let control = Witnessed::first(Verdict::Live, "listed", at);
    let witnesses = Witnesses { own_network, positive: Some(control), ..Witnesses::default() };
    let look = CheckResult { at, reading };
    Event::Check(Box::new(FinishedCheck {
        spec: spec.clone(),
        look,
        answer: Answer::default(),
        witnesses,
        evidence: None,
    }))
}
