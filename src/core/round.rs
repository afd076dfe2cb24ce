//! Who else is looked at now, because something fell into doubt: what stops together is to
//! be told together, and a cause is to be found before its consequence is told.

use std::time::Duration;

use super::scene::Scene;

/// What fails within this after something unrelated may have the same cause.
const TOGETHER: Duration = Duration::from_secs(300);

/// Whose turn it is when `subject` falls into doubt: everybody, where something unrelated is
/// out as well; else what it stands on, and the other things of its company.
pub fn round(scene: &Scene<'_>, subject: usize) -> Vec<usize> {
    let others = || (0..scene.subjects.len()).filter(|other| *other != subject);
    let under = scene.foundations(subject);
    let company = scene.subjects[subject].company();
    let sibling = |other: &usize| scene.subjects[*other].company() == company;
    let related =
        |other: &usize| sibling(other) || under.contains(other) || scene.foundations(*other).contains(&subject);
    if others().any(|other| !related(&other) && scene.subjects[other].is_out_within(TOGETHER, scene.now)) {
        return (0..scene.subjects.len()).collect();
    }
    others().filter(|other| under.contains(other) || sibling(other)).collect()
}
