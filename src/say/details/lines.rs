//! Thirty days of one dependency as two SVG lines: its availability, and the duration of its checks. The words next
//! to the lines contain all the figures, so the lines are hidden from screen readers.

use std::fmt::Write as _;

use minijinja::{Value, context};

use super::Facts;
use crate::core::time::Time;
use crate::say::public::LineDay;
use crate::say::public::status::percent;

/// The width of a day and the total height, in pixels. The picture is stretched to its box.
const DAY: usize = 10;
const HEIGHT: f64 = 40.0;
/// The distance from the edge, so that line ends are not cut off.
const EDGE: f64 = 2.0;
/// The possible lower limits of the availability line, chosen so that both an hour of outage and a bad month are
/// visible.
const FLOORS: [f64; 6] = [0.99, 0.95, 0.9, 0.75, 0.5, 0.0];

/// Both lines of a dependency; `None` if there is no history.
pub(super) fn of(facts: &Facts<'_>, id: &str) -> Option<Value> {
    let history = facts.history.get(id)?;
    let days = history.line(facts.now);
    let shares: Vec<Option<f64>> = days.iter().map(|day| day.uptime).collect();
    let taken: Vec<Option<f64>> = days.iter().map(|day| day.latency_ms.map(f64::from)).collect();
    let least = shares.iter().flatten().copied().reduce(f64::min)?;
    let floor = FLOORS.into_iter().find(|floor| *floor <= least).unwrap_or(0.0);
    let most = taken.iter().flatten().copied().reduce(f64::max).unwrap_or(0.0).max(1.0);
    Some(context! {
        width => (days.len() - 1) * DAY, height => HEIGHT as usize,
        uptime => Value::from_safe_string(path(&shares, floor, 1.0)), latency => Value::from_safe_string(path(&taken, 0.0, most)),
        uptime_words => uptime_words(facts, &days, history.uptime_of_month(facts.now)), latency_words => latency_words(facts, &days),
        drawn => shares.iter().flatten().count() > 1, worst => class(least), short => history.uptime_of_month(facts.now).map(|share| format!("{} %", percent(share))),
    })
}

/// An SVG path from day to day, interrupted where a value is missing.
fn path(values: &[Option<f64>], from: f64, to: f64) -> String {
    let (mut out, mut drawing) = (String::new(), false);
    for (n, value) in values.iter().enumerate() {
        let Some(value) = value else {
            drawing = false;
            continue;
        };
        let share = ((value - from) / (to - from)).clamp(0.0, 1.0);
        let y = HEIGHT - EDGE - share * (HEIGHT - 2.0 * EDGE);
        // A day between two missing ones is a dot: a line of zero length with round ends.
        let step = if drawing { "L" } else { "M" };
        let _ = write!(out, "{step}{} {y:.0}", n * DAY);
        let alone = !drawing && values.get(n + 1).is_none_or(Option::is_none);
        out.push_str(if alone { "h0" } else { "" });
        drawing = true;
    }
    out
}

fn class(least: f64) -> &'static str {
    if least < 1.0 { "outline" } else { "okline" }
}

fn date(facts: &Facts<'_>, at: Time) -> String {
    let at = at.utc();
    let near = at.format("%-d %b").to_string();
    if at.format("%Y").to_string() == facts.now.utc().format("%Y").to_string() {
        near
    } else {
        at.format("%-d %b %Y").to_string()
    }
}

fn uptime_words(facts: &Facts<'_>, days: &[LineDay], month: Option<f64>) -> String {
    let Some(month) = month else { return "no figures yet".to_owned() };
    let known = days.iter().filter_map(|day| Some((day.uptime?, day.at)));
    let worst = known.min_by(|a, b| a.0.total_cmp(&b.0)).filter(|(share, _)| *share < 1.0);
    let worst =
        worst.map_or_else(String::new, |(share, at)| format!(", lowest {} % on {}", percent(share), date(facts, at)));
    format!("{} %{worst}", percent(month))
}

fn latency_words(facts: &Facts<'_>, days: &[LineDay]) -> String {
    let known: Vec<(u32, Time)> = days.iter().filter_map(|day| Some((day.latency_ms?, day.at))).collect();
    let Some((slowest, at)) = known.iter().max_by_key(|(taken, _)| *taken) else { return "no figures yet".to_owned() };
    let mut sorted: Vec<u32> = known.iter().map(|(taken, _)| *taken).collect();
    sorted.sort_unstable();
    let today =
        days.last().and_then(|day| day.latency_ms).map_or_else(String::new, |taken| format!("{taken} ms today, "));
    format!("{today}median day {} ms, slowest {slowest} ms on {}", sorted[sorted.len() / 2], date(facts, *at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_breaks_off_where_nothing_is_known_and_a_single_day_is_a_dot() {
        let days = [Some(1.0), Some(0.0), None, Some(0.5), None, None, Some(2.0)];
        assert_eq!(path(&days, 0.0, 1.0), "M0 2L10 38M30 20h0M60 2h0");
        assert_eq!(path(&[None, None], 0.0, 1.0), "");
    }
}
