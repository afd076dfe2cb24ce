//! What else is known when a check is judged. The whole type stands from the
//! first day; what nobody asks yet stays `None` and weighs nothing.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::pace::{Asking, limit};
use crate::core::time::Time;
use crate::core::words::verdict::Verdict;

/// A control's or a second path's answer is reused for this long: it is not asked more often.
pub const FRESH: Duration = limit(Asking::Control).gap;

/// One thing another path said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Witnessed {
    /// What it read.
    pub verdict: Verdict,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Time,
    /// Since when it reads so, as far as it was asked.
    #[serde(default)]
    pub began: Time,
}

impl Witnessed {
    /// What was read for the first time at `at`.
    pub fn first(verdict: Verdict, reason: impl Into<String>, at: Time) -> Witnessed {
        Witnessed { verdict, reason: reason.into(), at, began: at }
    }
}

/// What the reference hosts say about our own network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnNetwork {
    /// Nobody asked lately.
    #[default]
    Unasked,
    /// Most reference hosts answer.
    Sound,
    /// Most reference hosts fail: we cannot see.
    Blind,
}

/// What several probes or vantages say together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// How many read live.
    pub live: u32,
    /// How many read something worse.
    pub failing: u32,
}

/// Everything that may speak for or against one check.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Witnesses {
    /// Our own network.
    pub own_network: OwnNetwork,
    /// The same unreadable page came in another company's place: somebody near us shows it.
    #[serde(default)]
    pub same_page: bool,
    /// The same question about something known to be there.
    pub positive: Option<Witnessed>,
    /// The same question about something known to be gone.
    pub negative: Option<Witnessed>,
    /// The same thing seen by another way.
    pub second_path: Option<Witnessed>,
    /// What the vendor's status page says.
    pub vendor_status: Option<Witnessed>,
    /// Other checks of the same vendor.
    pub same_vendor: Option<Tally>,
    /// The same check of other things of one's own.
    pub same_check: Option<Tally>,
    /// The same probe elsewhere.
    pub vantages: Option<Tally>,
    /// A notice that announced it.
    pub notice: Option<Witnessed>,
}

/// Something the core would like to be asked. It never asks by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Want {
    /// Our own network's reference hosts.
    Anchors,
    /// The positive control.
    PositiveControl,
    /// The negative control.
    NegativeControl,
    /// The second path.
    SecondPath,
    /// The vendor's own status page.
    VendorStatus,
    /// The same probe again, after this long.
    LookAgain(Duration),
    /// All storefronts of the same spread, now.
    WholeSpread,
}
