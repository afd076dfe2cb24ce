//! The end of a stated drop while some of the vendor's servers still state it: three good answers, an old one, three
//! good ones again. Such a drop is over once most answers over a quarter of an hour are good. If stale servers still
//! state it, that becomes a suspicion.

use std::time::Duration;

use super::doubt::CLEARS;
use super::policy::Policy;
use super::standing::{Held, Standing, Suspicion};
use crate::core::time::Time;
use crate::core::words::verdict::{Basis, Verdict};

/// How long answers are remembered and counted.
const WINDOW: Duration = Duration::from_secs(1_800);
/// The period that the answers must span, and their minimum number, so that a lucky run does not end a drop.
const SPAN: Duration = Duration::from_secs(900);
const FEWEST: usize = 8;
/// The maximum number of answers that are remembered.
const MOST: usize = 32;

/// Records an answer while a drop is being confirmed, from the first good one on.
pub(super) fn note(standing: &mut Standing, verdict: Verdict, policy: &Policy, now: Time) {
    if standing.verdict() != Some(Verdict::Dropped) || policy.basis != Basis::OwnStatement {
        standing.mixed.clear();
        return;
    }
    standing.mixed.retain(|(at, _)| *at <= now && now.since(*at) <= WINDOW);
    if is_good(verdict) || standing.mixed.iter().any(|(_, said)| is_good(*said)) {
        if standing.mixed.len() >= MOST {
            standing.mixed.remove(0);
        }
        standing.mixed.push((now, verdict));
    }
}

/// Whether most recent answers, and the last three in a row, are good.
pub(super) fn is_mostly_good(standing: &Standing, now: Time) -> bool {
    let all = &standing.mixed;
    let good = all.iter().filter(|(_, said)| is_good(*said)).count();
    let row = all.iter().rev().take_while(|(_, said)| is_good(*said)).count();
    let spans = all.first().is_some_and(|(first, _)| now.since(*first) >= SPAN);
    spans && all.len() >= FEWEST && good * 2 > all.len() && row >= CLEARS as usize
}

/// The suspicion that stays because of stale servers, after a drop ended by most answers.
pub(super) fn doubt_left(standing: &Standing, now: Time) -> Option<Suspicion> {
    let dropped = standing.confirmed.as_ref().filter(|held| held.verdict == Verdict::Dropped)?;
    let since = standing.mixed.iter().find(|(_, said)| !is_good(*said)).map(|(at, _)| *at)?;
    let reads = standing.mixed.iter().filter(|(_, said)| !is_good(*said)).count();
    Some(Suspicion {
        held: Held { since, ..dropped.clone() },
        reads: u32::try_from(reads).unwrap_or(u32::MAX),
        last: now,
        looks: standing.mixed.clone(),
        by_turns: true,
        witnessed: false,
    })
}

fn is_good(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Live | Verdict::Degraded)
}

#[cfg(test)]
mod tests {
    use super::super::confirm::after;
    use super::super::standing::CheckResult;
    use super::super::witness::{OwnNetwork, Witnesses};
    use super::*;
    use crate::core::words::verdict::Reading;

    /// The minute in which a drop ends if these answers follow it, one a minute, repeated for two hours.
    fn over(answers: &str) -> Option<usize> {
        let policy = Policy::for_basis(Basis::OwnStatement, Duration::from_secs(300));
        let mut standing = Standing::default();
        let mut minute = 0;
        let mut see = |standing: &mut Standing, good: bool| {
            let reading = match good {
                true => Reading::new(Verdict::Live, "active", "the account is active"),
                false => Reading::new(Verdict::Dropped, "suspended", "the account is suspended"),
            };
            minute += 1;
            let look = CheckResult { at: Time(60_000 * minute), reading };
            let sound = Witnesses { own_network: OwnNetwork::Sound, ..Witnesses::default() };
            *standing = after(standing, &look, &sound, &policy).0;
        };
        see(&mut standing, true);
        (0..180).for_each(|_| see(&mut standing, false));
        assert_eq!(standing.verdict(), Some(Verdict::Dropped));
        let answers: Vec<bool> = answers.chars().map(|answer| answer == 'o').collect();
        (0..120).find(|n| {
            see(&mut standing, answers[n % answers.len()]);
            standing.verdict() == Some(Verdict::Live)
        })
    }

    #[test]
    fn a_drop_ends_while_one_server_of_four_is_stale_and_not_while_half_of_them_say_so() {
        assert_eq!(over("ooox"), Some(18));
        assert_eq!(over("ooxx"), None);
        assert_eq!(over("ox"), None);
    }
}
