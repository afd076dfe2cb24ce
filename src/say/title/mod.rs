//! Titles: what happened to what, complete on a lock screen.

use chrono_tz::Tz;

mod by_reason;
mod still_open;

use by_reason::{AS_WARNED, DROPPED, WARNING, dropped_as, warned_of};
pub(super) use still_open::{fell_together, state, still_open};

use super::about::{About, Group, between, left};
use crate::core::dependency::incident::Reason;
use crate::core::dependency::storefronts::{LISTED_AGAIN, back_where, gone_where, is_mostly, is_partly, unread_where};
use crate::core::dependency::takeover::is_taken_over;
use crate::core::people::notice::{is_by_letter, is_ending, is_spent, is_terms, is_undated};
use crate::core::probe::doubt::is_by_turns;
use crate::core::probe::refused::is_refused_by_turns;
use crate::core::time::{Time, human};
use crate::core::words::verdict::{Criticality, Fault, Verdict};

/// The catalogue's name for the company behind the user's own parts (`config/catalog/_parents.toml`).
pub(super) const OWN: &str = "you";
/// The title of a listing that is gone in some storefronts.
const REMOVED: &str = "REMOVED in some countries";
/// The title of what a check could not read.
const UNREAD: &str = "CAN'T CHECK";
/// The title of the end of a warning defined by the catalogue.
const WARNING_OVER: &str = "WARNING OVER";
/// The number of characters of a title that a phone's lock screen shows.
const LONGEST: usize = 60;

/// Up to this many dependencies of one company are named, if their names fit into the room below.
const FEW: usize = 3;
const ROOM: usize = 36;

/// A title in parts, so that a long name can be shortened but never what happened to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Title {
    /// The coloured symbol. The words always say the same, for readers who cannot see the colour.
    mark: &'static str,
    what: String,
    name: String,
    /// The vendor, left out if there is no room.
    vendor: String,
    /// How long it lasted, or has lasted.
    lasted: String,
    /// When it will happen.
    when: String,
    /// The count of several dependencies, used if their names do not fit.
    counted: Option<String>,
}

impl Title {
    /// A title with a symbol, what happened, and a name.
    pub(super) fn marked(mark: &'static str, what: &str, name: &str) -> Title {
        Title { mark, what: what.to_owned(), name: name.to_owned(), ..Title::default() }
    }

    /// Like [`Title::marked`], with text in brackets after the name.
    pub(super) fn lasting(mark: &'static str, what: &str, name: &str, lasted: String) -> Title {
        Title { lasted, ..Title::marked(mark, what, name) }
    }

    /// A title that is a single text.
    pub(super) fn plain(what: String) -> Title {
        Title { what, ..Title::default() }
    }

    /// The title, in at most 60 characters if its parts allow that.
    pub(super) fn text(&self) -> String {
        if self.name.is_empty() {
            return self.what.clone();
        }
        let whole = self.joined(&self.name, &self.vendor);
        if length(&whole) <= LONGEST {
            return whole;
        }
        let without = self.joined(&self.name, "");
        let over = length(&without).saturating_sub(LONGEST);
        if over == 0 {
            return without;
        }
        if let Some(counted) = &self.counted {
            return self.joined(counted, "");
        }
        // A name shorter than a dozen characters would say nothing, so the title may then be longer.
        let keep = self.name.chars().count().saturating_sub(over + 1).max(12);
        self.joined(&super::cut(&self.name, keep), "")
    }

    fn joined(&self, name: &str, vendor: &str) -> String {
        let Title { mark, what, lasted, when, .. } = self;
        let inside: Vec<&str> = [vendor, lasted.as_str()].into_iter().filter(|text| !text.is_empty()).collect();
        let inside = if inside.is_empty() { String::new() } else { format!(" ({})", inside.join(", ")) };
        format!("{mark} {what}: {name}{inside}{when}")
    }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// The title of an alert about a dependency, made at `at`.
pub(super) fn of(reason: Reason, about: &About, at: Time, zone: Tz) -> Title {
    let (name, vendor) = named(about);
    let counted = about.group.as_ref().filter(|group| !group.mass).map(counted);
    let title = Title { mark: mark_of(reason, about), name, vendor, counted, ..Title::default() };
    let lasted = about.lasted.map(|lasted| human(between(about.since, lasted)));
    let more = if about.unwatched_until.is_some() { " or more" } else { "" };
    let lasting = |words: &str| match &lasted {
        Some(lasted) if !words.is_empty() => format!("{words}{lasted}{more}"),
        _ => String::new(),
    };
    match (reason, about.verdict) {
        (Reason::Recovered, _) => recovered(about, title, lasting),
        (Reason::Settled, Verdict::Live) => {
            Title { what: "STABLE AGAIN".to_owned(), lasted: lasting("up and down for "), ..title }
        }
        (Reason::Sighted, _) => {
            let (what, words) = if about.why == "access_again" {
                ("KEY WORKS AGAIN", "refused ")
            } else {
                ("CHECKING AGAIN", "blind ")
            };
            Title { what: what.to_owned(), lasted: lasting(words), ..title }
        }
        (Reason::Cascade, verdict) => {
            // It is unknown whether a refused key is a loss, so the number is given only in the message.
            let what = match verdict {
                Verdict::Unknown => words(Reason::Blind, verdict, about).to_owned(),
                // All earlier losses are refused keys, which may not be losses.
                _ if about.loss_number == 1 => words(Reason::Opened, verdict, about).to_owned(),
                _ => format!("{} vendor lost in 3 days", nth(about.loss_number)),
            };
            Title { what, ..title }
        }
        (_, Verdict::Degraded) if is_ending(&about.why) => cut_off(about, title, at, zone),
        (_, Verdict::Degraded) if is_terms(&about.why) => {
            let from = about.ends.filter(|ends| *ends > at).map(|ends| when(ends, at, zone));
            Title { what: "NEW TERMS ANNOUNCED".to_owned(), when: from.unwrap_or_default(), ..title }
        }
        (reason, verdict) => by_state(words(reason, verdict, about), about, title),
    }
}

/// The title of the end of trouble; `lasting` puts words before how long it lasted.
fn recovered(about: &About, title: Title, lasting: impl Fn(&str) -> String) -> Title {
    let (what, words) = match about.before {
        Some(Verdict::Dropped) if about.data_unconfirmed => ("ACCOUNT BACK, data unconfirmed", "dropped for "),
        Some(Verdict::Dropped) if about.hint.is_some() => ("ACCOUNT BACK, services unconfirmed", "dropped for "),
        Some(Verdict::Dropped) => ("BACK", "dropped for "),
        Some(Verdict::Degraded) if about.why == LISTED_AGAIN => {
            let countries = back_where(&about.say).unwrap_or("all countries");
            return Title { what: format!("BACK in {countries}"), lasted: lasting("removed for "), ..title };
        }
        Some(Verdict::Degraded) if about.why == "notice_spent" => ("STILL WORKING, letter not withdrawn", ""),
        Some(Verdict::Degraded) if about.why == "terms_spent" => ("NEW TERMS, not checked since", "after "),
        Some(Verdict::Degraded) if is_by_letter(&about.warned) && !is_terms(&about.warned) => {
            ("LETTER WITHDRAWN", "after ")
        }
        Some(Verdict::Degraded) => (WARNING_OVER, "lasted "),
        _ => ("BACK", "out "),
    };
    by_state(what, about, Title { lasted: lasting(words), ..title })
}

/// The title of a letter about an end.
fn cut_off(about: &About, title: Title, at: Time, zone: Tz) -> Title {
    let ends = about.ends.filter(|ends| *ends > at).map(|ends| match about.last_day {
        true => ", last day".to_owned(),
        false => when(ends, at, zone),
    });
    let what = match about.reported.len() {
        several @ 2.. if about.repeated => format!("{} LETTER", nth(several)),
        _ if about.demand.is_some() => "CUT-OFF THREATENED".to_owned(),
        _ => "CUT-OFF ANNOUNCED".to_owned(),
    };
    let title = Title { what, when: ends.unwrap_or_default(), ..title };
    let there = about.region.as_ref().map(|region| format!("{} in {region}", title.what));
    let there = there.map(|what| Title { what, ..title.clone() });
    there.filter(|there| length(&there.joined(&there.name, "")) <= LONGEST).unwrap_or(title)
}

/// The title with what happened, which names the countries or the subject of a warning if a lock screen has room.
fn by_state(what: &str, about: &About, title: Title) -> Title {
    if let Some(countries) = gone_where(&about.say).or(about.region.as_deref()).filter(|_| what == REMOVED) {
        // It was gone in more countries.
        let back = if about.before == Some(Verdict::Dropped) { "BACK in part, still " } else { "" };
        return Title { what: format!("{back}REMOVED in {countries}"), ..title };
    }
    if let Some(countries) = unread_where(&about.say).filter(|_| what == UNREAD) {
        return Title { what: format!("{UNREAD} in {countries}"), ..title };
    }
    let said = match what {
        WARNING => Some(format!("{what}, {}", warned_of(&about.why))),
        WARNING_OVER if !about.warned.is_empty() => Some(format!("{what} ({})", warned_of(&about.warned))),
        DROPPED => Some(dropped_as(&about.why).to_owned()),
        NEVER_SEEN => stated(&about.say).map(|word| format!("{what}, \u{201c}{word}\u{201d}")),
        _ => None,
    };
    let said = said.map(|what| Title { what, ..title.clone() });
    let fit = |said: &Title| length(&said.joined(&said.name, "")) <= LONGEST;
    // What is over matters more than how long it lasted, which the message says, too.
    let shorter = said.clone().map(|said| Title { lasted: String::new(), ..said });
    let fits = said.filter(fit).or_else(|| shorter.filter(fit).filter(|_| what == WARNING_OVER));
    fits.unwrap_or_else(|| Title { what: what.to_owned(), ..title })
}

/// What was never seen working. If a vendor states why, its word tells it from a wrong id.
const NEVER_SEEN: &str = "NEVER SEEN WORKING";

/// The first words that a sentence quotes.
fn stated(say: &str) -> Option<&str> {
    Some(say.split_once('\u{201c}')?.1.split_once('\u{201d}')?.0)
}

/// The announced time, such as `, Mon 08:59 CET (in 31 h)`. The weekday is enough for a few days, and the time left
/// is in hours.
fn when(ends: Time, at: Time, zone: Tz) -> String {
    let near = ends.since(at).as_secs() < 6 * 86_400;
    let day = if near && !ends.is_midnight(zone) { ends.weekday(zone) } else { ends.day(zone, at) };
    format!(", {day} (in {})", left(ends, at))
}

/// What happened, without the name and the time.
fn words(reason: Reason, verdict: Verdict, about: &About) -> &'static str {
    match (reason, verdict) {
        (Reason::Retired, _) => "NO LONGER MONITORED",
        (Reason::Changed, _) => "CHANGED",
        (Reason::Eased, Verdict::Degraded) if was_down(about) && !is_partly(&about.why) => "BACK, with a warning",
        (Reason::Eased, Verdict::Degraded) if about.why.split('+').next() == Some("noticed") => {
            "BACK, a letter is open"
        }
        (Reason::Grew, Verdict::Dropped) if about.before == Some(Verdict::Dropped) => "STILL DROPPED, new reason",
        (Reason::Cleared, _) => "NOT DROPPED",
        (Reason::Suspected, _) => "POSSIBLY DROPPED, confirming",
        (Reason::Flapping, _) => "UP AND DOWN",
        (Reason::ItWasUs, _) => "DOWN, your side after all",
        (Reason::Drill, _) => "DRILL, act as if DROPPED",
        (Reason::Corrected, _) => "OUTAGE, probably not dropped",
        (Reason::Blind, _) | (_, Verdict::Unknown) if is_unreadable(&about.why) => UNREAD,
        (Reason::Blind, _) | (_, Verdict::Unknown) => match about.why.as_str() {
            "access_lost" => "KEY REFUSED, or account suspended",
            "unknown_status" => "UNKNOWN STATUS",
            "probably_removed" => "PROBABLY REMOVED, can't confirm",
            "never_seen_live" => NEVER_SEEN,
            "credential_refused" => "KEY REFUSED",
            _ => "WRONG PAGE",
        },
        (_, Verdict::Live) => "WORKING",
        (_, Verdict::Dropped) => DROPPED,
        (_, Verdict::Outage) if about.fault == Fault::Ours => "DOWN, your side",
        // The service answers, but refuses most requests.
        (_, Verdict::Outage) if about.why == "mostly_refused" => "REFUSED",
        (Reason::Opened | Reason::Worsened, Verdict::Outage) if about.lost_before.is_some() => {
            "OUTAGE, perhaps the next vendor lost"
        }
        (Reason::Worsened, Verdict::Outage) if about.as_warned => AS_WARNED,
        (_, Verdict::Outage) => "OUTAGE",
        (_, Verdict::Degraded) if is_undated(&about.why) && about.demand.is_some() => "CUT-OFF THREATENED, no date",
        (_, Verdict::Degraded) => warning(&about.why),
    }
}

/// Reasons of checks that could not be judged, although they received an answer about the dependency.
const SEEN: [&str; 6] =
    ["access_lost", "unknown_status", "probably_removed", "never_seen_live", "credential_refused", "wrong_page"];

/// Whether a check that cannot be judged found nothing about the dependency.
pub(super) fn is_unreadable(why: &str) -> bool {
    !SEEN.contains(&why)
}

/// Whether it was reported as gone or out, and no letter applies.
fn was_down(about: &About) -> bool {
    matches!(about.before, Some(Verdict::Dropped | Verdict::Outage))
        && !is_by_letter(&about.why)
        && !is_by_turns(&about.why)
}

/// The title of a warning that the core itself defines; the catalogue's reasons have their own words.
fn warning(why: &str) -> &'static str {
    match why.split('+').next().unwrap_or_default() {
        "outlived_notice" => "CUT-OFF TIME PASSED",
        "ended_unseen" => "CUT-OFF TIME PASSED, can't check",
        "terms_in_force" => "NEW TERMS IN FORCE",
        "noticed" => "LETTER",
        "ends_undated" => "CUT-OFF LETTER, no date",
        "interrupts_undated" => "INTERRUPTION POSSIBLE, no date",
        _ if is_taken_over(why) => "DOMAIN POSSIBLY STOLEN",
        _ if is_by_turns(why) => "POSSIBLY DROPPED, on and off",
        _ if is_refused_by_turns(why) => "KEY REFUSED, on and off",
        _ if is_partly(why) => REMOVED,
        _ => WARNING,
    }
}

/// An ordinal number, such as `2nd` or `3rd`.
pub(super) fn nth(number: usize) -> String {
    let ending = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

/// The count of a group: `3 services at Google`, or `3 services` if they belong to several companies.
fn counted(group: &Group) -> String {
    let at = if group.name.is_empty() { String::new() } else { format!(" at {}", group.name) };
    format!("{} services{at}", group.names().len())
}

/// The name and vendor of one dependency, or the names of several from one company.
fn named(about: &About) -> (String, String) {
    match &about.group {
        Some(group) if group.mass => {
            (format!("{} of {} services at once", group.names().len(), group.of), String::new())
        }
        Some(group) if group.name.is_empty() => (group.names().join(", "), String::new()),
        // A few members are named if they fit on a lock screen.
        Some(group) if group.names().len() <= FEW && group.names().join(", ").chars().count() <= ROOM => {
            (group.names().join(", "), group.name.clone())
        }
        Some(group) if group.names().len() == group.of && group.of == 2 => {
            (format!("both services at {}", group.name), String::new())
        }
        Some(group) if group.names().len() == group.of => {
            (format!("all {} services at {}", group.of, group.name), String::new())
        }
        Some(group) => (format!("{} of {} services at {}", group.names().len(), group.of, group.name), String::new()),
        // The user's own parts, and dependencies with the same name as their vendor, need no vendor in the title.
        None if about.parent == OWN || about.vendor == about.label => (about.label.clone(), String::new()),
        None => (about.label.clone(), about.vendor.clone()),
    }
}

fn mark(reason: Reason, verdict: Verdict, why: &str) -> &'static str {
    match (reason, verdict) {
        (Reason::Recovered | Reason::Sighted | Reason::Cleared, _) => "🟢",
        (Reason::Drill, _) => "🔵",
        (Reason::Settled, Verdict::Live) => "🟢",
        (Reason::Cascade, _) => "🔴",
        (Reason::Suspected | Reason::Flapping, _) => "🟡",
        (_, Verdict::Unknown) if matches!(why, "access_lost" | "probably_removed") => "🔴",
        (_, Verdict::Unknown) if why == "wrong_page" => "🟠",
        (_, Verdict::Unknown) if why == "unknown_status" => "🟡",
        (Reason::Blind, _) => "⚪",
        (_, Verdict::Dropped) => "🔴",
        (_, Verdict::Outage) => "🟠",
        (_, Verdict::Degraded) if is_red(why) => "🔴",
        // The announced time has passed, so it can stop at any moment.
        (Reason::Opened | Reason::Grew, Verdict::Degraded) if is_spent(why) => "🟠",
        (Reason::Opened | Reason::Grew | Reason::Worsened | Reason::Eased, Verdict::Degraded) if is_mostly(why) => "🔴",
        _ => "🟡",
    }
}

/// Whether a warning is one that leaves no time.
fn is_red(why: &str) -> bool {
    is_ending(why) || is_undated(why) || is_by_turns(why) || is_taken_over(why)
}

/// The symbol of an alert. A refused key of an unimportant dependency is not an emergency.
fn mark_of(reason: Reason, about: &About) -> &'static str {
    let refused = about.verdict == Verdict::Unknown && about.why == "access_lost" && reason == Reason::Blind;
    // The account is back, but the services in it are not.
    let open = matches!(about.why.as_str(), "notice_spent" | "terms_spent");
    let partly = reason == Reason::Recovered && (about.hint.is_some() || open);
    // What a letter warned of has come.
    if reason == Reason::Worsened && about.as_warned {
        return "🔴";
    }
    if partly || (refused && about.criticality == Some(Criticality::Normal)) {
        "🟡"
    } else {
        mark(reason, about.verdict, &about.why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn title(what: &str, name: &str, vendor: &str, lasted: &str) -> String {
        let own = |text: &str| text.to_owned();
        let (mark, what, name, vendor, lasted) = ("🔴", own(what), own(name), own(vendor), own(lasted));
        Title { mark, what, name, vendor, lasted, ..Title::default() }.text()
    }

    #[test]
    fn a_long_name_is_cut_and_never_what_happened() {
        assert_eq!(title("DROPPED", "Android app", "Google Play", ""), "🔴 DROPPED: Android app (Google Play)");
        assert_eq!(title("BACK", "Sign-up texts", "Twilio", "out 2 h"), "🔴 BACK: Sign-up texts (Twilio, out 2 h)");
        let long = title("KEY REFUSED, or account suspended", "Sign-up texts", "Twilio Messaging", "");
        assert_eq!(long, "🔴 KEY REFUSED, or account suspended: Sign-up texts");
        let cut = title("POSSIBLY DROPPED, confirming", "the shop's second Android app for tablets", "", "4 h");
        assert!(cut.starts_with("🔴 POSSIBLY DROPPED, confirming: the shop") && cut.ends_with("… (4 h)"), "{cut}");
        assert!(length(&cut) <= LONGEST, "{cut}");
    }

    #[test]
    fn a_loss_is_counted_as_people_say_it() {
        assert_eq!([2, 3, 4, 11, 21, 22].map(nth), ["2nd", "3rd", "4th", "11th", "21st", "22nd"]);
    }
}
