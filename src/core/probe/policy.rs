//! How sure a check wants to be before it says something new.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::core::words::verdict::Basis;

/// So many contrary reads over so long a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirm {
    /// Reads that say the same, at least.
    pub reads: u32,
    /// Between the first and the last of them, at least.
    pub over: Duration,
}

impl Confirm {
    /// `reads` over `seconds`.
    pub const fn new(reads: u32, seconds: u64) -> Confirm {
        Confirm { reads, over: Duration::from_secs(seconds) }
    }

    /// Whether `reads` over `span` are enough.
    pub fn holds(self, reads: u32, span: Duration) -> bool {
        reads >= self.reads.max(1) && span >= self.over
    }

    /// How long to wait for the next check so that the last one falls on `over`.
    pub fn gap(self) -> Duration {
        let gaps = self.reads.saturating_sub(1).max(1);
        (self.over / gaps).max(Duration::from_millis(500))
    }
}

/// What one check asks for before its standing changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// What a `dropped` rests on, and so whether controls are compulsory.
    pub basis: Basis,
    /// For `dropped`.
    pub dropped: Confirm,
    /// For `outage`.
    pub outage: Confirm,
    /// For `degraded`.
    pub degraded: Confirm,
    /// For the way back to `live`.
    pub recovery: Confirm,
    /// A positive control must be live.
    pub positive_control: bool,
    /// A negative control must be gone.
    pub negative_control: bool,
    /// Another path must agree to a `dropped`.
    pub second_path: bool,
    /// The second path sees all countries together, so its `live` refutes nothing about one.
    pub second_path_global: bool,
    /// The vendor has a status page that can be read.
    pub vendor_status: bool,
    /// A secret goes with the question, so a refusal may be about the account.
    pub keyed: bool,
    /// It is asked without any network, of what was reported: our own network says nothing about it.
    pub local: bool,
    /// Tells one key from another, and nothing else about it.
    pub key_mark: Option<u32>,
    /// Without a readable second path, a `dropped` needs its reads over this long.
    pub alone_over: Duration,
    /// Unverified for this long is an alert of its own.
    pub blind_after: Duration,
    /// Counting starts again when the last read is older than this.
    pub stale_after: Duration,
}

impl Policy {
    /// The design's defaults for what a `dropped` rests on, for a probe asked every `every`.
    pub fn for_basis(basis: Basis, every: Duration) -> Policy {
        let dropped = match basis {
            Basis::OwnStatement => Confirm::new(2, 60),
            Basis::Absence => Confirm::new(3, 600),
        };
        Policy {
            basis,
            dropped,
            outage: Confirm::new(2, 60),
            degraded: Confirm::new(2, 60),
            recovery: Confirm::new(2, 30),
            positive_control: false,
            negative_control: false,
            second_path: false,
            second_path_global: false,
            vendor_status: false,
            keyed: false,
            local: false,
            key_mark: None,
            alone_over: dropped.over * 6,
            blind_after: (every * 3).max(Duration::from_secs(900)),
            stale_after: (every * 2).max(dropped.over * 3),
        }
    }
}
