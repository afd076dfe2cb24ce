//! Announced maintenance as a calendar (RFC 5545) that readers can subscribe to.

use icalendar::{Calendar, Component as _, Event, EventLike as _};

use super::texts::Texts;
use super::view::{Maintenance, View};
use crate::core::platform::public::Language;

/// The calendar in iCalendar format.
pub fn ical(view: &View, language: Language) -> String {
    let texts = Texts::of(language);
    let mut calendar = Calendar::new();
    calendar.name(&format!("{}: {}", view.name, texts.get("maintenances")));
    for work in view.maintenances.iter().chain(&view.finished) {
        calendar.push(event(view, work, texts));
    }
    calendar.done().to_string()
}

fn event(view: &View, work: &Maintenance, texts: &Texts) -> Event {
    let names: Vec<&str> = work.components.iter().map(|n| view.components[*n].label.as_str()).collect();
    let title = work.title.as_deref().unwrap_or(texts.get("maintenance.title"));
    let mut event = Event::new();
    event.uid(&format!("{}@{}", work.id, view.id));
    // The stamp is the time at which the event was created (3.8.7.2), and must be the same for each request.
    event.timestamp(work.from.min(view.started_at).utc());
    event.summary(&format!("{}: {title}", view.name));
    event.description(&format!("{}: {}", texts.get("incident.affects"), names.join(", ")));
    event.starts(work.from.utc());
    event.ends(work.ended.unwrap_or(work.to).utc());
    if !view.url.is_empty() {
        event.url(&view.link("/"));
    }
    event.done()
}
