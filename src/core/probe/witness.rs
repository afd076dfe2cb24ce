//! What else is known when a check is judged. The type has a field for every kind of witness. Kinds that nothing
//! queries yet stay `None` and have no effect.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::pace::{Asking, limit};
use crate::core::time::Time;
use crate::core::words::verdict::Verdict;

/// How long the answer of a control or a second path is reused before it is requested again.
pub const FRESH: Duration = limit(Asking::Control).gap;

/// One answer from another path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Witnessed {
    /// Its verdict.
    pub verdict: Verdict,
    /// The reason code.
    pub reason: String,
    /// When it was read.
    pub at: Time,
    /// When this verdict began, as far back as it was checked.
    #[serde(default)]
    pub began: Time,
}

impl Witnessed {
    /// A verdict read for the first time at `at`.
    pub fn first(verdict: Verdict, reason: impl Into<String>, at: Time) -> Witnessed {
        Witnessed { verdict, reason: reason.into(), at, began: at }
    }
}

/// The state of plugwatch's own network, from the reference hosts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnNetwork {
    /// The reference hosts were not checked recently.
    #[default]
    Unasked,
    /// Most reference hosts answer.
    Sound,
    /// Most reference hosts fail, so plugwatch cannot check anything.
    Blind,
}

/// The combined results of several probes or vantage points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// How many read `live`.
    pub live: u32,
    /// How many read a worse verdict.
    pub failing: u32,
}

/// Everything that may support or contradict one check.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Witnesses {
    /// The state of plugwatch's own network.
    pub own_network: OwnNetwork,
    /// The same unreadable page was returned for another company, too, so something near plugwatch inserts it.
    #[serde(default)]
    pub same_page: bool,
    /// The answer to the same question about something known to exist.
    pub positive: Option<Witnessed>,
    /// The answer to the same question about something known not to exist.
    pub negative: Option<Witnessed>,
    /// The answer for the same thing over a second path.
    pub second_path: Option<Witnessed>,
    /// The vendor's status page.
    pub vendor_status: Option<Witnessed>,
    /// Other checks of the same vendor.
    pub same_vendor: Option<Tally>,
    /// The same check of the user's other listings or accounts.
    pub same_check: Option<Tally>,
    /// The same probe from other vantage points.
    pub vantages: Option<Tally>,
    /// A letter that announced the loss.
    pub notice: Option<Witnessed>,
}

/// A further check that the core requests. The core never makes checks itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Want {
    /// The reference hosts of plugwatch's own network.
    Anchors,
    /// The positive control.
    PositiveControl,
    /// The negative control.
    NegativeControl,
    /// The second path.
    SecondPath,
    /// The vendor's status page.
    VendorStatus,
    /// The same probe again, after this time.
    LookAgain(Duration),
    /// All storefronts of the same listing, now.
    WholeSpread,
}
