//! Until when a chain of certificates holds.
//!
//! A site ends for its visitors with the first certificate that they need and that ends: an issuer's
//! often ends before the site's own. What was sent beside it and is not needed, such as the expired
//! cross-signature of an old root, does no harm.

use rustls::pki_types::{CertificateDer, UnixTime};
use std::time::Duration;
use x509_parser::prelude::*;

use crate::core::time::Time;

/// Servers send a handful of certificates; each end that is tried is one verification.
const MOST_ENDS: usize = 12;

/// When a chain stops to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// Until then it holds.
    pub at: Time,
    /// Whose certificate ends then: its common name, or its whole subject.
    pub name: String,
    /// Whether that is the site's own certificate.
    pub is_leaf: bool,
}

/// The first end of a certificate after which the chain no longer validates: of those that were sent, and of
/// the `roots` whose end is known. `holds_at` is the usual verifier, with all paths that it knows; the chain
/// holds at `now`.
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
    // A certificate still counts in the very second of its end (RFC 5280, section 4.1.2.5).
    let after = |end: &End| Duration::from_secs(u64::try_from(end.at.0 / 1_000).unwrap_or(0) + 1);
    let first = ends.into_iter().find(|end| !holds_at(UnixTime::since_unix_epoch(after(end))));
    Some(first.unwrap_or(own))
}

/// A certificate's end; `None` where it cannot be read.
pub fn end_of(der: &CertificateDer<'_>, is_leaf: bool) -> Option<End> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let subject = certificate.subject();
    let common = subject.iter_common_name().find_map(|name| name.as_str().ok().map(str::to_owned));
    let name = common.unwrap_or_else(|| subject.to_string());
    Some(End { at: Time(certificate.validity().not_after.timestamp() * 1_000), name, is_leaf })
}
