//! Determines from independent reference hosts whether plugwatch's own network works.

use std::net::SocketAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::witness::OwnNetwork;
use crate::core::words::answer::Failure;

/// The address of one operator's reference host. If it has a name, only a TLS handshake with a certificate for that
/// name counts as an answer. Captive portals and transparent proxies accept any connection, which would make a local
/// failure look like a failure of every vendor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The name that its certificate must be valid for.
    pub name: Option<String>,
    /// The address and port to connect to.
    pub address: SocketAddr,
}

impl FromStr for Anchor {
    type Err = std::net::AddrParseError;

    /// Reads `name@address:port` or `address:port`.
    fn from_str(text: &str) -> Result<Anchor, Self::Err> {
        let (name, address) = text.split_once('@').map_or((None, text), |(name, address)| (Some(name), address));
        Ok(Anchor { name: name.map(str::to_owned), address: address.parse()? })
    }
}

/// The minimum number of reference hosts that must be checked; fewer prove nothing.
pub const LEAST: usize = 3;

/// What the failing reference hosts have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// Nothing: the hosts cannot be reached.
    #[default]
    Silence,
    /// Certificates that seem expired or not yet valid: the local clock is wrong.
    Clock,
    /// Certificates for other names: a login portal or a proxy.
    Stranger,
    /// This process cannot open more connections.
    Exhausted,
}

impl Sign {
    /// The sign that most of the failures show.
    pub fn of(answered: &[Result<(), Failure>]) -> Sign {
        let failed = answered.iter().filter(|answer| answer.is_err()).count();
        let most = |fits: &dyn Fn(Failure) -> bool| {
            answered.iter().filter(|answer| answer.is_err_and(fits)).count() * 2 > failed
        };
        if most(&|failure| matches!(failure, Failure::TlsExpired | Failure::TlsNotYetValid)) {
            Sign::Clock
        } else if most(&|failure| matches!(failure, Failure::TlsWrongName | Failure::TlsUntrusted)) {
            Sign::Stranger
        } else if most(&|failure| failure == Failure::OutOfDescriptors) {
            Sign::Exhausted
        } else {
            Sign::Silence
        }
    }

    /// What is wrong, as part of a sentence.
    pub fn says(self) -> &'static str {
        match self {
            Sign::Exhausted => "plugwatch has no file descriptors left",
            Sign::Silence => "plugwatch's own network is down",
            Sign::Clock => "plugwatch's own clock seems wrong",
            Sign::Stranger => "a proxy or sign-in page answers",
        }
    }

    /// What to check.
    pub fn hint(self) -> &'static str {
        match self {
            Sign::Silence => "Check the network of the machine that runs plugwatch.",
            Sign::Exhausted => "Raise the limit of open files for plugwatch (LimitNOFILE in its unit, or ulimit -n).",
            Sign::Clock => {
                "Check the clock of the machine that runs plugwatch, and set it right: the certificates of most test hosts look expired or not yet valid. Times in this message may be wrong."
            }
            Sign::Stranger => {
                "On the machine that runs plugwatch, log in to the network, or \
                 exempt plugwatch from the proxy."
            }
        }
    }
}

/// Judges one round of checks.
///
/// If most hosts fail, plugwatch is blind. Half of the hosts are not enough, so one broken operator among three, or
/// two among four, never counts as blindness.
pub fn judge(answered: &[Result<(), Failure>]) -> OwnNetwork {
    if answered.len() < LEAST {
        return OwnNetwork::Unasked;
    }
    let failed = answered.iter().filter(|answer| answer.is_err()).count();
    if failed * 2 > answered.len() { OwnNetwork::Blind } else { OwnNetwork::Sound }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UP: Result<(), Failure> = Ok(());
    const DOWN: Result<(), Failure> = Err(Failure::ConnectTimeout);

    #[test]
    fn only_a_majority_of_failures_blinds_us() {
        assert_eq!(judge(&[UP, UP, DOWN]), OwnNetwork::Sound);
        assert_eq!(judge(&[UP, DOWN, DOWN]), OwnNetwork::Blind);
        assert_eq!(judge(&[UP, UP, DOWN, DOWN]), OwnNetwork::Sound);
        assert_eq!(judge(&[DOWN; 4]), OwnNetwork::Blind);
    }

    #[test]
    fn the_certificates_tell_a_wrong_clock_from_a_portal() {
        assert_eq!(Sign::of(&[Err(Failure::TlsExpired), Err(Failure::TlsNotYetValid), UP]), Sign::Clock);
        assert_eq!(Sign::of(&[Err(Failure::TlsWrongName), Err(Failure::TlsUntrusted), DOWN]), Sign::Stranger);
        assert_eq!(Sign::of(&[DOWN, DOWN, Err(Failure::TlsExpired)]), Sign::Silence);
    }

    #[test]
    fn two_anchors_prove_nothing() {
        assert_eq!(judge(&[DOWN, DOWN]), OwnNetwork::Unasked);
    }
}
