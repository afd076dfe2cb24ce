//! Several messages combined into one: those held back at night, or while a channel was not accepting any.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use minijinja::context;

use super::alert::{AlertView, Body};
use super::{Format, render};
use crate::core::dependency::incident::Reason;
use crate::core::time::Time;

/// The text of a digest, with the state of each thread after its last message. `views` contains the messages, oldest
/// first, each with its thread.
pub fn text(views: &[(Option<String>, AlertView)], format: Format, now: Time, repeat: bool, zone: Tz) -> String {
    let mut threads: BTreeMap<String, (usize, usize, &AlertView)> = BTreeMap::new();
    for (n, (thread, view)) in views.iter().enumerate() {
        let key = thread.clone().unwrap_or_else(|| format!("#{n}"));
        let entry = threads.entry(key).or_insert((n, 0, view));
        // A message that does not change the verdict does not replace one that does.
        let said = if view.reason.keeps_verdict() && entry.1 > 0 { entry.2 } else { view };
        *entry = (n, entry.1 + 1, said);
    }
    let mut last: Vec<(usize, usize, &AlertView)> = threads.into_values().collect();
    last.sort_by_key(|(n, _, view)| (std::cmp::Reverse(view.level), *n));
    let (mut open, mut over, mut notes) = (Vec::new(), Vec::new(), Vec::new());
    for (_, count, view) in last {
        let line = line(view, count, now, zone);
        match (&view.body, view.reason) {
            (Body::Dependency(_), Reason::Recovered | Reason::Sighted | Reason::Cleared) => over.push(line),
            (Body::Dependency(_), _) => open.push(line),
            _ => notes.push(line),
        }
    }
    let first = views.first().map_or(now, |(_, view)| view.at);
    let (platform, simulation) =
        views.last().map_or((String::new(), false), |(_, v)| (v.platform.clone(), v.simulation));
    let title = format!("{} messages since {}", views.len(), first.local(zone, now));
    let why = "sent as one message, because they waited.";
    render("digest", format, context! { title, open, over, notes, platform, simulation, why, repeat })
}

fn line(view: &AlertView, count: usize, now: Time, zone: Tz) -> String {
    let title = view.title(zone);
    let more = if count > 1 { format!(" ({count} messages)") } else { String::new() };
    let what = match &view.body {
        Body::Dependency(_) if matches!(view.reason, Reason::Recovered) => title,
        Body::Dependency(about) => {
            let members = about.group.as_ref().map(|group| group.lines.join("; "));
            format!("{title}: {}", members.unwrap_or_else(|| about.say.clone()))
        }
        Body::Note { lines, .. } => format!("{title}. {}", lines.join(" ")),
        _ => title,
    };
    format!("{}  {what}{more}", view.at.local(zone, now))
}
