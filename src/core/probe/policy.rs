//! How much confirmation a check needs before its verdict changes.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::core::words::verdict::Basis;

/// How much confirmation a change needs: a number of contradicting readings over a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirm {
    /// The minimum number of readings with the same result.
    pub reads: u32,
    /// The minimum time between the first and the last of them.
    pub over: Duration,
}

impl Confirm {
    /// `reads` readings over `seconds`.
    pub const fn new(reads: u32, seconds: u64) -> Confirm {
        Confirm { reads, over: Duration::from_secs(seconds) }
    }

    /// Whether `reads` readings over `span` are enough.
    pub fn holds(self, reads: u32, span: Duration) -> bool {
        reads >= self.reads.max(1) && span >= self.over
    }

    /// How long to wait before the next check, so that the last one is due when `over` has passed.
    pub fn gap(self) -> Duration {
        let gaps = self.reads.saturating_sub(1).max(1);
        (self.over / gaps).max(Duration::from_millis(500))
    }
}

/// What one check needs before its standing changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// What a `dropped` is based on, which decides whether controls are mandatory.
    pub basis: Basis,
    /// Confirmation for `dropped`.
    pub dropped: Confirm,
    /// Confirmation for `outage`.
    pub outage: Confirm,
    /// Confirmation for `degraded`.
    pub degraded: Confirm,
    /// Confirmation for the return to `live`.
    pub recovery: Confirm,
    /// A positive control must be `live`.
    pub positive_control: bool,
    /// A negative control must be gone.
    pub negative_control: bool,
    /// A second path must agree with a `dropped`.
    pub second_path: bool,
    /// The second path covers all countries together, so its `live` proves nothing about a single country.
    pub second_path_global: bool,
    /// The vendor has a machine-readable status page.
    pub vendor_status: bool,
    /// The request carries a secret, so a refusal may concern the account.
    pub keyed: bool,
    /// The check uses no network but reads what was reported, so the state of plugwatch's own network does not
    /// matter.
    pub local: bool,
    /// A short mark that distinguishes one key from another and reveals nothing else about it.
    pub key_mark: Option<u32>,
    /// How long a `dropped` must be confirmed if no second path can be read.
    pub alone_over: Duration,
    /// How long a check may be unreadable before that raises an alert of its own.
    pub blind_after: Duration,
    /// The same for single reasons, such as a night without any call.
    #[serde(default)]
    pub blind_after_of: BTreeMap<String, Duration>,
    /// A last reading older than this restarts the count.
    pub stale_after: Duration,
}

/// Confirmation for what was announced and whose like is gone: the second look is immediate.
const ANNOUNCED: Confirm = Confirm::new(2, 60);

impl Policy {
    /// The same, for a loss that was announced for now after another one of the same letter has come.
    pub fn announced(&self) -> Policy {
        let dropped = if self.dropped.over > ANNOUNCED.over { ANNOUNCED } else { self.dropped };
        Policy { dropped, alone_over: self.alone_over.min(ANNOUNCED.over), ..self.clone() }
    }

    /// The default policy for this basis, for a probe that is checked once per `every`.
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
            blind_after_of: BTreeMap::new(),
            stale_after: (every * 2).max(dropped.over * 3),
        }
    }
}
