//! Is it us? Independent anchors judge our own network.

use super::witness::OwnNetwork;

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
