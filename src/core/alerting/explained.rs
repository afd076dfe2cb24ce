//! What explains something that is due: another check of the same domain, a page under it, or the loss of what it needs.

use super::due::Due;
use super::platform_view::{Cause, PlatformView};
use super::subject::Subject;
use crate::core::dependency::incident::Reason;
use crate::core::dependency::takeover::is_taken_over;
use crate::core::probe::standing::Held;
use crate::core::words::verdict::{Fault, Verdict};

/// Whether it warns of a domain that another check is about to find gone, so that one message can cover both.
pub(super) fn warns_of_taken(platform_view: &PlatformView<'_>, index: usize, wanted: &Due) -> bool {
    let own = &platform_view.subjects[index];
    let warns = wanted.reason == Reason::Opened && wanted.held.verdict == Verdict::Degraded;
    let Some(domain) = own.domain.filter(|_| warns) else { return false };
    let others = platform_view.index.about(domain).iter().filter(|other| **other != index);
    others.map(|other| &platform_view.subjects[*other]).any(Subject::is_suspected)
}

/// Whether it warns of a domain while a page under it is another one than before: both may be one message.
pub(super) fn is_under_a_page(platform_view: &PlatformView<'_>, index: usize, wanted: &Due) -> bool {
    let own = &platform_view.subjects[index];
    let warns = wanted.reason == Reason::Opened && wanted.held.verdict == Verdict::Degraded;
    if !warns || own.domain.is_none() || is_taken_over(&wanted.held.reason) {
        return false;
    }
    let strange = |other: &Subject<'_>| other.state.unseen.iter().any(|unseen| unseen.held.reason == "wrong_page");
    platform_view.index.needing(own.id).iter().any(|other| strange(&platform_view.subjects[*other]))
}

/// Whether it is gone without anyone's statement, and something that would explain this is gone, too, or seems to be.
pub(super) fn is_carried(platform_view: &PlatformView<'_>, index: usize, held: &Held) -> bool {
    // Only the loss of a domain takes down what depends on it. If a host is gone, the site may still work.
    let domain = |cause: usize| platform_view.subjects[cause].domain.is_some();
    held.fault == Fault::Unclear
        && match platform_view.cause(index) {
            Cause::Down(cause) => domain(cause) && platform_view.subjects[cause].is_dropped(),
            Cause::Doubtful(cause) => domain(cause) && platform_view.subjects[cause].is_suspected(),
            Cause::None => platform_view.subjects[index].notified.muted && platform_view.lost_domain(index),
        }
}
