//! Decisions about several events must not depend on whether the events arrived together or one after the other.

use std::collections::HashSet;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::decider::Event;
use super::rehearsal::{Rehearsal, finished};
use crate::config::Config;
use crate::core::dependency::incident::{Incident, Reason};
use crate::core::probe::reference_hosts::Sign;
use crate::core::probe::standing::Standing;
use crate::core::probe::witness::OwnNetwork;
use crate::core::time::Time;
use crate::core::words::verdict::{Fault, Proof, Reading, Verdict};
use crate::engine::check::evidence::Redactor;
use crate::engine::schedule::plan::Spec;
use crate::store::Batch;

/// The user's own site and two stores, which have nothing in common. They are too few for a mass outage.
const UNRELATED: &str = r#"
platform = "Example"
database = "example.db"
[[dependency]]
id = "site"
check = "website/page"
url = "https://example.com/"
words = ["Welcome"]
[[dependency]]
id = "ios"
check = "apple/listing"
track_id = 324715238
countries = ["us", "de"]
[[dependency]]
id = "android"
check = "google_play/listing"
package = "com.example.app"
countries = ["us", "de"]
"#;

/// The same with the domain that the site needs.
fn related() -> String {
    let domain = "[[dependency]]\nid = \"domain\"\ncheck = \"domain/registration\"\ndomain = \"example.com\"\n";
    UNRELATED.replace("words = [\"Welcome\"]\n", &format!("words = [\"Welcome\"]\nneeds = [\"domain\"]\n{domain}"))
}

/// What is monitored, and a redactor without secrets.
type Platform = (Arc<Config>, Arc<Redactor>);

fn platform(text: &str) -> Platform {
    let config = Config::read("together.toml", text).unwrap_or_else(|problems| panic!("{problems}"));
    (Arc::new(config), Arc::new(Redactor::new(&[])))
}

/// The result of a check, and its witnesses.
#[derive(Clone, Copy, Debug)]
struct Read {
    probe: prop::sample::Index,
    verdict: Verdict,
    blind: bool,
    stated: bool,
}

/// Checks that returned between two batches, and the time since the previous batch.
type Came = (u32, Vec<Read>);

fn read() -> impl Strategy<Value = Read> {
    let verdict = prop_oneof![
        4 => Just(Verdict::Live),
        1 => Just(Verdict::Degraded),
        1 => Just(Verdict::Unknown),
        2 => Just(Verdict::Outage),
        3 => Just(Verdict::Dropped),
    ];
    (any::<prop::sample::Index>(), verdict, prop::bool::weighted(0.1), any::<bool>())
        .prop_map(|(probe, verdict, blind, stated)| Read { probe, verdict, blind, stated })
}

fn event(specs: &[Arc<Spec>], read: Read, at: Time) -> Event {
    let mut reading = Reading::new(read.verdict, &format!("reads_{}", read.verdict.word()), "a sentence");
    reading.proof = if read.stated { Proof::Stated } else { Proof::Inferred };
    reading.fault = if read.verdict == Verdict::Dropped { Fault::VendorDecision } else { Fault::Unclear };
    let own_network = if read.blind { OwnNetwork::Blind } else { OwnNetwork::Sound };
    finished(read.probe.get(specs), reading, own_network, at)
}

/// The decisions that must be the same: the final standings, and the flips and incidents before them.
#[derive(Debug, Default, PartialEq)]
struct Decisions {
    standings: Vec<Standing>,
    flips: Vec<(i64, String)>,
    incidents: Vec<(Incident, String, Option<Time>)>,
}

impl Decisions {
    fn note(&mut self, writes: Batch) {
        let flip = |look: &crate::store::CheckRow| Some((look.probe, format!("{:?}", look.flip.as_ref()?)));
        self.flips.extend(writes.looks.iter().filter_map(flip));
        self.incidents.extend(writes.incidents.into_iter().map(|change| {
            // Public ids are random.
            let incident = Incident { public_id: String::new(), ..change.incident };
            (incident, change.dependency, change.closed_at)
        }));
    }
}

/// Decides about the events, either with each batch together or one event after another.
fn decide(platform: &Platform, came: &[Came], together: bool) -> (Decisions, usize) {
    let rehearsal = Rehearsal::of(platform.clone());
    let (specs, mut decider) = (rehearsal.specs, rehearsal.decider);
    let (mut now, mut decisions, mut alerts) = (Time(1_000_000), Decisions::default(), 0);
    let fine = Event::SelfCheck(OwnNetwork::Sound, Sign::default());
    drop(decider.apply(vec![fine], now));
    for (wait, reads) in came {
        now = Time(now.0 + i64::from(*wait));
        // A check returns only once before it is started again.
        let mut asked = HashSet::new();
        let once = reads.iter().filter(|read| asked.insert(read.probe.get(&specs).id));
        let mut sorted: Vec<&Read> = once.collect();
        sorted.sort_by_key(|read| read.probe.get(&specs).id);
        let events: Vec<Event> = sorted.into_iter().map(|read| event(&specs, *read, now)).collect();
        let batches: Vec<Vec<Event>> = match together {
            true => vec![events],
            false => events.into_iter().map(|event| vec![event]).collect(),
        };
        for batch in batches {
            let writes = decider.apply(batch, now).writes;
            let early = |reason: Reason| matches!(reason, Reason::Suspected | Reason::Cleared);
            alerts += writes.alerts.iter().filter(|alert| !early(alert.reason)).count();
            decisions.note(writes);
        }
    }
    decisions.standings = specs.iter().map(|spec| Standing::clone(&decider.standing(spec.id))).collect();
    (decisions, alerts)
}

fn came() -> impl Strategy<Value = Vec<Came>> {
    prop::collection::vec((1_000..600_000u32, prop::collection::vec(read(), 1..8)), 1..40)
}

/// Tests a property on a platform.
fn holds(text: &str, property: impl Fn(&Platform, Vec<Came>) -> Result<(), TestCaseError>) {
    let platform = platform(text);
    let config = ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() };
    let run = TestRunner::new(config).run(&came(), |came| property(&platform, came));
    run.unwrap_or_else(|failed| panic!("{failed}"));
}

#[test]
fn what_comes_together_is_decided_as_what_comes_one_by_one() {
    holds(&related(), |platform, came| {
        let (together, _) = decide(platform, &came, true);
        let (apart, _) = decide(platform, &came, false);
        prop_assert_eq!(&together.standings, &apart.standings);
        prop_assert_eq!(&together.flips, &apart.flips);
        prop_assert_eq!(&together.incidents, &apart.incidents);
        Ok(())
    });
}

/// Among dependencies that explain nothing about each other, events that arrive together cause at most as many messages
/// as events that arrive apart, because trouble that begins and ends among them is not announced. If one needs another,
/// or shares its domain, or so many are out that the fault may be the user's own, the order within the same instant may
/// decide whether something is announced by itself: a site that is confirmed as dropped in the second in which its domain
/// returns. Early, unconfirmed messages after a loss are not counted, because the order also decides whether the loss was
/// announced first.
#[test]
fn what_comes_together_is_told_at_most_as_often() {
    holds(UNRELATED, |platform, came| {
        let (_, together) = decide(platform, &came, true);
        let (_, apart) = decide(platform, &came, false);
        prop_assert!(together <= apart, "{} alerts together, {} apart", together, apart);
        Ok(())
    });
}

#[test]
fn the_examples_reach_drops_outages_and_alerts() {
    let reads = |verdict| {
        (0..8usize).map(move |n| Read { probe: index(n), verdict, blind: false, stated: true }).collect::<Vec<_>>()
    };
    let good = (60_000, reads(Verdict::Live));
    let gone = (600_000, reads(Verdict::Dropped));
    let (decisions, alerts) = decide(&platform(&related()), &[good.clone(), gone.clone(), gone.clone(), gone], true);
    assert!(alerts > 0 && !decisions.incidents.is_empty() && decisions.flips.len() > 6, "{decisions:?}");
}

/// The index that a number selects from a few items.
fn index(n: usize) -> prop::sample::Index {
    use proptest::strategy::ValueTree;
    let mut runner = TestRunner::deterministic();
    loop {
        let tree = any::<prop::sample::Index>().new_tree(&mut runner);
        if let Ok(tree) = tree
            && tree.current().index(8) == n
        {
            return tree.current();
        }
    }
}
