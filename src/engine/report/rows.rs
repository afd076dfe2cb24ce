//! The availability table: availability by time, and since when each dependency has been monitored.

use std::collections::BTreeSet;

use super::{When, spells};
use crate::core::dependency::shown::Shown;
use crate::core::dependency::storefronts::removed;
use crate::core::people::action::ActionKind::FalseAlarm;
use crate::core::people::action::OperatorAction;
use crate::core::platform::snapshot::{DependencySnapshot, Snapshot};
use crate::core::probe::availability::{Availability, availability, is_whole};
use crate::core::probe::days::{Trouble, days};
use crate::core::probe::history::{Counts, DAY, HOUR, bucket};
use crate::core::time::{Time, human};
use crate::say::public::segments;
use crate::say::report::Row;
use crate::say::tally;
use crate::store::{IncidentRow, Result, Store};

/// The data for the table.
pub(super) struct Past<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) incidents: &'a [IncidentRow],
    pub(super) acts: &'a [OperatorAction],
    pub(super) messages: &'a [spells::Message],
    pub(super) gaps: &'a [(Time, Time)],
    /// Dependencies that a law or an order ends, according to a letter.
    pub(super) by_law: BTreeSet<String>,
    /// Dependencies that no check measures: only people report on them.
    pub(super) by_word: BTreeSet<String>,
    pub(super) since: Time,
    pub(super) when: When,
}

impl Past<'_> {
    /// The rows, the worst state first, each with a bar of days; and since when anything was monitored.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub(super) async fn rows(&self, store: &Store) -> Result<(Vec<Row>, Option<Time>)> {
        let (mut rows, mut began) = (Vec::new(), None);
        let monitored = self.snapshot.worst_first().into_iter().filter(|d| d.shown() != Shown::NotMonitored);
        for dependency in monitored {
            // The sums begin a day early, because a dependency that is checked once a day was last checked before the
            // period.
            let sums = store.rollups(&dependency.id, HOUR, Time(self.since.0 - DAY)).await?;
            let hours: Vec<(Time, Counts)> = sums.into_iter().map(|row| (row.starts_at, row.counts)).collect();
            let known = availability(&hours, &self.out(dependency, &hours), self.gaps, (self.since, self.when.now));
            began = [began, known.map(|known| known.since)].into_iter().flatten().min();
            rows.push(Row {
                label: dependency.label.clone(),
                now: tally::spoken(dependency.shown()).to_owned(),
                served: known.map_or_else(|| "no check".to_owned(), |known| self.served(dependency, known)),
                days: self.strip(dependency, &hours),
            });
        }
        Ok((rows, began))
    }

    fn own<'s>(&'s self, d: &'s DependencySnapshot) -> impl Iterator<Item = &'s IncidentRow> {
        self.incidents.iter().filter(|row| row.dependency == d.id)
    }

    /// When it was out, by the same rule as on the public page: incidents that people called false alarms do not
    /// count.
    fn out(&self, d: &DependencySnapshot, hours: &[(Time, Counts)]) -> Vec<Trouble> {
        let is_false = |row: &&IncidentRow| {
            let id = Some(row.incident.public_id.as_str());
            self.acts.iter().any(|act| act.deed == FalseAlarm && act.about.as_deref() == id)
        };
        let all = self.own(d).filter(|row| !is_false(row)).map(|row| Trouble {
            from: row.incident.began_at.max(Time(self.since.0 - DAY)),
            until: row.closed_at,
            worst: row.incident.worst,
        });
        all.flat_map(|trouble| segments(trouble, hours, self.when.now)).collect()
    }

    /// The availability in words, such as `73.80 % of the time from Sat 7 Mar to Mon 9 Mar 04:00 UTC,
    /// unknown since then`.
    fn served(&self, d: &DependencySnapshot, known: Availability) -> String {
        let said = d.probes.iter().filter_map(|probe| probe.standing.last_live).max();
        if let Some(said) = said.filter(|_| self.by_word.contains(&d.id)) {
            return format!("not measured; last confirmed by a person {}", self.when.at(said));
        }
        let lost = d.state.lost_access().map(|held| held.since);
        let blind = matches!(d.shown(), Shown::NotVerified | Shown::NeverSeenLive | Shown::NeedsKey);
        let blind_since = lost.or_else(|| d.since().filter(|_| blind)).map(|at| self.when.at(at));
        let unknown = match &blind_since {
            Some(since) => Some(format!("unknown since {since}")),
            None if known.unjudged.is_zero() => None,
            None => Some(format!("unknown for {}", human(known.unjudged))),
        };
        let Some(share) = known.share.map(tally::share) else { return unknown.unwrap_or_else(|| "unknown".to_owned()) };
        let since = match is_whole(known.since, self.since) {
            true => String::new(),
            false => format!(" since {}", self.when.date(known.since)),
        };
        if let Some(at) = blind_since {
            let from = since.replace(" since ", " from ");
            return match from.is_empty() {
                true => format!("{share} of the time until {at}, unknown since then"),
                false => format!("{share} of the time{from} to {at}, unknown since then"),
            };
        }
        let unknown = unknown.map_or_else(String::new, |unknown| format!("; {unknown}"));
        match d.partly_gone() {
            Some(held) => {
                let (removed, gone) = (removed(&held.say), self.when.at(held.since));
                format!("{removed} since {gone}; elsewhere available {share} of the time{since}{unknown}")
            }
            None => format!("{share} of the time{since}{unknown}"),
        }
    }

    /// The state of each whole day and of today.
    fn strip(&self, d: &DependencySnapshot, hours: &[(Time, Counts)]) -> Vec<String> {
        let first = Time(bucket(self.since, DAY) + DAY);
        let count = usize::try_from((bucket(self.when.now, DAY) - first.0) / DAY + 1).unwrap_or(7);
        let worst = |row: &IncidentRow| {
            let (from, until) = spells::worst(row, self.messages);
            Trouble { from, until, worst: row.incident.worst }
        };
        let troubles: Vec<Trouble> = self.own(d).map(worst).collect();
        days(first, count, &by_day(hours), &troubles, self.when.now).iter().map(|day| day.word().to_owned()).collect()
    }
}

/// The checks of each day, oldest first.
fn by_day(hours: &[(Time, Counts)]) -> Vec<(Time, Counts)> {
    let mut all: Vec<(Time, Counts)> = Vec::new();
    for (at, counts) in hours {
        let day = Time(bucket(*at, DAY));
        match all.last_mut().filter(|(last, _)| *last == day) {
            Some((_, sum)) => *sum = sum.plus(*counts),
            None => all.push((day, *counts)),
        }
    }
    all
}
