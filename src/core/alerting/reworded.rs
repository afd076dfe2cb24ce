//! Reason codes that an older version wrote for what a newer one tells apart. Whoever was told of a warning before the
//! update is not told of it again.

/// Reason codes of now, and what version 0.2 wrote for the same.
const BEFORE: [(&str, &str); 2] = [("terms", "ends"), ("ends_undated", "noticed")];
/// Version 0.2 did not tell the home storefront from others.
const AT_HOME: &str = "_and_at_home";

/// A reason, perhaps one of several, in the words of version 0.2.
pub(super) fn before(reason: &str) -> String {
    let one = |one: &str| {
        let one = one.strip_suffix(AT_HOME).unwrap_or(one);
        BEFORE.iter().find(|(now, _)| *now == one).map_or(one, |(_, before)| before).to_owned()
    };
    reason.split('+').map(one).collect::<Vec<_>>().join("+")
}

/// Whether each of several reasons is one of those that were told: "ends" is more than "ends_undated", not less.
pub fn is_part(reason: &str, told: &str) -> bool {
    reason.split('+').all(|one| told.split('+').any(|other| other == one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_of_a_reason_is_as_it_was_written_before() {
        assert_eq!(before("terms+gone_in_1_of_3_storefronts_and_at_home"), "ends+gone_in_1_of_3_storefronts");
        assert_eq!(before("ends_undated"), "noticed");
        assert_eq!(before("account_warning"), "account_warning");
    }
}
