//! The largest risk: what would stop if the company that holds most of what still works cut the
//! platform off.

use std::collections::BTreeMap;

use crate::core::dependency::shown::Shown;
use crate::core::platform::reliance;
use crate::core::platform::reliance::{Fallback, Loss};
use crate::core::platform::snapshot::{DependencySnapshot, Snapshot};
use crate::core::time::{Time, human};

/// The company with the largest share of what still works: what would stop, the notice period in its contract, how long
/// moving takes, and when a fallback was last drilled. A company whose dependencies are all dropped is a loss, not a
/// risk.
pub(super) fn risk(snapshot: &Snapshot, drilled: &BTreeMap<String, Time>, now: Time) -> Option<String> {
    let snapshot = still_serving(snapshot);
    let share = reliance::shares(&snapshot).into_iter().next()?;
    let loss = reliance::without(&snapshot, &(share.slug, share.name), drilled);
    let stops: Vec<String> = loss.stops.iter().filter_map(|stop| stopping(&snapshot, &stop.id)).collect();
    // Dependencies that nothing checks may be lost already.
    let still =
        if snapshot.each().all(DependencySnapshot::is_monitored) { "that still work" } else { "not known lost" };
    let holds = match (share.critical, reliance::critical(&snapshot)) {
        (0, _) => String::new(),
        (some, of) => format!("{some} of {of} critical dependencies {still} depend on {}. ", loss.name),
    };
    let times = [notice(&loss), moving(&loss), fallback(&loss, now)].join("; ");
    Some(format!("{holds}If {} cut you off, you would lose: {}. {times}", loss.name, stops.join(", ")))
}

fn still_serving(snapshot: &Snapshot) -> Snapshot {
    // Nor is what refuses the key known to work.
    let lost = |d: &DependencySnapshot| d.shown() == Shown::Dropped || d.state.lost_access().is_some();
    let serving = snapshot.dependencies.iter().filter(|d| !lost(d)).cloned().collect();
    Snapshot { dependencies: serving, ..snapshot.clone() }
}

fn stopping(snapshot: &Snapshot, id: &str) -> Option<String> {
    let dependency: &DependencySnapshot = snapshot.each().find(|d| d.id == id)?;
    let breaks = dependency.breaks.as_ref().map_or_else(String::new, |breaks| format!(" ({breaks})"));
    Some(format!("{}{breaks}", dependency.label))
}

fn notice(loss: &Loss) -> String {
    match loss.notice_days {
        None => "Contract notice: not configured".to_owned(),
        Some(1) => "Contract notice: 1 day".to_owned(),
        Some(days) => format!("Contract notice: {days} days"),
    }
}

fn moving(loss: &Loss) -> String {
    let Some(takes) = loss.moving else { return "time to move: not configured".to_owned() };
    let longer = loss.notice_days.is_some_and(|days| takes.as_secs() > u64::from(days) * 86_400);
    let longer = if longer { ", longer than the notice" } else { "" };
    format!("time to move: at least {}{longer}", human(takes))
}

fn fallback(loss: &Loss, now: Time) -> String {
    if loss.stops.iter().all(|stop| stop.fallback == Fallback::None) {
        return "no fallback is configured".to_owned();
    }
    match loss.stops.iter().filter_map(|stop| stop.drilled).max() {
        None => "no fallback was ever drilled".to_owned(),
        Some(at) => format!("last drill: {} ago", human(now.since(at))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::dependency::state::Combined;
    use crate::core::probe::standing::Held;
    use crate::core::words::verdict::{Criticality, Fault, Proof, Verdict};

    fn dependency(id: &str, company: &str, verdict: Verdict) -> DependencySnapshot {
        let held = Held {
            verdict,
            reason: String::new(),
            fault: Fault::Unclear,
            proof: Proof::Stated,
            say: String::new(),
            hint: None,
            by: String::new(),
            since: Time(0),
            until: None,
        };
        DependencySnapshot {
            was: None,
            id: id.to_owned(),
            label: id.to_owned(),
            vendor: company.to_owned(),
            parent: company.to_owned(),
            companies: vec![(company.to_lowercase(), company.to_owned())],
            criticality: Criticality::Critical,
            breaks: Some("sign-up".to_owned()),
            needs: Vec::new(),
            fallback: None,
            fallback_on: None,
            leave: vec![("move".to_owned(), Some(std::time::Duration::from_secs(3 * 86_400)))],
            contract_notice_days: Some(2),
            contact: None,
            public: None,
            state: Combined { held: Some(held), ..Combined::default() },
            verified_at: None,
            incident: None,
            notes: Vec::new(),
            probes: Vec::new(),
        }
    }

    fn said(dependencies: Vec<DependencySnapshot>) -> Option<String> {
        let dependencies = dependencies.into_iter().map(Into::into).collect();
        risk(&Snapshot { dependencies, ..Snapshot::default() }, &BTreeMap::new(), Time(0))
    }

    #[test]
    fn the_largest_risk_never_names_a_company_that_has_left_already() {
        let hosting = |verdict| vec![dependency("hosting", "Amazon", verdict), dependency("cdn", "Amazon", verdict)];
        let texts = || dependency("texts", "Twilio", Verdict::Live);
        let before = said(hosting(Verdict::Live).into_iter().chain([texts()]).collect()).unwrap();
        assert!(before.starts_with("2 of 3 critical dependencies that still work depend on Amazon."), "{before}");
        let after = said(hosting(Verdict::Dropped).into_iter().chain([texts()]).collect()).unwrap();
        assert_eq!(
            after,
            "1 of 1 critical dependencies that still work depend on Twilio. If Twilio cut you off, you would lose: \
             texts (sign-up). Contract notice: 2 days; time to move: at least 3 d, longer than the notice; \
             no fallback is configured"
        );
        assert_eq!(said(hosting(Verdict::Dropped)), None, "nothing is left to lose");
    }
}
