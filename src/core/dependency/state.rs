//! What a dependency comes to, and what goes into it.

use serde::Serialize;

use crate::core::probe::standing::{Held, Standing};
use crate::core::time::Time;
use crate::core::words::verdict::{Fault, Proof, Role, Verdict};

/// The reason of a dependency without any check.
pub const NOT_MONITORED: &str = "not_monitored";

/// One probe's share in a dependency.
#[derive(Clone, Debug)]
pub struct Part<'a> {
    /// What it counts for.
    pub role: Role,
    /// The check it asks, `vendor/check`.
    pub check: &'a str,
    /// The same for all storefronts of one listing, and for nothing else.
    pub spread: &'a str,
    /// The storefront, for checks asked in several countries.
    pub country: Option<&'a str>,
    /// It is about a listing in a store, as its owner or as the public sees it.
    pub listing: bool,
    /// What is believed about it.
    pub standing: &'a Standing,
}

/// A deciding check that cannot be seen.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Unseen {
    /// Which: the same for all storefronts of a listing.
    pub group: String,
    /// Why, and since when.
    pub held: Held,
    /// That is worth an alert of its own.
    pub blind: bool,
    /// For a reason that speaks at once, such as access lost.
    pub urgent: bool,
    /// The vendor serves others meanwhile.
    pub vendor_fine: bool,
}

/// What a dependency comes to.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Combined {
    /// The worst confirmed verdict; `None` while nothing was ever seen.
    pub held: Option<Held>,
    /// Deciding checks that cannot be seen, those most worth an alert first; nothing
    /// unverified is shown green.
    pub unseen: Vec<Unseen>,
    /// A suspicion under way, for "checking".
    pub suspicion: Option<Held>,
    /// A deciding check was never looked at.
    pub waiting: bool,
}

impl Combined {
    /// What nothing checks comes to; `why` is the configuration's reason. It holds at any time and since none.
    pub fn not_monitored(why: &str) -> Combined {
        Combined::never_seen(NOT_MONITORED, why)
    }

    /// What was never checked, and is not told of: for a reason, with a sentence. It is so since no time.
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
        };
        let unseen = Unseen { group: String::new(), held, blind: false, urgent: false, vendor_fine: false };
        Combined { unseen: vec![unseen], ..Combined::default() }
    }

    /// As it is shown at `now`: nothing holds since the future, whatever a clock once said.
    pub fn not_after(&mut self, now: Time) {
        self.held.iter_mut().chain(&mut self.suspicion).for_each(|held| held.not_after(now));
        self.unseen.iter_mut().for_each(|unseen| unseen.held.not_after(now));
    }

    /// Why it cannot be seen, if so: what is most worth an alert.
    pub fn unverified(&self) -> Option<&Held> {
        self.unseen.first().map(|unseen| &unseen.held)
    }

    /// The key worked and is refused now, and that was confirmed.
    pub fn lost_access(&self) -> Option<&Held> {
        let lost = self.unseen.iter().find(|unseen| unseen.urgent && unseen.held.reason == "access_lost");
        lost.map(|unseen| &unseen.held)
    }

    /// Live, all that decides was looked at, and nothing contradicts it. A check that cannot be
    /// seen keeps its last verdict, so it cannot hide behind others that are live.
    pub fn is_surely_live(&self) -> bool {
        let live = self.held.as_ref().is_some_and(|held| held.verdict == Verdict::Live);
        let doubt = self.suspicion.as_ref().is_some_and(|held| held.verdict != Verdict::Live);
        live && !self.waiting && !doubt
    }
}

pub(super) fn worse(best: Option<Held>, next: Held) -> Option<Held> {
    match best {
        Some(held) if held.verdict.badness() >= next.verdict.badness() => Some(held),
        _ => Some(next),
    }
}
