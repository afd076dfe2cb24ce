//! Which registry answers for a domain (RFC 9224), and what is remembered of that.

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
/// The list is asked for anew after this; an older one is better than none.
const FRESH: Duration = Duration::from_secs(86_400);

/// What is known of registries.
#[derive(Debug, Default)]
pub struct Registries {
    /// The list as it was read last: the base address by top-level domain.
    list: Mutex<Option<(Time, BTreeMap<String, String>)>>,
    /// WHOIS servers by top-level domain, for those that speak no RDAP.
    whois: Mutex<BTreeMap<String, (Time, String)>>,
}

/// What lies in the future was noted by a clock that has been set back since.
fn is_fresh(at: Time, now: Time) -> bool {
    at <= now && now.since(at) <= FRESH
}

impl Registries {
    /// The WHOIS server of a top-level domain, if it was asked for within a day.
    pub(super) fn whois(&self, ending: &str, now: Time) -> Option<String> {
        let servers = self.whois.lock().unwrap_or_else(PoisonError::into_inner);
        servers.get(ending).filter(|(at, _)| is_fresh(*at, now)).map(|(_, server)| server.clone())
    }

    /// Notes a WHOIS server.
    pub(super) fn note_whois(&self, ending: &str, server: &str, now: Time) {
        let mut servers = self.whois.lock().unwrap_or_else(PoisonError::into_inner);
        servers.insert(ending.to_owned(), (now, server.to_owned()));
    }

    /// The base address of the registry: the longest ending of the name that is in the list; none
    /// where the registry speaks no RDAP.
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
            // What was known yesterday is known today.
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

/// RFC 9224, section 4: `services` holds pairs of endings and addresses; HTTPS is preferred.
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

/// A question to a registry's web address.
pub(super) fn get(url: &str, timeout: Duration) -> Option<HttpQuestion> {
    let url = Url::parse(url).ok().filter(|url| url.host_str().is_some())?;
    let headers = vec![Field::public("accept", "application/rdap+json, application/json;q=0.9")];
    Some(HttpQuestion { headers, ..HttpQuestion::get(&url, timeout) })
}
