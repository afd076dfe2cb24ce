//! Dates ahead, measured or typed in; facts that changed; and what would stop if one company
//! ended us.

use std::time::Duration;

use chrono::{DateTime, NaiveDate};
use serde_json::Value;

use super::super::Engine;
use crate::catalog::OnChange;
use crate::core::act::{Act, drilled};
use crate::core::board::Board;
use crate::core::reliance;
use crate::core::time::{Time, human};
use crate::store::Result;

/// So far ahead is looked.
const AHEAD: Duration = Duration::from_secs(90 * 86_400);

/// A date ahead.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ahead {
    pub(super) at: Time,
    pub(super) what: String,
    pub(super) owner: Option<String>,
    pub(super) minutes: u32,
    source: &'static str,
}

impl Ahead {
    pub(super) fn line(&self) -> String {
        let day = self.at.utc().format("%-d %b %Y");
        let owner = self.owner.as_ref().map_or_else(String::new, |owner| format!(", {owner}"));
        format!("{day}: {} ({}{owner})", self.what, self.source)
    }
}

impl Engine {
    /// Dates within 90 days, typed in or measured, the nearest first.
    pub(super) fn dates(&self, now: Time) -> Vec<Ahead> {
        within(self.typed_in().chain(self.measured()).collect(), now)
    }

    /// The same with what notices say.
    pub(super) fn ahead(&self, now: Time) -> Vec<Ahead> {
        let mut all = self.dates(now);
        let ends = |letter: &crate::core::notice::Letter| {
            let at = letter.notice.effective?;
            let labels: Vec<&str> =
                letter.notice.dependencies.iter().filter_map(|id| Some(self.dependency(id)?.label.as_str())).collect();
            let what = format!("{} ends", labels.join(", "));
            Some(Ahead {
                at,
                what,
                owner: letter.answered.as_ref().map(|(by, _)| by.clone()),
                minutes: 60,
                source: "by a notice",
            })
        };
        all.extend(self.people.letters.iter().filter_map(ends));
        within(all, now)
    }

    fn typed_in(&self) -> impl Iterator<Item = Ahead> {
        self.ctx.config.dates.iter().map(|date| {
            let at = date.on.and_hms_opt(0, 0, 0).map_or(Time(0), |at| Time(at.and_utc().timestamp_millis()));
            let minutes = date.minutes.unwrap_or(15);
            Ahead { at, what: date.what.clone(), owner: date.owner.clone(), minutes, source: "typed in" }
        })
    }

    /// Facts that are times and whose names say that something ends.
    fn measured(&self) -> impl Iterator<Item = Ahead> {
        let of_probe = |spec: &std::sync::Arc<super::super::Spec>| {
            let state = self.draft.probe(&self.state, spec.id)?;
            let dependency = self.dependency(&spec.probe.dependency)?;
            let facts = state.facts.values().filter(|fact| says_end(&fact.name)).filter_map(|fact| {
                let at = time_of(&fact.value)?;
                let what = format!("{}: {}", dependency.label, fact.name.replace('_', " "));
                Some(Ahead { at, what, owner: dependency.owner.clone(), minutes: 15, source: "measured" })
            });
            Some(facts.collect::<Vec<_>>())
        };
        self.plan.specs().filter_map(of_probe).flatten().collect::<Vec<_>>().into_iter()
    }

    /// Watched facts that changed: those that nobody called ours, and those that somebody accepted.
    pub(super) async fn changes(&self, since: Time) -> Result<(Vec<String>, Vec<String>)> {
        let (mut strange, mut ours) = (Vec::new(), Vec::new());
        for change in self.store.changed_facts(None, since).await? {
            let check = self.ctx.config.catalog.check(&change.check).map(|(_, check)| check);
            let rule = check.and_then(|check| check.facts.iter().find(|fact| fact.name == change.name));
            if rule.is_none_or(|rule| rule.on_change == OnChange::Record) {
                continue;
            }
            let label = self.dependency(&change.dependency).map_or(change.dependency.as_str(), |d| d.label.as_str());
            let name = change.name.replace('_', " ");
            match change.accepted {
                Some(by) => ours.push(format!("{label}, {name} ({by})")),
                None => strange.push(format!(
                    "{label}: {name} was {}, is {} since {}",
                    super::super::decide::plain(&change.before),
                    super::super::decide::plain(&change.after),
                    change.at.short()
                )),
            }
        }
        Ok((strange, ours))
    }

    /// What would stop if the company on which most stands ended us, the notice that contracts
    /// give, the time to move, and when the standby was last drilled.
    pub(super) fn risk(&self, board: &Board, acts: &[Act], now: Time) -> Option<String> {
        let share = reliance::shares(board).into_iter().next()?;
        let (company, drilled) = ((share.slug, share.name), drilled(acts));
        let loss = reliance::without(board, &company, &drilled);
        let all: Vec<_> =
            loss.stops.iter().filter_map(|stop| board.dependencies.iter().find(|d| d.id == stop.id)).collect();
        let labels: Vec<&str> = all.iter().map(|d| d.label.as_str()).collect();
        let breaks: Vec<&str> = all.iter().filter_map(|d| d.breaks.as_deref()).collect();
        let breaks = if breaks.is_empty() { String::new() } else { format!(" ({})", breaks.join("; ")) };
        let notice = loss.notice_days.map_or("no contract's notice is written down".to_owned(), |days| {
            format!("the contract gives {days} days of notice")
        });
        let takes = loss.moving.map_or("nobody wrote down how long moving takes".to_owned(), |takes| {
            format!("moving takes {} at least", human(takes))
        });
        let last = loss.stops.iter().filter_map(|stop| stop.drilled).max();
        let last =
            last.map_or("it was never drilled".to_owned(), |at| format!("last drilled {} ago", human(now.since(at))));
        Some(format!("If {} ended you: {}{breaks} would stop; {notice}; {takes}; {last}", loss.name, labels.join(", ")))
    }
}

fn within(mut all: Vec<Ahead>, now: Time) -> Vec<Ahead> {
    // What was due yesterday is not forgotten today.
    all.retain(|date| date.at.0 > now.0 - 86_400_000 && date.at <= now.plus(AHEAD));
    all.sort();
    all.dedup();
    all
}

fn says_end(name: &str) -> bool {
    name.split('_').any(|word| matches!(word, "expires" | "expiration" | "expiry" | "ends" | "renews" | "until"))
}

fn time_of(value: &Value) -> Option<Time> {
    let text = value.as_str()?;
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(Time(at.timestamp_millis()));
    }
    let day = NaiveDate::parse_from_str(text.get(..10)?, "%Y-%m-%d").ok()?;
    Some(Time(day.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis()))
}
