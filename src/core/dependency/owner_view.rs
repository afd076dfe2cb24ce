//! An owner's view that breaks down while the service itself works: a store's console, or a host's API, answers 503.
//! Nobody is left without service, so that is no outage: only what the vendor says about the account is unknown.

use super::state::{Part, Unseen};
use super::storefronts::Vote;
use crate::core::probe::standing::Held;
use crate::core::time::Time;
use crate::core::words::verdict::{Fault, Proof, Role, Verdict};

/// The reason code of such a view.
const OWNER_VIEW_OUT: &str = "owner_view_out";
/// A broken console needs no one at night.
const HINT: &str = "Nothing urgent: your users are served. Wait, then read the vendor's messages to you.";

/// The vote of an owner's view: if that is broken while what it is about is seen working, it counts as unread.
pub(super) fn blinded(vote: Vote, group: &[&Part<'_>], parts: &[Part<'_>]) -> Vote {
    let view = group[0];
    let broken = |held: &&Held| held.verdict == Verdict::Outage && held.fault != Fault::Ours;
    let (true, Some(held)) = (view.console && view.role == Role::Standing, vote.held.as_ref().filter(broken)) else {
        return vote;
    };
    let Some(seen) = seen_working(view, parts) else { return vote };
    // The last check that found it broken says how long that has lasted.
    let read_at = view.standing.verified_at.unwrap_or(held.since);
    let unseen = Unseen {
        group: view.spread.to_owned(),
        held: unread(held, seen),
        blind: lasts(held.since, read_at, view),
        urgent: false,
        vendor_fine: false,
    };
    Vote { held: None, unseen: Some(unseen), ..vote }
}

/// What the vendor's own API says of an account, where a page that it serves says otherwise: `None` if they agree.
pub(super) fn contradicting<'a>(held: &Held, parts: &'a [Part<'a>]) -> Option<&'a Held> {
    if held.verdict != Verdict::Dropped || held.proof != Proof::Stated {
        return None;
    }
    let account = parts.iter().find(|part| part.console && part.role == Role::Standing && !part.listing)?;
    let standing = account.standing;
    let sure = standing.suspicion.is_none() && standing.unverified.is_none() && account.check != held.by;
    standing.confirmed.as_ref().filter(|own| sure && own.verdict == Verdict::Live)
}

fn lasts(since: Time, read_at: Time, view: &Part<'_>) -> bool {
    read_at.since(since) >= view.blind_after
}

fn unread(held: &Held, seen: &Held) -> Held {
    Held {
        verdict: Verdict::Unknown,
        reason: OWNER_VIEW_OUT.to_owned(),
        say: format!("{}. What users see still works: {}", held.say.trim_end_matches('.'), seen.say),
        hint: Some(HINT.to_owned()),
        ..held.clone()
    }
}

/// What the checks from outside say, if all of them are readable and find it working.
fn seen_working<'a>(view: &Part<'_>, parts: &'a [Part<'a>]) -> Option<&'a Held> {
    let mut outside = parts.iter().filter(|part| part.role == Role::Serves && part.listing == view.listing).peekable();
    let first = outside.peek()?.standing.confirmed.as_ref()?;
    let works = |part: &Part<'_>| {
        let good = matches!(part.standing.verdict(), Some(Verdict::Live | Verdict::Degraded));
        good && !part.standing.is_unreadable()
    };
    outside.all(works).then_some(first)
}
