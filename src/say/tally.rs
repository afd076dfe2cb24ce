//! States and counts in words, for reports and their pictures.

use crate::core::dependency::shown::Shown;
use crate::core::platform::snapshot::{DependencySnapshot, Snapshot};
use crate::core::probe::history::Counts;
use crate::core::words::verdict::Proves;

/// The words for a state.
pub fn state(shown: Shown) -> &'static str {
    match shown {
        Shown::Live => WORKING,
        Shown::Degraded => "degraded",
        Shown::Outage => "outage",
        Shown::Dropped => "dropped",
        Shown::Checking => "being confirmed",
        Shown::NotVerified => "cannot be checked",
        Shown::NeverSeenLive => "never seen working",
        Shown::NeedsKey => "needs a key",
        Shown::NotMonitored => "not monitored",
        Shown::Starting => "not checked yet",
    }
}

/// The words for a state in a message. A reader at night should not have to know what `degraded` means.
pub fn spoken(shown: Shown) -> &'static str {
    if shown == Shown::Degraded { "warning" } else { state(shown) }
}

/// The word for a dependency that is not in trouble.
pub(super) const WORKING: &str = "working";

/// The counts of states, such as `2 need a key` or `11 working`: worst first, without zeros. Dependencies that are
/// not monitored are not counted, because they are named separately.
pub fn counts(snapshot: &Snapshot, word: fn(Shown) -> &'static str) -> Vec<String> {
    counts_of(snapshot, |dependency| word(dependency.shown()))
}

/// Like [`counts`], with a word for each dependency.
pub fn counts_of(snapshot: &Snapshot, word: impl Fn(&DependencySnapshot) -> &'static str) -> Vec<String> {
    let monitored = snapshot.each().filter(|dependency| dependency.shown() != Shown::NotMonitored);
    let mut all: Vec<(u8, &str)> = monitored.map(|d| (d.shown().rank(), word(d))).collect();
    all.sort_unstable();
    let words: Vec<&str> = all.into_iter().map(|(_, word)| word).collect();
    grouped(&words)
}

/// The maximum number of names in a message; `plugwatch coverage` lists all.
const NAMED: usize = 12;

/// What is not monitored, grouped by reason: `Stripe, SendGrid (need a key), AWS (not visible from outside)`. `None`
/// if everything is monitored.
pub fn not_monitored(blind: &[(&str, String)]) -> Option<String> {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for (label, why) in blind.iter().take(NAMED) {
        match groups.iter_mut().find(|(other, _)| other == why) {
            Some((_, labels)) => labels.push(label),
            None => groups.push((why.clone(), vec![label])),
        }
    }
    let group = |(why, labels): &(String, Vec<&str>)| {
        let why = if labels.len() > 1 && why == "needs a key" { "need a key" } else { why };
        format!("{} ({why})", labels.join(", "))
    };
    let more = blind.len().saturating_sub(NAMED);
    let more = (more > 0).then(|| format!("and {more} more (see plugwatch coverage)"));
    let all: Vec<String> = groups.iter().map(group).chain(more).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// A summary such as `Monitoring 7 of 11. Not monitored: Stripe, SendGrid (need a key).`
pub fn monitoring(total: usize, blind: &[(&str, String)]) -> String {
    let named = not_monitored(blind).map_or_else(String::new, |named| format!(" Not monitored: {named}."));
    format!("Monitoring {} of {total}.{named}", total - blind.len())
}

/// Consecutive equal words, each with its count.
pub(super) fn grouped(words: &[&str]) -> Vec<String> {
    let count = |group: &[&str]| match (group.len(), group[0]) {
        (many, "needs a key") if many > 1 => format!("{many} need a key"),
        (many, word @ ("outage" | "warning")) if many > 1 => format!("{many} {word}s"),
        (many, "cut-off announced") if many > 1 => format!("{many} cut-offs announced"),
        (many, word) => format!("{many} {word}"),
    };
    words.chunk_by(|a, b| a == b).map(count).collect()
}

/// A share of 0 to 1 as a percentage, rounded down as on the public page, so that any outage at all gives less than
/// 100 %.
pub fn share(share: f64) -> String {
    let hundredths = (share * 10_000.0).floor() / 100.0;
    if hundredths >= 100.0 { "100 %".to_owned() } else { format!("{hundredths:.2} %") }
}

/// The availability in words. If most checks could not be read, no share is given.
pub fn uptime(counts: &Counts) -> String {
    let unread =
        if counts.unknown > 0 { format!(", {} more were inconclusive", counts.unknown) } else { String::new() };
    let checks = |n: i64| if n == 1 { "1 check".to_owned() } else { format!("{n} checks") };
    match counts.uptime() {
        None if counts.looks() == 0 => "no check".to_owned(),
        None => format!("unknown: {} were inconclusive", checks(counts.unknown)),
        // If most checks were not answered, the share of the few others would suggest more than is known.
        Some(_) if counts.mostly_unread() => {
            let good = counts.live + counts.degraded;
            format!("mostly unknown: available in {good} of {}{unread}", checks(counts.readable()))
        }
        Some(share) => format!("{:.2} % of {}{unread}", share * 100.0, checks(counts.readable())),
    }
}

/// The evidence for what works, one line for each kind, strongest first.
pub fn proven(snapshot: &Snapshot) -> Vec<String> {
    let ways = [
        (Proves::Standing, "Account in good standing, says the vendor's own API"),
        (Proves::Access, "Key accepted; the API does not show the account's standing"),
        (Proves::Presence, "Listed or reachable, checked from outside"),
        (Proves::Reported, "Reported by your own systems, or by a person"),
    ];
    let line = |(proves, words): (Proves, &str)| {
        let labels: Vec<&str> =
            snapshot.each().filter(|d| d.proven() == Some(proves)).map(|d| d.label.as_str()).collect();
        (!labels.is_empty()).then(|| format!("{words}: {}", labels.join(", ")))
    };
    ways.into_iter().filter_map(line).collect()
}
