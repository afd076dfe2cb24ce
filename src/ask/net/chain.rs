//! Finds out until when a certificate chain is valid.
//!
//! Visitors can no longer open a site once any certificate that they need has expired, and an issuer's often expires
//! before the site's own. Extra certificates that nobody needs, such as the expired cross-signature of an old root, do
//! no harm.

use rustls::pki_types::{CertificateDer, UnixTime};
use std::time::Duration;
use x509_parser::prelude::*;

use crate::core::time::Time;

/// The maximum number of expiry dates that are tried, each with one verification. Servers send a handful of
/// certificates.
const MOST_ENDS: usize = 12;

/// The end of a chain's validity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// The last moment at which the chain is valid.
    pub at: Time,
    /// The certificate that expires then: its common name, or its whole subject.
    pub name: String,
    /// Whether it is the site's own certificate.
    pub is_leaf: bool,
}

/// The first expiry, among the sent certificates and the `roots` with a known end, after which the chain no longer
/// validates. `holds_at` verifies the chain at a given time, over all paths that it finds; the chain is valid at `now`.
pub fn end(
    leaf: &CertificateDer<'_>,
    rest: &[CertificateDer<'_>],
    roots: &[End],
    now: UnixTime,
    holds_at: impl Fn(UnixTime) -> bool,
) -> Option<End> {
    let now = i64::try_from(now.as_secs()).ok()?;
    let own = end_of(leaf, true)?;
    let mut ends: Vec<End> = rest.iter().filter_map(|der| end_of(der, false)).chain(roots.iter().cloned()).collect();
    ends.retain(|end| end.at.0 / 1_000 >= now && end.at < own.at);
    ends.sort_by_key(|end| end.at);
    ends.truncate(MOST_ENDS);
    // A certificate is still valid in the very second in which it ends (RFC 5280, section 4.1.2.5).
    let after = |end: &End| Duration::from_secs(u64::try_from(end.at.0 / 1_000).unwrap_or(0) + 1);
    let first = ends.into_iter().find(|end| !holds_at(UnixTime::since_unix_epoch(after(end))));
    Some(first.unwrap_or(own))
}

/// The expiry of one certificate; `None` if it cannot be parsed.
pub fn end_of(der: &CertificateDer<'_>, is_leaf: bool) -> Option<End> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let subject = certificate.subject();
    let common = subject.iter_common_name().find_map(|name| name.as_str().ok().map(str::to_owned));
    let name = common.unwrap_or_else(|| subject.to_string());
    Some(End { at: Time(certificate.validity().not_after.timestamp() * 1_000), name, is_leaf })
}
