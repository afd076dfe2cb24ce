//! Incidents and announced maintenance as an Atom feed (RFC 4287), for feed readers and for mail services that follow
//! feeds.

use atom_syndication::{Content, Entry, Feed, FixedDateTime, Link, Text};

use super::pages::markdown;
use super::texts::Texts;
use super::view::{Incident, Maintenance, View};
use crate::core::platform::public::Language;
use crate::core::time::Time;

/// The maximum number of entries. Feed readers keep older entries themselves.
const MOST: usize = 30;

/// The feed as XML.
pub fn atom(view: &View, language: Language) -> String {
    let texts = Texts::of(language);
    let incidents = view.incidents.iter().take(MOST).map(|one| incident(view, one, texts));
    let works = view.maintenances.iter().chain(&view.finished).take(MOST).map(|work| maintenance(view, work, texts));
    let mut entries: Vec<Entry> = incidents.chain(works).collect();
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.updated));
    // The feed's date is that of its newest entry, so that repeated requests return the same content.
    let updated = entries.iter().map(|entry| entry.updated).max().unwrap_or_else(|| date(view.started_at));
    let own = Link { rel: "self".into(), mime_type: Some("application/atom+xml".into()), ..link(view, "/feed.atom") };
    let feed = Feed {
        title: Text::plain(view.name.clone()),
        id: format!("urn:plugwatch:{}", view.id),
        updated,
        authors: vec![atom_syndication::Person { name: view.name.clone(), ..Default::default() }],
        links: vec![own, link(view, "/")],
        entries,
        lang: Some(language.word().to_owned()),
        ..Feed::default()
    };
    feed.to_string()
}

fn link(view: &View, path: &str) -> Link {
    Link { href: view.link(path), rel: "alternate".into(), mime_type: Some("text/html".into()), ..Link::default() }
}

fn date(at: Time) -> FixedDateTime {
    at.utc().fixed_offset()
}

fn names(view: &View, positions: &[usize]) -> String {
    positions.iter().map(|n| view.components[*n].label.as_str()).collect::<Vec<_>>().join(", ")
}

fn incident(view: &View, one: &Incident, texts: &Texts) -> Entry {
    let said = one.updates.iter().map(|update| {
        let (state, at) = (texts.get(&format!("incident.{}", update.state)), texts.time(update.at, view.look.zone));
        format!("<p><strong>{state}</strong>, {at}</p>{}", markdown(&update.words))
    });
    let html =
        said.collect::<String>() + &one.postmortem.as_ref().map_or_else(String::new, |text| markdown(text).to_string());
    Entry {
        title: Text::plain(format!("{}: {}", texts.get(&format!("incident.{}", one.state)), one.title)),
        id: format!("urn:plugwatch:{}:{}", view.id, one.id),
        updated: date(one.updated_at),
        published: Some(date(one.published_at)),
        links: vec![link(view, &format!("/incidents/{}", one.id))],
        summary: (!one.components.is_empty()).then(|| Text::plain(names(view, &one.components))),
        content: Some(Content { content_type: Some("html".into()), value: Some(html), ..Content::default() }),
        ..Entry::default()
    }
}

fn maintenance(view: &View, work: &Maintenance, texts: &Texts) -> Entry {
    let zone = view.look.zone;
    let span =
        format!("{} {} {}", texts.time(work.from, zone), texts.get("maintenance.until"), texts.time(work.to, zone));
    let active = work.from <= view.now;
    let state = texts.get(work.state(view.now));
    let title = work.title.as_deref().unwrap_or(texts.get("maintenance.title"));
    // The time of the announcement is not known. Use the start of plugwatch, or of the maintenance if that is earlier.
    let updated = date(work.from.min(view.started_at.max(Time(0))));
    Entry {
        title: Text::plain(format!("{state}: {title}")),
        id: format!("urn:plugwatch:{}:{}", view.id, work.id),
        updated: work.ended.map_or(if active { date(work.from) } else { updated }, date),
        links: vec![link(view, "/")],
        summary: Some(Text::plain(format!("{span}: {}", names(view, &work.components)))),
        ..Entry::default()
    }
}
