//! How fast something is used up, such as a balance: recent spending, without top-ups.

use std::time::Duration;

use super::{Time, millis};

/// How often a stock is recorded.
pub const NOTED: Duration = Duration::from_secs(3_600);
/// The period of past spending from which future spending is estimated.
pub const LOOKED_BACK: Duration = Duration::from_secs(7 * 86_400);
/// The time needed to know usual spending: weekends are quiet, and a single busy day is not a pattern.
const USUAL: Duration = Duration::from_secs(3 * 86_400);
/// The minimum time for an estimate, because nights are quieter than days.
const LEAST: Duration = Duration::from_secs(86_400);

/// How much was left at an instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stock {
    /// When it was recorded.
    pub at: Time,
    /// How much was left.
    pub value: f64,
}

/// Records a stock if the last one is old enough, and forgets those too old to count. Returns whether it was
/// recorded.
pub fn note(stocks: &mut Vec<Stock>, stock: Stock) -> bool {
    let soon = stocks.last().is_some_and(|last| stock.at.since(last.at) < NOTED);
    if soon || !stock.value.is_finite() {
        return false;
    }
    stocks.retain(|old| stock.at.since(old.at) <= LOOKED_BACK);
    stocks.push(stock);
    true
}

/// Recent spending, as rules see it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Burn {
    /// Spending per day, over the last week or as much of it as is known.
    pub per_day: f64,
    /// Spending in the last day, compared with a usual day before it.
    pub habit: Option<Habit>,
}

/// The last day compared with the days before it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Habit {
    /// What was spent in the last 24 hours.
    pub last_day: f64,
    /// The usual spending per day before that.
    pub usual: f64,
}

/// The rate of spending; `None` until a full day is known.
pub fn burn(stocks: &[Stock], now: Time) -> Option<Burn> {
    Some(Burn { per_day: per_day(stocks, now)?, habit: habit(stocks, now) })
}

/// The comparison with a usual day; `None` until enough days are known.
fn habit(stocks: &[Stock], now: Time) -> Option<Habit> {
    let yesterday = Time(now.0 - millis(LEAST));
    let late = stocks.partition_point(|stock| stock.at <= yesterday).checked_sub(1)?;
    let usual = stocks[..=late].first().filter(|first| yesterday.since(first.at) >= USUAL);
    let usual = usual.and_then(|_| per_day(&stocks[..=late], yesterday))?;
    Some(Habit { last_day: spent(&stocks[late..]), usual })
}

/// Spending per day, over the last week or as much of it as is known; `None` until a full day is known.
fn per_day(stocks: &[Stock], now: Time) -> Option<f64> {
    let old = stocks.partition_point(|stock| now.since(stock.at) > LOOKED_BACK);
    let recent = &stocks[old..];
    let (first, last) = (recent.first()?, recent.last()?);
    let span = last.at.since(first.at);
    if span < LEAST {
        return None;
    }
    Some(spent(recent) * 86_400_000.0 / millis(span) as f64)
}

fn spent(stocks: &[Stock]) -> f64 {
    stocks.windows(2).map(|two| (two[0].value - two[1].value).max(0.0)).sum()
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
    fn the_last_day_stands_beside_the_days_before_it() {
        let calm = |hour: i64| at(hour, 1_000.0 - hour as f64);
        let mut stocks: Vec<Stock> = (0..=120).map(calm).collect();
        assert_eq!(burn(&stocks, Time(120 * HOUR)).unwrap().habit, Some(Habit { last_day: 24.0, usual: 24.0 }));
        stocks.push(at(121, 680.0));
        let habit = burn(&stocks, Time(121 * HOUR)).unwrap().habit.unwrap();
        assert_eq!(habit, Habit { last_day: 223.0, usual: 24.0 });
    }

    #[test]
    fn three_days_tell_nothing_of_a_habit() {
        let stocks: Vec<Stock> = (0..90).map(|hour| at(hour, 100.0)).collect();
        assert_eq!(burn(&stocks, Time(89 * HOUR)).unwrap().habit, None);
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
