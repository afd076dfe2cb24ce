//! How soon every place is called once an answer has confirmed a drop.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::sleep;

use super::lateness::share;
use super::load::Load;
use super::server::{Noted, Wrong};
use super::servers::Servers;

/// A drop is confirmed within two minutes, and told; a busy machine gets one more.
const PATIENCE: u32 = 180;
const PAUSE: Duration = Duration::from_secs(1);

/// The check that is dropped.
const DROPPED: u32 = 0;

/// Drops one check, and waits until all places are called.
///
/// # Errors
/// Some are not.
pub async fn measure(load: &Load, servers: &mut Servers) -> Result<Option<(i64, i64)>, String> {
    if load.places == 0 {
        return Ok(None);
    }
    servers.set_wrong(Wrong { per_mille: 0, seed: load.seed, all_of: DROPPED..DROPPED + 1 }).await?;
    let mut called = 0;
    for _ in 0..PATIENCE {
        sleep(PAUSE).await;
        let noted = servers.noted().await?;
        let delays = delays(&noted);
        called = delays.len();
        if called >= load.places as usize {
            let mut delays: Vec<i64> = delays.into_values().collect();
            delays.sort_unstable();
            return Ok(Some((share(&delays, 50), share(&delays, 99))));
        }
    }
    Err(format!("of {} places {called} were called about a drop", load.places))
}

/// By place: from the last wrong answer before the first call that tells of a drop to that call, in microseconds.
fn delays(noted: &Noted) -> BTreeMap<&str, i64> {
    let mut first = BTreeMap::new();
    let tells = |body: &str| serde_json::from_str(body).is_ok_and(|body: serde_json::Value| body["reason"] == "opened");
    for call in noted.calls.iter().filter(|call| tells(&call.body)) {
        let before = noted.wrong.iter().filter(|(number, at)| *number == DROPPED && *at <= call.at);
        let last = before.map(|(_, at)| *at).max();
        if let Some(last) = last {
            first.entry(call.path.as_str()).or_insert(i64::try_from(call.at - last).unwrap_or(i64::MAX));
        }
    }
    first
}

#[cfg(test)]
mod tests {
    use crate::bench::under_load::server::Call;

    use super::*;

    #[test]
    fn each_place_counts_from_the_answer_before_its_first_call() {
        let call = |path: &str, at, reason: &str| Call {
            at,
            path: path.to_owned(),
            body: format!(r#"{{"reason": "{reason}"}}"#),
        };
        let calls = vec![
            call("/hook/0/", 40, "started"),
            call("/hook/0/", 230, "opened"),
            call("/hook/1/", 250, "opened"),
            call("/hook/0/", 900, "opened"),
        ];
        let noted =
            Noted { wrong: vec![(DROPPED, 100), (7, 220), (DROPPED, 200), (DROPPED, 300)], calls, ..Noted::default() };
        assert_eq!(delays(&noted), BTreeMap::from([("/hook/0/", 30), ("/hook/1/", 50)]));
    }
}
