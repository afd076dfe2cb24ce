//! The report: it is created from the store, never deleted, and sent like any other message.

mod ahead;
mod cut_off;
mod happened;
mod lines;
mod once;
mod risk;
mod rows;
mod spells;
mod todo;
mod work;

use std::time::Duration;

use chrono_tz::Tz;

use super::decide::decider::Decider;
use super::decide::tell::Concerning;
use super::write::documents::report_snapshot;
use super::{Engine, Event, Logged};
use crate::core::dependency::incident::{Level, Reason};
use crate::core::dependency::shown::Shown;
use crate::core::people::action::drilled;
use crate::core::platform::snapshot::Snapshot;
use crate::core::probe::history::DAY;
use crate::core::time::{Time, human, millis};
use crate::say::alert::Body;
use crate::say::report::Report;
use crate::say::tally;
use crate::store::{KeptReport, Result, Store};
use once::Said;
use rows::Past;

const WEEK: Duration = Duration::from_secs(7 * 86_400);
const MONTH: Duration = Duration::from_secs(30 * 86_400);

/// The period that a report covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// Seven days.
    Week,
    /// Thirty days.
    Month,
}

impl Span {
    /// The name used in the store and in titles.
    pub fn word(self) -> &'static str {
        match self {
            Span::Week => "week",
            Span::Month => "month",
        }
    }

    fn length(self) -> Duration {
        match self {
            Span::Week => WEEK,
            Span::Month => MONTH,
        }
    }
}

/// The reader's clock: times in a report are given in the reader's zone, as seen when the report is due.
#[derive(Clone, Copy, Debug)]
struct When {
    now: Time,
    zone: Tz,
}

impl When {
    /// A time, such as `Fri 8 Jan 23:48 CET`, in the format of [`Time::local`].
    fn at(self, at: Time) -> String {
        at.local(self.zone, self.now)
    }

    /// The time left until then, such as `3 d 7 h`.
    fn until(self, at: Time) -> String {
        human(at.since(self.now))
    }

    /// A date in the reader's zone, such as `Sat 7 Mar`; with the time of day if it is less than a day ago.
    fn date(self, at: Time) -> String {
        if millis(self.now.since(at)) < DAY {
            return self.at(at);
        }
        at.utc().with_timezone(&self.zone).format("%a %-d %b").to_string()
    }

    /// The time since then, such as `2 d 9 h`.
    fn ago(self, at: Time) -> String {
        human(self.now.since(at))
    }

    /// A day that was entered or measured in UTC, such as `Tue 31 Mar 2026`.
    fn day(self, at: Time) -> String {
        let year = at.utc().format("%Y").to_string() == self.now.utc().format("%Y").to_string();
        at.utc().format(if year { "%a %-d %b" } else { "%a %-d %b %Y" }).to_string()
    }
}

impl Engine {
    /// Plans the next reports. A report that was due while plugwatch was not running is due now.
    pub(super) async fn plan_reports(&mut self, now: Time) -> Result<()> {
        let week = self.store.last_report(Span::Week.word()).await?;
        self.decider.report_at = self.ctx.config.report.next(week.unwrap_or(now), 0);
        self.decider.month_at = match &self.ctx.config.monthly {
            Some(monthly) => Some(monthly.next(self.store.last_report(Span::Month.word()).await?.unwrap_or(now), 0)),
            None => None,
        };
        Ok(())
    }

    /// Creates and announces the reports that are due. A report that cannot be created stays due.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub(super) async fn gather_report(&mut self, now: Time) -> Result<()> {
        if !self.decider.reports_wanted.is_empty() {
            self.note_event(|| Logged::Report { at: now });
        }
        while let Some(span) = self.decider.reports_wanted.first().copied() {
            let report = gather(&self.decider, &self.store, span, now).await?;
            self.decider.reports_wanted.remove(0);
            let from = Time(now.0 - millis(span.length()));
            let snapshot = report_snapshot(&report)?;
            let (public_id, span) = (String::new(), span.word().to_owned());
            let kept = KeptReport { public_id, span, from, to: now, snapshot };
            self.apply(vec![Event::Report(Box::new((kept, report)))], now);
        }
        Ok(())
    }
}

/// The report as it would be now.
///
/// # Errors
/// Fails if the store cannot be read.
pub(super) async fn gather(decider: &Decider, store: &Store, span: Span, now: Time) -> Result<Report> {
    let since = Time(now.0 - millis(span.length()));
    let snapshot = decider.view_snapshot(now);
    let incidents = store.incidents(None, since).await?;
    let acts = store.acts().await?;
    let gaps = store.gaps(since).await?;
    let (when, (notified, drilled)) = (decider.when(now), (store.told_since(since).await?, drilled(&acts)));
    let (changed, accepted) = decider.changes(store.changed_facts(None, since).await?, when);
    let first = incidents.iter().map(|row| row.incident.began_at).chain([since]).min().unwrap_or(since);
    let messages = spells::messages(&store.news_since(first).await?);
    let announced = decider.notices_in_force(now);
    let by_law = snapshot.each().map(|d| d.id.clone()).filter(|id| decider.names_law(id)).collect();
    let by_word = lines::by_word(&decider.config);
    let past = Past {
        snapshot: &snapshot,
        incidents: &incidents,
        acts: &acts,
        messages: &messages,
        gaps: &gaps,
        by_law,
        by_word,
        since,
        when,
    };
    let (rows, began) = past.rows(store).await?;
    let mut report = decider.covered(span, &snapshot, when);
    // Each subject is mentioned only in the first section that contains it, so the order of the sections matters.
    let mut said = Said::default();
    report.dropped = said.first(lines::dropped(&past));
    report.cut_offs = cut_off::cut_offs(&announced, &snapshot, when);
    report.down = lines::down(&past);
    report.unheard = work::unheard(&notified, span);
    report.todo = decider.todo(&snapshot, &acts, &mut said, when);
    report.notices = said.first(lines::notices(&decider.people.letters, &snapshot, since, when));
    report.unseen = said.first(lines::unseen(&snapshot, when));
    let unjudged = store.unjudged(None, since).await?;
    report.incidents = happened::happened(&past, &decider.people.letters, &unjudged, &report.dropped);
    report.ahead = said.first(decider.ahead(when));
    let old = work::old_catalogue(decider.config.catalog.edition, now);
    report.tested = said.first(work::tested(&acts, when)).into_iter().chain(old).collect::<Vec<_>>().join(". ");
    Ok(Report {
        changed,
        accepted,
        false_alarms: work::false_alarms(&acts, since),
        risk: risk::risk(&snapshot, &drilled, &announced, when),
        work: work::work(&notified, &gaps, began.unwrap_or(since), (since, when)),
        gaps: gaps.iter().map(|(from, to)| format!("{} to {}", when.at(*from), when.at(*to))).collect(),
        rows,
        ..report
    })
}

impl Decider {
    /// Announces a finished report and stores it.
    pub(super) fn tell_report(&mut self, kept: KeptReport, report: Report, now: Time) {
        let public_id = self.next_id();
        self.writes.reports.push(KeptReport { public_id, ..kept });
        self.tell(Reason::Report, Level::Info, Concerning::default(), Body::Report(Box::new(report)), now);
    }

    fn when(&self, now: Time) -> When {
        When { now, zone: self.config.time_zone }
    }

    /// The report's period and the numbers of dependencies in each state.
    fn covered(&self, span: Span, snapshot: &Snapshot, when: When) -> Report {
        let day = |at: Time| at.utc().with_timezone(&when.zone).format("%-d %B").to_string();
        let since = Time(when.now.0 - millis(span.length()));
        Report {
            span: span.word().to_owned(),
            // The bars of days begin with the first whole day.
            from: day(Time(since.0 + DAY)),
            to: day(when.now),
            watched: snapshot.each().filter(|d| d.shown() != Shown::NotMonitored).count(),
            not_monitored: tally::not_monitored(&unmonitored(snapshot)),
            counts: tally::counts_of(snapshot, cut_off::spoken),
            proven: tally::proven(snapshot),
            ..Report::default()
        }
    }
}

/// Dependencies without a check, with the reason. Dependencies that only lack a key are listed with what could not be
/// checked.
fn unmonitored(snapshot: &Snapshot) -> Vec<(&str, String)> {
    let blind = snapshot.each().filter(|d| !d.is_monitored() && d.shown() != Shown::NeedsKey);
    blind.map(|d| (d.label.as_str(), d.blind_reason())).collect()
}
