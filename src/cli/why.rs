//! `plugwatch status` and `plugwatch why`: the current state, as far as it is recorded.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use super::{failed, json, load};
use crate::acts::{Acts, Known, No};
use crate::clock::Clock;
use crate::config::Config;
use crate::core::dependency::shown::Shown;
use crate::core::platform::snapshot::{DependencySnapshot, Snapshot};
use crate::core::time::{Time, human};
use crate::engine::offline_status;
use crate::ids::Ids;
use crate::say::{self, Format, status};
use crate::store::Store;

/// Prints the state. Exits with 1 if something is out or dropped, or shows the wrong page, so that scripts can test
/// it.
pub(super) async fn status(path: &Path, json: bool) -> ExitCode {
    let config = match load(path) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let clock = Clock::system();
    let (watched, zone) = (Store::is_in_use(&config.database), config.time_zone);
    match stand(config, &clock).await {
        Ok((snapshot, store)) => {
            store.close().await;
            let code = if snapshot.each().any(is_down) { ExitCode::FAILURE } else { ExitCode::SUCCESS };
            if json {
                json::print(&say::json::state(&snapshot, watched));
                return code;
            }
            if !watched {
                println!("plugwatch is not running. Last known state:\n");
            }
            println!("{}", status::text(&snapshot, Format::Plain, zone));
            warn_if_old(&snapshot, clock.now());
            code
        }
        Err(why) => failed(1, why),
    }
}

/// Whether it is out, dropped, or a site that shows the wrong page: its visitors are not served either.
fn is_down(one: &DependencySnapshot) -> bool {
    let wrong_page = one.state.unverified().is_some_and(|held| held.reason == "wrong_page");
    matches!(one.shown(), Shown::Outage | Shown::Dropped) || wrong_page
}

pub(super) async fn why(path: &Path, name: &str, json: bool) -> ExitCode {
    let config = match load(path) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let known = Arc::new(Known::of(&config));
    let id = match known.find(name) {
        Ok(thing) => thing.id.clone(),
        Err(No(why)) => return failed(2, why),
    };
    let (clock, zone) = (Clock::system(), config.time_zone);
    let (snapshot, store) = match stand(config, &clock).await {
        Ok(stood) => stood,
        Err(why) => return failed(1, why),
    };
    let now = clock.now();
    let story = Acts::new(store.clone(), known, Ids::Random).story(&id, now).await;
    let dependency = snapshot.each().find(|dependency| dependency.id == id);
    store.close().await;
    match (dependency, story) {
        (Some(dependency), Ok(story)) if json => json::print(&say::json::why(dependency, &story)),
        (Some(dependency), Ok(story)) => {
            println!("{}", status::why(dependency, &story, now, Format::Plain, zone));
            warn_if_old(&snapshot, now);
            ExitCode::SUCCESS
        }
        (None, _) => failed(1, format!("nothing is recorded about {id} yet; start `plugwatch run`")),
        (_, Err(No(why))) => failed(1, why),
    }
}

pub(super) async fn stand(config: Config, clock: &Clock) -> Result<(Snapshot, Arc<Store>), String> {
    let store = Arc::new(Store::view(&config.database).await.map_err(|error| error.to_string())?);
    let snapshot = offline_status(config, &store, clock.now()).await.map_err(|error| error.to_string())?;
    Ok((snapshot, store))
}

/// Warns if the state is old because plugwatch is not running.
fn warn_if_old(snapshot: &Snapshot, now: Time) {
    let age = now.since(snapshot.as_of);
    if age.as_secs() >= 300 {
        println!("\nThis is {} old. To monitor again, start `plugwatch run`.", human(age));
    }
}
