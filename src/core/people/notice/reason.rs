//! What a reason code, or several joined by `+`, means for a letter.

/// Whether a reason, or one of several, comes from a letter and not from a check. A letter's reason is always the
/// first.
pub fn is_by_letter(reason: &str) -> bool {
    reason.split('+').next().is_some_and(|first| {
        matches!(first, "ends" | "terms" | "terms_in_force" | "noticed") || is_undated(first) || is_spent(first)
    })
}

/// Whether a reason, or one of several, is a letter whose time has passed and that nobody withdrew.
pub fn is_spent(reason: &str) -> bool {
    reason.split('+').any(|reason| matches!(reason, "ended_unseen" | "outlived_notice"))
}

/// Whether a reason, or one of several, is that it still works after the time announced in a letter.
pub fn is_outlived(reason: &str) -> bool {
    reason.split('+').any(|reason| reason == "outlived_notice")
}

/// Whether a reason, or one of several, is that it ends or may be interrupted at an unknown time.
pub fn is_undated(reason: &str) -> bool {
    reason.split('+').any(|reason| matches!(reason, "ends_undated" | "interrupts_undated"))
}

/// Whether a reason, perhaps one of several, is no more than that it may be interrupted, at a time that nobody knows.
pub fn is_interruption(reason: &str) -> bool {
    reason.split('+').any(|reason| reason == "interrupts_undated")
}

/// Whether a reason, or one of several, is that new terms are announced.
pub fn is_terms(reason: &str) -> bool {
    reason.split('+').any(|reason| reason == "terms")
}

/// Whether a reason, or one of several, is that new terms apply and no check was made since.
pub fn is_in_force(reason: &str) -> bool {
    reason.split('+').any(|reason| reason == "terms_in_force")
}

/// Whether a reason, or one of several, is that it ends.
pub fn is_ending(reason: &str) -> bool {
    reason.split('+').any(|reason| reason == "ends")
}
