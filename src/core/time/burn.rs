//! How fast something runs down, such as a balance: what was spent of late, top-ups left out.

use std::time::Duration;

use super::{Time, millis};

/// A stock is noted so often.
pub const NOTED: Duration = Duration::from_secs(3_600);
/// What was spent in this time tells what will be spent.
pub const LOOKED_BACK: Duration = Duration::from_secs(7 * 86_400);
/// Less than this tells nothing: nights are quiet, and Mondays are not.
const LEAST: Duration = Duration::from_secs(86_400);

/// What was left at an instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stock {
    /// When.
    pub at: Time,
    /// How much.
    pub value: f64,
}

/// Notes a stock if the last one is old enough, and forgets what is too old to count. Returns
/// whether it was noted.
pub fn note(stocks: &mut Vec<Stock>, stock: Stock) -> bool {
    let soon = stocks.last().is_some_and(|last| stock.at.since(last.at) < NOTED);
    if soon || !stock.value.is_finite() {
        return false;
    }
    stocks.retain(|old| stock.at.since(old.at) <= LOOKED_BACK);
    stocks.push(stock);
    true
}

/// What is spent in a day, over the last week or what is known of it; `None` before a day is known.
pub fn per_day(stocks: &[Stock], now: Time) -> Option<f64> {
    let recent: Vec<&Stock> = stocks.iter().filter(|stock| now.since(stock.at) <= LOOKED_BACK).collect();
    let (first, last) = (recent.first()?, recent.last()?);
    let span = last.at.since(first.at);
    if span < LEAST {
        return None;
    }
    let spent: f64 = recent.windows(2).map(|two| (two[0].value - two[1].value).max(0.0)).sum();
    Some(spent * 86_400_000.0 / millis(span) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn at(hour: i64, value: f64) -> Stock {
        Stock { at: Time(hour * HOUR), value }
    }

    #[test]
    fn what_is_spent_counts_and_what_is_added_does_not() {
        let stocks = [at(0, 100.0), at(12, 90.0), at(24, 180.0), at(36, 170.0), at(48, 160.0)];
        assert_eq!(per_day(&stocks, Time(48 * HOUR)), Some(15.0));
    }

    #[test]
    fn less_than_a_day_tells_nothing() {
        assert_eq!(per_day(&[at(0, 100.0), at(23, 1.0)], Time(23 * HOUR)), None);
        assert_eq!(per_day(&[], Time(0)), None);
    }

    #[test]
    fn a_level_is_noted_once_an_hour_and_kept_for_a_week() {
        let mut stocks = Vec::new();
        let noted = (0..200).filter(|n| note(&mut stocks, at(n / 2, 1.0))).count();
        assert_eq!(noted, 100);
        assert!(note(&mut stocks, at(400, 1.0)));
        assert_eq!(stocks.len(), 1);
        assert!(!note(&mut stocks, at(500, f64::NAN)));
    }
}
