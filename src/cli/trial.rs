//! Tests entries before they are written: each is checked once, as `plugwatch check` does.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::task::JoinSet;

use crate::ask::Askers;
use crate::catalog::Catalog;
use crate::clock::Clock;
use crate::config::{Config, Network};
use crate::core::probe::weigh::weigh;
use crate::core::words::verdict::Verdict;
use crate::discover::{Entry, State, entry_text};
use crate::engine::{Before, Context, Spec, check_once};

/// The parts that a trial needs.
#[derive(Clone)]
pub(super) struct Trial {
    pub(super) catalog: Arc<Catalog>,
    pub(super) network: Network,
    pub(super) askers: Askers,
    pub(super) clock: Clock,
}

/// The result of one probe of an entry.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) check: String,
    pub(super) verdict: Verdict,
    pub(super) reason: String,
    pub(super) say: String,
}

impl Said {
    /// Whether the vendor serves the platform, perhaps with a warning.
    pub(super) fn is_good(&self) -> bool {
        matches!(self.verdict, Verdict::Live | Verdict::Degraded)
    }
}

impl Trial {
    /// The entries that are on, as a separate configuration.
    ///
    /// # Errors
    /// Fails if an entry is wrong, with the reason.
    pub(super) fn config(&self, entries: &[Entry]) -> Result<Config, String> {
        let on: Vec<Entry> = entries.iter().filter(|entry| entry.is_on()).cloned().collect();
        let text: Vec<String> = on.iter().map(entry_text).collect();
        let text = format!("platform = \"trial\"\n\n{}", text.join("\n"));
        let read = Config::read_with("the new entry", text, Some(self.catalog.clone()));
        read.map(|config| Config { network: self.network.clone(), ..config }).map_err(|problems| problems.to_string())
    }

    /// Everything that was found, monitored or not, if it is a valid configuration.
    pub(super) fn config_of_all(&self, entries: &[Entry]) -> Option<Config> {
        let all = entries.iter().filter(|entry| entry.vendor.is_none() && !entry.probes.is_empty());
        let mut all: Vec<Entry> = all.map(|entry| Entry { state: State::On, ..entry.clone() }).collect();
        self.weed(&mut all);
        let on: Vec<String> = all.iter().filter(|entry| entry.is_on()).map(|entry| entry.id.clone()).collect();
        all.iter_mut().for_each(|entry| entry.needs.retain(|need| on.contains(need)));
        self.config(&all).ok()
    }

    /// Turns off entries that would not be a valid configuration.
    pub(super) fn weed(&self, entries: &mut [Entry]) {
        for entry in entries.iter_mut().filter(|entry| entry.is_on()) {
            // The dependencies it needs are in other entries.
            let alone = Entry { needs: Vec::new(), ..entry.clone() };
            if let Err(why) = self.config(&[alone]) {
                let first = why.lines().next().unwrap_or_default().to_owned();
                entry.state = State::Off(format!("it is not a valid configuration: {first}"));
            }
        }
    }

    /// Checks everything once that would be monitored. Returns the results of the probes by dependency.
    ///
    /// # Errors
    /// Fails if an entry is wrong, with the reason.
    pub(super) async fn look(&self, entries: &[Entry]) -> Result<BTreeMap<String, Vec<Said>>, String> {
        if !entries.iter().any(Entry::is_on) {
            return Ok(BTreeMap::new());
        }
        let config = self.config(entries)?;
        let ctx = Context::new(config, self.askers.clone(), self.clock.clone());
        let ctx = Arc::new(ctx);
        let mut looks = JoinSet::new();
        for (dependency, probe) in ctx.config.probes() {
            if !probe.home {
                continue;
            }
            let (ctx, id, spec) = (ctx.clone(), dependency.id.clone(), Arc::new(Spec { id: 0, probe: probe.clone() }));
            looks.spawn(async move { (id, check_once(&ctx, spec, Before::single(), false).await) });
        }
        let mut said: BTreeMap<String, Vec<Said>> = BTreeMap::new();
        while let Some(looked) = looks.join_next().await {
            let Ok((id, looked)) = looked else { continue };
            let weighed =
                weigh(&looked.look.reading, &looked.witnesses, &looked.spec.probe.policy, true, looked.look.at);
            said.entry(id).or_default().push(Said {
                check: looked.spec.probe.check.clone(),
                verdict: weighed.verdict,
                reason: weighed.reason,
                // The text can contain a server's words, and is shown to people and written to their files.
                say: weighed.say.chars().filter(|c| !c.is_control()).collect(),
            });
        }
        Ok(said)
    }
}

/// Turns off what did not succeed: the whole entry if its first probe failed, or else the probe that failed.
pub(super) fn put_aside(entries: &mut [Entry], said: &BTreeMap<String, Vec<Said>>) {
    for entry in entries.iter_mut().filter(|entry| entry.is_on()) {
        let Some(said) = said.get(&entry.id) else {
            entry.put_aside("it could not be checked");
            continue;
        };
        let bad = |check: &str| {
            let bad = said.iter().find(|said| said.check == check && !said.is_good());
            bad.map(|said| format!("the check says {}: {}", said.verdict, said.say.trim_end_matches('.')))
        };
        if let Some(why) = entry.probes.first().and_then(|probe| bad(&probe.check)) {
            entry.put_aside(why);
            continue;
        }
        for probe in entry.probes.iter_mut().skip(1).filter(|probe| probe.off.is_none()) {
            probe.off = bad(&probe.check);
        }
    }
    let on: Vec<String> = entries.iter().filter(|entry| entry.is_on()).map(|entry| entry.id.clone()).collect();
    for entry in entries {
        entry.needs.retain(|need| on.contains(need));
    }
}
