//! `plugwatch notify test`: sends a message through every channel to everyone, and shows the results.

use std::path::Path;
use std::process::ExitCode;

use super::{build, failed, load, terminal};
use crate::clock::{Clock, Stopwatch};
use crate::config::Config;
use crate::core::alerting::route::Way;
use crate::core::dependency::incident::{Level, Reason};
use crate::core::people::action::{ActionKind, OperatorAction};
use crate::core::time::Time;
use crate::engine::{Ways, note_message};
use crate::ids::Ids;
use crate::notify::{Message, Shared, Tried};
use crate::store::Store;

pub(super) async fn test(path: &Path, channel: Option<&str>) -> ExitCode {
    let config = match load(path) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let known: Vec<&str> = config.channels.iter().map(|channel| channel.name.as_str()).collect();
    if let Some(wrong) = channel.filter(|name| !known.contains(name)) {
        return failed(2, format!("there is no channel `{wrong}`; available channels: {}", known.join(", ")));
    }
    match send_to_all(&config, channel).await {
        Ok((took, fine)) => {
            for way in took.iter().filter(|way| way.wakes) {
                println!("Ask the person who reads {} to {} whether it arrived.", way.channel, way.recipient);
            }
            if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(why) => failed(1, why),
    }
}

/// Sends a test to everyone, or through one channel only. Returns the recipients that accepted it, and
/// whether all did.
///
/// # Errors
/// Fails if a channel's client cannot be built.
pub(super) async fn send_to_all(config: &Config, only: Option<&str>) -> Result<(Vec<Way>, bool), String> {
    let clock = Clock::system();
    let ways = build::ways(config, &Shared::new(&clock))?;
    let wanted = |name: &str| only.is_none_or(|only| only == name);
    let mut fine = true;
    for channel in config.channels.iter().filter(|channel| wanted(&channel.name)) {
        if let Some(why) = channel.off() {
            println!("{:<14} off: {why}", channel.name);
            fine = false;
        }
    }
    let mut took = Vec::new();
    for way in ways.everybody.iter().filter(|way| wanted(&way.channel)) {
        let arrived = try_one(config, &ways, way, clock.now()).await;
        fine &= arrived;
        took.extend(arrived.then(|| way.clone()));
    }
    remember(config, &took, fine, clock.now()).await;
    Ok((took, fine))
}

/// Records the test and its result for the report.
async fn remember(config: &Config, took: &[Way], fine: bool, now: Time) {
    let Ok(store) = Store::beside(&config.database).await else {
        println!(
            "There is no history yet, so the report will not mention this test. Test again while plugwatch is running."
        );
        return;
    };
    let user = std::env::var("USER").unwrap_or_default();
    let count = took.iter().filter(|way| way.wakes).count();
    for way in took {
        // A recipient that was marked as failing works again.
        if let Err(error) = store.note_works(&way.channel, &way.recipient, now).await {
            eprintln!("plugwatch: could not record that {} works: {error}", way.channel);
        }
    }
    let words = match fine {
        true => format!("it arrived everywhere ({count})"),
        false => "it did not arrive everywhere".to_owned(),
    };
    let act = OperatorAction { words, ..OperatorAction::new(ActionKind::Test, &user, "terminal", now) };
    if let Err(error) = store.act(&act).await {
        eprintln!("plugwatch: could not record this test: {error}");
    }
    store.close().await;
}

async fn try_one(config: &Config, ways: &Ways, way: &Way, now: Time) -> bool {
    let watch = Stopwatch::start();
    let working = terminal::Working::on(&format!("sending through {}", way.channel));
    let tried = ways.senders.send(&way.channel, &message(config, way, now)).await;
    drop(working);
    let place = format!("{} to {}", way.channel, way.recipient);
    let took = f64::from(watch.ms()) / 1_000.0;
    match tried {
        Tried::Sent(Some(id)) => println!("{place:<40} arrived as {id}, {took:.1} s"),
        Tried::Sent(None) => println!("{place:<40} accepted, {took:.1} s"),
        Tried::Retry { why, .. } | Tried::Unsure { why } => {
            println!("{place:<40} FAILED: {why}");
            return false;
        }
        Tried::Refused { why } | Tried::Never { why } => {
            println!("{place:<40} REFUSED: {why}");
            return false;
        }
    }
    true
}

fn message(config: &Config, way: &Way, now: Time) -> Message {
    let title = format!("Test: {} can reach you here", config.platform);
    let lines = vec![
        format!(
            "This is a test, sent by hand through {} to {}. Nothing happened, and there is nothing to do.",
            way.channel, way.recipient
        ),
        "If you want to be woken here, this channel is ready.".to_owned(),
    ];
    let id = Ids::Random.next();
    note_message(&config.platform, &way.recipient, &id, (Reason::Test, Level::Info), &title, lines, now)
}
