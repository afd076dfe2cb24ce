//! `situation.state`: what was sent about a situation and when; `situation.snapshot`: the contents of its message.

use std::time::Duration;

use super::working::WorkingDocument;
use super::{document, keeps};
use crate::core::alerting::situation::Situation;
use crate::core::time::Time;

document! {
    /// What was sent about a situation.
    SituationDocument {
        "public_id" public_id: String,
        "opened_at" opened_at: Time,
        "sent_at" sent_at: Time,
        "sent" sent: Vec<String>,
        "shown_at" shown_at: Time,
        "shown" shown: Vec<String>,
        "changed_at" changed_at: Option<Time>,
        "called" called: Vec<String>,
    }

    /// The contents of a situation's message.
    SituationBodyDocument {
        "at" at: Time,
        "over" over: bool,
        "lost" lost: Vec<SituationItemDocument>,
        "ending" ending: Vec<SituationItemDocument>,
        "trouble" trouble: Vec<SituationItemDocument>,
        "working" working: Vec<WorkingDocument>,
        #[serde(default, skip_serializing_if = "super::is_zero")]
        "more_working" more_working: usize,
        "unsure" unsure: Vec<String>,
        "not_monitored" not_monitored: Vec<String>,
        "steps" steps: Vec<SituationStepDocument>,
        "on_it" on_it: Vec<(String, Vec<String>)>,
        "nobody" nobody: Vec<String>,
        "next" next: Option<Time>,
    }

    /// One dependency in trouble.
    SituationItemDocument {
        "id" id: String,
        "label" label: String,
        "word" word: String,
        "since" since: Time,
        "ends" ends: Option<Time>,
        "unseen" unseen: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        "demand" demand: Option<String>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        "terms" terms: bool,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        "last_day" last_day: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        "letter" letter: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        "reported" reported: Vec<Time>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        "quote" quote: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        "do_now" do_now: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        "do_last" do_last: Option<String>,
    }

    /// One step that can still be taken.
    SituationStepDocument {
        "what" what: String,
        "label" label: String,
        "takes" takes: Option<Duration>,
        "owner" owner: Option<String>,
        "start" start: Option<Time>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        "late" late: Option<String>,
    }
}

keeps! {
    SituationDocument => Situation { public_id, opened_at, sent_at, sent, shown_at, shown, changed_at, called }
}
