//! Is it us? Independent anchors judge our own network.

use std::net::SocketAddr;
use std::str::FromStr;

use super::witness::OwnNetwork;

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

/// At least so many anchors are asked; fewer prove nothing.
pub const LEAST: usize = 3;

/// The judgement of one round: `answered[i]` tells whether anchor `i` answered.
///
/// Most failing means that we are blind; half is not most, so one broken
/// operator among three, or two among four, never blinds us.
pub fn judge(answered: &[bool]) -> OwnNetwork {
    if answered.len() < LEAST {
        return OwnNetwork::Unasked;
    }
    let failed = answered.iter().filter(|ok| !**ok).count();
    if failed * 2 > answered.len() { OwnNetwork::Blind } else { OwnNetwork::Sound }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_majority_of_failures_blinds_us() {
        assert_eq!(judge(&[true, true, false]), OwnNetwork::Sound);
        assert_eq!(judge(&[true, false, false]), OwnNetwork::Blind);
        assert_eq!(judge(&[true, true, false, false]), OwnNetwork::Sound);
        assert_eq!(judge(&[false; 4]), OwnNetwork::Blind);
    }

    #[test]
    fn two_anchors_prove_nothing() {
        assert_eq!(judge(&[false, false]), OwnNetwork::Unasked);
    }
}
