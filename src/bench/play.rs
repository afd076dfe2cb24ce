//! Plays one scenario through the real engine, its store, its outbox and its dispatcher, in virtual time.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::configuration::Files;
use super::judge::judge;
use super::mailbox::Arrived;
use super::scenario::Scenario;
use super::score::{Finding, Marks};
use super::script::Scripted;
use super::stage::{Asking, Stage};
use super::step::Happens;
use super::told::{Told, told, written};
use crate::ask::{Askers, Gate};
use crate::clock::Clock;
use crate::config::Config;
use crate::core::dependency::incident::Reason;
use crate::core::time::budget::Budget;
use crate::engine::EventLog;

/// No check is made more often within a minute: confirmations of the shipped checks are half a minute
/// apart, and those of scenarios some seconds.
const MOST_A_MINUTE: i64 = 20;

/// What one scenario came to.
#[derive(Debug)]
pub struct Played {
    /// What was found wrong; empty if all is right.
    pub wrong: Vec<Finding>,
    /// What counts towards precision and recall.
    pub marks: Marks,
    /// How many alerts were made.
    pub alerts: usize,
    /// How many checks were made.
    pub looks: i64,
    /// What was told, as people would read it.
    pub texts: Vec<String>,
    /// How many messages each event brought.
    pub messages: Vec<usize>,
    /// What was told, in its order.
    pub told: Vec<Told>,
}

/// Plays a scenario; its database lives in `folder`.
///
/// # Errors
/// The scenario's configuration is wrong, or the store fails.
pub async fn play(scenario: &Scenario, folder: &Path) -> Result<Played, String> {
    play_logged(scenario, folder, None).await
}

/// The same; everything that enters the decision is noted in `events`.
///
/// # Errors
/// As for [`play`].
pub async fn play_logged(scenario: &Scenario, folder: &Path, events: Option<EventLog>) -> Result<Played, String> {
    let script = Arc::new(Scripted::new(scenario.world.clone()).beginning(scenario.begins));
    let behind = script.clone();
    // One for the whole run, as in the program: a reload forgets nothing that was asked.
    let kept = OnceLock::new();
    let askers = move |config: &Config, clock: &Clock| {
        let gate = kept.get_or_init(|| Arc::new(Gate::new(Budget::default(), clock.clone()))).clone();
        gate.set_paces(config.catalog.paces.iter().map(|(host, pace)| (host.clone(), *pace)).collect());
        Askers::scripted_behind(behind.clone(), gate)
    };
    play_with(scenario, folder, script, &askers, events).await
}

/// Plays a scenario with askers of the caller's own, who get the clock that is moved: the
/// same answers over real sockets must come to the same.
///
/// # Errors
/// As for [`play`].
pub async fn play_over(
    scenario: &Scenario,
    folder: &Path,
    script: Arc<Scripted>,
    askers: impl Fn(&Config, &Clock) -> Askers,
) -> Result<Played, String> {
    play_with(scenario, folder, script, &askers, None).await
}

async fn play_with(
    scenario: &Scenario,
    folder: &Path,
    script: Arc<Scripted>,
    askers: &Asking<'_>,
    events: Option<EventLog>,
) -> Result<Played, String> {
    check_names(scenario, folder)?;
    let mut stage = Stage::open(scenario, folder, script.clone(), askers, events).await?;
    for step in &scenario.steps {
        stage.pass(step.at).await?;
        for happens in &step.happens {
            stage = stage.happens(happens).await?;
        }
    }
    stage.pass(scenario.lasts).await?;
    let text = |error: crate::store::Error| error.to_string();
    let alerts = stage.store().alerts(0).await.map_err(text)?;
    let arrived = stage.mailbox().arrived();
    // A clock that was set shows another time than the scenario's own, and rows follow it when it is set back.
    let shifted = arrived.iter().rev().filter(|one| one.shifted != 0);
    let shifted: BTreeMap<&str, &Arrived> = shifted.map(|one| (one.alert.as_str(), one)).collect();
    let all = alerts.iter().filter_map(|row| told(row, scenario.begins, shifted.get(row.public_id.as_str()).copied()));
    let all: Vec<Told> = all.collect();
    let judged = judge(scenario, &all, &arrived, &stage.shows, scenario.begins);
    let mut wrong = std::mem::take(&mut stage.wrong);
    wrong.extend(judged.wrong);
    wrong.extend(script.lost().into_iter().map(|host| Finding::new("script", format!("nobody answers for {host}"))));
    let looks = stage.store().looks().await.map_err(text)?;
    let busiest = stage.store().busiest_minute().await.map_err(text)?;
    if busiest > MOST_A_MINUTE {
        wrong.push(Finding::new("hurried", format!("one check was made {busiest} times within a minute")));
    }
    stage.store().close().await;
    Ok(Played {
        texts: alerts.iter().filter_map(written).collect(),
        wrong,
        marks: judged.marks,
        alerts: all.iter().filter(|told| told.reason != Reason::Started).count(),
        looks,
        messages: judged.messages,
        told: all,
    })
}

/// Truths speak of what is watched, at first or after a reload.
fn check_names(scenario: &Scenario, folder: &Path) -> Result<(), String> {
    let reloads = scenario.steps.iter().flat_map(|step| &step.happens).filter_map(|happens| match happens {
        Happens::Reload(text) => Some(text.as_str()),
        _ => None,
    });
    let mut ids = Vec::new();
    for text in reloads.chain([scenario.config.as_str()]) {
        let config = Files::of(scenario).configuration(text, folder)?;
        ids.extend(config.dependencies.into_iter().map(|dependency| dependency.id));
    }
    match scenario.truths.iter().find(|truth| !ids.contains(&truth.dependency)) {
        Some(truth) => {
            Err(format!("a truth names `{}`, which is not monitored; monitored: {}", truth.dependency, ids.join(", ")))
        }
        None => Ok(()),
    }
}
