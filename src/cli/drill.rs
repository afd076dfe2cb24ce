//! `plugwatch drill`: sends a test alert, and shows who acknowledged it, and when.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use super::act::{By, open};
use super::{failed, load};
use crate::acts::No;
use crate::clock::Clock;
use crate::core::people::action::ActionKind;
use crate::core::time::{Time, human};
use crate::read::duration;
use crate::store::Store;

/// The shortest wait: nobody acknowledges sooner, and a typing error should not wake anyone.
const LEAST: Duration = Duration::from_secs(10);
/// How often new acknowledgements are read.
const LOOK: Duration = Duration::from_secs(1);
/// `plugwatch run` notices a drill within seconds. If nothing was sent after this time, the person is referred to the
/// log.
const HEARD_WITHIN: Duration = Duration::from_secs(15);

pub(super) async fn drill(path: &Path, name: &str, wait: &str, by: &By) -> ExitCode {
    let config = match load(path) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let wait = match duration(wait) {
        Ok(wait) if wait < LEAST => {
            return failed(2, "--wait: people need longer than that; give them at least 10s, or better 15m");
        }
        Ok(wait) => wait,
        Err((what, cure)) => return failed(2, format!("--wait: {what}; {cure}")),
    };
    if !Store::is_in_use(&config.database) {
        let why = "`plugwatch run` is not running on this database. It sends the alerts: start it, then try again";
        return failed(1, why);
    }
    let (acts, store) = match open(&config).await {
        Ok(opened) => opened,
        Err(why) => return failed(1, why),
    };
    let clock = Clock::system();
    let begun = clock.now();
    let watched = match acts.drill(&by.person(), name, begun).await {
        Ok(id) => watch(&store, &clock, &id, begun, wait).await,
        Err(No(why)) => {
            store.close().await;
            return failed(2, why);
        }
    };
    store.close().await;
    match watched {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => failed(1, error),
    }
}

/// Prints deliveries and acknowledgements until the time is over. Returns whether anyone acknowledged.
async fn watch(store: &Store, clock: &Clock, id: &str, begun: Time, wait: Duration) -> crate::store::Result<bool> {
    println!("Drill {id}: alerts go to everyone now. To acknowledge, press \"I'm on it\" or run: plugwatch ack {id}");
    println!("Waiting {} for acknowledgements. Ctrl-C ends the waiting, not the drill.", human(wait));
    let (mut told, mut acked) = (BTreeSet::new(), 0);
    let end = begun.plus(wait);
    loop {
        let now = clock.now();
        for sent in store.sent_of(id).await? {
            let line = match (&sent.state[..], &sent.why) {
                ("sent", _) => format!("{} to {}: arrived", sent.channel, sent.recipient),
                ("dead", Some(why)) => format!("{} to {}: DID NOT ARRIVE: {why}", sent.channel, sent.recipient),
                (_, Some(why)) => format!("{} to {}: not yet: {why}", sent.channel, sent.recipient),
                _ => continue,
            };
            if told.insert(line.clone()) {
                println!("  {:>6}  {line}", human(now.since(begun)));
            }
        }
        let acts = store.acts_about(id).await?;
        let acks: Vec<_> = acts.iter().filter(|act| act.deed == ActionKind::Ack).collect();
        for ack in acks.iter().skip(acked) {
            println!("  {:>6}  acknowledged by {} ({})", human(ack.at.since(begun)), ack.by, ack.via);
        }
        acked = acks.len();
        if now >= end {
            break;
        }
        if told.is_empty() && now.since(begun) >= HEARD_WITHIN && now.since(begun) < HEARD_WITHIN + LOOK {
            println!("  nothing has been sent yet; read the log of `plugwatch run`");
        }
        clock.sleep_until(now.plus(LOOK).min(end)).await;
    }
    match acked {
        0 => println!("Nobody acknowledged within {}.", human(wait)),
        1 => println!("One person acknowledged. The report will say so."),
        many => println!("{many} people acknowledged. The report will say so."),
    }
    Ok(acked > 0)
}
