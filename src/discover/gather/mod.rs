//! Gathers everything that is visible of a domain without any key. Each file covers one subject. Anything
//! that does not answer is recorded as a gap, and the rest continues.

mod apps;
mod mail;
mod names;
mod site;

pub use apps::Given;

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join;
use serde_json::{Value, json};
use url::Url;

use super::{Domain, Seen, Signs, clean};
use crate::ask::Askers;
use crate::catalog::{Catalog, Params, Values, question};
use crate::clock::Clock;
use crate::core::words::answer::{Answer, Failure};
use crate::core::words::question::{Field, HttpQuestion, Lookup, LookupQuestion, Question};
use crate::core::words::verdict::Reading;

/// The parts that gathering needs.
pub struct Gathering<'g> {
    /// The askers.
    pub askers: &'g Askers,
    /// The catalogue of vendors.
    pub catalog: &'g Catalog,
    /// The signs, whose selectors are looked up.
    pub signs: &'g Signs,
    /// The clock.
    pub clock: &'g Clock,
    /// The longest time for one request.
    pub timeout: Duration,
    /// Storefronts, the home one first.
    pub countries: &'g [String],
    /// Called with each step's name and result, to show progress.
    pub tell: &'g (dyn Fn(&str, &str) + Sync),
}

/// Why there is no platform to monitor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotThere {
    /// The domain is not registered.
    #[error("{0} does not exist: the name servers above it do not list it, and {1}. Is it spelled correctly?")]
    NoSuchDomain(String, String),
    /// The domain exists, but the given host does not.
    #[error("{0} does not exist, although {1} does. Is it spelled correctly?")]
    NoSuchHost(String, String),
    /// No zone exists, and the registry could not say whether the domain is registered.
    #[error(
        "the name servers above {0} do not list it, and its registry did not answer: it is on hold, or does not exist. Is it spelled correctly?"
    )]
    InNoZone(String),
    /// The domain is registered, but has no name servers.
    #[error(
        "{0} is registered ({1}), but it has no name servers, so nothing can be found below it. If it is yours, log in at the registrar now"
    )]
    LeadsNowhere(String, String),
    /// The name servers above it did not answer.
    #[error(
        "the name servers above {0} did not answer ({1}), and without them nothing can be found. Try again later, or from another network"
    )]
    NobodyAnswers(String, String),
}

/// Gathers everything.
///
/// # Errors
/// Fails if the domain or host does not exist, has no zone, or cannot be looked up.
pub async fn gather(with: &Gathering<'_>, domain: &Domain, given: &[Given]) -> Result<Seen, NotThere> {
    let (mut seen, zone) = match &domain.lent_by {
        Some(owner) => {
            let mut seen = Seen::default();
            seen.lacks("the registration", format!("{} belongs to the owner of {owner}", domain.name));
            (seen, names::Zone::Lent)
        }
        None => {
            let (registration, (part, zone)) = join(with.registration(domain), with.zone(domain)).await;
            let mut seen = part;
            seen.join(registration);
            (seen, zone)
        }
    };
    names::there(domain, &seen, &zone)?;
    seen.join(with.hosts(domain).await);
    if let Some(owner) = domain.lent_by.as_ref().filter(|_| seen.hosts.is_empty()) {
        let unasked = seen.gaps.iter().find(|gap| gap.what != "the registration");
        return Err(match unasked {
            Some(gap) => NotThere::NobodyAnswers(domain.name.clone(), gap.why.clone()),
            None => NotThere::NoSuchDomain(domain.name.clone(), format!("{owner} has no record with this name")),
        });
    }
    if let Some(host) = domain.host.as_ref().filter(|host| !seen.hosts.contains_key(*host)) {
        let unasked = seen.gaps.iter().any(|gap| gap.what.contains(host.as_str()) || gap.what == "names in the zone");
        if !unasked {
            return Err(NotThere::NoSuchHost(host.clone(), domain.shown.clone()));
        }
    }
    let (mail, site) = join(with.mail(domain, &seen), with.site(domain, &seen)).await;
    seen.join(mail);
    seen.join(site);
    with.apps(domain, given, &mut seen).await;
    Ok(seen)
}

impl Gathering<'_> {
    /// Runs one check of the catalogue, as monitoring would. Returns its answer and reading.
    async fn check(&self, id: &str, params: &[(&str, Value)]) -> Option<(Answer, Reading)> {
        let (_, check) = self.catalog.check(id)?;
        let usual = check.params.iter().filter_map(|param| Some((param.name.clone(), param.default.clone()?)));
        let mut public: Values = usual.collect();
        public.extend(params.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        let params = Params { public, secret: BTreeMap::new() };
        let now = self.clock.now();
        let question = question(check, &params, None, now, self.timeout).ok()?;
        let answer = self.askers.ask(&question, false, now).await;
        let reading = self.catalog.judge(check, &params, &answer, now);
        Some((answer, reading))
    }

    /// The facts of one lookup.
    ///
    /// # Errors
    ///
    /// Returns the reason if there are none.
    async fn look_up(&self, what: Lookup, args: &[(&str, Vec<String>)]) -> Result<Value, String> {
        let args = args.iter().map(|(name, texts)| ((*name).to_owned(), texts.clone())).collect();
        let timeout = self.timeout.min(Duration::from_secs(5));
        let question = Question::Lookup(LookupQuestion { what, args, timeout });
        let mut answer = self.askers.ask(&question, false, self.clock.now()).await;
        let facts = answer.said.remove(what.word());
        facts.ok_or_else(|| why(&answer))
    }

    /// Fetches a page, with the facts of its connection.
    async fn get(&self, url: &str) -> Answer {
        let Ok(parsed) = Url::parse(url) else { return Answer::failed(url, Failure::NotAsked, "it is not a URL") };
        let headers = vec![Field::public("accept", "text/html,application/xhtml+xml,application/json,*/*;q=0.8")];
        let question = HttpQuestion { tls: true, headers, ..HttpQuestion::get(&parsed, self.timeout) };
        self.askers.ask(&Question::Http(question), false, self.clock.now()).await
    }

    fn tell(&self, what: &str, came: impl AsRef<str>) {
        (self.tell)(&clean(what), &clean(came.as_ref()));
    }
}

/// Why an answer is not usable.
fn why(answer: &Answer) -> String {
    match (&answer.failure, &answer.http) {
        (Some(failure), _) => failure.words().to_owned(),
        (None, Some(http)) => format!("it answers {}", http.status),
        (None, None) => "no answer".to_owned(),
    }
}

/// The strings of a list.
fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

/// A text as a list with one item, the form of lookups' arguments.
fn one(text: &str) -> Vec<String> {
    vec![text.to_owned()]
}

/// A text as a parameter's value.
fn value(text: &str) -> Value {
    json!(text)
}

impl Seen {
    /// Adds what another part found.
    fn join(&mut self, part: Seen) {
        self.registration = self.registration.take().or(part.registration);
        self.unregistered |= part.unregistered;
        self.name_servers.extend(part.name_servers);
        self.serving += part.serving;
        self.hosts.extend(part.hosts);
        self.wildcard |= part.wildcard;
        self.mail_servers.extend(part.mail_servers);
        self.greeting.extend(part.greeting);
        self.takes_no_mail |= part.takes_no_mail;
        self.texts.extend(part.texts);
        self.spf_includes.extend(part.spf_includes);
        self.has_spf |= part.has_spf;
        self.selectors.extend(part.selectors);
        self.dmarc = self.dmarc.take().or(part.dmarc);
        self.dmarc_reports.extend(part.dmarc_reports);
        self.has_mta_sts |= part.has_mta_sts;
        self.networks.extend(part.networks);
        self.network_of = self.network_of.take().or(part.network_of);
        self.pages.extend(part.pages);
        self.apps.extend(part.apps);
        self.gaps.extend(part.gaps);
    }

    /// A part that found nothing, for this reason.
    fn gap(what: &str, why: impl Into<String>) -> Seen {
        let mut seen = Seen::default();
        seen.lacks(what, why);
        seen
    }
}
