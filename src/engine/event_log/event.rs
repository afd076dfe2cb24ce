//! What stands in an event log, a JSON object on each line.

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

/// One line. Times are in milliseconds since 1970, UTC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Logged {
    /// Whose log it is, in its first line: a scenario of the bench.
    Scenario {
        /// Its name.
        name: String,
        /// Vendor files of its own, by name.
        catalog: Vec<(String, String)>,
        /// Keys that it invents, by name.
        secrets: BTreeMap<String, String>,
    },
    /// The same, of a simulation.
    Simulation {
        /// How many dependencies it has.
        dependencies: usize,
    },
    /// The configuration that the next start or reload takes up.
    Config {
        /// As it stands in a scenario; paths and secrets are filled in when it is read.
        text: String,
    },
    /// The program started, with what is stored. Whatever ran before was killed.
    Start {
        /// When.
        at: Time,
        /// So many checks are stored; they tell whether the last commit before a kill was complete.
        checks: i64,
        /// So many alerts are.
        alerts: usize,
    },
    /// Time passed: what is due is begun.
    Time {
        /// The time.
        at: Time,
    },
    /// A check is finished.
    Check(Box<Finished>),
    /// A check broke down.
    Lost {
        /// When.
        at: Time,
        /// The probe's number.
        probe: i64,
    },
    /// The reference hosts answered, or did not.
    SelfCheck {
        /// When.
        at: Time,
        /// What they say about plugwatch's own network.
        judged: OwnNetwork,
        /// What those that failed show.
        sign: Sign,
    },
    /// Everything that came back since was decided about, together.
    Applied {
        /// When.
        at: Time,
    },
    /// People did something.
    People {
        /// When it was noticed.
        at: Time,
        /// All that they ever did.
        acts: Vec<OperatorAction>,
        /// All letters that were not withdrawn.
        letters: Vec<Letter>,
    },
    /// A changed configuration was taken up.
    Reload {
        /// When.
        at: Time,
    },
    /// The clock was set back.
    ClockBack {
        /// To this.
        at: Time,
    },
    /// A report is gathered.
    Report {
        /// When.
        at: Time,
    },
    /// A message arrived, or did not.
    Delivery {
        /// When.
        at: Time,
        /// The alert's public id.
        alert: String,
        /// The channel's name.
        channel: String,
        /// Whom it reaches there.
        recipient: String,
        /// What came of it.
        outcome: String,
    },
    /// A public id that the decision was given.
    Id {
        /// It.
        id: String,
    },
    /// What was decided since the last commit, and committed.
    Decided {
        /// When.
        at: Time,
        /// The decisions.
        #[serde(flatten)]
        what: Value,
    },
}

/// A finished check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finished {
    /// When it was decided about.
    pub at: Time,
    /// The probe's identity.
    pub probe: String,
    /// When the answer came.
    pub answered: Time,
    /// What it read.
    pub reading: Reading,
    /// The answer, without its body.
    pub answer: Answer,
    /// What else was heard.
    pub witnesses: Witnesses,
}
