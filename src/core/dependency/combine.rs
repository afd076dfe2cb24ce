//! Combines several probes into one dependency: the worst deciding probe counts, storefronts are counted together,
//! and warnings are at worst `degraded`.

use super::state::{Combined, Part, Unseen, worse};
use super::{owner_view, storefronts};
use crate::core::probe::standing::Held;
use crate::core::time::Time;
use crate::core::words::verdict::{Fault, Proof, Role, Verdict};

/// Combines the parts of one dependency.
pub fn combine(parts: &[Part<'_>]) -> Combined {
    let whole = voted(parts);
    let gone = || locked_out(&whole.unseen, whole.held.as_ref());
    let held = disagreement(parts).or_else(gone).or(whole.held.clone()).map(|held| said_by_both(held, parts));
    Combined { held, ..whole }
}

/// The vendor says one thing on a page and another through its API: people read both.
fn said_by_both(held: Held, parts: &[Part<'_>]) -> Held {
    match owner_view::contradicting(&held, parts) {
        Some(other) => Held { say: format!("{}; but at the same time, {}", held.say, other.say), ..held },
        None => held,
    }
}

/// Like [`combine`], during announced maintenance that explains why something does not answer. A missing answer then
/// does not confirm a lockout.
pub fn combine_during_work(parts: &[Part<'_>]) -> Combined {
    let whole = voted(parts);
    Combined { held: disagreement(parts).or(whole.held), ..whole }
}

fn voted(parts: &[Part<'_>]) -> Combined {
    let only_warnings = !parts.iter().any(|part| part.role.decides());
    let (mut votes, mut unread): (Vec<Held>, Vec<Held>) = Default::default();
    let mut whole = Combined::default();
    for group in groups(parts) {
        let (role, by) = (group[0].role, group[0].check);
        let by = |held: Held| Held { by: by.to_owned(), ..held };
        let vote = owner_view::blinded(storefronts::vote(&group), &group, parts);
        // A check that cannot be read now counts with its last known state. Of two that agree, the readable one is
        // used.
        let held = vote.held.map(by).and_then(|held| capped(held, role, only_warnings));
        let old = vote.unseen.is_some() && held.as_ref().is_some_and(|held| held.verdict == Verdict::Live);
        if old { &mut unread } else { &mut votes }.extend(held);
        if let Some(held) = vote.suspicion.map(by).and_then(|held| capped(held, role, only_warnings)) {
            whole.suspicion = worse(whole.suspicion.map(|held| *held), held).map(Box::new);
        }
        if role.decides() || only_warnings {
            whole
                .unseen
                .extend(vote.unseen.or(vote.one_unseen).map(|unseen| Unseen { held: by(unseen.held), ..unseen }));
            whole.waiting |= vote.waiting;
        }
    }
    whole.unseen.sort_by_key(|unseen| std::cmp::Reverse((unseen.urgent, unseen.blind)));
    votes.extend(unread);
    whole.held = worst_of(votes);
    whole
}

/// The worst vote. Several warnings with different reasons are joined.
fn worst_of(votes: Vec<Held>) -> Option<Held> {
    let mut worst: Option<Held> = None;
    for vote in votes {
        worst = match worst {
            Some(held) if held.verdict == Verdict::Degraded && vote.verdict == Verdict::Degraded => {
                let reason = format!("{}+{}", held.reason, vote.reason);
                let say = format!("{}; {}", held.say, vote.say);
                let hint = both(held.hint.clone(), vote.hint.clone());
                Some(Held { reason, say, hint, since: held.since.min(vote.since), ..held })
            }
            // Everything has worked only since the last one recovered.
            Some(held) if held.verdict == Verdict::Live && vote.verdict == Verdict::Live => {
                Some(Held { since: held.since.max(vote.since), ..held })
            }
            // Two checks found the same loss. The one that states who is responsible explains the other.
            Some(held) if explains(&held, &vote) => Some(Held { since: held.since.min(vote.since), ..vote }),
            other => worse(other, vote),
        };
    }
    worst
}

/// Whether `vote` states that a drop was the vendor's decision, where `held` does not say who was responsible.
fn explains(held: &Held, vote: &Held) -> bool {
    let dropped = held.verdict == Verdict::Dropped && vote.verdict == Verdict::Dropped;
    dropped && held.fault == Fault::Unclear && vote.fault == Fault::VendorDecision && vote.proof == Proof::Stated
}

/// The advice of both, without repeating any.
fn both(first: Option<String>, second: Option<String>) -> Option<String> {
    match (first, second) {
        (Some(first), Some(second)) if first != second && !first.contains(&second) => Some(format!("{first} {second}")),
        (first, second) => first.or(second),
    }
}

/// Groups storefronts of one listing; every other part is a group by itself.
fn groups<'a, 'p>(parts: &'p [Part<'a>]) -> Vec<Vec<&'p Part<'a>>> {
    let mut groups: Vec<Vec<&Part<'_>>> = Vec::new();
    for part in parts.iter().filter(|part| part.role != Role::Witness) {
        let same = |group: &&mut Vec<&Part<'_>>| group[0].spread == part.spread && group[0].role == part.role;
        match groups.iter_mut().find(same) {
            Some(group) => group.push(part),
            None => groups.push(vec![part]),
        }
    }
    groups
}

/// Limits a warning to `degraded`. A warning that could not be read because its vendor is out is ignored.
fn capped(held: Held, role: Role, only_warnings: bool) -> Option<Held> {
    match (role, held.verdict) {
        (Role::Warning, Verdict::Live) => only_warnings.then_some(held),
        (Role::Warning, Verdict::Outage) => only_warnings.then_some(held),
        (Role::Warning, _) => Some(Held { verdict: Verdict::Degraded, ..held }),
        _ => Some(held),
    }
}

/// Losses within this time count as simultaneous.
const AT_ONCE: std::time::Duration = std::time::Duration::from_secs(600);
/// A refused key and a service that is gone belong together if both began within this time.
const TOGETHER: std::time::Duration = std::time::Duration::from_secs(24 * 3_600);

/// Detects a lockout: the key is refused, another check finds that the service is gone, too, and the vendor works for
/// other customers. That is more than an outage. It is inferred, not stated.
fn locked_out(unseen: &[Unseen], worst: Option<&Held>) -> Option<Held> {
    let access = unseen.iter().find(|unseen| unseen.urgent && unseen.vendor_fine)?;
    let access = Some(&access.held).filter(|held| held.reason == "access_lost")?;
    let gone = worst.filter(|held| held.verdict == Verdict::Outage && held.fault != Fault::Ours)?;
    let apart = access.since.since(gone.since).max(gone.since.since(access.since));
    if gone.by == access.by || apart > TOGETHER {
        return None;
    }
    Some(lockout(access, gone, &gone.say))
}

/// Detects a lockout if the service that is gone is another dependency, which needs the account.
pub fn locked_out_of(account: &Combined, gone: &Held, label: &str) -> Option<Held> {
    let access = account.unseen.iter().find(|unseen| unseen.urgent && unseen.vendor_fine)?;
    let access = Some(&access.held).filter(|held| held.reason == "access_lost")?;
    let dropped = account.held.as_ref().is_some_and(|held| held.verdict == Verdict::Dropped);
    let stopped = matches!(gone.verdict, Verdict::Outage | Verdict::Dropped) && gone.fault != Fault::Ours;
    (stopped && !dropped).then(|| lockout(access, gone, &format!("{label}: {}", gone.say)))
}

fn lockout(access: &Held, gone: &Held, how: &str) -> Held {
    Held {
        verdict: Verdict::Dropped,
        reason: "access_lost_and_gone".to_owned(),
        fault: Fault::VendorDecision,
        proof: Proof::Inferred,
        say: format!("{}; inferred from what it serves, which is gone too: {how}", access.say),
        since: locked_since(access.since, gone.since),
        ..access.clone()
    }
}

/// The start of a lockout: the first of the two losses if they were simultaneous; otherwise the second, because an
/// earlier outage had another reason.
fn locked_since(refused: Time, gone: Time) -> Time {
    let (first, second) = (refused.min(gone), refused.max(gone));
    if second.since(first) <= AT_ONCE { first } else { second }
}

/// Detects disagreeing sources: the owner's account at a store says dropped while the public listing is live. For
/// other vendors, an account listed as locked counts as lost even if something still answers, because that will stop,
/// too.
fn disagreement(parts: &[Part<'_>]) -> Option<Held> {
    let dropped = |part: &&Part<'_>| {
        part.listing && part.role == Role::Standing && part.standing.verdict() == Some(Verdict::Dropped)
    };
    let owner = parts.iter().find(dropped)?.standing.confirmed.as_ref()?;
    // Only if every public check is live and readable; otherwise, the worse of them counts.
    let mut public = parts.iter().filter(|part| part.role == Role::Serves && part.listing).peekable();
    public.peek()?;
    // A single unreadable check changes nothing.
    if !public.all(|part| part.standing.verdict() == Some(Verdict::Live) && !part.standing.is_unreadable()) {
        return None;
    }
    Some(Held {
        verdict: Verdict::Degraded,
        reason: "sources_disagree".to_owned(),
        fault: Fault::VendorDecision,
        proof: Proof::Stated,
        say: format!("the owner's view says: {}; from outside it is still served", owner.say),
        hint: owner.hint.clone(),
        by: parts.iter().find(dropped)?.check.to_owned(),
        since: owner.since,
        until: None,
    })
}

/// The time of the least recent check among all deciding probes.
pub fn verified_at(parts: &[Part<'_>]) -> Option<Time> {
    parts.iter().filter(|part| part.role.decides()).map(|part| part.standing.verified_at).min().flatten()
}

#[cfg(test)]
mod tests {
    use super::super::shown::Shown;
    use super::*;
    use crate::core::probe::standing::Standing;

    fn standing(verdict: Verdict, since: i64) -> Standing {
        let held = Held {
            verdict,
            reason: verdict.word().to_owned(),
            fault: Fault::Unclear,
            proof: Proof::Stated,
            say: format!("it reads {verdict}"),
            hint: None,
            by: String::new(),
            since: Time(since),
            until: None,
        };
        Standing { confirmed: Some(held), last_live: Some(Time(0)), ..Standing::default() }
    }

    fn part<'a>(role: Role, country: Option<&'a str>, standing: &'a Standing) -> Part<'a> {
        let blind_after = std::time::Duration::from_secs(900);
        let (check, spread) = if role == Role::Serves { ("store/listing", "a") } else { ("store/owner", "b") };
        Part { role, check, spread, country, listing: true, console: true, blind_after, standing }
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
        assert_eq!(held.say, "not listed in DE (1 of the 3 countries that plugwatch checks)");
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
    fn a_locked_account_is_lost_though_what_runs_on_it_still_answers() {
        let (locked, live) = (standing(Verdict::Dropped, 5), standing(Verdict::Live, 1));
        let hosted =
            |role, check, standing| Part { check, spread: check, listing: false, ..part(role, None, standing) };
        let parts = [hosted(Role::Standing, "acme/account", &locked), hosted(Role::Serves, "website/page", &live)];
        assert_eq!(combine(&parts).shown(), Shown::Dropped);
    }

    #[test]
    fn an_owner_side_no_beside_a_public_yes_is_sources_disagree() {
        let (live, gone) = (standing(Verdict::Live, 1), standing(Verdict::Dropped, 5));
        let held = combine(&[part(Role::Serves, None, &live), part(Role::Standing, None, &gone)]).held.unwrap();
        assert_eq!((held.verdict, held.reason.as_str()), (Verdict::Degraded, "sources_disagree"));
    }

    #[test]
    fn a_console_that_breaks_down_while_the_listing_is_up_is_unread_and_told_once_that_lasts() {
        let live = standing(Verdict::Live, 1);
        let broken =
            |minutes: i64| Standing { verified_at: Some(Time(minutes * 60_000)), ..standing(Verdict::Outage, 0) };
        let whole = |minutes: i64, seen: &Standing| {
            combine(&[part(Role::Serves, None, seen), part(Role::Standing, None, &broken(minutes))])
        };
        let soon = whole(1, &live);
        assert_eq!((soon.shown(), soon.unseen[0].blind), (Shown::NotVerified, false));
        assert!(whole(15, &live).unseen[0].blind);
        assert_eq!(whole(15, &live).held.unwrap().verdict, Verdict::Live);
        assert_eq!(whole(15, &standing(Verdict::Outage, 5)).shown(), Shown::Outage);
        let alone = combine(&[part(Role::Standing, None, &broken(15))]);
        assert_eq!(alone.shown(), Shown::Outage, "nothing else shows that it works");
    }

    #[test]
    fn live_but_unverified_is_never_shown_green() {
        let mut seen = standing(Verdict::Live, 1);
        seen.unverified = Some(Box::new(crate::core::probe::standing::Unverified {
            held: Held { verdict: Verdict::Unknown, reason: "rate_limited".into(), ..seen.confirmed.clone().unwrap() },
            reads: 1,
            blind: false,
            urgent: false,
            streak: None,
            vendor_fine: false,
        }));
        assert_eq!(combine(&[part(Role::Serves, None, &seen)]).shown(), Shown::NotVerified);
    }

    #[test]
    fn live_but_contradicted_is_never_shown_green() {
        let suspicion = |verdict| Combined {
            held: standing(Verdict::Live, 1).confirmed,
            suspicion: standing(verdict, 2).confirmed.map(Box::new),
            ..Combined::default()
        };
        assert_eq!(suspicion(Verdict::Dropped).shown(), Shown::Checking);
        assert_eq!(suspicion(Verdict::Outage).shown(), Shown::Checking);
    }

    #[test]
    fn dropped_and_unverified_stays_dropped() {
        let mut seen = standing(Verdict::Dropped, 1);
        seen.unverified = Some(Box::new(crate::core::probe::standing::Unverified {
            held: Held { verdict: Verdict::Unknown, reason: "rate_limited".into(), ..seen.confirmed.clone().unwrap() },
            reads: 9,
            blind: true,
            urgent: false,
            streak: None,
            vendor_fine: false,
        }));
        assert_eq!(combine(&[part(Role::Serves, None, &seen)]).shown(), Shown::Dropped);
    }

    fn unseen(mut standing: Standing, blind: bool) -> Standing {
        let held = Held { verdict: Verdict::Unknown, reason: "bot_wall".into(), ..standing.confirmed.clone().unwrap() };
        standing.unverified = Some(Box::new(crate::core::probe::standing::Unverified {
            held,
            reads: 9,
            blind,
            urgent: false,
            streak: None,
            vendor_fine: false,
        }));
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
        assert!(spread_of(&[unseen(live.clone(), true), live.clone(), live]).unseen[0].blind);
    }

    fn page<'a>(spread: &'a str, standing: &'a Standing) -> Part<'a> {
        Part { check: "website/page", spread, listing: false, console: false, ..part(Role::Serves, None, standing) }
    }

    #[test]
    fn two_pages_of_one_check_are_no_storefronts() {
        let (live, out) = (standing(Verdict::Live, 1), standing(Verdict::Outage, 5));
        let whole = combine(&[page("www", &live), page("api", &out)]);
        assert_eq!(whole.shown(), Shown::Outage);
    }

    #[test]
    fn nothing_is_green_before_all_that_decides_was_looked_at() {
        let (live, new) = (standing(Verdict::Live, 1), Standing::default());
        let whole = combine(&[page("www", &live), page("api", &new)]);
        assert_eq!(whole.shown(), Shown::Starting);
        assert!(!whole.is_surely_live());
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
