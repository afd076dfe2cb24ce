//! Counts the storefronts of one listing together. If it is gone in all of them, it is gone; if it is gone in some,
//! that is a warning that names them.

use std::time::Duration;

use super::state::{Part, Unseen, worse};
use crate::core::probe::standing::{Held, Standing};
use crate::core::time::Time;
use crate::core::words::verdict::{Fault, Verdict};

/// Storefronts lost within this time after the first one count as lost together. All but the home storefront are
/// checked hourly, and confirming a loss takes another round.
const TOGETHER: Duration = Duration::from_secs(7_200);

/// A storefront that has been out for this long is reported as unreadable, because the others show that the store
/// works.
const LONG_OUT: Duration = Duration::from_secs(3 * 3_600);

/// The combined state of one probe, or of all storefronts of one listing.
#[derive(Debug, Default)]
pub(super) struct Vote {
    /// The confirmed verdict; `None` if there is none.
    pub held: Option<Held>,
    /// Set if the group cannot be read.
    pub unseen: Option<Unseen>,
    /// Set if a storefront other than the home one has been unreadable for long, although the listing can be read.
    pub one_unseen: Option<Unseen>,
    /// The worst suspicion being confirmed.
    pub suspicion: Option<Held>,
    /// Whether part of the group has not been checked yet.
    pub waiting: bool,
}

/// Combines a group. Storefronts that never had the listing do not count, unless none ever had it.
pub(super) fn vote(group: &[&Part<'_>]) -> Vote {
    let proven: Vec<&Part<'_>> = group.iter().copied().filter(|part| part.standing.proven()).collect();
    let group = if proven.is_empty() { group } else { proven.as_slice() };
    // The first storefront is the home storefront. If it or most of them cannot be read, the whole group counts as
    // unreadable.
    let blind = |part: &&&Part<'_>| is_blind(part.standing);
    let unseen: Vec<&Standing> =
        group.iter().map(|part| part.standing).filter(|standing| standing.unverified.is_some()).collect();
    let home = group[0].standing;
    let counts = home.unverified.is_some() || unseen.len() * 2 > group.len();
    let most_blind = group.iter().filter(blind).count() * 2 > group.len();
    let urgent = unseen.iter().find(|standing| standing.unverified.as_deref().is_some_and(|unseen| unseen.urgent));
    let speaks = urgent.or(unseen.first());
    let unseen = speaks.and_then(|standing| standing.unverified.as_deref()).filter(|_| counts);
    let held = held(group);
    let live = held.as_ref().is_some_and(|held| held.verdict == Verdict::Live);
    Vote {
        one_unseen: if counts || !live { None } else { one_unseen(group) },
        held,
        unseen: unseen.map(|unseen| Unseen {
            group: group[0].spread.to_owned(),
            held: unseen.held.clone(),
            blind: is_blind(home) || most_blind,
            vendor_fine: unseen.vendor_fine,
            urgent: unseen.urgent,
        }),
        suspicion: suspicion(group),
        waiting: home.confirmed.is_none() && home.unverified.is_none() && home.suspicion.is_none(),
    }
}

/// The storefronts that have long been unreadable while others can be read. An unread storefront is never shown as
/// good.
fn one_unseen(group: &[&Part<'_>]) -> Option<Unseen> {
    let unread = |part: &&&Part<'_>| is_blind(part.standing) || is_long_out(part.standing);
    let unread: Vec<&&Part<'_>> = group.iter().filter(unread).collect();
    let first = unread.first()?.standing;
    let blind = first.unverified.as_deref().filter(|_| is_blind(first));
    let held = blind.map(|blind| &blind.held).or(first.confirmed.as_ref())?;
    let names: Vec<String> = unread.iter().filter_map(|part| Some(part.country?.to_uppercase())).collect();
    let say = format!("{UNREAD}{}: {}", names.join(", "), held.say);
    Some(Unseen {
        group: format!("{} elsewhere", group[0].spread),
        // The other storefronts show that the store works, so nobody is known to be at fault.
        held: Held { say, verdict: Verdict::Unknown, fault: Fault::Unclear, ..held.clone() },
        blind: true,
        vendor_fine: blind.is_some_and(|blind| blind.vendor_fine),
        urgent: false,
    })
}

/// The worst suspicion, limited to what it would mean if confirmed: one storefront of several is only a warning.
fn suspicion(group: &[&Part<'_>]) -> Option<Held> {
    let suspicions = group.iter().filter_map(|part| part.standing.suspects());
    let worst = suspicions.map(|suspicion| suspicion.held.clone()).fold(None, worse)?;
    let says = |part: &Part<'_>, verdict: Verdict| {
        let suspected = part.standing.suspects().map(|suspicion| suspicion.held.verdict);
        suspected.or(part.standing.verdict()) == Some(verdict)
    };
    let counts = match worst.verdict {
        Verdict::Dropped => group.iter().all(|part| says(part, Verdict::Dropped)),
        Verdict::Outage => says(group[0], Verdict::Outage),
        _ => true,
    };
    Some(if counts { worst } else { Held { verdict: Verdict::Degraded, ..worst } })
}

fn is_long_out(standing: &Standing) -> bool {
    let out = standing.confirmed.as_ref().filter(|held| held.verdict == Verdict::Outage);
    out.zip(standing.verified_at).is_some_and(|(held, last)| last.since(held.since) >= LONG_OUT)
}

fn is_blind(standing: &Standing) -> bool {
    standing.unverified.as_deref().is_some_and(|unverified| unverified.blind)
}

fn held(group: &[&Part<'_>]) -> Option<Held> {
    let counts: Vec<(&Part<'_>, Held)> =
        group.iter().filter_map(|part| Some((*part, part.standing.counts()?))).collect();
    let known: Vec<(&Part<'_>, &Held)> = counts.iter().map(|(part, held)| (*part, held)).collect();
    let (home, first) = *known.first()?;
    if group.len() < 2 {
        return Some(first.clone());
    }
    let of = |verdict: Verdict| known.iter().filter(move |(_, held)| held.verdict == verdict);
    let gone: Vec<(&Part<'_>, &Held)> = of(Verdict::Dropped).copied().collect();
    if gone.is_empty() {
        // An outage of another storefront is not an outage of the whole store.
        let out = of(Verdict::Outage).count();
        let home_out = std::ptr::eq(home, group[0]) && first.verdict == Verdict::Outage;
        let counts = |held: &Held| held.verdict != Verdict::Outage || home_out || out * 2 > known.len();
        let votes: Vec<Held> = known.iter().filter(|(_, held)| counts(held)).map(|(_, held)| (*held).clone()).collect();
        let last = votes.iter().map(|held| held.since).max();
        // All have been back only since the last of them recovered.
        let back = |held: Held| match (held.verdict, last) {
            (Verdict::Live, Some(since)) => Held { since, ..held },
            _ => held,
        };
        return votes.into_iter().fold(None, worse).map(back);
    }
    // Most people use the home storefront, so its outage is worse than a gap elsewhere.
    if std::ptr::eq(home, group[0]) && first.verdict == Verdict::Outage {
        return Some(first.clone());
    }
    // A drop is kept while it cannot be read; any other verdict that has long been unreadable does not count.
    let says = |(part, held): &&(&Part<'_>, &Held)| held.verdict == Verdict::Dropped || !part.standing.is_unreadable();
    let readable = known.iter().filter(says).count();
    if gone.len() == readable && readable * 2 >= known.len() {
        return Some(all_gone(&gone));
    }
    let at_home = std::ptr::eq(gone[0].0, group[0]);
    Some(partly_gone(&gone, at_home, known.len()))
}

/// The state if all storefronts are gone, dated to the first of those lost together. A storefront that was still seen
/// after another was lost was not lost together with it.
fn all_gone(gone: &[(&Part<'_>, &Held)]) -> Held {
    let last = gone.iter().map(|(_, held)| held.since).max().unwrap_or(gone[0].1.since);
    let seen = gone.iter().filter_map(|(part, _)| part.standing.last_live).max();
    let together = |since: &Time| last.since(*since) <= TOGETHER && seen.is_none_or(|seen| seen <= *since);
    let since = gone.iter().map(|(_, held)| held.since).filter(together).min().unwrap_or(last);
    let say = match gone {
        [(_, one)] => one.say.clone(),
        [(_, first), ..] => format!("gone in all {} countries ({}); {}", gone.len(), countries(gone), first.say),
        [] => String::new(),
    };
    Held { since, say, ..gone[0].1.clone() }
}

/// Whether a reason, alone or joined with others, is a warning that the app is gone in some storefronts.
pub fn is_partly(reason: &str) -> bool {
    reason.split('+').any(|one| one.starts_with(PARTLY))
}

/// Whether a reason is that the app is gone in some storefronts, and people were told of something less, such as a
/// letter that warned of it.
pub fn is_newly_gone(reason: &str, told: &str) -> bool {
    reason.starts_with(PARTLY) && !is_partly(told)
}

/// With fewer storefronts than this, half of them say little about where the users are.
const FEW: usize = 5;

/// Whether a warning says that the app is gone in more than half of the storefronts, and so for most users.
pub fn is_mostly(reason: &str) -> bool {
    is_at_home(reason) || counts(reason).is_some_and(|(gone, of)| of >= FEW && gone * 2 > of)
}

/// In how many of how many storefronts the app is gone, according to a reason, alone or joined with others.
fn counts(reason: &str) -> Option<(usize, usize)> {
    let one = |one: &str| {
        let (gone, of) = one.strip_prefix(PARTLY)?.split_once("_storefronts")?.0.split_once("_of_")?;
        Some((gone.parse().ok()?, of.parse().ok()?))
    };
    reason.split('+').find_map(one)
}

/// Whether the app is gone in fewer of the same storefronts according to `reason` than according to `before`.
pub fn is_gone_in_fewer(reason: &str, before: &str) -> bool {
    let (now, before) = (counts(reason), counts(before));
    now.zip(before).is_some_and(|((now, of), (before, of_before))| of == of_before && now < before)
}

/// Whether a warning says that the app is gone in the home storefront, the first one configured.
pub fn is_at_home(reason: &str) -> bool {
    reason.split('+').any(|one| one.starts_with(PARTLY) && one.ends_with(AT_HOME))
}

/// The maximum length of a list of country names in a title, in characters.
const NAMED: usize = 14;

/// The countries that a sentence about some storefronts names, if they are few.
pub fn gone_where(say: &str) -> Option<&str> {
    // A letter may come before it, in the same sentence.
    let at = say.rfind(GONE)? + GONE.len();
    few(say[at..].split_once(" (")?.0)
}

/// The sentence with the name of a region in place of its countries.
pub fn gone_in_region(say: &str, region: &str) -> String {
    let Some(at) = say.rfind(GONE).map(|at| at + GONE.len()) else { return say.to_owned() };
    let rest = say[at..].find(" (").map_or("", |end| &say[at + end..]);
    format!("{}{region}{rest}", &say[..at])
}

/// The state of a listing that is gone in some storefronts, such as `removed in US`, from a sentence about it.
pub fn removed(say: &str) -> String {
    format!("removed in {}", gone_where(say).unwrap_or("some countries"))
}

/// The reason code for a listing that is back wherever it was gone.
pub const LISTED_AGAIN: &str = "listed_again";
const AGAIN: &str = "listed again in ";

/// The sentence for a listing that is back in these countries.
pub fn listed_again(countries: &[String]) -> String {
    match countries {
        [] => format!("{AGAIN}all countries that plugwatch checks"),
        some => format!("{AGAIN}{}", some.join(", ")),
    }
}

/// The countries that a sentence by [`listed_again`] names, if they are few.
pub fn back_where(say: &str) -> Option<&str> {
    few(say.strip_prefix(AGAIN)?)
}

/// The countries in which the listing could not be read, if a sentence says so and they are few.
pub fn unread_where(say: &str) -> Option<&str> {
    few(say.strip_prefix(UNREAD)?.split_once(':')?.0)
}

fn few(names: &str) -> Option<&str> {
    Some(names).filter(|names| (1..=NAMED).contains(&names.len()))
}

const GONE: &str = "not listed in ";
const UNREAD: &str = "the listing could not be read in ";
const PARTLY: &str = "gone_in_";
const AT_HOME: &str = "_and_at_home";

fn countries(gone: &[(&Part<'_>, &Held)]) -> String {
    let names: Vec<String> = gone.iter().filter_map(|(part, _)| Some(part.country?.to_uppercase())).collect();
    names.join(", ")
}

fn partly_gone(gone: &[(&Part<'_>, &Held)], at_home: bool, seen: usize) -> Held {
    let worst = gone[0].1.clone();
    let home = if at_home { AT_HOME } else { "" };
    let (names, number) = (countries(gone), gone.len());
    let say = format!("{GONE}{names} ({number} of the {seen} countries that plugwatch checks)");
    let since = gone.iter().map(|(_, held)| held.since).min().unwrap_or(worst.since);
    Held {
        verdict: Verdict::Degraded,
        reason: format!("{PARTLY}{}_of_{seen}_storefronts{home}", gone.len()),
        say,
        since,
        ..worst
    }
}
