//! The history of everything public for ninety days, kept in memory: past days are read once an hour, not for every
//! page.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use crate::core::people::action::{ActionKind, OperatorAction};
use crate::core::probe::days::Trouble;
use crate::core::probe::history::{Counts, DAY, HOUR, bucket};
use crate::core::time::{Time, millis};
use crate::say::public::{History, segments};
use crate::store::{Result, Store, TroubleRow};

/// How far back the page shows.
pub(super) const QUARTER: Duration = Duration::from_secs(90 * 86_400);
/// How far back uptime is counted by the hour: the last day.
const LAST: Duration = Duration::from_secs(25 * 3_600);
/// How late results may be written: buckets since then are read again.
const LATE: Duration = Duration::from_secs(2 * 3_600);
/// How soon a change to the past shows, such as a new configuration.
const RENEWED: Duration = Duration::from_secs(3_600);

/// The history that is kept in memory.
#[derive(Default)]
pub(super) struct Past {
    by_dependency: HashMap<String, History>,
    /// The periods of finished incidents, by public id.
    over: HashMap<String, Vec<Trouble>>,
    renewed_at: Option<Time>,
    read_at: Option<Time>,
}

impl Past {
    /// Reads new data, and returns the history by dependency.
    pub(super) async fn at(
        &mut self,
        store: &Store,
        acts: &[OperatorAction],
        now: Time,
    ) -> Result<&HashMap<String, History>> {
        if self.renewed_at.is_none_or(|at| now.since(at) >= RENEWED || now < at) {
            *self = Past { renewed_at: Some(now), ..Past::default() };
        }
        for (width, back) in [(DAY, QUARTER), (HOUR, LAST)] {
            let since = self.read_at.map_or(now.0 - millis(back), |at| at.0 - millis(LATE));
            let from = Time(bucket(Time(since), width));
            for (dependency, read) in store.sums_by_dependency(width, from).await? {
                let known = self.by_dependency.entry(dependency).or_default();
                renew(if width == DAY { &mut known.days } else { &mut known.hours }, from, read);
            }
        }
        self.read_at = Some(now);
        let mut troubles = self.troubles(store, acts, now).await?;
        for (name, history) in &mut self.by_dependency {
            history.hours.retain(|(at, _)| at.0 >= now.0 - millis(LAST));
            history.troubles = troubles.remove(name).unwrap_or_default();
        }
        Ok(&self.by_dependency)
    }

    /// Confirmed incidents by dependency, except those that people marked as a false alarm.
    async fn troubles(
        &mut self,
        store: &Store,
        acts: &[OperatorAction],
        now: Time,
    ) -> Result<HashMap<String, Vec<Trouble>>> {
        let is_false = |id: &str| {
            let about = |act: &&OperatorAction| act.about.as_deref() == Some(id);
            acts.iter().filter(about).any(|act| act.deed == ActionKind::FalseAlarm)
        };
        let mut all: HashMap<String, Vec<Trouble>> = HashMap::new();
        for row in store.troubles(Time(now.0 - millis(QUARTER))).await? {
            if is_false(&row.public_id) {
                continue;
            }
            let parts = match self.over.get(&row.public_id) {
                Some(parts) => parts.clone(),
                None => parts(store, &row, now).await?,
            };
            if row.trouble.until.is_some_and(|until| now.since(until) > LATE) {
                self.over.insert(row.public_id.clone(), parts.clone());
            }
            all.entry(row.dependency).or_default().extend(parts);
        }
        Ok(all)
    }
}

/// Replaces the known buckets since `from` with those that were read.
fn renew(known: &mut Vec<(Time, Counts)>, from: Time, read: BTreeMap<Time, Counts>) {
    known.truncate(known.partition_point(|(at, _)| *at < from));
    known.extend(read);
}

async fn parts(store: &Store, row: &TroubleRow, now: Time) -> Result<Vec<Trouble>> {
    let from = Time(row.trouble.from.0.max(now.0 - millis(QUARTER)));
    let hours = store.rollups(&row.dependency, HOUR, Time(bucket(from, HOUR))).await?;
    let hours: Vec<(Time, Counts)> = hours.into_iter().map(|row| (row.starts_at, row.counts)).collect();
    Ok(segments(Trouble { from, ..row.trouble }, &hours, now))
}
