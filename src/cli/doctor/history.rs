//! Findings from the history: whether plugwatch is running, and which checks got answers that it could not
//! read for a day.

use std::time::Duration;

use super::super::why::stand;
use super::finding::Finding;
use crate::clock::Clock;
use crate::config::Config;
use crate::core::platform::snapshot::{ProbeSnapshot, Snapshot};
use crate::core::time::{Time, human};
use crate::store::Store;

/// An answer that could not be read for this long will not become readable without a change.
const DAY: Duration = Duration::from_secs(86_400);
/// The reason of an answer that no rule recognises.
const UNRECOGNISED: &str = "unrecognised";

pub(super) async fn findings(config: Config, clock: &Clock) -> Result<Vec<Finding>, String> {
    let running = Store::is_in_use(&config.database);
    let mut findings = vec![if running {
        Finding::fine("monitoring", "plugwatch is running")
    } else {
        Finding::mend("monitoring", "plugwatch is not running", "start plugwatch run, preferably as a service")
    }];
    if Store::exists(&config.database) {
        let (snapshot, store) = stand(config, clock).await?;
        store.close().await;
        findings.extend(layouts(&snapshot, clock.now()));
    }
    Ok(findings)
}

/// Checks whose answers have not been understood for a day, perhaps because of a changed layout.
fn layouts(snapshot: &Snapshot, now: Time) -> Vec<Finding> {
    let mut findings = Vec::new();
    for dependency in snapshot.each() {
        for probe in &dependency.probes {
            let Some(since) = not_understood(probe, now) else { continue };
            let says = format!(
                "{}, {}: the answer has not been understood for {}, perhaps a changed layout",
                dependency.label,
                probe.title,
                human(now.since(since))
            );
            let cure = format!("update plugwatch; `plugwatch check --explain {}` shows the answer", dependency.id);
            findings.push(Finding::mend("changed layout", says, cure));
        }
    }
    if findings.is_empty() {
        findings.push(Finding::fine("changed layout", "every answer of the last day was understood"));
    }
    findings
}

fn not_understood(probe: &ProbeSnapshot, now: Time) -> Option<Time> {
    let held = &probe.standing.unverified.as_deref()?.held;
    (held.reason == UNRECOGNISED && now.since(held.since) >= DAY).then_some(held.since)
}
