//! What to do, the most pressing first: each with an owner, a deadline and minutes, as far as they
//! are known.

use std::time::Duration;

use super::super::Engine;
use crate::core::act::{Act, Deed};
use crate::core::board::Board;
use crate::core::model::Criticality;
use crate::core::shown::Shown;
use crate::core::time::Time;
use crate::say::report::Todo;

/// Dates nearer than this are to be seen to.
const NEAR: Duration = Duration::from_secs(30 * 86_400);
/// A standby that was not drilled for so long is a hope.
const DRILL_AFTER: Duration = Duration::from_secs(180 * 86_400);

fn day(at: Time) -> String {
    at.utc().format("%-d %b").to_string()
}

impl Engine {
    pub(super) fn todo(&self, board: &Board, acts: &[Act], now: Time) -> Vec<Todo> {
        let mut all = self.of_troubles(board);
        all.extend(self.of_letters());
        all.extend(self.of_dates(now));
        all.extend(self.of_unasked(board));
        all.extend(self.of_drills(acts, now));
        all.extend(self.of_channels(acts, now));
        all.sort();
        all.dedup_by(|a, b| a.what == b.what);
        all
    }

    fn owner(&self, id: &str) -> Option<String> {
        self.dependency(id)?.owner.clone()
    }

    fn of_troubles(&self, board: &Board) -> Vec<Todo> {
        let mut all = Vec::new();
        for d in &board.dependencies {
            let owner = self.owner(&d.id);
            let switch = d.fallback.as_ref().map_or_else(String::new, |to| format!(": switch to {to}"));
            let hint = d
                .explaining()
                .and_then(|held| held.hint.clone())
                .map_or_else(String::new, |hint| format!(": {}", hint.trim_end_matches('.')));
            let (rank, what, minutes) = match d.shown() {
                Shown::Dropped => (0, format!("{} is dropped{switch}", d.label), 60),
                _ if d.state.lost_access().is_some() => (1, format!("{}: the key is refused{hint}", d.label), 20),
                Shown::Outage => (3, format!("{} is out{hint}", d.label), 20),
                Shown::Degraded => (4, format!("{}{hint}", d.label), 20),
                Shown::NeverSeenLive => (6, format!("{} was never seen live: check what is configured", d.label), 10),
                Shown::NotVerified => (7, format!("{} cannot be seen{hint}", d.label), 15),
                Shown::NeedsKey => (8, format!("{} waits for its key", d.label), 10),
                Shown::Live | Shown::Checking | Shown::Starting => continue,
            };
            all.push(Todo { rank, what, owner, by: None, minutes });
        }
        all
    }

    fn of_letters(&self) -> Vec<Todo> {
        let open = self.people.letters.iter().filter(|letter| letter.answered.is_none());
        let todo = |letter: &crate::core::notice::Letter| {
            let labels: Vec<&str> =
                letter.notice.dependencies.iter().filter_map(|id| Some(self.dependency(id)?.label.as_str())).collect();
            let owner = letter.notice.dependencies.first().and_then(|id| self.owner(id));
            let (id, labels) = (&letter.public_id, labels.join(", "));
            let what = format!("Answer the notice about {labels}, then: plugwatch notice answered {id}");
            Todo { rank: 2, what, owner, by: letter.notice.effective.map(day), minutes: 30 }
        };
        open.map(todo).collect()
    }

    fn of_dates(&self, now: Time) -> Vec<Todo> {
        let near = self.dates(now).into_iter().filter(|date| date.at <= now.plus(NEAR));
        near.map(|date| Todo {
            rank: 5,
            what: date.what.clone(),
            owner: date.owner.clone(),
            by: Some(day(date.at)),
            minutes: date.minutes,
        })
        .collect()
    }

    fn of_unasked(&self, board: &Board) -> Vec<Todo> {
        let what = |label: String| Todo {
            rank: 9,
            what: format!("Ask {label} whether they still work for you"),
            minutes: 5,
            ..Todo::default()
        };
        super::lines::unasked(&self.ctx.config, board).into_iter().map(what).collect()
    }

    /// The first critical thing with a standby that was not drilled lately: one drill at a time.
    fn of_drills(&self, acts: &[Act], now: Time) -> Option<Todo> {
        let drilled = |id: &str| {
            let own = |act: &&Act| act.deed == Deed::Drill && act.dependency.as_deref() == Some(id);
            acts.iter().filter(own).any(|act| now.since(act.at) < DRILL_AFTER)
        };
        let critical = |d: &&crate::config::Dependency| d.criticality == Criticality::Critical && d.fallback.is_some();
        let next = self.ctx.config.dependencies.iter().filter(critical).find(|d| !drilled(&d.id))?;
        let what = format!("Drill {}: plugwatch drill {}", next.label, next.id);
        Some(Todo { rank: 11, what, owner: next.owner.clone(), by: None, minutes: 15 })
    }

    fn of_channels(&self, acts: &[Act], now: Time) -> Option<Todo> {
        let fresh = acts.iter().any(|act| act.deed == Deed::Test && now.since(act.at) < NEAR);
        let what = "Test whether alerts arrive: plugwatch notify test".to_owned();
        (!fresh).then_some(Todo { rank: 10, what, minutes: 5, ..Todo::default() })
    }
}
