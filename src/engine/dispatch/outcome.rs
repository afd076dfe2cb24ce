//! The result of an attempt, and when the next one is due.

use std::time::Duration;

use crate::core::time::schedule::stable;
use crate::core::time::{Time, millis};
use crate::notify::Tried;
use crate::store::{Amend, Delivery, Outcome};

/// The minimum number of attempts before a message is given up. In a week, a recipient that refuses all of them gets
/// about a thousand.
const GIVE_UP_TRIES: i64 = 200;
/// How long delivery is attempted before a message is given up, which is then reported on other channels.
const GIVE_UP: Duration = Duration::from_secs(7 * 24 * 3_600);
/// How long an edit is attempted before the message is left as it is.
const AMEND_WITHIN: Duration = Duration::from_secs(24 * 3_600);
/// The maximum wait, if a channel's service asks plugwatch to wait.
const LONGEST_WISH: Duration = Duration::from_secs(600);
/// Delays in seconds between attempts; the last one repeats.
const BACKOFF: [u64; 6] = [1, 2, 5, 10, 30, 60];
/// Delays in seconds between attempts after the recipient's channel refused the message; the last one repeats.
const SLOWLY: [u64; 6] = [15, 30, 60, 120, 300, 600];

/// Whether a message is given up. Its age alone is not enough: if the machine slept or a clock was ahead, a moment
/// may look like a week.
fn is_given_up(delivery: &Delivery, now: Time) -> bool {
    now.since(delivery.alert.at) > GIVE_UP && delivery.attempts >= GIVE_UP_TRIES
}

/// The result of an attempt: a timeout, a panic, or what the sender returned. `out` says whether any data was sent;
/// if so, the message may have been delivered.
pub(super) fn came(tried: Option<Result<Tried, String>>, out: bool, longest: Duration) -> Tried {
    match (tried, out) {
        (Some(Ok(tried)), _) => tried,
        (None, true) => Tried::Unsure { why: format!("no answer within {} s", longest.as_secs()) },
        (None, false) => {
            Tried::Retry { after: None, why: format!("its turn did not come within {} s", longest.as_secs()) }
        }
        (Some(Err(what)), out) => {
            let why = format!("sending failed inside plugwatch: {what}; this is a bug, please report it");
            tracing::error!("{why}");
            if out { Tried::Unsure { why } } else { Tried::Retry { after: None, why } }
        }
    }
}

pub(super) fn outcome(delivery: &Delivery, tried: Tried, now: Time) -> Outcome {
    match tried {
        Tried::Sent(remote) => Outcome::Sent(remote),
        Tried::Never { why } => Outcome::Dead(why),
        Tried::Refused { why } if is_given_up(delivery, now) => Outcome::Dead(format!("given up after a week: {why}")),
        Tried::Refused { why } => Outcome::Refused(backoff(delivery, &SLOWLY), why),
        Tried::Retry { why, .. } if is_given_up(delivery, now) => {
            Outcome::Dead(format!("given up after a week: {why}"))
        }
        Tried::Unsure { why } if is_given_up(delivery, now) => Outcome::Dead(format!("given up after a week: {why}")),
        Tried::Unsure { why } => Outcome::Unsure(backoff(delivery, &BACKOFF), why),
        Tried::Retry { after: Some(wait), why } => Outcome::Retry(wait.min(LONGEST_WISH), why),
        Tried::Retry { after: None, why } => Outcome::Retry(backoff(delivery, &BACKOFF), why),
    }
}

/// When a failed edit is attempted again, if at all.
pub(super) fn again(amend: &Amend, tried: &Tried, now: Time) -> Option<Time> {
    let (after, why) = match tried {
        Tried::Retry { after, why } => (*after, why),
        Tried::Unsure { why } => (None, why),
        Tried::Refused { why } => (Some(LONGEST_WISH), why),
        Tried::Sent(_) | Tried::Never { .. } => return None,
    };
    let wait = after.unwrap_or(Duration::from_secs(60)).clamp(Duration::from_secs(1), LONGEST_WISH);
    tracing::debug!(why, "{} to {}: a message is not updated yet: {why}", amend.channel, amend.recipient);
    (now.since(amend.newest.at) < AMEND_WITHIN).then(|| now.plus(wait))
}

/// The delay before the next attempt. It varies by up to a fifth, depending on the message's id, so that retries do
/// not all happen at once.
fn backoff(delivery: &Delivery, steps: &[u64; 6]) -> Duration {
    let step = usize::try_from(delivery.attempts).unwrap_or(usize::MAX).min(steps.len() - 1);
    let spread = stable(&format!("{} {}", delivery.alert.public_id, delivery.attempts)) % 400;
    let factor = 0.8 + spread as f64 / 1_000.0;
    let wait = Duration::from_secs(steps[step]).mul_f64(factor);
    debug_assert!(millis(wait) > 0);
    wait
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::supervise::guarded;

    #[tokio::test]
    async fn a_try_that_panics_is_made_again_and_is_a_repeat_only_if_something_left() {
        let broken = || guarded(async { panic!("no such zone") });
        let Tried::Retry { why, .. } = came(Some(broken().await), false, GIVE_UP) else { panic!("it is tried again") };
        assert_eq!(why, "sending failed inside plugwatch: no such zone; this is a bug, please report it");
        assert!(matches!(came(Some(broken().await), true, GIVE_UP), Tried::Unsure { .. }));
        assert!(matches!(came(Some(Ok(Tried::Sent(None))), true, GIVE_UP), Tried::Sent(None)));
    }
}
