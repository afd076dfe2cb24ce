//! The age of the catalogue.

use std::time::Duration;

use chrono::NaiveDate;

use super::finding::Finding;
use crate::catalog::Catalog;
use crate::config::Config;
use crate::core::time::{Time, human};

/// After this age, a finding asks for an update: vendors change their answers within half a year.
const OLD: Duration = Duration::from_secs(183 * 86_400);

pub(super) fn findings(config: &Config, now: Time) -> Vec<Finding> {
    let Some(newest) = newest(&config.catalog, now) else { return Vec::new() };
    let age = now.since(newest);
    let vendors = config.catalog.vendors.len();
    let says = format!("{vendors} vendors, last compared with their documentation {} ago", human(age));
    if age >= OLD {
        return vec![Finding::mend("catalogue", says, "update plugwatch: vendors change how they answer")];
    }
    vec![Finding::fine("catalogue", says)]
}

/// The newest date among the sources that the catalogue quotes, ignoring dates after `now`.
fn newest(catalog: &Catalog, now: Time) -> Option<Time> {
    let checks = catalog.vendors.values().flat_map(|vendor| vendor.checks.values());
    let sources = checks.flat_map(|check| &check.words).map(|words| words.source.as_str());
    sources.flat_map(dates).filter(|at| *at <= now).max()
}

/// Every date in a text, such as `2026-11-20`.
fn dates(text: &str) -> impl Iterator<Item = Time> + '_ {
    let words = text.split(|c: char| !c.is_ascii_digit() && c != '-');
    let date = |word: &str| NaiveDate::parse_from_str(word, "%Y-%m-%d").ok();
    words.filter_map(date).filter_map(|day| Some(Time(day.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_catalogue_has_a_date() {
        let catalog = Catalog::load(None).unwrap();
        let newest = newest(&catalog, Time::parse("2030-01-01T00:00:00Z").unwrap()).unwrap();
        assert!(newest >= Time::parse("2026-04-14T00:00:00Z").unwrap(), "{}", newest.rfc3339());
    }

    #[test]
    fn dates_are_found_within_a_sentence() {
        let found: Vec<String> =
            dates("twilio-oai d50069b (2026-04-14), read 2026-11-02.").map(Time::rfc3339).collect();
        assert_eq!(found, ["2026-04-14T00:00:00Z", "2026-11-02T00:00:00Z"]);
    }
}
