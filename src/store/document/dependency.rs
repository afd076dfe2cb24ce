//! `dependency.state` and `dependency.told`: the combined state of a dependency, and what was reported about it.

use std::collections::BTreeMap;

use super::standing::HeldDocument;
use super::{document, keeps};
use crate::core::alerting::notified::Notified;
use crate::core::dependency::state::{Combined, Unseen};
use crate::core::time::Time;
use crate::core::words::verdict::{Fault, Proof, Verdict};

document! {
    /// A deciding check that cannot be carried out.
    UnseenDocument {
        "group" group: String,
        "held" held: HeldDocument,
        "blind" blind: bool,
        "urgent" urgent: bool,
        #[serde(default)]
        "vendor_fine" vendor_fine: bool,
    }

    /// The combined state of a dependency.
    CombinedDocument {
        #[serde(default)]
        "held" held: Option<HeldDocument>,
        #[serde(default)]
        "unseen" unseen: Vec<UnseenDocument>,
        #[serde(default)]
        "suspicion" suspicion: Option<Box<HeldDocument>>,
        #[serde(default)]
        "waiting" waiting: bool,
    }

    /// What was reported about a dependency.
    ToldDocument {
        #[serde(default)]
        "verdict" verdict: Option<Verdict>,
        #[serde(default)]
        "reason" reason: String,
        #[serde(default)]
        "fault" fault: Option<Fault>,
        #[serde(default)]
        "incident" incident: Option<(i64, String)>,
        #[serde(default)]
        "began_at" began_at: Option<Time>,
        #[serde(default)]
        "opened_at" opened_at: Option<Time>,
        #[serde(default)]
        "news_at" news_at: Option<Time>,
        #[serde(default)]
        "reminded_at" reminded_at: Option<Time>,
        #[serde(default)]
        "blind" blind: BTreeMap<String, String>,
        #[serde(default)]
        "suspected" suspected: Option<Time>,
        #[serde(default)]
        "suspected_last" suspected_last: Option<Time>,
        #[serde(default)]
        "held_since" held_since: Option<Time>,
        #[serde(default)]
        "muted" muted: bool,
        #[serde(default)]
        "cause_up" cause_up: Option<Time>,
        #[serde(default)]
        "open" open: bool,
        #[serde(default)]
        "turned_at" turned_at: Option<Time>,
        #[serde(default)]
        "turns" turns: Vec<Time>,
        #[serde(default)]
        "flapping" flapping: Option<Time>,
        #[serde(default)]
        "proof" proof: Option<Proof>,
        #[serde(default)]
        "dropped" dropped: bool,
        #[serde(default)]
        "lost_at" lost_at: Option<Time>,
        #[serde(default)]
        "blind_since" blind_since: Option<Time>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        "so_since" so_since: Option<Time>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        "dropped_for" dropped_for: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        "dropped_word" dropped_word: Option<String>,
    }
}

keeps! {
    UnseenDocument => Unseen { group, held, blind, urgent, vendor_fine }
    CombinedDocument => Combined { held, unseen, suspicion, waiting }
    ToldDocument => Notified {
        verdict, reason, fault, incident, began_at, opened_at, news_at, reminded_at, blind, suspected,
        suspected_last, held_since, muted, cause_up, open, turned_at, turns, flapping, proof, dropped, lost_at,
        blind_since, so_since, dropped_for, dropped_word,
    }
}
