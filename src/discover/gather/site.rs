//! Gathers facts about the site: its network, its pages, and the apps that it names.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::{join, join_all};
use serde_json::Value;
use url::Url;

use super::{Gathering, one, why};
use crate::catalog;
use crate::core::words::answer::Answer;
use crate::core::words::question::Lookup;
use crate::discover::page::{Read, read};
use crate::discover::seen::Page;
use crate::discover::{App, Domain, Seen, Store};

/// The most apps taken from one file.
const MOST_APPS: usize = 500;

impl Gathering<'_> {
    /// The pages of its hosts, and the files that name apps.
    pub(super) async fn site(&self, domain: &Domain, seen: &Seen) -> Seen {
        let mut hosts: Vec<String> = domain.host.iter().cloned().collect();
        let usual = [domain.name.clone(), format!("www.{}", domain.name)];
        hosts.extend(usual.into_iter().filter(|host| seen.hosts.contains_key(host)));
        if hosts.is_empty() {
            return Seen::gap("the website", "no name of the domain leads to a website");
        }
        let leads = |host: &&String| seen.hosts.contains_key(*host);
        let first = hosts.iter().find(leads).unwrap_or(&hosts[0]);
        let (network, parts) =
            join(self.network(first), join_all(hosts.iter().map(|host| self.host(domain, host)))).await;
        let mut site = network;
        for part in parts {
            site.join(part);
        }
        site
    }

    async fn network(&self, host: &str) -> Seen {
        let network = match self.look_up(Lookup::Network, &[("domain", one(host))]).await {
            Ok(network) => network,
            Err(why) => return Seen::gap("the network of the site", why),
        };
        let rows = network["networks"].as_array().into_iter().flatten();
        let networks: Vec<(String, String)> = rows
            .filter_map(|row| {
                Some((row["asn"].as_u64()?.to_string(), row["name"].as_str().unwrap_or_default().to_owned()))
            })
            .collect();
        if networks.is_empty() {
            return Seen::gap("the network of the site", "Team Cymru's list has no entry for this address");
        }
        let names: Vec<&str> = networks.iter().map(|(_, name)| name.as_str()).collect();
        self.tell("network", names.join(", "));
        Seen { networks, network_of: Some(host.to_owned()), ..Seen::default() }
    }

    async fn host(&self, domain: &Domain, host: &str) -> Seen {
        let (page, (apple, google)) =
            join(self.page(domain, host), join(self.apple_file(host), self.google_file(host))).await;
        let mut part = page;
        part.apps.extend(apple);
        part.apps.extend(google);
        part
    }

    async fn page(&self, domain: &Domain, host: &str) -> Seen {
        let asked = format!("https://{host}/");
        let answer = self.get(&asked).await;
        let Some(http) = answer.http.as_ref().filter(|_| answer.failure.is_none()) else {
            self.tell(&asked, why(&answer));
            return Seen::gap(&format!("the page at {asked}"), why(&answer));
        };
        self.tell(&asked, http.status.to_string());
        let body = catalog::body_text(&answer);
        // A page to which visitors are redirected on another domain is not the platform's own.
        let elsewhere = !is_below(&http.url, domain);
        let html = http.status == 200 && http.content_type.contains("html") && !elsewhere;
        let read = if html { read(&http.url, &body, &domain.platform()) } else { Some(Read::default()) };
        let mut part = Seen::default();
        if elsewhere {
            part.lacks(&format!("the page at {asked}"), format!("it redirects visitors to {}", http.url));
        } else if read.is_none() {
            part.lacks(&format!("the page at {asked}"), "it is nested too deeply to be read");
        } else if http.status != 200 {
            part.lacks(&format!("the page at {asked}"), format!("it answers {}", http.status));
        }
        let Read { uses, links, words } = read.unwrap_or_default();
        part.pages.push(Page {
            url: http.url.clone(),
            status: http.status,
            headers: if elsewhere { BTreeMap::new() } else { http.headers.clone() },
            issuer: answer.said.get("tls").and_then(|tls| tls["issuer_org"].as_str()).map(str::to_owned),
            words,
            uses,
            links,
            elsewhere,
            asked,
        });
        part
    }

    async fn apple_file(&self, host: &str) -> Vec<App> {
        let file = "apple-app-site-association";
        for path in [format!(".well-known/{file}"), file.to_owned()] {
            let answer = self.get(&format!("https://{host}/{path}")).await;
            if let Some(json) = json_of(&answer) {
                return named(Store::Apple, bundles(&json), file);
            }
        }
        Vec::new()
    }

    async fn google_file(&self, host: &str) -> Vec<App> {
        let answer = self.get(&format!("https://{host}/.well-known/assetlinks.json")).await;
        json_of(&answer).map_or_else(Vec::new, |json| named(Store::GooglePlay, packages(&json), "assetlinks.json"))
    }
}

/// Whether a URL leads to the domain or a subdomain.
pub(super) fn is_below(link: &str, domain: &Domain) -> bool {
    let host = Url::parse(link).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    host == domain.name || host.ends_with(&format!(".{}", domain.name))
}

/// The file's JSON. Many sites answer with their home page for any path, so anything else does not count.
fn json_of(answer: &Answer) -> Option<Value> {
    let good = answer.failure.is_none() && answer.http.as_ref().is_some_and(|http| http.status == 200);
    good.then(|| serde_json::from_slice(&answer.body).ok()).flatten()
}

fn named(store: Store, ids: BTreeSet<String>, by: &str) -> Vec<App> {
    let app = |id: String| App {
        store,
        id,
        track_id: None,
        name: None,
        seller: None,
        country: None,
        named_by: BTreeSet::from([by.to_owned()]),
        unasked: None,
    };
    ids.into_iter().take(MOST_APPS).map(app).collect()
}

/// The bundle ids in Apple's file (developer.apple.com, "Supporting associated domains"): the part after the
/// ten characters of the team id. App clips have no listing of their own.
pub(super) fn bundles(json: &Value) -> BTreeSet<String> {
    let mut ids: Vec<&Value> = Vec::new();
    let details = &json["applinks"]["details"];
    for detail in details.as_array().into_iter().flatten() {
        ids.push(&detail["appID"]);
        ids.extend(detail["appIDs"].as_array().into_iter().flatten());
    }
    ids.extend(json["webcredentials"]["apps"].as_array().into_iter().flatten());
    // Older files have a map by app id instead of a list.
    let keys = details.as_object().into_iter().flat_map(|map| map.keys().map(String::as_str));
    let bundle = |id: &str| {
        let (team, bundle) = id.split_once('.')?;
        let fits = team.len() == 10 && team.chars().all(|c| c.is_ascii_alphanumeric());
        let plain = bundle.contains('.') && bundle.chars().all(|c| c.is_ascii_alphanumeric() || "-.".contains(c));
        (fits && plain && !bundle.ends_with(".Clip")).then(|| bundle.to_owned())
    };
    ids.into_iter().filter_map(Value::as_str).chain(keys).filter_map(bundle).collect()
}

/// The package names in Google's file (developers.google.com/digital-asset-links).
pub(super) fn packages(json: &Value) -> BTreeSet<String> {
    let of_android = |row: &&Value| row["target"]["namespace"] == "android_app";
    let rows = json.as_array().into_iter().flatten().filter(of_android);
    rows.filter_map(|row| row["target"]["package_name"].as_str().filter(|name| name.contains('.')).map(str::to_owned))
        .collect()
}
