//! `plugwatch demo`: plays the weekend, prints the alerts as they would be sent, and serves the page.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

use super::{build, failed};
use crate::acts::{Acts, Known, Person};
use crate::clock::{Clock, Stopwatch};
use crate::config::Config;
use crate::core::time::Time;
use crate::demo::{Stage, Step, Story, anchors, configuration};
use crate::engine::{Dispatcher, Engine};
use crate::ids::Ids;
use crate::notify::Shared;
use crate::say::{Format, status};
use crate::store::Store;
use crate::web::{self, Pages, Public};

/// All parts of the demo.
struct Play {
    engine: Engine,
    dispatcher: Dispatcher,
    stage: Stage,
    clock: Clock,
    acts: Acts,
    /// Whether to play as fast as possible.
    fast: bool,
}

#[derive(clap::Args)]
pub(super) struct How {
    /// Play as fast as possible
    #[arg(long)]
    fast: bool,
    /// Keep the status page open at the end, until you press Ctrl-C
    #[arg(long)]
    hold: bool,
    /// The address of the status page
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDRESS")]
    listen: SocketAddr,
}

pub(super) async fn demo(how: How) -> ExitCode {
    let folder = std::env::temp_dir().join(format!("plugwatch-demo-{}", std::process::id()));
    let played = match stopped() {
        Ok(stopped) => tokio::select! {
            played = play(&folder, &how) => played,
            () = stopped => Ok(()),
        },
        Err(error) => Err(text(error)),
    };
    // The folder contains nothing but the demo's own history.
    let _ = std::fs::remove_dir_all(&folder);
    match played {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => failed(1, why),
    }
}

/// Completes on the first signal to stop. From then on, such a signal no longer ends the program directly.
fn stopped() -> std::io::Result<impl Future<Output = ()>> {
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let mut hup = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = term.recv() => (),
            _ = int.recv() => (),
            _ = hup.recv() => (),
        }
    })
}

async fn play(folder: &Path, how: &How) -> Result<(), String> {
    let story = Story::weekend().map_err(text)?;
    let clock = Clock::manual(story.begins);
    let stage = Stage::new().map_err(text)?;
    let config = prepare(folder, &stage).await?;
    let store = Arc::new(Store::open(&config.database).await.map_err(text)?);
    let (askers, ways) =
        (build::askers(&config, &clock, &build::gate(&clock))?, build::ways(&config, &Shared::new(&clock))?);
    let dispatcher = Dispatcher::new(store.clone(), ways, clock.clone(), Ids::Random);
    let acts = Acts::new(store.clone(), Arc::new(Known::of(&config)), Ids::Random);
    let look = config.public_page();
    let engine = Engine::start(config, askers, store.clone(), clock.clone(), Ids::Random).await;
    let mut engine = engine.map_err(text)?;
    engine.mark_simulation();
    let snapshot = engine.windows().snapshot;

    let listener = web::Listener::tcp(how.listen).await?;
    let address = listener.shown();
    let pages = Pages {
        snapshot: snapshot.clone(),
        store: store.clone(),
        clock: clock.clone(),
        details: true,
        details_token: None,
        dates: tokio::sync::watch::Sender::new(Vec::new()).subscribe(),
        public: Public::fixed(look),
        metrics: true,
        names: Vec::new(),
        trusted_proxies: Vec::new(),
        check_in_points: tokio::sync::watch::Sender::new(Vec::new()).subscribe(),
        publishing: None,
        failures: Default::default(),
    };
    let page = tokio::spawn(web::serve(listener, pages));
    println!("A simulation: an invented platform, invented answers, the real pipeline.");
    if how.fast {
        println!("Three days, as fast as they can be played.");
    } else {
        println!("Three days in about a minute. Open {address} and watch.");
    }

    let mut play = Play { engine, dispatcher, stage, clock, acts, fast: how.fast };
    for (n, step) in story.steps.iter().enumerate() {
        let until = story.steps.get(n + 1).map_or(story.ends, |next| next.at);
        play.step(step, until).await.map_err(text)?;
    }
    println!("\n==== Current state ====\n{}", status::text(&snapshot.borrow().clone(), Format::Plain, chrono_tz::UTC));
    if how.hold {
        println!("\nThe page stays open at {address} until you press Ctrl-C.");
        // A program that waits for this line reads it through a pipe, so it is flushed at once.
        std::io::stdout().flush().map_err(text)?;
        std::future::pending::<()>().await;
    }
    page.abort();
    store.close().await;
    Ok(())
}

async fn prepare(folder: &Path, stage: &Stage) -> Result<Config, String> {
    std::fs::create_dir_all(folder).map_err(text)?;
    std::fs::write(folder.join("key"), "not-a-real-key").map_err(text)?;
    let address = stage.open().await.map_err(text)?;
    let anchors = anchors().await.map_err(text)?;
    Config::read("the demo's configuration", configuration(folder, &format!("http://{address}"), &anchors))
        .map_err(text)
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

impl Play {
    /// Plays from one step to the next: the clock jumps to each due time.
    async fn step(&mut self, step: &Step, until: Time) -> crate::store::Result<()> {
        println!("\n==== {} ==== {}", step.at.short(), step.caption);
        for (vendor, mode) in &step.set {
            self.stage.set(vendor, mode);
        }
        let watch = Stopwatch::start();
        let mut now = self.clock.now().max(step.at);
        if let Some(who) = &step.acknowledged_by {
            // If nothing is open, the story is wrong, and the refusal is printed.
            let said = self.acts.ack(&Person::new(who, "demo"), None, now).await;
            println!("{}", said.unwrap_or_else(|no| no.to_string()));
        }
        let length = until.since(step.at).as_secs_f64().max(1.0);
        while now < until {
            self.engine.tick(now);
            self.engine.settle(now).await?;
            self.dispatcher.deliver(now).await?;
            let due = self.engine.next_due().unwrap_or(until);
            now = due.max(now.plus(Duration::from_secs(1)));
            let share = (now.since(step.at).as_secs_f64() / length).min(1.0);
            self.keep_pace(step.shown.mul_f64(share), &watch).await;
        }
        self.clock.move_to(until);
        Ok(())
    }

    async fn keep_pace(&self, wanted: Duration, watch: &Stopwatch) {
        if !self.fast {
            tokio::time::sleep(wanted.saturating_sub(watch.elapsed())).await;
        }
    }
}
