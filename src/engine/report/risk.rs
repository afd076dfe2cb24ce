//! The largest risk: what would stop if the company behind most of the working dependencies cut the platform off.

use std::collections::BTreeMap;

use super::When;
use super::cut_off::{Announced, stopping};
use crate::core::dependency::shown::Shown;
use crate::core::dependency::storefronts::is_mostly;
use crate::core::platform::reliance;
use crate::core::platform::reliance::{Fallback, Loss};
use crate::core::platform::snapshot::{DependencySnapshot, Snapshot};
use crate::core::time::{Time, human};
use crate::core::words::verdict::Criticality;

/// The sentence about the company with the largest share of what still works: what would stop, the notice period in
/// its contract, how long moving takes, and when a fallback was last drilled. A company whose dependencies are all
/// dropped is a loss, not a risk.
pub(super) fn risk(
    snapshot: &Snapshot,
    drilled: &BTreeMap<String, Time>,
    announced: &[Announced<'_>],
    when: When,
) -> Option<String> {
    let whole = snapshot;
    let snapshot = still_serving(snapshot);
    let share = reliance::shares(&snapshot).into_iter().next()?;
    let loss = reliance::without(&snapshot, &(share.slug.clone(), share.name), drilled);
    let stops: Vec<String> = loss.stops.iter().filter_map(|stop| stopping(&snapshot, &stop.id)).collect();
    let of_it = |one: &&Announced<'_>| {
        one.is_news(whole, when.now) && one.company(whole).is_some_and(|(slug, _)| *slug == share.slug)
    };
    let ends = announced.iter().filter(of_it).filter_map(|one| Some((one.ends(when.now)?, one.notice.received))).min();
    let holds = holds(&snapshot, &loss);
    let head = match ends {
        // An announced cut-off is stated as a fact, without "if".
        Some((at, _)) => {
            let holds = holds.map_or_else(|| format!("{} ", loss.name), |holds| format!("{holds}, and it "));
            format!("{holds}has announced a cut-off for {}. You would lose", when.at(at))
        }
        None if announced.iter().any(|one| of_it(&one)) => {
            let holds = holds.map_or_else(|| format!("{} ", loss.name), |holds| format!("{holds}, and it "));
            format!("{holds}has written of a cut-off. You would lose")
        }
        None => {
            let holds = holds.map_or_else(String::new, |holds| format!("{holds}. "));
            format!("{holds}If {} cut you off, you would lose", loss.name)
        }
    };
    let times = [notice(&loss, ends), moving(&loss), fallback(&loss, when.now)].join("; ");
    Some(format!("{head}: {}. {times}", stops.join(", ")))
}

/// The company's share, such as `DigitalOcean: 2 of your 3 working critical dependencies rely on it`; `None` if no
/// critical dependency relies on it.
fn holds(snapshot: &Snapshot, loss: &Loss) -> Option<String> {
    // A dependency that cannot be checked now is not counted as working.
    let working = |d: &&DependencySnapshot| matches!(d.shown(), Shown::Live | Shown::Degraded | Shown::Checking);
    let critical = |d: &&DependencySnapshot| d.criticality == Criticality::Critical;
    let all: Vec<&DependencySnapshot> = snapshot.each().filter(working).filter(critical).collect();
    let some = all.iter().filter(|d| loss.stops.iter().any(|stop| stop.id == d.id)).count();
    let name = &loss.name;
    match (some, all.len()) {
        (0, _) => None,
        (1, 1) => Some(format!("{name}: your only working critical dependency relies on it")),
        (1, all) => Some(format!("{name}: 1 of your {all} working critical dependencies relies on it")),
        (some, all) if some == all => {
            Some(format!("{name}: all {all} of your working critical dependencies rely on it"))
        }
        (some, all) => Some(format!("{name}: {some} of your {all} working critical dependencies rely on it")),
    }
}

fn still_serving(snapshot: &Snapshot) -> Snapshot {
    // A dependency whose key is refused is not counted as working either.
    let mostly = |d: &DependencySnapshot| d.partly_gone().is_some_and(|held| is_mostly(&held.reason));
    let lost = |d: &DependencySnapshot| d.shown() == Shown::Dropped || d.state.lost_access().is_some() || mostly(d);
    let serving = snapshot.dependencies.iter().filter(|d| !lost(d)).cloned().collect();
    Snapshot { dependencies: serving, ..snapshot.clone() }
}

/// The notice period in the contract, and the time that the letter gives, if there is one.
fn notice(loss: &Loss, ends: Option<(Time, Time)>) -> String {
    let days = |days: u32| if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
    match (loss.notice_days, ends.map(|(at, received)| human(at.since(received)))) {
        (None, None) => "Contract notice: not configured".to_owned(),
        (Some(notice), None) => format!("Contract notice: {}", days(notice)),
        (None, Some(given)) => format!("The letter gives {given}"),
        (Some(notice), Some(given)) => {
            format!("The contract says {} of notice, the letter gives {given}", days(notice))
        }
    }
}

fn moving(loss: &Loss) -> String {
    let Some(takes) = loss.moving else { return "time to move: not configured".to_owned() };
    let longer = loss.notice_days.is_some_and(|days| takes.as_secs() > u64::from(days) * 86_400);
    let longer = if longer { ", longer than the notice period" } else { "" };
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
    use crate::core::words::verdict::{Fault, Proof, Verdict};

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
        let when = When { now: Time(0), zone: chrono_tz::Tz::UTC };
        risk(&Snapshot { dependencies, ..Snapshot::default() }, &BTreeMap::new(), &[], when)
    }

    #[test]
    fn the_largest_risk_never_names_a_company_that_has_left_already() {
        let hosting = |verdict| vec![dependency("hosting", "Amazon", verdict), dependency("cdn", "Amazon", verdict)];
        let texts = || dependency("texts", "Twilio", Verdict::Live);
        let before = said(hosting(Verdict::Live).into_iter().chain([texts()]).collect()).unwrap();
        assert!(before.starts_with("Amazon: 2 of your 3 working critical dependencies rely on it."), "{before}");
        let after = said(hosting(Verdict::Dropped).into_iter().chain([texts()]).collect()).unwrap();
        assert_eq!(
            after,
            "Twilio: your only working critical dependency relies on it. If Twilio cut you off, you would lose: \
             texts (sign-up). Contract notice: 2 days; time to move: at least 3 d, longer than the notice period; \
             no fallback is configured"
        );
        assert_eq!(said(hosting(Verdict::Dropped)), None, "nothing is left to lose");
    }
}
