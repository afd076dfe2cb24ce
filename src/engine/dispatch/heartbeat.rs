//! Signs of life, sent only while checks and deliveries actually work.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::clock::Clock;
use crate::core::alerting::route::Way;
use crate::core::platform::snapshot::Snapshot;
use crate::core::probe::witness::OwnNetwork;
use crate::core::time::{Time, human};
use crate::notify::Heartbeat;
use crate::store::{DEAD_MANS_SWITCH, PlaceRow, Store};

/// The maximum interval between two snapshots.
const STALE: Duration = Duration::from_secs(180);
/// The maximum time that a check result may wait to be written.
const UNWRITTEN: Duration = Duration::from_secs(60);
/// The maximum time that a due message may wait for a recipient that accepts messages.
const WAITS: Duration = Duration::from_secs(300);

/// Where signs of life are sent, and what must work for one to be sent. A reload changes this.
#[derive(Clone, Default)]
pub struct Beating {
    /// The dead man's switch and its interval; `None` if none is configured.
    pub to: Option<(Arc<Heartbeat>, Duration)>,
    /// Every recipient.
    pub ways: Vec<Way>,
}

/// Sends signs of life until the program ends, following the current settings.
pub async fn beat(
    mut settings: watch::Receiver<Beating>,
    snapshot: watch::Receiver<Arc<Snapshot>>,
    store: Arc<Store>,
    clock: Clock,
) {
    let mut failing = false;
    loop {
        let Beating { to, ways } = settings.borrow_and_update().clone();
        let Some((heartbeat, every)) = to else {
            // The sender was dropped because the program is ending.
            if settings.changed().await.is_err() {
                return std::future::pending().await;
            }
            continue;
        };
        let now = clock.now();
        let latest = snapshot.borrow().clone();
        let wrong = ailing(&latest, &store, &ways, now).await;
        let beaten = heartbeat.beat(wrong.as_deref()).await;
        if beaten.is_ok()
            && let Err(error) = store.note_key_use(DEAD_MANS_SWITCH, now).await
        {
            tracing::debug!(%error, "could not record that the dead-man's switch was reached: {error}");
        }
        match (beaten, &wrong) {
            (Ok(()), None) => failing = false,
            (Ok(()), Some(wrong)) => tracing::warn!("the dead-man's switch was notified of a problem: {wrong}"),
            (Err(why), _) if !failing => {
                tracing::warn!("{why}; if this lasts, the dead-man's switch alerts people");
                failing = true;
            }
            (Err(_), _) => {}
        }
        tokio::select! {
            _ = clock.sleep_until(now.plus(every)) => {}
            // A newly configured switch is pinged at once.
            Ok(()) = settings.changed() => {}
        }
    }
}

/// What is wrong with this plugwatch; `None` if everything works.
pub async fn ailing(snapshot: &Snapshot, store: &Store, ways: &[Way], now: Time) -> Option<String> {
    let age = now.since(snapshot.as_of);
    if age >= STALE {
        return Some(format!("no decision was made for {}", human(age)));
    }
    if let Some(since) = snapshot.unwritten_since.filter(|since| now.since(*since) >= UNWRITTEN) {
        return Some(format!("nothing could be written since {}: is the disk full?", since.short()));
    }
    if snapshot.own_network == OwnNetwork::Blind {
        return Some(format!("its own network has been down since {}", snapshot.own_network_since.short()));
    }
    let (places, waits) = match (store.places().await, store.oldest_due(now).await) {
        (Ok(places), Ok(waits)) => (places, waits),
        (Err(error), _) | (_, Err(error)) => return Some(error.to_string()),
    };
    let here = |place: &&PlaceRow| {
        ways.iter().any(|way| way.wakes && way.channel == place.channel && way.recipient == place.recipient)
    };
    let people: Vec<_> = places.iter().filter(here).collect();
    if !people.is_empty() && people.iter().all(|place| place.failing_since.is_some()) {
        let why = people[0].why.clone().unwrap_or_default();
        return Some(format!("no channel delivers: {} to {}: {why}", people[0].channel, people[0].recipient));
    }
    let late = waits.filter(|at| now.since(*at) >= WAITS)?;
    Some(format!("a message has been waiting since {}", late.short()))
}
