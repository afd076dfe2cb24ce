//! The contents of an event log: one JSON object per line.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::core::people::action::OperatorAction;
use crate::core::people::notice::Letter;
use crate::core::probe::reference_hosts::Sign;
use crate::core::probe::witness::{OwnNetwork, Witnesses};
use crate::core::time::Time;
use crate::core::words::answer::Answer;
use crate::core::words::verdict::Reading;

/// One line. Times are in milliseconds since 1970-01-01, UTC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Logged {
    /// The origin of the log, in its first line, if it is a scenario of the test bench.
    Scenario {
        /// The scenario's name.
        name: String,
        /// The scenario's own vendor files, by name.
        catalog: Vec<(String, String)>,
        /// The scenario's invented keys, by name.
        secrets: BTreeMap<String, String>,
    },
    /// The origin of the log, if it is a simulation.
    Simulation {
        /// The number of dependencies.
        dependencies: usize,
    },
    /// The configuration that the next start or reload uses.
    Config {
        /// Its text, as in a scenario. Paths and secrets are filled in when it is read.
        text: String,
    },
    /// The program started, with this stored state. The previous run had been killed.
    Start {
        /// When it started.
        at: Time,
        /// The number of stored checks, which shows whether the last commit before a kill was complete.
        checks: i64,
        /// The number of stored alerts.
        alerts: usize,
    },
    /// Time passed, and what is due is started.
    Time {
        /// The time.
        at: Time,
    },
    /// A check is finished.
    Check(Box<Finished>),
    /// A check failed inside plugwatch.
    Lost {
        /// When it failed.
        at: Time,
        /// The id of the probe.
        probe: i64,
    },
    /// The check of the reference hosts is finished.
    SelfCheck {
        /// When it finished.
        at: Time,
        /// The state of plugwatch's own network.
        judged: OwnNetwork,
        /// What the failures have in common.
        sign: Sign,
    },
    /// All events since the previous such line were decided together.
    Applied {
        /// When it was decided.
        at: Time,
    },
    /// People acted.
    People {
        /// When it was noticed.
        at: Time,
        /// All actions so far.
        acts: Vec<OperatorAction>,
        /// All letters that were not withdrawn.
        letters: Vec<Letter>,
    },
    /// A changed configuration was adopted.
    Reload {
        /// When it was adopted.
        at: Time,
    },
    /// The clock was set back.
    ClockBack {
        /// The new time.
        at: Time,
    },
    /// A report was created.
    Report {
        /// When it was created.
        at: Time,
    },
    /// An attempt to deliver a message ended.
    Delivery {
        /// When the attempt ended.
        at: Time,
        /// The public id of the alert.
        alert: String,
        /// The channel's name.
        channel: String,
        /// The recipient on that channel.
        recipient: String,
        /// The result.
        outcome: String,
    },
    /// A public id that a decision used.
    Id {
        /// The id.
        id: String,
    },
    /// The decisions since the last commit, which were then committed.
    Decided {
        /// When it was committed.
        at: Time,
        /// The decisions.
        #[serde(flatten)]
        what: Value,
    },
}

/// A finished check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finished {
    /// When plugwatch decided about it.
    pub at: Time,
    /// The probe's identity.
    pub probe: String,
    /// When the answer arrived.
    pub answered: Time,
    /// The judged answer.
    pub reading: Reading,
    /// The answer, without its body.
    pub answer: Answer,
    /// What the witnesses answered.
    pub witnesses: Witnesses,
}
