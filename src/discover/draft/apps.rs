//! Entries for apps in the stores.

use serde_json::json;

use super::{Drafting, Entry, Probe, State};
use crate::discover::{App, Store};

impl Drafting<'_> {
    pub(super) fn apps(&self, countries: &[String]) -> Vec<Entry> {
        self.seen.apps.iter().map(|app| self.app(app, countries)).collect()
    }

    fn app(&self, app: &App, countries: &[String]) -> Entry {
        let (kind, store) = match app.store {
            Store::Apple => ("ios", "App Store"),
            Store::GooglePlay => ("android", "Google Play"),
        };
        let name = app.name.clone().unwrap_or_else(|| app.id.clone());
        let mut entry = Entry::new(
            self.catalog,
            &format!("{kind}-{}", super::slug(&name)),
            &format!("{name} ({store})"),
            "app_store",
        );
        entry.usual.public = Some(entry.label.clone());
        let by: Vec<&str> = app.named_by.iter().map(String::as_str).collect();
        let seller = app.seller.as_ref().map_or_else(String::new, |seller| format!("; sold by {seller}"));
        entry.found.push(format!("{} is named by {}{seller}", app.id, by.join(" and ")));
        // The storefront that lists the app comes first.
        let home = app.country.iter().chain(countries);
        let mut stores: Vec<&String> = Vec::new();
        for country in home {
            if !stores.contains(&country) {
                stores.push(country);
            }
        }
        let mut params = match (app.store, app.track_id) {
            (Store::Apple, Some(number)) if app.id == number.to_string() => vec![("track_id", json!(number))],
            (Store::Apple, Some(number)) => vec![("track_id", json!(number)), ("bundle_id", json!(app.id))],
            (Store::Apple, None) => vec![("track_id", json!("<track_id>")), ("bundle_id", json!(app.id))],
            (Store::GooglePlay, _) => vec![("package", json!(app.id))],
        };
        params.push(("countries", json!(stores)));
        let unknown = app.store == Store::Apple && app.track_id.is_none();
        let check = if app.store == Store::Apple { "apple/listing" } else { "google_play/listing" };
        let mut probe = Probe::of(check, &params);
        if let Some(number) = probe.params.first_mut().filter(|_| unknown) {
            "the number after `id` in the App Store link".clone_into(&mut number.about);
        }
        entry.probes.push(probe);
        entry.state = state(app, &stores);
        entry.trouble = app.country.is_none();
        entry.doubt = !entry.is_on() && !entry.trouble;
        entry
    }
}

/// An app is monitored if the store lists it and something of yours names it.
fn state(app: &App, stores: &[&String]) -> State {
    let of_ours = app.named_by.iter().any(|by| *by == "you" || by.contains('.') || by.contains("association"));
    let only_linked = app.named_by.len() == 1 && app.named_by.contains("the home page");
    let listed_by_developer = app.named_by.len() == 1 && app.named_by.contains("the developer's list in the store");
    match (&app.country, &app.unasked) {
        (_, Some(why)) => State::Off(format!("the store could not be checked: {why}")),
        (None, None) => {
            let stores: Vec<String> = stores.iter().map(|country| country.to_uppercase()).collect();
            State::Off(format!("no listing in {}: never published, removed, or offered elsewhere", stores.join(", ")))
        }
        _ if listed_by_developer => State::Off("only the store says that it is yours".to_owned()),
        _ if only_linked && !of_ours => State::Off("only a link on your page names it: is it yours?".to_owned()),
        _ => State::On,
    }
}
