//! Is it us? Independent reference hosts judge our own network.

use std::net::SocketAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::witness::OwnNetwork;
use crate::core::words::answer::Failure;

/// An operator's address. With a name, only a TLS handshake whose certificate is for
/// that name counts as an answer: captive portals and transparent proxies accept any
/// connection, and would make their own failure look like everybody's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The name that its certificate must be for.
    pub name: Option<String>,
    /// Where it answers.
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

/// At least so many reference hosts are asked; fewer prove nothing.
pub const LEAST: usize = 3;

/// What the reference hosts that do not answer show instead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// Nothing: no way there.
    #[default]
    Silence,
    /// Certificates whose time seems over, or not begun: it is our clock that is wrong.
    Clock,
    /// Somebody else's certificates: a login portal, or a proxy.
    Stranger,
    /// This program may open no more connections.
    Exhausted,
}

impl Sign {
    /// What most of those that failed show.
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

    /// What is wrong, within a sentence.
    pub fn says(self) -> &'static str {
        match self {
            Sign::Exhausted => "plugwatch has no file descriptors left",
            Sign::Silence => "plugwatch's own network is down",
            Sign::Clock => "plugwatch's own clock seems wrong",
            Sign::Stranger => "a proxy or sign-in page answers",
        }
    }

    /// What to look at.
    pub fn hint(self) -> &'static str {
        match self {
            Sign::Silence => "Check the network of the machine that runs plugwatch.",
            Sign::Exhausted => "Raise the limit of open files for plugwatch (LimitNOFILE in its unit, or ulimit -n).",
            Sign::Clock => {
                "Set the clock of the machine that runs plugwatch: every certificate looks expired or not yet valid. Times in this message may be wrong."
            }
            Sign::Stranger => {
                "A sign-in page or proxy answers instead of the vendors. On the machine that runs plugwatch, log in to the network, or \
                 exempt plugwatch from the proxy."
            }
        }
    }
}

/// The judgement of one round.
///
/// Most failing means that we are blind; half is not most, so one broken
/// operator among three, or two among four, never blinds us.
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
