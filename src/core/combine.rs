//! Several probes make one dependency: the worst of those that decide, with
//! storefronts counted together and warnings capped at degraded.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::model::{Fault, Proof, Role, Verdict, words};
use super::standing::{Held, Standing};
use super::time::Time;

/// One probe's share in a dependency.
#[derive(Clone, Debug)]
pub struct Part<'a> {
    /// What it counts for.
    pub role: Role,
    /// The check it asks, `vendor/check`.
    pub check: &'a str,
    /// The storefront, for checks asked in several countries.
    pub country: Option<&'a str>,
    /// What is believed about it.
    pub standing: &'a Standing,
}

/// What a dependency comes to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Combined {
    /// The worst confirmed verdict; `None` while nothing was ever seen.
    pub held: Option<Held>,
    /// Set when a deciding probe cannot see; nothing unverified is shown green.
    pub unverified: Option<Held>,
    /// The unverified state has become an alert of its own.
    pub blind: bool,
    /// Something that speaks at once, such as access lost, is part of it.
    #[serde(default)]
    pub urgent: bool,
    /// A suspicion under way, for "checking".
    pub suspicion: Option<Held>,
}

words! {
    /// What people are shown for a dependency; the same words in JSON and metrics.
    Shown {
        /// Confirmed and verified.
        Live = "live",
        /// Confirmed and verified.
        Degraded = "degraded",
        /// Confirmed; stays so while unverified.
        Outage = "outage",
        /// Confirmed; stays so while unverified.
        Dropped = "dropped",
        /// It was live, degraded or never seen, and the last looks say something worse, unconfirmed yet.
        Checking = "checking",
        /// It was live or degraded, and cannot be seen now.
        NotVerified = "not_verified",
        /// Nothing was ever seen live.
        NeverSeenLive = "never_seen_live",
        /// A secret is not set.
        NeedsKey = "needs_key",
        /// No look yet.
        Starting = "starting",
    }
}

impl Shown {
    /// For sorting: the worst first.
    pub fn rank(self) -> u8 {
        match self {
            Shown::Dropped => 0,
            Shown::Outage => 1,
            Shown::Degraded => 2,
            Shown::Checking => 3,
            Shown::NotVerified => 4,
            Shown::NeverSeenLive => 5,
            Shown::NeedsKey => 6,
            Shown::Starting => 7,
            Shown::Live => 8,
        }
    }
}

impl Combined {
    /// What people see. Neither unverified nor contradicted is green; dropped and outage stay.
    pub fn shown(&self) -> Shown {
        let unseen = self.unverified.as_ref();
        let held = self.held.as_ref().map_or(0, |held| held.verdict.badness());
        let doubted = self.suspicion.as_ref().is_some_and(|suspicion| suspicion.verdict.badness() > held);
        match (self.held.as_ref().map(|held| held.verdict), unseen) {
            (Some(Verdict::Dropped), _) => Shown::Dropped,
            (Some(Verdict::Outage), _) => Shown::Outage,
            (_, Some(why)) if why.reason == "needs_key" => Shown::NeedsKey,
            (_, Some(why)) if why.reason == "never_seen_live" => Shown::NeverSeenLive,
            (_, Some(_)) => Shown::NotVerified,
            (None | Some(Verdict::Live | Verdict::Degraded), None) if doubted => Shown::Checking,
            (Some(Verdict::Live), None) => Shown::Live,
            (Some(Verdict::Degraded), None) => Shown::Degraded,
            (Some(Verdict::Unknown) | None, None) => Shown::Starting,
        }
    }
}

/// Combines the parts of one dependency.
pub fn combine(parts: &[Part<'_>]) -> Combined {
    let only_warnings = !parts.iter().any(|part| decides(part.role));
    let mut votes: Vec<Held> = Vec::new();
    let mut whole = Combined::default();
    for group in groups(parts).values() {
        let vote = spread(group);
        votes.extend(vote.held.and_then(|held| capped(held, group[0].role, only_warnings)));
        if let Some(held) = vote.suspicion.and_then(|held| capped(held, group[0].role, only_warnings)) {
            whole.suspicion = worse(whole.suspicion, held);
        }
        if decides(group[0].role) || only_warnings {
            // What is worth an alert explains the whole better than what is merely unseen.
            let speaks = (vote.urgent, vote.blind) > (whole.urgent, whole.blind);
            if vote.unverified.is_some() && (whole.unverified.is_none() || speaks) {
                whole.unverified = vote.unverified;
            }
            whole.blind |= vote.blind;
            whole.urgent |= vote.urgent;
        }
    }
    whole.held = disagreement(parts).or_else(|| worst_of(votes));
    whole
}

/// The worst vote; several warnings of different kinds are said together.
fn worst_of(votes: Vec<Held>) -> Option<Held> {
    let mut worst: Option<Held> = None;
    for vote in votes {
        worst = match worst {
            Some(held) if held.verdict == Verdict::Degraded && vote.verdict == Verdict::Degraded => {
                let reason = format!("{}+{}", held.reason, vote.reason);
                let say = format!("{}; {}", held.say, vote.say);
                Some(Held { reason, say, since: held.since.min(vote.since), ..held })
            }
            other => worse(other, vote),
        };
    }
    worst
}

fn decides(role: Role) -> bool {
    matches!(role, Role::Serves | Role::Standing)
}

/// Probes of one check and role belong together: its storefronts.
fn groups<'a, 'p>(parts: &'p [Part<'a>]) -> BTreeMap<(&'a str, Role), Vec<&'p Part<'a>>> {
    let mut groups: BTreeMap<(&str, Role), Vec<&Part<'_>>> = BTreeMap::new();
    for part in parts.iter().filter(|part| part.role != Role::Witness) {
        groups.entry((part.check, part.role)).or_default().push(part);
    }
    groups
}

fn worse(best: Option<Held>, next: Held) -> Option<Held> {
    match best {
        Some(held) if held.verdict.badness() >= next.verdict.badness() => Some(held),
        _ => Some(next),
    }
}

/// A warning that cannot be had, because its vendor is out, warns of nothing.
fn capped(held: Held, role: Role, only_warnings: bool) -> Option<Held> {
    match (role, held.verdict) {
        (Role::Warning, Verdict::Live) => only_warnings.then_some(held),
        (Role::Warning, Verdict::Outage) => None,
        (Role::Warning, _) => Some(Held { verdict: Verdict::Degraded, ..held }),
        _ => Some(held),
    }
}

/// One probe, or all storefronts of one check.
fn spread(group: &[&Part<'_>]) -> Combined {
    // The first storefront is the home one: when that cannot be seen, or most cannot, the group cannot.
    let most_blind = group.iter().filter(|part| is_blind(part.standing)).count() * 2 > group.len();
    let blind = is_blind(group[0].standing) || most_blind;
    let urgent = group.iter().any(|part| part.standing.unverified.as_ref().is_some_and(|unseen| unseen.urgent));
    let unseen: Vec<&Part<'_>> = group.iter().copied().filter(|part| part.standing.unverified.is_some()).collect();
    let suspicion =
        group.iter().filter_map(|part| part.standing.suspicion.as_ref()).map(|s| s.held.clone()).fold(None, worse);
    let home_unseen = group[0].standing.unverified.is_some();
    let unverified = (home_unseen || unseen.len() * 2 > group.len())
        .then(|| unseen.first().and_then(|part| part.standing.unverified.as_ref()).map(|u| u.held.clone()))
        .flatten();
    Combined { held: spread_held(group), unverified, blind, urgent, suspicion }
}

fn is_blind(standing: &Standing) -> bool {
    standing.unverified.as_ref().is_some_and(|unverified| unverified.blind)
}

fn spread_held(group: &[&Part<'_>]) -> Option<Held> {
    let known: Vec<(&Part<'_>, &Held)> =
        group.iter().filter_map(|part| part.standing.confirmed.as_ref().map(|held| (*part, held))).collect();
    let (home, first) = *known.first()?;
    if group.len() < 2 {
        return Some(first.clone());
    }
    let of = |verdict: Verdict| known.iter().filter(move |(_, held)| held.verdict == verdict);
    let gone: Vec<(&Part<'_>, &Held)> = of(Verdict::Dropped).copied().collect();
    if gone.is_empty() {
        // A side storefront that is out does not put the whole store out.
        let out = of(Verdict::Outage).count();
        let home_out = std::ptr::eq(home, group[0]) && first.verdict == Verdict::Outage;
        let counts = |held: &Held| held.verdict != Verdict::Outage || home_out || out * 2 > known.len();
        let votes = known.iter().filter(|(_, held)| counts(held)).map(|(_, held)| (*held).clone());
        return votes.fold(None, worse);
    }
    // Dropped stays dropped unseen; whatever else cannot be seen, or is out, has no say.
    let says = |(part, held): &&(&Part<'_>, &Held)| {
        held.verdict == Verdict::Dropped || (part.standing.unverified.is_none() && held.verdict != Verdict::Outage)
    };
    let readable = known.iter().filter(says).count();
    if gone.len() == readable && readable * 2 >= known.len() {
        let since = gone.iter().map(|(_, held)| held.since).max().unwrap_or(first.since);
        return Some(Held { since, ..gone[0].1.clone() });
    }
    Some(partly_gone(&gone, gone[0].1.clone(), known.len()))
}

fn partly_gone(gone: &[(&Part<'_>, &Held)], worst: Held, seen: usize) -> Held {
    let names: Vec<&str> = gone.iter().filter_map(|(part, _)| part.country).collect();
    let say = format!("gone in {} of {seen} storefronts: {}", gone.len(), names.join(", "));
    let since = gone.iter().map(|(_, held)| held.since).min().unwrap_or(worst.since);
    Held {
        verdict: Verdict::Degraded,
        reason: format!("gone_in_{}_of_{seen}_storefronts", gone.len()),
        say,
        since,
        ..worst
    }
}

/// The owner's view says dropped while the public view is live: sources disagree.
fn disagreement(parts: &[Part<'_>]) -> Option<Held> {
    let dropped = |part: &&Part<'_>| part.role == Role::Standing && part.standing.verdict() == Some(Verdict::Dropped);
    let owner = parts.iter().find(dropped)?.standing.confirmed.as_ref()?;
    // Only if all that is public is live and seen: otherwise the worse of them speaks.
    let mut public = parts.iter().filter(|part| part.role == Role::Serves).peekable();
    public.peek()?;
    if !public.all(|part| part.standing.verdict() == Some(Verdict::Live) && part.standing.unverified.is_none()) {
        return None;
    }
    Some(Held {
        verdict: Verdict::Degraded,
        reason: "sources_disagree".to_owned(),
        fault: Fault::VendorDecision,
        proof: Proof::Stated,
        say: format!("the owner's view says: {}; from outside it is still served", owner.say),
        hint: owner.hint.clone(),
        since: owner.since,
    })
}

/// The latest time at which every deciding probe was verified.
pub fn verified_at(parts: &[Part<'_>]) -> Option<Time> {
    parts.iter().filter(|part| decides(part.role)).map(|part| part.standing.verified_at).min().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(verdict: Verdict, since: i64) -> Standing {
        let held = Held {
            verdict,
            reason: verdict.word().to_owned(),
            fault: Fault::Unclear,
            proof: Proof::Stated,
            say: format!("it reads {verdict}"),
            hint: None,
            since: Time(since),
        };
        Standing { confirmed: Some(held), last_live: Some(Time(0)), ..Standing::default() }
    }

    fn part<'a>(role: Role, country: Option<&'a str>, standing: &'a Standing) -> Part<'a> {
        Part { role, check: if role == Role::Serves { "store/listing" } else { "store/owner" }, country, standing }
    }

    #[test]
    fn gone_in_some_storefronts_is_degraded_and_names_them() {
        let (live, gone) = (standing(Verdict::Live, 1), standing(Verdict::Dropped, 5));
        let parts = [
            part(Role::Serves, Some("us"), &live),
            part(Role::Serves, Some("de"), &gone),
            part(Role::Serves, Some("fr"), &live),
        ];
        let held = combine(&parts).held.unwrap();
        assert_eq!(held.verdict, Verdict::Degraded);
        assert_eq!(held.say, "gone in 1 of 3 storefronts: de");
    }

    #[test]
    fn gone_in_all_readable_storefronts_is_dropped() {
        let gone = standing(Verdict::Dropped, 5);
        let parts = [part(Role::Serves, Some("us"), &gone), part(Role::Serves, Some("de"), &gone)];
        assert_eq!(combine(&parts).held.unwrap().verdict, Verdict::Dropped);
    }

    #[test]
    fn a_warning_never_makes_more_than_degraded() {
        let gone = standing(Verdict::Dropped, 5);
        let held = combine(&[part(Role::Warning, None, &gone)]).held.unwrap();
        assert_eq!(held.verdict, Verdict::Degraded);
    }

    #[test]
    fn an_owner_side_no_beside_a_public_yes_is_sources_disagree() {
        let (live, gone) = (standing(Verdict::Live, 1), standing(Verdict::Dropped, 5));
        let held = combine(&[part(Role::Serves, None, &live), part(Role::Standing, None, &gone)]).held.unwrap();
        assert_eq!((held.verdict, held.reason.as_str()), (Verdict::Degraded, "sources_disagree"));
    }

    #[test]
    fn live_but_unverified_is_never_shown_green() {
        let mut seen = standing(Verdict::Live, 1);
        seen.unverified = Some(crate::core::standing::Unverified {
            held: Held { verdict: Verdict::Unknown, reason: "rate_limited".into(), ..seen.confirmed.clone().unwrap() },
            reads: 1,
            blind: false,
            urgent: false,
        });
        assert_eq!(combine(&[part(Role::Serves, None, &seen)]).shown(), Shown::NotVerified);
    }

    #[test]
    fn live_but_contradicted_is_never_shown_green() {
        let suspicion = |verdict| Combined {
            held: standing(Verdict::Live, 1).confirmed,
            suspicion: standing(verdict, 2).confirmed,
            ..Combined::default()
        };
        assert_eq!(suspicion(Verdict::Dropped).shown(), Shown::Checking);
        assert_eq!(suspicion(Verdict::Outage).shown(), Shown::Checking);
    }

    #[test]
    fn dropped_and_unverified_stays_dropped() {
        let mut seen = standing(Verdict::Dropped, 1);
        seen.unverified = Some(crate::core::standing::Unverified {
            held: Held { verdict: Verdict::Unknown, reason: "rate_limited".into(), ..seen.confirmed.clone().unwrap() },
            reads: 9,
            blind: true,
            urgent: false,
        });
        assert_eq!(combine(&[part(Role::Serves, None, &seen)]).shown(), Shown::Dropped);
    }

    fn unseen(mut standing: Standing, blind: bool) -> Standing {
        let held = Held { verdict: Verdict::Unknown, reason: "bot_wall".into(), ..standing.confirmed.clone().unwrap() };
        standing.unverified = Some(crate::core::standing::Unverified { held, reads: 9, blind, urgent: false });
        standing
    }

    fn spread_of(standings: &[Standing]) -> Combined {
        let countries = ["us", "de", "fr", "in", "br"];
        let parts: Vec<Part<'_>> =
            standings.iter().zip(countries).map(|(s, c)| part(Role::Serves, Some(c), s)).collect();
        combine(&parts)
    }

    #[test]
    fn all_readable_storefronts_gone_is_dropped_though_one_cannot_be_read() {
        let (gone, live) = (standing(Verdict::Dropped, 5), standing(Verdict::Live, 1));
        let whole = spread_of(&[gone.clone(), gone, unseen(live, false)]);
        assert_eq!(whole.held.unwrap().verdict, Verdict::Dropped);
    }

    #[test]
    fn storefronts_that_never_had_it_have_no_say() {
        let gone = standing(Verdict::Dropped, 5);
        let whole = spread_of(&[gone.clone(), gone, Standing::default(), Standing::default(), Standing::default()]);
        assert_eq!(whole.held.unwrap().verdict, Verdict::Dropped);
    }

    #[test]
    fn dropped_everywhere_and_unseen_stays_dropped() {
        let gone = unseen(standing(Verdict::Dropped, 5), false);
        assert_eq!(spread_of(&[gone.clone(), gone]).shown(), Shown::Dropped);
    }

    #[test]
    fn a_side_storefront_that_is_out_does_not_put_the_store_out() {
        let (live, out) = (standing(Verdict::Live, 1), standing(Verdict::Outage, 5));
        assert_eq!(spread_of(&[live.clone(), out.clone(), live.clone()]).shown(), Shown::Live);
        assert_eq!(spread_of(&[out, live.clone(), live]).shown(), Shown::Outage);
    }

    #[test]
    fn a_blind_home_storefront_blinds_the_whole() {
        let live = standing(Verdict::Live, 1);
        assert!(spread_of(&[unseen(live.clone(), true), live.clone(), live]).blind);
    }

    #[test]
    fn two_warnings_are_said_together() {
        let mut first = standing(Verdict::Degraded, 5);
        let mut second = first.clone();
        first.confirmed.as_mut().unwrap().reason = "balance_owed".into();
        second.confirmed.as_mut().unwrap().reason = "account_warning".into();
        let held = combine(&[part(Role::Warning, None, &first), part(Role::Standing, None, &second)]).held.unwrap();
        assert!(held.reason.contains("balance_owed") && held.reason.contains("account_warning"), "{}", held.reason);
    }
}
