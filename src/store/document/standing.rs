//! `standing.state`: the state of one probe.

use super::{document, keeps};
use crate::core::probe::standing::{Held, Standing, Suspicion, Unverified, Warned};
use crate::core::time::Time;
use crate::core::words::verdict::{Fault, Proof, Verdict};

document! {
    /// A verdict, with its reason and start.
    HeldDocument {
        "verdict" verdict: Verdict,
        "reason" reason: String,
        "fault" fault: Fault,
        "proof" proof: Proof,
        "say" say: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        "hint" hint: Option<String>,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        "by" by: String,
        "since" since: Time,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        "until" until: Option<Time>,
    }

    /// A different verdict that is being confirmed.
    SuspicionDocument {
        "held" held: HeldDocument,
        "reads" reads: u32,
        "last" last: Time,
        #[serde(default)]
        "looks" looks: Vec<(Time, Verdict)>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        "by_turns" by_turns: bool,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        "witnessed" witnessed: bool,
    }

    /// A streak of checks without a usable answer.
    UnverifiedDocument {
        "held" held: HeldDocument,
        "reads" reads: u32,
        #[serde(default)]
        "vendor_fine" vendor_fine: bool,
        #[serde(default)]
        "streak" streak: Option<Time>,
        "blind" blind: bool,
        #[serde(default)]
        "urgent" urgent: bool,
    }

    /// The state of a probe.
    StandingDocument {
        "confirmed" confirmed: Option<HeldDocument>,
        "suspicion" suspicion: Option<Box<SuspicionDocument>>,
        "unverified" unverified: Option<Box<UnverifiedDocument>>,
        "last_live" last_live: Option<Time>,
        "verified_at" verified_at: Option<Time>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        "key_mark" key_mark: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        "returned_at" returned_at: Option<Time>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        "before_until" before_until: Option<Time>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        "taken_back" taken_back: Vec<Time>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        "refused" refused: Vec<Time>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        "mixed" mixed: Vec<(Time, Verdict)>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        "warned" warned: Option<Box<WarnedDocument>>,
    }

    /// A warning that the vendor stated intermittently.
    WarnedDocument {
        "held" held: HeldDocument,
        "times" times: Vec<Time>,
    }
}

keeps! {
    HeldDocument => Held { verdict, reason, fault, proof, say, hint, by, since, until }
    SuspicionDocument => Suspicion { held, reads, last, looks, by_turns, witnessed }
    UnverifiedDocument => Unverified { held, reads, vendor_fine, streak, blind, urgent }
    StandingDocument => Standing {
        confirmed, suspicion, unverified, last_live, verified_at, key_mark, returned_at, before_until, taken_back,
        refused, mixed, warned,
    }
    WarnedDocument => Warned { held, times }
}
