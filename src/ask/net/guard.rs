//! Which addresses this program may talk to; held where a name becomes an address (`dial`).

use std::net::IpAddr;

use url::Url;

use super::reach::is_inside;

/// Which addresses this program may talk to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// All; the user's own hosts may be private ones.
    Any,
    /// Only 127.0.0.0/8 and ::1: tests and the demo.
    LoopbackOnly,
    /// What everybody can reach: for addresses that the other side names.
    Outside,
}

impl Guard {
    /// Whether `address` is allowed.
    pub fn allows(self, address: IpAddr) -> bool {
        match self {
            Guard::Any => true,
            Guard::LoopbackOnly => address.is_loopback(),
            Guard::Outside => !is_inside(address),
        }
    }

    /// Whether a URL's host, where it is an address, is allowed. A name is looked at when it is resolved.
    pub(super) fn allows_host(self, url: &Url) -> bool {
        match url.host() {
            Some(url::Host::Ipv4(ip)) => self.allows(IpAddr::V4(ip)),
            Some(url::Host::Ipv6(ip)) => self.allows(IpAddr::V6(ip)),
            Some(url::Host::Domain(_)) => true,
            None => false,
        }
    }
}

/// The guard let no address of a name through.
#[derive(Debug, thiserror::Error)]
#[error("no address of this name is allowed")]
pub(super) struct Refused;
