//! Finds apps: those that the home page and its files name, looked up in the stores, and their developers'
//! other apps.

use std::collections::BTreeSet;

use serde_json::Value;
use url::Url;

use super::site::is_below;
use super::{Gathering, value, why};
use crate::core::words::verdict::Verdict;
use crate::discover::page::read;
use crate::discover::{App, Domain, Seen, Store, clean};

/// The most apps to look up, because the stores limit requests.
const MOST: usize = 12;
/// The source of an app that is only linked, because a page may link to anyone's app.
pub(super) const LINKED: &str = "the home page";

/// An app that a person named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// Its number in Apple's App Store.
    Track(u64),
    /// Its package name (Google Play) or bundle id (Apple).
    Id(Store, String),
    /// Its name, to search for.
    Name(String),
}

impl Given {
    /// Parses a store link, a number, a package name, a bundle id, or a name.
    pub fn parse(text: &str) -> Given {
        let text = text.trim();
        if let Some((store, id)) = linked(text) {
            return match (store, id.parse()) {
                (Store::Apple, Ok(number)) => Given::Track(number),
                _ => Given::Id(store, id),
            };
        }
        if let Ok(number) = text.trim_start_matches("id").parse() {
            return Given::Track(number);
        }
        let dotted = text.contains('.') && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
        match text.split_once(':') {
            Some(("ios", id)) => Given::Id(Store::Apple, id.to_owned()),
            Some(("android", id)) => Given::Id(Store::GooglePlay, id.to_owned()),
            _ if dotted => Given::Id(Store::GooglePlay, text.to_owned()),
            _ => Given::Name(text.to_owned()),
        }
    }
}

/// The store of a store link, and the app's id or number in it.
fn linked(link: &str) -> Option<(Store, String)> {
    let url = Url::parse(link).ok()?;
    match url.host_str()? {
        "apps.apple.com" | "itunes.apple.com" if url.path().contains("/app/") => {
            let last = url.path_segments()?.rev().find(|part| part.starts_with("id"))?;
            let number = last.trim_start_matches("id");
            number.parse::<u64>().ok()?;
            Some((Store::Apple, number.to_owned()))
        }
        "play.google.com" if url.path() == "/store/apps/details" => {
            let (_, id) = url.query_pairs().find(|(name, _)| name == "id")?;
            Some((Store::GooglePlay, id.into_owned()))
        }
        _ => None,
    }
}

impl Gathering<'_> {
    /// Looks up every named app in the stores, and their developers' other apps.
    pub(super) async fn apps(&self, domain: &Domain, given: &[Given], seen: &mut Seen) {
        let mut apps: Vec<App> = Vec::new();
        // Apps that a person named come first, so that the limit never drops them.
        for one in given {
            match one {
                Given::Track(number) => add(&mut apps, named_by(Store::Apple, number.to_string(), "you")),
                Given::Id(store, id) => add(&mut apps, named_by(*store, id.clone(), "you")),
                Given::Name(name) => match self.search(name).await {
                    Ok(app) => add(&mut apps, app),
                    Err(why) => seen.lacks(&format!("the app \"{name}\""), why),
                },
            }
        }
        for app in seen.apps.drain(..) {
            add(&mut apps, app);
        }
        let links: Vec<_> = seen.pages.iter().flat_map(|page| &page.links).filter_map(|link| linked(link)).collect();
        for (store, id) in links {
            add(&mut apps, named_by(store, id, LINKED));
        }
        if apps.len() > MOST {
            seen.lacks("some apps", format!("{} are named; the first {MOST} were checked", apps.len()));
            apps.truncate(MOST);
        }
        let mut known: Vec<App> = Vec::new();
        let (mut artists, mut developers) = (BTreeSet::new(), BTreeSet::new());
        for app in apps {
            match app.store {
                Store::Apple => {
                    let (app, artist) = self.ask_apple(domain, app).await;
                    // A developer known only from a link may be anyone.
                    artists.extend(artist.filter(|_| app.named_by.iter().any(|by| by != LINKED)));
                    add(&mut known, app);
                }
                Store::GooglePlay => {
                    let (app, developer) = self.ask_google(domain, app).await;
                    developers.extend(developer.filter(|_| app.named_by.iter().any(|by| by != LINKED)));
                    add(&mut known, app);
                }
            }
        }
        for developer in developers {
            match self.others_at_google(&developer).await {
                Ok(others) => others.into_iter().for_each(|app| add(&mut known, app)),
                Err(why) => seen.lacks("the developer's other apps", why),
            }
        }
        for artist in artists {
            match self.others_of(artist).await {
                Ok(others) => others.into_iter().for_each(|app| add(&mut known, app)),
                Err(why) => seen.lacks("the developer's other apps", why),
            }
        }
        let names: Vec<String> = known.iter().map(|app| app.name.clone().unwrap_or_else(|| app.id.clone())).collect();
        self.tell("apps", if names.is_empty() { "none named".to_owned() } else { names.join(", ") });
        seen.apps = known;
    }

    async fn apple(&self, query: &str, country: &str) -> Result<Vec<Value>, String> {
        let url = format!("https://itunes.apple.com/{query}&country={country}");
        let answer = self.get(&url).await;
        let json: Option<Value> = serde_json::from_slice(&answer.body).ok();
        match json.as_ref().and_then(|json| json["results"].as_array()) {
            Some(results) if answer.http.as_ref().is_some_and(|http| http.status == 200) => Ok(results.clone()),
            _ => Err(format!("Apple's lookup: {}", why(&answer))),
        }
    }

    /// Apple's data of an app, in the first storefront that lists it, with its developer's number.
    async fn ask_apple(&self, domain: &Domain, app: App) -> (App, Option<u64>) {
        let query = match app.id.parse::<u64>() {
            Ok(number) => format!("lookup?id={number}&entity=software"),
            Err(_) => format!("lookup?bundleId={}&entity=software", app.id),
        };
        let mut unasked = None;
        for country in self.countries {
            match self.apple(&query, country).await {
                Err(why) => unasked = Some(why),
                Ok(results) => {
                    unasked = None;
                    if let Some(found) = results.iter().find(|row| row["bundleId"].is_string()) {
                        return (taken(domain, app, found, country), found["artistId"].as_u64());
                    }
                }
            }
        }
        (App { unasked, ..app }, None)
    }

    /// The data on an app's Google Play page, with the address of its developer's page.
    async fn ask_google(&self, domain: &Domain, app: App) -> (App, Option<String>) {
        for country in self.countries {
            let params = [("package", value(&app.id)), ("country", value(country))];
            let Some((answer, reading)) = self.check("google_play/listing", &params).await else { break };
            match reading.verdict {
                Verdict::Live | Verdict::Degraded => {
                    let text = |name: &str| reading.facts.get(name).and_then(Value::as_str).map(clean);
                    let mut named_by = app.named_by.clone();
                    let body = String::from_utf8_lossy(&answer.body);
                    let page = read("https://play.google.com/", &body, "").unwrap_or_default();
                    if page.links.iter().any(|link| is_below(link, domain)) {
                        named_by.insert("its page in the store".to_owned());
                    }
                    let (name, seller) = (text("title"), text("seller"));
                    let developer = page.links.into_iter().find(|link| link.contains("/store/apps/dev"));
                    return (App { name, seller, country: Some(country.clone()), named_by, ..app }, developer);
                }
                Verdict::Dropped => {}
                _ => return (App { unasked: Some(reading.say), ..app }, None),
            }
        }
        (app, None)
    }

    /// The developer's other apps, named by the store only.
    async fn others_of(&self, artist: u64) -> Result<Vec<App>, String> {
        let Some(country) = self.countries.first() else { return Ok(Vec::new()) };
        let query = format!("lookup?id={artist}&entity=software&limit=50");
        let rows = self.apple(&query, country).await?;
        let app = |row: &Value| {
            let app = named_by(Store::Apple, row["bundleId"].as_str()?.to_owned(), "the developer's list in the store");
            Some(App {
                track_id: row["trackId"].as_u64(),
                name: row["trackName"].as_str().map(clean),
                seller: row["sellerName"].as_str().map(clean),
                country: Some(country.clone()),
                ..app
            })
        };
        Ok(rows.iter().filter_map(app).take(MOST).collect())
    }

    /// The developer's other apps at Google Play: those that the developer's page links to.
    async fn others_at_google(&self, page: &str) -> Result<Vec<App>, String> {
        let answer = self.get(page).await;
        if answer.http.as_ref().is_none_or(|http| http.status != 200) {
            return Err(format!("Google Play: {}", why(&answer)));
        }
        let page = read("https://play.google.com/", &String::from_utf8_lossy(&answer.body), "").unwrap_or_default();
        let packages: BTreeSet<String> = page
            .links
            .iter()
            .filter_map(|link| linked(link))
            .filter(|(store, _)| *store == Store::GooglePlay)
            .map(|(_, id)| id)
            .collect();
        let app = |id: String| App {
            country: self.countries.first().cloned(),
            ..named_by(Store::GooglePlay, id, "the developer's list in the store")
        };
        Ok(packages.into_iter().take(MOST).map(app).collect())
    }

    /// Finds an app by its exact name, ignoring case.
    async fn search(&self, name: &str) -> Result<App, String> {
        let Some(country) = self.countries.first() else { return Err("no storefront is given".to_owned()) };
        let term: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
        let rows = self.apple(&format!("search?term={term}&entity=software&limit=10"), country).await?;
        let called = |row: &Value| row["trackName"].as_str().unwrap_or_default().to_owned();
        let same = |row: &&Value| called(row).to_lowercase() == name.to_lowercase();
        if let [one] = rows.iter().filter(same).collect::<Vec<_>>()[..] {
            let number = one["trackId"].as_u64().unwrap_or(0);
            return Ok(named_by(Store::Apple, number.to_string(), "you"));
        }
        let others: Vec<String> = rows
            .iter()
            .take(4)
            .map(|row| format!("{} (id{}, {})", called(row), row["trackId"], text(row, "sellerName")))
            .collect();
        Err(match others.as_slice() {
            [] => "Apple's search finds no app of this name; give its store link".to_owned(),
            others => format!("give its number; Apple's search found: {}", others.join(", ")),
        })
    }
}

fn text(row: &Value, name: &str) -> String {
    row[name].as_str().map(clean).unwrap_or_default()
}

fn named_by(store: Store, id: String, by: &str) -> App {
    let (track_id, id) = match (store, id.parse::<u64>()) {
        (Store::Apple, Ok(number)) => (Some(number), id),
        _ => (None, id),
    };
    let named_by = BTreeSet::from([by.to_owned()]);
    App { store, id, track_id, name: None, seller: None, country: None, named_by, unasked: None }
}

/// Fills an app with Apple's data.
fn taken(domain: &Domain, app: App, row: &Value, country: &str) -> App {
    let mut named_by = app.named_by.clone();
    if row["sellerUrl"].as_str().is_some_and(|link| is_below(link, domain)) {
        named_by.insert("its page in the store".to_owned());
    }
    App {
        id: text(row, "bundleId"),
        track_id: row["trackId"].as_u64(),
        name: row["trackName"].as_str().map(clean),
        seller: row["sellerName"].as_str().map(clean),
        country: Some(country.to_owned()),
        named_by,
        ..app
    }
}

/// Adds an app; sources that name the same app are merged.
fn add(apps: &mut Vec<App>, app: App) {
    let same = |other: &&mut App| {
        other.store == app.store && (other.id == app.id || (app.track_id.is_some() && other.track_id == app.track_id))
    };
    match apps.iter_mut().find(same) {
        Some(known) => known.named_by.extend(app.named_by),
        None => apps.push(app),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::site::{bundles, packages};
    use super::*;

    #[test]
    fn an_app_is_read_however_it_is_named() {
        for (text, wanted) in [
            ("https://apps.apple.com/us/app/wikipedia/id324715238?mt=8", Given::Track(324_715_238)),
            ("324715238", Given::Track(324_715_238)),
            ("id324715238", Given::Track(324_715_238)),
            (
                "https://play.google.com/store/apps/details?id=org.wikipedia&hl=en",
                Given::Id(Store::GooglePlay, "org.wikipedia".into()),
            ),
            ("org.wikipedia", Given::Id(Store::GooglePlay, "org.wikipedia".into())),
            ("ios:org.wikimedia.wikipedia", Given::Id(Store::Apple, "org.wikimedia.wikipedia".into())),
            ("Wikipedia Mobile", Given::Name("Wikipedia Mobile".into())),
        ] {
            assert_eq!(Given::parse(text), wanted, "{text}");
        }
    }

    #[test]
    fn bundle_ids_are_read_from_files_old_and_new() {
        let new = json!({
            "applinks": {"details": [
                {"appIDs": ["ABCDE12345.com.acme.app", "ABCDE12345.com.acme.app.Clip"]}, {"appID": "ABCDE12345.com.acme.pro"},
            ]},
            "webcredentials": {"apps": ["ABCDE12345.com.acme.app", "nonsense", 7]},
        });
        assert_eq!(bundles(&new).into_iter().collect::<Vec<_>>(), ["com.acme.app", "com.acme.pro"]);
        let old = json!({"applinks": {"apps": [], "details": {"ABCDE12345.com.acme.app": {"paths": ["*"]}}}});
        assert_eq!(bundles(&old).into_iter().collect::<Vec<_>>(), ["com.acme.app"]);
        for wrong in [json!(null), json!([]), json!({"applinks": 7}), json!({"applinks": {"details": [1, "x"]}})] {
            assert!(bundles(&wrong).is_empty(), "{wrong}");
        }
    }

    #[test]
    fn packages_are_read_and_websites_are_none() {
        let links = json!([
            {"relation": ["delegate_permission/common.handle_all_urls"], "target": {"namespace": "android_app", "package_name": "com.acme"}},
            {"target": {"namespace": "web", "site": "https://acme.example"}}, {"target": {"namespace": "android_app"}}, 7,
        ]);
        assert_eq!(packages(&links).into_iter().collect::<Vec<_>>(), ["com.acme"]);
        assert!(packages(&json!({"target": {}})).is_empty());
    }
}
