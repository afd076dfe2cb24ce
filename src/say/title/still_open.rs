//! Titles of reminders.

use std::time::Duration;

use super::Title;
use super::by_reason::{DROPPED, dropped_as, warned_of};
use crate::core::dependency::storefronts::{gone_where, unread_where};
use crate::core::time::{Time, human};
use crate::say::about::{OpenItem, between, left};

/// The title of a reminder.
pub(in crate::say) fn still_open(items: &[OpenItem], at: Time) -> Title {
    let Some(first) = items.first() else { return Title::default() };
    let red = |item: &OpenItem| {
        matches!(
            item.state.as_str(),
            "dropped"
                | "as_warned"
                | "access_lost"
                | "by_turns"
                | "taken_over"
                | "probably_removed"
                | "undated"
                | "interruption"
                | "gone_at_home"
                | "mostly_gone"
        ) || item.ends.is_some()
    };
    let warns = |item: &OpenItem| matches!(item.state.as_str(), "degraded" | "outlived" | "partly");
    let unseen = |item: &OpenItem| item.state == "unseen";
    // A continuing warning does not become worse with time.
    let mark = match () {
        () if items.iter().any(red) => "🔴",
        // Nobody knows whether it stopped at the announced time.
        () if items.iter().any(|item| item.state == "ended_unseen") => "🟠",
        () if items.iter().all(warns) => "🟡",
        () if items.iter().all(unseen) => "⚪",
        () => "🟠",
    };
    let left = first.ends.filter(|ends| *ends > at).map(|ends| left(ends, at));
    let lasted = human(between(first.since, at.since(first.since)));
    let vendor = first.vendor.clone().unwrap_or_default();
    match (items.len(), left) {
        (1, Some(left)) => {
            let (mark, what) = if first.terms { ("🟡", "NEW TERMS") } else { (mark, "CUT-OFF") };
            Title { mark, what: format!("{what} in {left}"), name: first.label.clone(), vendor, ..Title::default() }
        }
        (1, None) => {
            let what = match first.state.as_str() {
                "degraded" => warning_continues(first, &lasted),
                "ended_unseen" => "CUT-OFF TIME PASSED, can't check".to_owned(),
                "outlived" => "STILL WORKING after its cut-off time".to_owned(),
                "access_lost" => format!("KEY STILL REFUSED ({lasted})"),
                "undated" => format!("CUT-OFF LETTER, still no date ({lasted})"),
                "interruption" => format!("INTERRUPTION POSSIBLE, still no date ({lasted})"),
                "partly" | "gone_at_home" | "mostly_gone" => {
                    let countries = gone_where(&first.say).unwrap_or("some countries");
                    format!("STILL REMOVED in {countries} ({lasted})")
                }
                "unseen" => match unread_where(&first.say) {
                    Some(countries) => format!("STILL CAN'T CHECK in {countries} ({lasted})"),
                    None => format!("STILL CAN'T CHECK ({lasted})"),
                },
                "probably_removed" => format!("STILL PROBABLY REMOVED ({lasted})"),
                "wrong_page" => format!("STILL THE WRONG PAGE ({lasted})"),
                "taken_over" => format!("DOMAIN POSSIBLY STOLEN, still open ({lasted})"),
                "by_turns" => format!("STILL POSSIBLY DROPPED, on and off ({lasted})"),
                "flapping" => format!("STILL UP AND DOWN ({lasted})"),
                "dropped" => format!("STILL {} ({lasted})", first.why.as_deref().map_or(DROPPED, dropped_as)),
                other => format!("STILL {} ({lasted})", state(other).to_uppercase()),
            };
            Title { mark, what, name: first.label.clone(), vendor, ..Title::default() }
        }
        (count, _) => {
            let name: Vec<&str> = items.iter().map(|item| item.label.as_str()).collect();
            let counted = Some(format!("{} and {} more", crate::say::cut(name[0], 30), count - 1));
            let what = match fell_together(items) {
                true => "STILL DOWN, likely one cause".to_owned(),
                false => format!("STILL OPEN, {count} problems"),
            };
            Title { mark, what, name: name.join(", "), counted, ..Title::default() }
        }
    }
}

/// A state, in the words used in titles.
pub(in crate::say) fn state(state: &str) -> &'static str {
    match state {
        "dropped" => "dropped",
        "outage" | "as_warned" => "down",
        "degraded" => "warning",
        "outlived" => "past its cut-off time",
        "ended_unseen" => "past its cut-off time, cannot be checked",
        "access_lost" => "key refused, or account suspended",
        "by_turns" => "possibly dropped, on and off",
        "taken_over" => "possibly stolen",
        "probably_removed" => "probably removed",
        "undated" => "cut-off letter without a date",
        "interruption" => "interruption possible, no date",
        "refused" => "refused",
        "gone_at_home" => "removed in your home market",
        "mostly_gone" => "removed in most countries",
        "partly" => "removed in some countries",
        "unseen" => "cannot be checked",
        "wrong_page" => "wrong page",
        "flapping" => "up and down",
        _ => "open",
    }
}

/// If this many items, of several vendors, went out within `AT_ONCE`, one cause near plugwatch is possible.
const TOGETHER: usize = 4;
const AT_ONCE: Duration = Duration::from_secs(120);

pub(in crate::say) fn fell_together(items: &[OpenItem]) -> bool {
    let out: Vec<Time> = items.iter().filter(|item| item.state == "outage").map(|item| item.since).collect();
    let (first, last) = (out.iter().min(), out.iter().max());
    out.len() >= TOGETHER && out.len() == items.len() && first.zip(last).is_some_and(|(a, b)| b.since(*a) <= AT_ONCE)
}

/// A continuing warning, with its subject if a lock screen has room for it.
fn warning_continues(item: &OpenItem, lasted: &str) -> String {
    let named = item.why.as_deref().map(|why| format!("WARNING CONTINUES, {} ({lasted})", warned_of(why)));
    let fits = |title: &String| title.chars().count() + item.label.chars().count() <= ROOM;
    named.filter(fits).unwrap_or_else(|| format!("WARNING CONTINUES ({lasted})"))
}

/// The room on a lock screen, without the mark and the colon.
const ROOM: usize = 56;
