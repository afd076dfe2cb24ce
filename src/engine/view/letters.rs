//! What alerts say about letters: the letter that announced a loss, one that may be related, and what else ends soon.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::config::Dependency;
use crate::core::dependency::shown::Shown;
use crate::core::people::notice::Notice;
use crate::core::people::wording;
use crate::core::probe::standing::Held;
use crate::core::time::Time;
use crate::core::words::verdict::Fault;
use crate::engine::decide::decider::Decider;

/// How near the end of another dependency must be to be named in an alert.
const ENDS_SOON: Duration = Duration::from_secs(48 * 3_600);

impl Decider {
    /// The text of the latest notice received about a dependency.
    pub(super) fn announced(&self, id: &str, at: Time) -> Option<String> {
        let concerns = |notice: &&Notice| notice.received <= at && notice.dependencies.iter().any(|other| other == id);
        let ends = |notice: &Notice| (notice.effective.is_some() || wording::of(&notice.text).ends, notice.received);
        let notice = self.notices().filter(concerns).max_by_key(|notice| ends(notice))?;
        // The message adds the full stop.
        let text = notice.text.trim_end_matches(['.', ' ', '\n']);
        Some(format!("{}: \u{201c}{text}\u{201d}", notice.received.short()))
    }

    /// Whether a letter announced that the dependency or part of it ends or changes.
    pub(super) fn is_announced(&self, id: &str, at: Time) -> bool {
        let concerns = |notice: &&Notice| notice.received <= at && notice.dependencies.iter().any(|other| other == id);
        let announces = |notice: &Notice| {
            let wording = wording::of(&notice.text);
            notice.effective.is_some() || notice.left || wording.ends || wording.demand.is_some()
        };
        self.notices().filter(concerns).any(announces)
    }

    /// Whether an outage is what a letter without a date warned of: an end, or that the dependency may be interrupted. An
    /// outage after an announced time is judged with the letter itself.
    pub(in crate::engine) fn is_as_warned(&self, dependency: &Dependency, held: &Held, at: Time) -> bool {
        let own = self.notices().filter(|notice| notice.dependencies.contains(&dependency.id));
        let mut before = own.filter(|notice| notice.effective.is_none() && notice.received <= at.min(held.since));
        let warns = |notice: &Notice| {
            let wording = wording::of(&notice.text);
            wording.may_stop || wording.ends || wording.demand.is_some()
        };
        held.fault != Fault::Ours && held.fault != Fault::VendorBreakdown && before.any(warns)
    }

    /// Other dependencies that end within two days, the nearest first.
    pub(super) fn ending_soon(&self, but: &str, at: Time) -> Vec<(String, Time)> {
        let others = self.notices().filter(|notice| notice.received <= at && !notice.left);
        let near = others.filter(|notice| notice.ahead(at).is_some_and(|ends| ends.since(at) <= ENDS_SOON));
        let ids: BTreeSet<&String> = near.flat_map(|notice| &notice.dependencies).filter(|id| *id != but).collect();
        let lost = |id: &String| {
            let combined = self.known.dependency_or_rest(id).combined;
            combined.shown() == Shown::Dropped || combined.is_possibly_dropped()
        };
        let ends = |id: &String| Some((self.dependency(id)?.label.clone(), self.ends_at(id, at)?));
        let mut all: Vec<(String, Time)> = ids.into_iter().filter(|id| !lost(id)).filter_map(ends).collect();
        all.sort_by_key(|(_, ends)| *ends);
        all
    }
}
