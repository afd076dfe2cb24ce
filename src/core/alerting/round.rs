//! Who else is looked at now, because something fell into doubt: what stops together is to
//! be told together, and a cause is to be found before its consequence is told.

use std::time::Duration;

use super::platform_view::PlatformView;

/// What fails within this after something unrelated may have the same cause.
const TOGETHER: Duration = Duration::from_secs(300);

/// Whether everybody is asked when `subject` falls into doubt, because something unrelated is out as well;
/// else what it needs is, and the other things of its company.
pub fn concerns_everybody(platform_view: &PlatformView<'_>, subject: usize) -> bool {
    let others = || (0..platform_view.subjects.len()).filter(|other| *other != subject);
    let under = platform_view.foundations(subject);
    let company = platform_view.subjects[subject].company();
    let sibling = |other: &usize| platform_view.subjects[*other].company() == company;
    let related =
        |other: &usize| sibling(other) || under.contains(other) || platform_view.foundations(*other).contains(&subject);
    others().any(|other| !related(&other) && platform_view.subjects[other].is_out_within(TOGETHER, platform_view.now))
}
