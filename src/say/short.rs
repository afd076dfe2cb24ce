//! The text for SMS and speech: one message of 160 characters, without symbols.

use chrono_tz::Tz;

use super::alert::{AlertView, Body};
use crate::core::words::verdict::Verdict;

/// The length of one SMS in the GSM alphabet (3GPP TS 23.038), in characters.
const ONE_SMS: usize = 160;

/// The text: what happened, what users lose, and whether the fallback works.
pub fn text(view: &AlertView, zone: Tz) -> String {
    let title = view.title(zone);
    let plain = title.trim_start_matches(|c: char| !c.is_ascii()).trim();
    let mut parts = vec![format!("plugwatch, {}: {plain}.", view.platform)];
    if let Body::Dependency(about) = &view.body {
        let lost = matches!(about.verdict, Verdict::Dropped | Verdict::Outage);
        parts.extend(about.breaks.as_ref().filter(|_| lost).map(|breaks| format!("Your users lose: {breaks}.")));
        parts.extend(about.fallback.as_ref().filter(|_| lost).and_then(|fallback| match about.fallback_works {
            Some(true) => match about.fallback_ends {
                Some(ends) => Some(format!("Fallback works until {}: {fallback}.", ends.local(zone, view.at))),
                None if about.fallback_warns.is_some() => Some(format!("Fallback works, with a warning: {fallback}.")),
                None => Some(format!("Fallback works: {fallback}.")),
            },
            Some(false) => Some(format!("Fallback is down: {fallback}.")),
            None => None,
        }));
    }
    // Only whole sentences: a sentence that is cut off may say the opposite.
    let mut text = super::cut(&parts[0], ONE_SMS - 1);
    for part in &parts[1..] {
        if text.chars().count() + 1 + part.chars().count() <= ONE_SMS {
            text = format!("{text} {part}");
        }
    }
    text
}
