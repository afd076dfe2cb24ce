//! The status page as HTML: no script, dark and light, readable on a phone.

use minijinja::context;

use super::TEMPLATES;
use super::status::{overall, words};
use super::tally::{counts, uptime};
use crate::core::platform::snapshot::Snapshot;
use crate::core::probe::history::{Counts, DAY, bucket};
use crate::core::probe::witness::OwnNetwork;
use crate::core::time::{Time, human};

/// So many days are shown.
const BARS: i64 = 90;

/// One day of one dependency.
pub type Day = (Time, Counts);

/// The page. `days[i]` belongs to dependency `i` of the snapshot.
pub fn html(snapshot: &Snapshot, days: &[Vec<Day>], details: bool, now: Time) -> String {
    let rows: Vec<_> = snapshot
        .each()
        .zip(days)
        .filter(|(dependency, _)| details || dependency.public.is_some())
        .map(|(dependency, days)| {
            let shown = dependency.shown();
            context! {
                label => dependency.label, state => shown.word(), words => words(shown),
                vendor => details.then(|| dependency.vendor.clone()), say => details.then(|| dependency.say()),
                breaks => details.then(|| dependency.breaks.clone()).flatten(),
                fallback => details.then(|| dependency.fallback.clone()).flatten(),
                since => dependency.since().map(|at| at.rfc3339()),
                ago => dependency.since().map(|at| human(now.since(at))),
                verified => dependency.verified_at.map(|at| human(now.since(at))),
                days => last_days(days, now),
            }
        })
        .collect();
    let overall = overall(snapshot, details);
    let context = context! {
        platform => snapshot.platform, simulation => snapshot.simulation, as_of => snapshot.as_of.short(),
        counts => counts(snapshot).join(", "), overall => overall.word(), blind => snapshot.own_network == OwnNetwork::Blind,
        headline => headline(snapshot, details), rows,
    };
    let page = TEMPLATES.get_template("page.html").and_then(|page| page.render(context));
    page.unwrap_or_else(|error| format!("the page cannot be written: {error}"))
}

fn headline(snapshot: &Snapshot, details: bool) -> String {
    use crate::core::dependency::shown::Shown::*;
    let shown = |wanted: &[crate::core::dependency::shown::Shown]| {
        snapshot.each().filter(|d| details || d.public.is_some()).all(|d| wanted.contains(&d.shown()))
    };
    match overall(snapshot, details) {
        Degraded if !shown(&[Live, Degraded]) => "Not everything could be checked, and there is a warning.",
        Live => "All systems working.",
        Degraded => "All systems working, with a warning.",
        Outage => "There is an outage.",
        Dropped => "A vendor has dropped this platform.",
        Checking => "A possible problem is being checked.",
        NotMonitored => "Nothing is monitored.",
        NotVerified | NeverSeenLive | NeedsKey => "Not everything could be checked.",
        Starting => "The first checks are running.",
    }
    .to_owned()
}

/// Ninety bars, today last; days without any check are there, pale.
fn last_days(days: &[Day], now: Time) -> Vec<minijinja::Value> {
    let today = bucket(now, DAY);
    let start = |n: i64| Time(today - (BARS - 1 - n) * DAY);
    let found = |at: Time| days.iter().find(|(day, _)| *day == at).copied();
    (0..BARS).map(start).map(|at| found(at).as_ref().map_or_else(|| nothing(at), day)).collect()
}

fn nothing(at: Time) -> minijinja::Value {
    context! { class => "nothing", title => format!("{}: not monitored", at.utc().format("%-d %b")) }
}

fn day((at, counts): &Day) -> minijinja::Value {
    let class = match (counts.dropped, counts.outage, counts.degraded) {
        (dropped, ..) if dropped > 0 => "dropped",
        (_, outage, _) if outage > 0 => "outage",
        (.., degraded) if degraded > 0 => "degraded",
        // A day without results for most checks is not a green day.
        _ if counts.mostly_unread() => "unseen",
        _ => "live",
    };
    context! { class, title => format!("{}: {}", at.utc().format("%-d %b"), uptime(counts)) }
}
