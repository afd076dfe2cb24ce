//! The one transaction that writes checks, the changes they caused, and the alerts about them.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sqlx::{Sqlite, Transaction};

use super::document::{self, CombinedDocument, StandingDocument, ToldDocument};
use super::evidence::{self, EvidenceRow};
use super::facts::{self, FactChange, FactRow};
use super::observations::{Sums, together};
use super::{Address, KeptReport, Result, SituationChange, Store, history, observations, stocks, sums};
use crate::core::alerting::notified::Notified;
use crate::core::dependency::incident::{Incident, Level, Reason};
use crate::core::dependency::state::Combined;
use crate::core::probe::standing::{Change, Flip, Standing};
use crate::core::time::Time;
use crate::core::time::burn::Stock;
use crate::core::words::verdict::Verdict;

/// One check, as it is stored.
#[derive(Clone, Debug)]
pub struct CheckRow {
    /// The probe's id.
    pub probe: i64,
    /// Its dependency.
    pub dependency: String,
    /// Whether a request was made. A check whose key is missing makes none, and is not added to the history.
    pub asked: bool,
    /// When the check ran.
    pub at: Time,
    /// The verdict of the answer.
    pub verdict: Verdict,
    /// The reason code.
    pub reason: String,
    /// How long the check took, in milliseconds.
    pub latency_ms: u32,
    /// The standing after the check, if it must be written.
    pub standing: Option<Standing>,
    /// A confirmed change.
    pub flip: Option<Flip>,
    /// Facts that are new or are waiting for confirmation.
    pub facts: Vec<FactRow>,
    /// Facts that changed.
    pub fact_changes: Vec<FactChange>,
    /// The remaining amount of something that is used up over time.
    pub stock: Option<Stock>,
    /// The raw answer, if it is kept as evidence.
    pub evidence: Option<EvidenceRow>,
}

/// A dependency's new state.
#[derive(Clone, Debug)]
pub struct DependencyChange {
    /// Its id.
    pub id: String,
    /// Its combined state.
    pub state: Combined,
    /// What was reported about it.
    pub notified: Notified,
    /// When the state changed.
    pub at: Time,
}

/// A change to an incident.
#[derive(Clone, Debug)]
pub struct IncidentChange {
    /// The incident after the change.
    pub incident: Incident,
    /// Its dependency.
    pub dependency: String,
    /// The sentence for its worst verdict; empty if the verdict did not get worse.
    pub say: String,
    /// The sentence added when the incident ends for a reason on plugwatch's side.
    pub ends: &'static str,
    /// When it was opened; only for new incidents.
    pub opened_at: Time,
    /// When it ended, if it did.
    pub closed_at: Option<Time>,
}

/// An alert with its recipients.
#[derive(Clone, Debug)]
pub struct NewAlert {
    /// Random public id; the idempotency key of webhooks.
    pub public_id: String,
    /// The incident it belongs to.
    pub incident: Option<i64>,
    /// The dependency that it is about.
    pub dependency: Option<String>,
    /// The reason for the alert.
    pub reason: Reason,
    /// Its level.
    pub level: Level,
    /// When it was made.
    pub at: Time,
    /// The data for its text, as of when it was made.
    pub snapshot: serde_json::Value,
    /// The public id of its incident or drill.
    pub thread: Option<String>,
    /// Its recipients: one row in the outbox for each.
    pub to: Vec<Address>,
}

/// A stored alert.
#[derive(Clone, Debug)]
pub struct AlertRow {
    /// Its sequential id.
    pub id: i64,
    /// Random public id.
    pub public_id: String,
    /// The incident it belongs to.
    pub incident: Option<i64>,
    /// The dependency that it is about.
    pub dependency: Option<String>,
    /// The reason for the alert.
    pub reason: Reason,
    /// Its level.
    pub level: Level,
    /// When it was made.
    pub at: Time,
    /// The data for its text, as of when it was made.
    pub snapshot: serde_json::Value,
    /// The public id of its incident or drill.
    pub thread: Option<String>,
}

impl AlertRow {
    /// The ids of the dependencies that share this alert.
    pub fn members(&self) -> Vec<String> {
        let text = |id: &serde_json::Value| id.as_str().map(str::to_owned);
        let body = &self.snapshot["body"];
        if let Some(ids) = body["dependency"]["group"]["ids"].as_array() {
            return ids.iter().filter_map(text).collect();
        }
        let items = ["lost", "ending"].into_iter().filter_map(|part| body["situation"][part].as_array()).flatten();
        let ids: Vec<String> = items.filter_map(|item| text(&item["id"])).collect();
        if ids.is_empty() { self.dependency.iter().cloned().collect() } else { ids }
    }
}

/// Everything that one transaction writes.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Checks.
    pub looks: Vec<CheckRow>,
    /// Dependencies' new states.
    pub dependencies: Vec<DependencyChange>,
    /// Incidents that were opened, changed or closed.
    pub incidents: Vec<IncidentChange>,
    /// Alerts to send.
    pub alerts: Vec<NewAlert>,
    /// The change to the situation.
    pub situation: Option<SituationChange>,
    /// Weekly or monthly reports to store.
    pub reports: Vec<KeptReport>,
    /// Checks that are stored only as sums.
    pub sums: Sums,
    /// The end of the period that has been monitored so far.
    pub watched_until: Option<Time>,
}

impl Batch {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.looks.is_empty()
            && self.sums.is_empty()
            && self.dependencies.is_empty()
            && self.incidents.is_empty()
            && self.alerts.is_empty()
            && self.situation.is_none()
    }

    /// Adds a batch that was decided later.
    pub fn append(&mut self, later: Batch) {
        self.looks.extend(later.looks);
        self.dependencies.extend(later.dependencies);
        self.incidents.extend(later.incidents);
        self.alerts.extend(later.alerts);
        self.reports.extend(later.reports);
        self.sums.append(later.sums);
        // If either change edits the message, the message must be edited to show the newest state.
        let edit = self.situation.as_ref().is_some_and(|change| change.edit);
        let newest = later.situation.map(|change| SituationChange { edit: edit || change.edit, ..change });
        self.situation = newest.or(self.situation.take());
        self.watched_until = later.watched_until.or(self.watched_until);
    }

    /// Whether the batch must be written at once, because it contains an alert or something else that people wait
    /// for.
    pub fn is_urgent(&self) -> bool {
        !self.alerts.is_empty() || self.looks.iter().any(|look| look.flip.is_some())
    }
}

impl Store {
    /// Writes the whole batch or nothing.
    ///
    /// # Errors
    /// Fails if the database does not answer; nothing was written.
    pub async fn commit(&self, batch: &Batch) -> Result<()> {
        self.check_place()?;
        let reasons = self.word_ids(batch.looks.iter().map(|look| look.reason.as_str())).await?;
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let last = observations::append(&mut tx, &batch.looks, &batch.sums, &reasons).await?;
        // An alert must not wait until sums are written.
        let ripe = last.is_some_and(|last| self.is_late(last)) && !batch.is_urgent();
        let summed = if ripe { Some(sums::add(&mut tx).await?) } else { None };
        set_standings(&mut tx, &batch.looks).await?;
        add_flips(&mut tx, &batch.looks).await?;
        facts::write(&mut tx, &batch.looks).await?;
        stocks::write(&mut tx, &batch.looks).await?;
        evidence::add(&mut tx, &batch.looks).await?;
        set_dependencies(&mut tx, &batch.dependencies).await?;
        for change in &batch.incidents {
            super::incidents::write(&mut tx, change).await?;
        }
        for report in &batch.reports {
            super::reports::add(&mut tx, report).await?;
        }
        for alert in &batch.alerts {
            super::outbox::add(&mut tx, alert).await?;
        }
        if let Some(change) = &batch.situation {
            super::situations::write(&mut tx, change).await?;
        }
        if let Some(until) = batch.watched_until {
            history::note(&mut tx, "watched_until", &until.0.to_string()).await?;
        }
        tx.commit().await?;
        if let Some(to) = summed {
            self.note_summed(to);
        }
        Ok(())
    }
}

const STANDING: &str = "INSERT INTO standing (probe, state, updated_at) \
     SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each($1) WHERE TRUE \
     ON CONFLICT (probe) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at";

/// Writes the last standing of each probe.
async fn set_standings(tx: &mut Transaction<'_, Sqlite>, looks: &[CheckRow]) -> Result<()> {
    let mut last: BTreeMap<i64, (&Standing, Time)> = BTreeMap::new();
    for look in looks {
        last.extend(look.standing.as_ref().map(|standing| (look.probe, (standing, look.at))));
    }
    let row = |(probe, (standing, at)): (i64, (&Standing, Time))| -> Result<Value> {
        Ok(json!([probe, document::write::<_, StandingDocument>(standing)?, at.0]))
    };
    together(tx, STANDING, Box::new(last.into_iter().map(row))).await?;
    Ok(())
}

const FLIP: &str = "INSERT INTO flip (probe, dependency, change, from_verdict, to_verdict, reason, fault, proof, say, at, \
     confirmed_at) SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, \
     value ->> 7, value ->> 8, value ->> 9, value ->> 10 FROM json_each($1)";

async fn add_flips(tx: &mut Transaction<'_, Sqlite>, looks: &[CheckRow]) -> Result<()> {
    let row = |look: &CheckRow, flip: &Flip| {
        let change = match flip.change {
            Change::Verdict => "verdict",
            Change::Blind => "blind",
            Change::Sighted => "sighted",
        };
        let to = &flip.to;
        json!([
            look.probe,
            look.dependency,
            change,
            flip.from.map(Verdict::word),
            to.verdict.word(),
            to.reason,
            to.fault.word(),
            to.proof.word(),
            to.say,
            to.since.0,
            flip.confirmed_at.0
        ])
    };
    let flips = looks.iter().filter_map(move |look| Some(Ok(row(look, look.flip.as_ref()?))));
    together(tx, FLIP, Box::new(flips)).await?;
    Ok(())
}

const DEPENDENCY: &str = "INSERT INTO dependency (id, state, told, updated_at) \
     SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each($1) WHERE TRUE \
     ON CONFLICT (id) DO UPDATE SET state = excluded.state, told = excluded.told, updated_at = excluded.updated_at";

/// Writes the last state of each dependency.
async fn set_dependencies(tx: &mut Transaction<'_, Sqlite>, changes: &[DependencyChange]) -> Result<()> {
    let last: BTreeMap<&str, &DependencyChange> = changes.iter().map(|change| (change.id.as_str(), change)).collect();
    let row = |change: &DependencyChange| -> Result<Value> {
        let state = document::write::<_, CombinedDocument>(&change.state)?;
        let told = document::write::<_, ToldDocument>(&change.notified)?;
        Ok(json!([change.id, state, told, change.at.0]))
    };
    together(tx, DEPENDENCY, Box::new(last.into_values().map(row))).await?;
    Ok(())
}
