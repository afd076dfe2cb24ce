//! Finds out whether a certificate was revoked, from the revocation list that the certificate names (RFC 5280, section
//! 4.2.1.13) and its issuer signed. OCSP is not used: the certificate authorities are shutting it down.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::{CertificateRevocationListDer, ServerName};
use rustls::{CertificateError, Error};
use url::Url;
use x509_parser::prelude::*;

use crate::ask::net::origin::Chain;
use crate::ask::net::tls::unix;
use crate::ask::net::{Net, http};
use crate::core::time::Time;
use crate::core::words::question::HttpQuestion;

/// A list is fetched again after this, or when its own `nextUpdate` has passed.
const LONGEST_KEPT: Duration = Duration::from_secs(86_400);
/// A list is not fetched more often than this, even if its next update is due sooner or fetching it failed.
const SHORTEST_KEPT: Duration = Duration::from_secs(3_600);
/// The number of lists kept; no platform uses more authorities.
const MOST_LISTS: usize = 64;
/// The timeout for fetching one list.
const LIMIT: Duration = Duration::from_secs(10);

/// A list, or none if it could not be fetched, and until when that result is used.
struct Kept {
    until: Time,
    list: Option<Vec<u8>>,
}

impl Kept {
    /// Whether the result is still fresh. An expiry too far in the future was written before the clock was set back.
    fn is_fresh(&self, now: Time) -> bool {
        now < self.until && self.until <= now.plus(LONGEST_KEPT)
    }
}

/// Revocation lists by URL.
#[derive(Default)]
pub struct Lists {
    kept: Mutex<HashMap<String, Kept>>,
}

/// Returns `good`, `revoked`, `none` if the certificate names no list (short-lived ones do not), or `unknown` if the
/// list cannot be fetched or trusted.
///
/// If the host is `outside`, its list is fetched from public addresses only.
pub async fn of(net: &Net, lists: &Lists, chain: &Chain, outside: bool) -> &'static str {
    let Some(url) = chain.first().and_then(|leaf| list_of(leaf)) else { return "none" };
    match fetched(net, lists, &url, outside).await {
        Some(list) => judged(net, chain, list),
        None => "unknown",
    }
}

/// The first HTTP or HTTPS address among the certificate's distribution points.
pub fn list_of(leaf: &[u8]) -> Option<String> {
    let (_, leaf) = X509Certificate::from_der(leaf).ok()?;
    let points = leaf.extensions().iter().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::CRLDistributionPoints(points) => Some(points),
        _ => None,
    })?;
    let names = points.points.iter().filter_map(|point| match &point.distribution_point {
        Some(DistributionPointName::FullName(names)) => Some(names),
        _ => None,
    });
    let url = |name: &GeneralName<'_>| match name {
        GeneralName::URI(uri) if uri.starts_with("http") => Some((*uri).to_owned()),
        _ => None,
    };
    names.flatten().find_map(url)
}

async fn fetched(net: &Net, lists: &Lists, url: &str, outside: bool) -> Option<Vec<u8>> {
    let now = net.clock.now();
    {
        let kept = lists.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = kept.get(url).filter(|kept| kept.is_fresh(now)) {
            return kept.list.clone();
        }
    }
    let parsed = Url::parse(url).ok()?;
    let question = HttpQuestion { named_by_stranger: outside, ..HttpQuestion::get(&parsed, LIMIT) };
    let answer = http::ask(net, &question, false).await;
    let good = answer.failure.is_none() && answer.http.as_ref().is_some_and(|http| http.status == 200);
    let list = good.then_some(answer.body).filter(|body| CertificateRevocationList::from_der(body).is_ok());
    let due = list.as_deref().and_then(next_update).map_or(Duration::ZERO, |at| at.since(now));
    let until = now.plus(due.clamp(SHORTEST_KEPT, LONGEST_KEPT));
    let mut kept = lists.kept.lock().unwrap_or_else(PoisonError::into_inner);
    // An older list is better than none: the verifier rejects one that is too old.
    let list = list.or_else(|| kept.get(url).and_then(|kept| kept.list.clone()));
    if kept.len() >= MOST_LISTS {
        kept.retain(|_, kept| kept.is_fresh(now));
    }
    if kept.len() < MOST_LISTS {
        kept.insert(url.to_owned(), Kept { until, list: list.clone() });
    }
    list
}

/// When the next list is due.
pub fn next_update(list: &[u8]) -> Option<Time> {
    let (_, list) = CertificateRevocationList::from_der(list).ok()?;
    list.next_update().map(|at| Time(at.timestamp() * 1_000))
}

/// The usual verifier decides, with the list: it checks the list's signature and age.
fn judged(net: &Net, chain: &Chain, list: Vec<u8>) -> &'static str {
    let verifier = WebPkiServerVerifier::builder(net.roots.clone())
        .with_crls([CertificateRevocationListDer::from(list)])
        .only_check_end_entity_revocation()
        .enforce_revocation_expiration()
        .build();
    let (Ok(verifier), Some((leaf, rest))) = (verifier, chain.split_first()) else { return "unknown" };
    // The name was verified before; the verifier checks it last, after revocation.
    let Ok(name) = ServerName::try_from("revocation.invalid") else { return "unknown" };
    match verifier.verify_server_cert(leaf, rest, &name, &[], unix(net.clock.now())) {
        Err(Error::InvalidCertificate(CertificateError::Revoked)) => "revoked",
        Ok(_) => "good",
        Err(Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        )) => "good",
        Err(_) => "unknown",
    }
}
