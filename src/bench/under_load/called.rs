//! Measures the time from the answer that confirms a drop to the webhook call at each place.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use tokio::time::sleep;

use super::configuration::number;
use super::lateness::share;
use super::load::Load;
use super::server::{Call, Noted, Wrong};
use super::servers::Servers;

/// How many times to look for the calls, once a second: a drop is confirmed and announced within two minutes, and a
/// busy machine gets one more.
const PATIENCE: u32 = 180;
/// The bench looks once more for every so many failing checks, because a place receives their alerts one after the
/// other.
const EACH: u32 = 10;
const PAUSE: Duration = Duration::from_secs(1);

/// The maximum difference between two readings of the clock, in milliseconds.
const APART: u64 = 5;
/// The reasons of messages that announce a loss.
const TELLS: [&str; 3] = ["opened", "grew", "cascade"];

/// Waits until all places were called about everything that failed; if nothing fails, lets one check drop. Returns
/// the median and the 99th percentile in microseconds; `None` without places.
///
/// # Errors
/// Fails if some calls do not come.
pub async fn measure(load: &Load, servers: &mut Servers) -> Result<Option<(i64, i64)>, String> {
    if load.places == 0 {
        return Ok(None);
    }
    let failing = 0..load.fail.max(1);
    servers.set_wrong(Wrong { per_mille: 0, ..load.wrong(failing.end) }).await?;
    let wanted = failing.len() * load.places as usize;
    let mut called = 0;
    for _ in 0..PATIENCE + load.fail / EACH {
        sleep(PAUSE).await;
        if servers.count().await?.calls < load.places as usize {
            continue;
        }
        let mut delays = delays(&servers.noted().await?, &failing);
        called = delays.len();
        if called >= wanted {
            delays.sort_unstable();
            return Ok(Some((share(&delays, 50), share(&delays, 99))));
        }
    }
    Err(format!("only {called} of {wanted} calls about a drop came"))
}

/// For each place and check: the time from the wrong answer that led to the decision to the first call, in
/// microseconds.
fn delays(noted: &Noted, failing: &Range<u32>) -> Vec<i64> {
    let mut first: BTreeMap<(&str, u32), i64> = BTreeMap::new();
    for call in noted.calls.iter().filter(|call| TELLS.contains(&call.reason.as_str())) {
        for number in call.about.iter().filter_map(|id| number(id)).filter(|number| failing.contains(number)) {
            if let Some(confirmed) = confirmed(noted, call, number) {
                let delay = i64::try_from(call.at - confirmed).unwrap_or(i64::MAX);
                first.entry((&call.path, number)).or_insert(delay);
            }
        }
    }
    first.into_values().collect()
}

/// When the last wrong answer before the call's decision had been sent, in µs since the servers' start.
fn confirmed(noted: &Noted, call: &Call, number: u32) -> Option<u64> {
    let decided = u64::try_from(call.decided_at - noted.began_ms).ok()?;
    let until = call.at.min((decided + APART) * 1_000);
    noted.wrong.iter().filter(|(other, at)| *other == number && *at <= until).map(|(_, at)| *at).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_counts_from_the_answer_before_its_first_call_was_decided() {
        let call = |path: &str, at, decided_at, reason: &str, about: &str| Call {
            at,
            path: path.to_owned(),
            reason: reason.to_owned(),
            decided_at,
            about: vec![about.to_owned()],
        };
        let calls = vec![
            call("/hook/0/", 40_000, 1_040, "started", ""),
            call("/hook/0/", 230_000, 1_201, "opened", "d0"),
            call("/hook/1/", 250_000, 1_201, "opened", "d0"),
            call("/hook/1/", 400_000, 1_301, "cascade", "d1"),
            call("/hook/0/", 900_000, 1_890, "opened", "d0"),
        ];
        let wrong = vec![(0, 100_000), (1, 120_000), (7, 190_000), (0, 200_000), (0, 240_000), (1, 300_000)];
        let noted = Noted { wrong, calls, began_ms: 1_000, ..Noted::default() };
        assert_eq!(delays(&noted, &(0..2)), [30_000, 50_000, 100_000]);
    }
}
