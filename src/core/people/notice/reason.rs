//! What a reason, perhaps one of several, says of a letter.

/// Whether a letter, not a check, is behind a reason, perhaps one of several: what was told leads.
pub fn is_by_letter(reason: &str) -> bool {
    reason.split('+').next().is_some_and(|first| {
        matches!(first, "ends" | "ends_undated" | "terms" | "terms_in_force" | "noticed") || is_spent(first)
    })
}

/// Whether a reason, perhaps one of several, is a letter whose hour has passed and that nobody withdrew.
pub fn is_spent(reason: &str) -> bool {
    reason.split('+').any(|reason| matches!(reason, "ended_unseen" | "outlived_notice"))
}

/// Whether a reason, perhaps one of several, is that it works after the hour of a letter.
pub fn is_outlived(reason: &str) -> bool {
    reason.split('+').any(|reason| reason == "outlived_notice")
}

/// Whether a reason, perhaps one of several, is that it ends, and nobody knows when.
pub fn is_undated(reason: &str) -> bool {
    reason.split('+').any(|reason| reason == "ends_undated")
}

/// Whether a reason, perhaps one of several, is that new terms come.
pub fn is_terms(reason: &str) -> bool {
    reason.split('+').any(|reason| reason == "terms")
}

/// Whether a reason, perhaps one of several, is that new terms hold and nothing was checked since.
pub fn is_in_force(reason: &str) -> bool {
    reason.split('+').any(|reason| reason == "terms_in_force")
}

/// Whether a reason, perhaps one of several, is that it ends.
pub fn is_ending(reason: &str) -> bool {
    reason.split('+').any(|reason| reason == "ends")
}
