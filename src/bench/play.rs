//! Plays one scenario through the real engine, its store and its outbox, in virtual time.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use super::judge::{Finding, Marks, judge};
use super::scenario::Scenario;
use super::script::Scripted;
use crate::ask::Askers;
use crate::clock::Clock;
use crate::config::Config;
use crate::core::incident::{Level, Reason};
use crate::core::model::{Fault, Verdict};
use crate::core::shown::Shown;
use crate::core::time::{Time, human};
use crate::engine::{Engine, alert_view};
use crate::ids::Ids;
use crate::say::Format;
use crate::say::alert::{Body, Footer};
use crate::store::{AlertRow, Store};

/// Scenarios begin on a Tuesday, far from the weekly report.
const BEGINS: Time = Time(1_772_524_800_000);
/// What is watched is known to be live before anything happens.
const BEFORE: Duration = Duration::from_secs(1_800);

/// More rounds than this in a minute of the scenario's time come of something that hurries itself.
const MOST_TICKS: u32 = 20_000;
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
    /// How many looks were taken.
    pub looks: i64,
    /// What was told, as people would read it.
    pub texts: Vec<String>,
}

/// An alert, as far as the judge needs it.
#[derive(Clone, Debug)]
pub(super) struct Told {
    /// When, since the scenario began.
    pub at: Duration,
    pub reason: Reason,
    pub level: Level,
    /// Whom it is about; empty where it is about plugwatch itself.
    pub ids: Vec<String>,
    pub verdict: Option<Verdict>,
    pub why: String,
    pub fault: Option<Fault>,
    /// Since when it says that it is so.
    pub since: Option<Time>,
    /// Who decides, as it names him.
    pub decider: String,
    /// Its title, without the sign before it.
    pub title: String,
    /// What people read, if it is sent at once.
    pub text: String,
}

/// How a dependency was shown from when on.
pub(super) type Shows = BTreeMap<String, Vec<(Duration, Shown)>>;

/// Plays a scenario; its database lives in `folder`.
///
/// # Errors
/// The scenario's configuration is wrong, or the store fails.
pub async fn play(scenario: &Scenario, folder: &Path) -> Result<Played, String> {
    let script = Arc::new(Scripted::new(scenario.world.clone()));
    let askers = Askers::scripted(script.clone());
    play_over(scenario, folder, script, |_| askers.clone()).await
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
    askers: impl Fn(&Clock) -> Askers,
) -> Result<Played, String> {
    let config = configuration(scenario, folder)?;
    let ids: Vec<&str> = config.dependencies.iter().map(|dependency| dependency.id.as_str()).collect();
    if let Some(truth) = scenario.truths.iter().find(|truth| !ids.contains(&truth.dependency.as_str())) {
        return Err(format!("a truth names `{}`, which is not watched; watched: {}", truth.dependency, ids.join(", ")));
    }
    let mut stage = Stage::open_at(scenario, folder, &askers, BEGINS).await?;
    let mut shows = Shows::new();
    for step in &scenario.steps {
        stage.pass(begin().plus(step.at), &mut shows).await?;
        script.set(&step.set);
        if let Some(pause) = step.restart {
            stage = stage.restart(scenario, &askers, pause).await?;
        }
    }
    stage.pass(begin().plus(scenario.lasts), &mut shows).await?;
    let alerts = stage.store.alerts(0).await.map_err(text)?;
    let told: Vec<Told> = alerts.iter().filter_map(told).collect();
    let (mut wrong, marks) = judge(scenario, &told, &shows, begin());
    wrong.extend(script.lost().into_iter().map(|host| Finding::new("script", format!("nobody answers for {host}"))));
    let looks = stage.store.looks().await.map_err(text)?;
    let busiest = stage.store.busiest_minute().await.map_err(text)?;
    if busiest > MOST_A_MINUTE {
        wrong.push(Finding::new("hurried", format!("one check was made {busiest} times within a minute")));
    }
    stage.store.close().await;
    let texts = alerts.iter().filter_map(written).collect();
    Ok(Played { texts, wrong, marks, alerts: told.iter().filter(|told| told.reason != Reason::Started).count(), looks })
}

/// When a scenario's own time begins.
fn begin() -> Time {
    BEGINS.plus(BEFORE)
}

/// Ids that are the same in every run, and new after a restart.
fn ids(at: Time) -> Ids {
    let seconds = at.since(BEGINS).as_secs();
    Ids::Counting(Arc::new(AtomicU64::new(seconds * 1_000)))
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

struct Stage {
    engine: Engine,
    store: Arc<Store>,
    clock: Clock,
    folder: std::path::PathBuf,
}

impl Stage {
    async fn open_at(
        scenario: &Scenario,
        folder: &Path,
        askers: &impl Fn(&Clock) -> Askers,
        at: Time,
    ) -> Result<Stage, String> {
        let clock = Clock::manual(at);
        let config = configuration(scenario, folder)?;
        let store = Arc::new(Store::open_scratch(&folder.join("bench.db")).await.map_err(text)?);
        let engine =
            Engine::start(config, askers(&clock), store.clone(), clock.clone(), ids(at)).await.map_err(text)?;
        Ok(Stage { engine, store, clock, folder: folder.to_owned() })
    }

    /// Killed between two steps, and started again from what is on disk.
    async fn restart(
        self,
        scenario: &Scenario,
        askers: &impl Fn(&Clock) -> Askers,
        pause: Duration,
    ) -> Result<Stage, String> {
        let Stage { engine, store, clock, folder } = self;
        drop(engine);
        store.close().await;
        drop(store);
        Stage::open_at(scenario, &folder, askers, clock.now().plus(pause)).await
    }

    /// Lets time pass until `until`: the clock jumps from one due thing to the next.
    async fn pass(&mut self, until: Time, shows: &mut Shows) -> Result<(), String> {
        let (mut minute, mut ticks) = (0, 0);
        while let Some(now) = self.engine.next_due().map(|due| due.max(self.clock.now())).filter(|due| *due < until) {
            (minute, ticks) = if now.0 / 60_000 == minute { (minute, ticks + 1) } else { (now.0 / 60_000, 0) };
            if ticks > MOST_TICKS {
                let at = human(now.since(begin()));
                return Err(format!("it does not end: after {at} it asks again and again, {ticks} times in a minute"));
            }
            self.engine.tick(now);
            self.engine.settle(now).await.map_err(text)?;
            self.look_at_board(now, shows);
        }
        self.clock.move_to(until);
        Ok(())
    }

    fn look_at_board(&self, now: Time, shows: &mut Shows) {
        let board = self.engine.windows().board.borrow().clone();
        for dependency in &board.dependencies {
            let shown = dependency.shown();
            let known = shows.entry(dependency.id.clone()).or_default();
            if known.last().is_none_or(|(_, last)| *last != shown) {
                known.push((now.since(begin()), shown));
            }
        }
    }
}

fn configuration(scenario: &Scenario, folder: &Path) -> Result<Config, String> {
    std::fs::write(folder.join("key"), "not-a-real-key-for-anything").map_err(text)?;
    let overlay = folder.join("catalog");
    let mut head = format!("database = {:?}\n", folder.join("bench.db").display().to_string());
    for (name, file) in &scenario.catalog {
        std::fs::create_dir_all(&overlay).map_err(text)?;
        std::fs::write(overlay.join(format!("{name}.toml")), file).map_err(text)?;
        head = format!("catalog = {:?}\n{head}", overlay.display().to_string());
        head = head
            .lines()
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .map(|line| format!("{line}\n"))
            .collect();
    }
    let key = format!("{{ file = {:?} }}", folder.join("key").display().to_string());
    let mut own = scenario.config.clone();
    for (name, secret) in &scenario.world.secrets {
        let file = folder.join(format!("key_{name}"));
        std::fs::write(&file, secret).map_err(text)?;
        own = own.replace(&format!("KEY_{name}"), &format!("{{ file = {:?} }}", file.display().to_string()));
    }
    let text_of = format!("{head}{}", own.replace("KEY", &key));
    Config::read(format!("{}.toml", scenario.name), text_of).map_err(text)
}

/// An alert as it would be sent at once.
fn written(row: &AlertRow) -> Option<String> {
    let view = alert_view(&row.snapshot).ok()?;
    Some(format!("---- {} ----\n{}", row.at.short(), view.text(Format::Plain, row.at, &Footer::default())))
}

fn told(row: &AlertRow) -> Option<Told> {
    let view = alert_view(&row.snapshot).ok()?;
    let text = view.text(Format::Plain, row.at, &Footer::default());
    let title = view.title().trim_start_matches(|c: char| !c.is_ascii()).trim().to_owned();
    let told = Told {
        at: row.at.since(begin()),
        reason: row.reason,
        level: row.level,
        // Sentences beside a verdict, such as those of a letter, are about a dependency all the same.
        ids: Vec::new(),
        verdict: None,
        why: String::new(),
        fault: None,
        since: None,
        decider: String::new(),
        title,
        text,
    };
    let Body::Dependency(about) = view.body else { return Some(told) };
    let ids = about.group.as_ref().map_or_else(|| vec![about.id.clone()], |group| group.ids.clone());
    let (verdict, fault, since) = (Some(about.verdict), Some(about.fault), Some(about.since));
    Some(Told { ids, verdict, why: about.why, fault, since, decider: about.decider, ..told })
}
