//! `alert.snapshot`: the data for an alert's text, as of when the alert was made. Webhooks send the same JSON, so its
//! keys are also a public interface.

use super::working::WorkingDocument;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::document;
use super::report::ReportDocument;
use super::situation::SituationBodyDocument;
use crate::core::dependency::incident::{Level, Reason};
use crate::core::time::Time;
use crate::core::words::verdict::{Criticality, Fault, Proof, Verdict};

/// What an alert is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum BodyDocument {
    /// `dependency`
    #[serde(rename = "dependency")]
    Dependency(Box<AboutDocument>),
    /// `started`
    #[serde(rename = "started")]
    Started(StartedDocument),
    /// `open`
    #[serde(rename = "open")]
    Open(OpenDocument),
    /// `situation`
    #[serde(rename = "situation")]
    Situation(Box<SituationBodyDocument>),
    /// `note`
    #[serde(rename = "note")]
    Note(NoteDocument),
    /// `report`
    #[serde(rename = "report")]
    Report(Box<ReportDocument>),
}

document! {
    /// An alert.
    AlertDocument {
        "reason" reason: Reason,
        "level" level: Level,
        "platform" platform: String,
        "at" at: Time,
        #[serde(default)]
        "simulation" simulation: bool,
        "body" body: BodyDocument,
    }

    /// A message about plugwatch itself.
    NoteDocument {
        "title" title: String,
        "lines" lines: Vec<String>,
    }

    /// The list of open problems.
    OpenDocument {
        "items" items: Vec<OpenItemDocument>,
        #[serde(default)]
        "next" next: Option<Time>,
    }

    /// One open problem.
    OpenItemDocument {
        "id" id: String,
        "label" label: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        "vendor" vendor: Option<String>,
        "state" state: String,
        "since" since: Time,
        "trouble_since" trouble_since: Option<Time>,
        "ends" ends: Option<Time>,
        "say" say: String,
        "fallback" fallback: Option<String>,
        "fallback_works" fallback_works: Option<bool>,
        #[serde(default)]
        "fallback_checked" fallback_checked: Option<Time>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        "fallback_ends" fallback_ends: Option<Time>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        "fallback_warns" fallback_warns: Option<String>,
        "incident" incident: Option<String>,
        "hint" hint: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        "fell_too" fell_too: Vec<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        "appeal" appeal: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        "until" until: Option<Time>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        "demand" demand: Option<String>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        "terms" terms: bool,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        "reported" reported: Vec<Time>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        "appeal_behind_login" appeal_behind_login: bool,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        "sign_in_closed" sign_in_closed: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        "why" why: Option<String>,
        #[serde(default)]
        "owner" owner: Option<String>,
        #[serde(default)]
        "on_it" on_it: Option<String>,
    }

    /// The message sent when monitoring starts.
    StartedDocument {
        "watched" watched: usize,
        "counts" counts: Vec<String>,
        "lines" lines: Vec<String>,
        "next_report" next_report: Option<String>,
        "gap" gap: Option<String>,
    }

    /// An alert about one dependency.
    AboutDocument {
        "id" id: String,
        "label" label: String,
        "vendor" vendor: String,
        "decider" decider: String,
        "parent" parent: String,
        "verdict" verdict: Verdict,
        "before" before: Option<Verdict>,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        "warned" warned: String,
        "why" why: String,
        "fault" fault: Fault,
        "proof" proof: Proof,
        "say" say: String,
        "hint" hint: Option<String>,
        "since" since: Time,
        "lasted" lasted: Option<Duration>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        "unwatched_until" unwatched_until: Option<Time>,
        "breaks" breaks: Option<String>,
        "fallback" fallback: Option<String>,
        "account_id" account_id: Option<String>,
        "contact" contact: Option<String>,
        "contract_notice_days" contract_notice_days: Option<u32>,
        "leave" leave: Vec<String>,
        "status_page" status_page: Option<String>,
        #[serde(default)]
        "stands_on" stands_on: Vec<String>,
        "also_down" also_down: Vec<String>,
        "still_standing" still_standing: Vec<String>,
        #[serde(default)]
        "proven" proven: Vec<String>,
        #[serde(default)]
        "unsure" unsure: Vec<String>,
        "incident" incident: Option<String>,
        #[serde(default)]
        "announced" announced: Option<String>,
        #[serde(default)]
        "fallback_state" fallback_state: Option<String>,
        #[serde(default)]
        "group" group: Option<GroupDocument>,
        #[serde(default)]
        "losses" losses: Vec<String>,
        #[serde(default)]
        "lost_at" lost_at: Vec<Option<Time>>,
        #[serde(default)]
        "loss_number" loss_number: usize,
        #[serde(default, skip_serializing_if = "super::is_zero")]
        "refused_losses" refused_losses: usize,
        #[serde(default)]
        "unseen" unseen: Option<String>,
        #[serde(default)]
        "steps" steps: Vec<String>,
        #[serde(default)]
        "attested" attested: bool,
        #[serde(default)]
        "working" working: Vec<WorkingDocument>,
        #[serde(default, skip_serializing_if = "super::is_zero")]
        "more_working" more_working: usize,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        "in_order" in_order: Vec<WorkingDocument>,
        #[serde(default)]
        "fallback_on" fallback_on: Option<WorkingDocument>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        "without_fallback" without_fallback: Vec<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        "keeps_working" keeps_working: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        "appeal" appeal: Option<String>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        "appeal_behind_login" appeal_behind_login: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        "demand" demand: Option<String>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        "terms" terms: bool,
        #[serde(default)]
        "fallback_works" fallback_works: Option<bool>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        "fallback_ends" fallback_ends: Option<Time>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        "fallback_warns" fallback_warns: Option<String>,
        #[serde(default)]
        "ends" ends: Option<Time>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        "until" until: Option<Time>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        "last_day" last_day: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        "lost_before" lost_before: Option<Time>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        "data_unconfirmed" data_unconfirmed: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        "region" region: Option<String>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        "repeated" repeated: bool,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        "as_warned" as_warned: bool,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        "returning" returning: Vec<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        "reported" reported: Vec<Time>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        "ending_soon" ending_soon: Vec<(String, Time)>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        "related" related: Option<String>,
        #[serde(default)]
        "next" next: Option<Time>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        "criticality" criticality: Option<Criticality>,
    }

    /// Several dependencies in one message.
    GroupDocument {
        "name" name: String,
        "of" of: usize,
        "mass" mass: bool,
        "ids" ids: Vec<String>,
        #[serde(default)]
        "incidents" incidents: Vec<String>,
        #[serde(default)]
        "labels" labels: Vec<String>,
        "lines" lines: Vec<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        "verdicts" verdicts: Vec<Verdict>,
    }
}
