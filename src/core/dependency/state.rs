//! The combined state of a dependency, and what it is computed from.

use serde::Serialize;

use crate::core::probe::standing::{Held, Standing};
use crate::core::time::Time;
use crate::core::words::verdict::{Fault, Proof, Role, Verdict};

/// The reason code of a dependency without any check.
pub const NOT_MONITORED: &str = "not_monitored";

/// One probe's part in a dependency.
#[derive(Clone, Debug)]
pub struct Part<'a> {
    /// Its role.
    pub role: Role,
    /// Its check, `vendor/check`.
    pub check: &'a str,
    /// The key that groups all storefronts of one listing, and nothing else.
    pub spread: &'a str,
    /// The storefront's country, for checks made in several countries.
    pub country: Option<&'a str>,
    /// Whether it concerns a store listing, from the owner's or the public's view.
    pub listing: bool,
    /// Whether its vendor's API is a console, apart from what users reach: it can break down while they are served.
    pub console: bool,
    /// How long it may be unreadable before that is worth an alert.
    pub blind_after: std::time::Duration,
    /// What is known about it.
    pub standing: &'a Standing,
}

/// A deciding check that cannot be read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Unseen {
    /// The key of its group, shared by all storefronts of a listing.
    pub group: String,
    /// The reason and the start.
    pub held: Held,
    /// Whether the blindness is worth an alert of its own.
    pub blind: bool,
    /// Whether its reason is reported at once, such as lost access.
    pub urgent: bool,
    /// Whether the vendor is known to work for other customers.
    pub vendor_fine: bool,
}

/// The combined state of a dependency.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Combined {
    /// The worst confirmed verdict; `None` if nothing was ever confirmed.
    pub held: Option<Held>,
    /// Deciding checks that cannot be read, the most urgent first. An unverified dependency is never shown green.
    pub unseen: Vec<Unseen>,
    /// A suspicion being confirmed, shown as "checking".
    pub suspicion: Option<Box<Held>>,
    /// Whether a deciding check has not run yet.
    pub waiting: bool,
}

impl Combined {
    /// The state of a dependency without any check; `why` is the configuration's reason. It has no start.
    pub fn not_monitored(why: &str) -> Combined {
        Combined::never_seen(NOT_MONITORED, why)
    }

    /// The state of a dependency that was never checked and causes no alert. It has no start.
    pub fn never_seen(reason: &str, why: &str) -> Combined {
        let held = Held {
            verdict: Verdict::Unknown,
            reason: reason.to_owned(),
            fault: Fault::Ours,
            proof: Proof::Told,
            say: why.to_owned(),
            hint: None,
            by: String::new(),
            since: Time(0),
            until: None,
        };
        let unseen = Unseen { group: String::new(), held, blind: false, urgent: false, vendor_fine: false };
        Combined { unseen: vec![unseen], ..Combined::default() }
    }

    /// Whether a drop is being confirmed.
    pub fn is_possibly_dropped(&self) -> bool {
        self.suspicion.as_deref().is_some_and(|held| held.verdict == Verdict::Dropped)
    }

    /// Limits all times to `now`, after the clock was set back: none may lie in the future.
    pub fn not_after(&mut self, now: Time) {
        self.held.iter_mut().chain(self.suspicion.as_deref_mut()).for_each(|held| held.not_after(now));
        self.unseen.iter_mut().for_each(|unseen| unseen.held.not_after(now));
    }

    /// Why it cannot be checked: the most urgent reason, or `None`.
    pub fn unverified(&self) -> Option<&Held> {
        self.unseen.first().map(|unseen| &unseen.held)
    }

    /// Lost access, if a key that used to work is refused and that was confirmed.
    pub fn lost_access(&self) -> Option<&Held> {
        let lost = self.unseen.iter().find(|unseen| unseen.urgent && unseen.held.reason == "access_lost");
        lost.map(|unseen| &unseen.held)
    }

    /// Whether the last check was not a good one, or there was none.
    pub fn is_in_doubt(&self) -> bool {
        self.suspicion.is_some() || !self.unseen.is_empty()
    }

    /// Whether it is `live`, every deciding check has run, and nothing contradicts it. A check that cannot be read
    /// keeps its last verdict, so it cannot be masked by others that are `live`.
    pub fn is_surely_live(&self) -> bool {
        let live = self.held.as_ref().is_some_and(|held| held.verdict == Verdict::Live);
        let doubt = self.suspicion.as_deref().is_some_and(|held| held.verdict != Verdict::Live);
        live && !self.waiting && !doubt
    }
}

pub(super) fn worse(best: Option<Held>, next: Held) -> Option<Held> {
    match best {
        Some(held) if held.verdict.badness() >= next.verdict.badness() => Some(held),
        _ => Some(next),
    }
}
