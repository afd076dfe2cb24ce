//! Words in titles that depend on the reason code: of warnings, and of drops.

/// The title of an outage that a letter warned of.
pub(super) const AS_WARNED: &str = "OUTAGE, as a letter warned";
/// Words for reason codes of warnings that do not read well.
const WARNINGS: &str = include_str!("../templates/warnings.txt");
/// Titles of drops that say more than `DROPPED`, by reason code.
const DROPS: &str = include_str!("../templates/drops.txt");
/// The title of a drop.
pub(super) const DROPPED: &str = "DROPPED";
/// The title of a warning defined by the catalogue.
pub(super) const WARNING: &str = "WARNING";

/// The title of a drop for a reason code.
pub(super) fn dropped_as(why: &str) -> &'static str {
    listed(DROPS, why).unwrap_or(DROPPED)
}

/// The words for a reason code in one of these files.
fn listed(file: &'static str, code: &str) -> Option<&'static str> {
    let named = |line: &'static str| line.split_once(" = ").filter(|(known, _)| *known == code);
    file.lines().find_map(named).map(|(_, words)| words)
}

/// What a warning is about, such as `payouts disabled`: from `warnings.txt`, or from the reason code itself.
pub(super) fn warned_of(why: &str) -> String {
    let mut reasons = why.split('+');
    let code = reasons.next().unwrap_or_default();
    let first = listed(WARNINGS, code).map_or_else(|| code.replace('_', " "), str::to_owned);
    let more = if reasons.next().is_some() { " and more" } else { "" };
    format!("{first}{more}")
}
