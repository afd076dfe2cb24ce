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

/// The maximum number of times that one check may run within a minute: confirmations of the shipped checks are
/// half a minute apart, those of some scenarios a few seconds.
const MOST_A_MINUTE: i64 = 20;

/// The result of playing one scenario.
#[derive(Debug)]
pub struct Played {
    /// The faults that were found; empty if there are none.
    pub wrong: Vec<Finding>,
    /// The scenario's share of precision and recall.
    pub marks: Marks,
    /// The number of alerts, without those about a start of the program.
    pub alerts: usize,
    /// The number of checks that ran.
    pub looks: i64,
    /// The messages as people would read them.
    pub texts: Vec<String>,
    /// The number of messages for each event.
    pub messages: Vec<usize>,
    /// The messages in order.
    pub told: Vec<Told>,
}

/// Plays a scenario; its database is in `folder`.
///
/// # Errors
/// Fails if the scenario's configuration is invalid, or the store fails.
pub async fn play(scenario: &Scenario, folder: &Path) -> Result<Played, String> {
    play_logged(scenario, folder, None).await
}

/// Plays a scenario and writes all inputs of its decisions to `events`.
///
/// # Errors
/// Fails as [`play`] does.
pub async fn play_logged(scenario: &Scenario, folder: &Path, events: Option<EventLog>) -> Result<Played, String> {
    let script = Arc::new(Scripted::new(scenario.world.clone()).beginning(scenario.begins));
    let behind = script.clone();
    // There is one gate for the whole run, as in the program: a reload does not reset the hosts' budgets.
    let kept = OnceLock::new();
    let askers = move |config: &Config, clock: &Clock| {
        let gate = kept.get_or_init(|| Arc::new(Gate::new(Budget::default(), clock.clone()))).clone();
        gate.set_paces(config.catalog.paces.iter().map(|(host, pace)| (host.clone(), *pace)).collect());
        Askers::scripted_behind(behind.clone(), gate)
    };
    play_with(scenario, folder, script, &askers, events).await
}

/// Plays a scenario with the caller's askers, which get the virtual clock: the same answers
/// over real sockets must lead to the same result.
///
/// # Errors
/// Fails as [`play`] does.
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
    // After the machine's clock was changed, stored times differ from the scenario's own time.
    let shifted = arrived.iter().rev().filter(|one| one.shifted != 0);
    let shifted: BTreeMap<&str, &Arrived> = shifted.map(|one| (one.alert.as_str(), one)).collect();
    let all = alerts.iter().filter_map(|row| told(row, scenario.begins, shifted.get(row.public_id.as_str()).copied()));
    let all: Vec<Told> = all.collect();
    let judged = judge(scenario, &all, &arrived, &stage.shows, scenario.begins);
    let mut wrong = std::mem::take(&mut stage.wrong);
    wrong.extend(judged.wrong);
    wrong.extend(script.lost().into_iter().map(|host| Finding::new("script", format!("no actor answers for {host}"))));
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

/// Checks that every truth is about a dependency that is monitored, from the beginning or after a reload.
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
