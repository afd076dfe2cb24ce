//! The addresses that plugwatch may connect to; enforced where a name is resolved (`dial`).

use std::net::IpAddr;

use url::Url;

use super::reach::is_inside;

/// The addresses that plugwatch may connect to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// All addresses; the user's own hosts may be private.
    Any,
    /// Only 127.0.0.0/8 and ::1, for tests and the demo.
    LoopbackOnly,
    /// Public addresses only, for addresses that another party names.
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

    /// Whether a URL's host, if it is an IP address, is allowed. A host name is checked when it is resolved.
    pub(super) fn allows_host(self, url: &Url) -> bool {
        match url.host() {
            Some(url::Host::Ipv4(ip)) => self.allows(IpAddr::V4(ip)),
            Some(url::Host::Ipv6(ip)) => self.allows(IpAddr::V6(ip)),
            Some(url::Host::Domain(_)) => true,
            None => false,
        }
    }
}

/// The guard rejected every address of a name.
#[derive(Debug, thiserror::Error)]
#[error("no address of this name is allowed")]
pub(super) struct Refused;
