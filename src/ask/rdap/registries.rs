//! Finds the registry that is responsible for a domain (RFC 9224), and keeps the result.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use url::Url;

use crate::ask::net::{Net, http};
use crate::core::time::Time;
use crate::core::words::answer::{Answer, Failure};
use crate::core::words::question::{Field, HttpQuestion, RdapQuestion};

/// IANA's list of registries.
const BOOTSTRAP: &str = "https://data.iana.org/rdap/dns.json";
/// How long the list is kept; if a new one cannot be fetched, the old one is used.
const FRESH: Duration = Duration::from_secs(86_400);

/// The servers of registries, kept after they were found.
#[derive(Debug, Default)]
pub struct Registries {
    /// The last list: the RDAP base URL by top-level domain.
    list: Mutex<Option<(Time, BTreeMap<String, String>)>>,
    /// WHOIS servers by top-level domain, for registries that do not offer RDAP.
    whois: Mutex<BTreeMap<String, (Time, String)>>,
}

/// Whether an entry is still fresh. One from the future was written before the clock was set back.
fn is_fresh(at: Time, now: Time) -> bool {
    at <= now && now.since(at) <= FRESH
}

impl Registries {
    /// The WHOIS server of a top-level domain, if it was looked up within a day.
    pub(super) fn whois(&self, ending: &str, now: Time) -> Option<String> {
        let servers = self.whois.lock().unwrap_or_else(PoisonError::into_inner);
        servers.get(ending).filter(|(at, _)| is_fresh(*at, now)).map(|(_, server)| server.clone())
    }

    /// Keeps a WHOIS server.
    pub(super) fn note_whois(&self, ending: &str, server: &str, now: Time) {
        let mut servers = self.whois.lock().unwrap_or_else(PoisonError::into_inner);
        servers.insert(ending.to_owned(), (now, server.to_owned()));
    }

    /// The registry's base URL, by the longest suffix of the name that is in the list; `None` if the registry does not
    /// offer RDAP.
    pub(super) async fn base(
        &self,
        net: &Net,
        question: &RdapQuestion,
        urgent: bool,
    ) -> Result<Option<String>, Box<Answer>> {
        let list = match self.known(net.clock.now(), true) {
            Some(list) => list,
            None => self.fetch(net, question.timeout, urgent).await?,
        };
        let mut ending = question.domain.as_str();
        loop {
            if let Some(base) = list.get(ending) {
                return Ok(Some(base.clone()));
            }
            let Some((_, rest)) = ending.split_once('.') else { return Ok(None) };
            ending = rest;
        }
    }

    async fn fetch(&self, net: &Net, timeout: Duration, urgent: bool) -> Result<BTreeMap<String, String>, Box<Answer>> {
        let broken = || Box::new(Answer::failed("", Failure::HttpBroken, "IANA's list of registries cannot be read"));
        let answer = http::ask(net, &get(BOOTSTRAP, timeout).ok_or_else(broken)?, urgent).await;
        let good = answer.http.as_ref().is_some_and(|http| http.status == 200);
        let list = good.then(|| serde_json::from_slice(&answer.body).ok()).flatten().map(|json| read(&json));
        let now = net.clock.now();
        match list.filter(|list| !list.is_empty()) {
            Some(list) => {
                *self.list.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, list.clone()));
                Ok(list)
            }
            // The list could not be fetched: use the old one.
            None => self.known(now, false).ok_or_else(|| {
                let failure = answer.failure.unwrap_or(Failure::HttpBroken);
                Box::new(Answer { failure: Some(failure), http: None, step: "bootstrap".to_owned(), ..answer })
            }),
        }
    }

    fn known(&self, now: Time, fresh: bool) -> Option<BTreeMap<String, String>> {
        let list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        list.as_ref().filter(|(at, _)| !fresh || is_fresh(*at, now)).map(|(_, list)| list.clone())
    }
}

/// Parses IANA's list (RFC 9224, section 4): `services` holds pairs of suffixes and URLs; HTTPS is preferred.
pub fn read(json: &Value) -> BTreeMap<String, String> {
    let texts = |list: &Value| -> Vec<String> {
        list.as_array().into_iter().flatten().filter_map(|text| text.as_str().map(str::to_owned)).collect()
    };
    let mut list = BTreeMap::new();
    for service in json["services"].as_array().into_iter().flatten() {
        let bases = texts(&service[1]);
        let base = bases.iter().find(|base| base.starts_with("https://")).or(bases.first());
        let Some(base) = base else { continue };
        list.extend(texts(&service[0]).into_iter().map(|ending| (ending.to_lowercase(), base.clone())));
    }
    list
}

/// The question for a registry's URL.
pub(super) fn get(url: &str, timeout: Duration) -> Option<HttpQuestion> {
    let url = Url::parse(url).ok().filter(|url| url.host_str().is_some())?;
    let headers = vec![Field::public("accept", "application/rdap+json, application/json;q=0.9")];
    Some(HttpQuestion { headers, ..HttpQuestion::get(&url, timeout) })
}
