//! What a lost account left behind is one event, although its parts are confirmed at different times.

use super::due::{Due, wanted};
use super::key::Candidate;
use super::notified::Notified;
use super::platform_view::{Cause, PlatformView};
use crate::core::dependency::incident::Reason;
use crate::core::words::verdict::Verdict;

/// A dependency that still waits for its cause is reported with the first thing that this cause left behind.
pub(super) fn with_what_was_left(
    platform_view: &PlatformView<'_>,
    candidates: &mut Vec<Candidate>,
    notified: &[Notified],
) {
    let opens =
        |due: &Due| matches!(due.reason, Reason::Opened | Reason::Worsened) && due.held.verdict == Verdict::Outage;
    let told: Vec<usize> = candidates.iter().filter(|one| opens(&one.wanted)).map(|one| one.index).collect();
    let needs = |index: usize| platform_view.subjects[index].needs;
    let same = |index: usize| told.iter().any(|other| needs(*other).iter().any(|need| needs(index).contains(need)));
    let waits = |index: &usize| notified[*index].muted && !told.contains(index) && same(*index);
    for index in (0..notified.len()).filter(waits).filter(|index| platform_view.cause(*index) == Cause::None) {
        let (subject, heightened) = (&platform_view.subjects[index], platform_view.is_heightened(index));
        let all = wanted(subject, &notified[index], heightened, platform_view.now);
        candidates.extend(all.into_iter().find(opens).map(|wanted| Candidate { index, wanted }));
    }
}
