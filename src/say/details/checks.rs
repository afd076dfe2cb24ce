//! Checks that are late, and checks that cannot be read.

use std::time::Duration;

use minijinja::{Value, context};

use super::Facts;
use super::cards::title;
use crate::core::platform::snapshot::{DependencySnapshot, ProbeSnapshot};
use crate::core::time::{Time, human};
use crate::say::sentence;

/// A check starts within seconds of its scheduled time and takes at most a minute, so a check that is later than this
/// is being held up.
const LATE: Duration = Duration::from_secs(120);

/// Both kinds, the longest delay first.
pub(super) fn section(facts: &Facts<'_>) -> Value {
    let all = || facts.snapshot.each().flat_map(|one| one.probes.iter().map(move |probe| (one, probe)));
    let mut late: Vec<_> = all().filter(|(_, probe)| is_late(probe, facts.now)).collect();
    late.sort_by_key(|(_, probe)| probe.next_at);
    let mut blind: Vec<_> =
        all().filter_map(|(one, probe)| Some((one, probe, probe.standing.unverified.as_deref()?))).collect();
    blind.sort_by_key(|(_, _, unseen)| unseen.held.since);
    let keyless = |reason: &str| reason == "needs_key";
    let line = |(one, probe): &(&DependencySnapshot, &ProbeSnapshot)| {
        context! {
            label => one.label, title => title(probe), due => probe.next_at.local(facts.zone, facts.now),
            by => human(facts.now.since(probe.next_at)),
        }
    };
    let unseen = blind.iter().map(|(one, probe, unseen)| {
        let held = &unseen.held;
        context! {
            label => one.label, title => title(probe), say => sentence(held.say.clone()), hint => held.hint.clone().map(sentence),
            since => held.since.local(facts.zone, facts.now), lasted => human(facts.now.since(held.since)), reads => unseen.reads,
            vendor_fine => unseen.vendor_fine, keyless => keyless(&held.reason),
        }
    });
    context! { late => late.iter().map(line).collect::<Vec<_>>(), blind => unseen.collect::<Vec<_>>() }
}

fn is_late(probe: &ProbeSnapshot, now: Time) -> bool {
    probe.next_at > Time(0) && now.since(probe.next_at) > LATE
}
