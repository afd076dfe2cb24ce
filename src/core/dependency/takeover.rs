//! A domain that somebody else may control: its name servers or its registrar changed, and what runs under it shows
//! another page. Either alone is usually the work of one's own team; both within an hour are a stolen domain.

use std::time::Duration;

use super::state::Combined;
use crate::core::probe::standing::Held;
use crate::core::time::Time;
use crate::core::words::verdict::{Fault, Proof, Verdict};

/// Facts that say who controls a domain.
pub const CONTROL: [&str; 2] = ["name_servers", "registrar"];
/// The reason code of such a domain.
const TAKEN_OVER: &str = "taken_over";
/// How far apart both may begin: a zone's change reaches everybody within its lifetime, usually an hour.
const TOGETHER: Duration = Duration::from_secs(3_600);
const HINT: &str = "Ask your team now whether anyone moved the domain. If nobody did, call the registrar first: have the change undone and the domain locked. Warn users through something that does not use this domain: somebody else may be reading its mail and collecting your users' passwords.";

/// Whether a warning, alone or among others, means that somebody else may control the domain.
pub fn is_taken_over(reason: &str) -> bool {
    reason.split('+').any(|one| one == TAKEN_OVER)
}

/// What changed about a domain.
#[derive(Clone, Debug)]
pub struct Moved {
    /// When that was read.
    pub at: Time,
    /// What it is now, in words: `name servers changed to ns1.example.net`.
    pub now: String,
}

/// The wrong page of something that needs the domain.
#[derive(Clone, Debug)]
pub struct Strange<'a> {
    /// Its label.
    pub label: &'a str,
    /// What was read, and since when.
    pub held: &'a Held,
}

/// The state of a domain that changed while something under it shows another page.
pub fn with_takeover(combined: Combined, moved: &Moved, strange: &Strange<'_>) -> Combined {
    let worse = |held: &Held| held.verdict.badness() > Verdict::Degraded.badness();
    let apart = moved.at.since(strange.held.since).max(strange.held.since.since(moved.at));
    if apart > TOGETHER || combined.held.as_ref().is_some_and(worse) {
        return combined;
    }
    let warned = combined.held.as_ref().filter(|held| held.verdict == Verdict::Degraded);
    let reason = warned.map_or(TAKEN_OVER.to_owned(), |held| format!("{TAKEN_OVER}+{}", held.reason));
    let changed = warned.map_or_else(|| format!("the domain's {}", moved.now), |held| held.say.clone());
    let since = warned.map_or(moved.at, |held| held.since.min(moved.at)).min(strange.held.since);
    let by = combined.held.as_ref().map(|held| held.by.clone()).unwrap_or_default();
    let held = Held {
        verdict: Verdict::Degraded,
        reason,
        fault: Fault::Unclear,
        proof: Proof::Inferred,
        say: format!("{changed}. At the same time, {} changed: {}", strange.label, strange.held.say),
        hint: Some(HINT.to_owned()),
        by,
        since,
        until: None,
    };
    Combined { held: Some(held), ..combined }
}
