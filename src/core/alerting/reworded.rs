//! Reason codes that an older version used where a newer one is more precise. A warning that was reported before the
//! update is not reported again.

/// Current reason codes, and what version 0.2 wrote instead.
const BEFORE: [(&str, &str); 3] = [("terms", "ends"), ("ends_undated", "noticed"), ("interrupts_undated", "noticed")];
/// Version 0.2 did not distinguish the home storefront from others.
const AT_HOME: &str = "_and_at_home";

/// A reason, or several joined by `+`, as version 0.2 wrote it.
pub(super) fn before(reason: &str) -> String {
    let one = |one: &str| {
        let one = one.strip_suffix(AT_HOME).unwrap_or(one);
        BEFORE.iter().find(|(now, _)| *now == one).map_or(one, |(_, before)| before).to_owned()
    };
    reason.split('+').map(one).collect::<Vec<_>>().join("+")
}

/// Whether every part of `reason` was already reported in `told`. Parts match whole: "ends" is not a part of
/// "ends_undated".
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
