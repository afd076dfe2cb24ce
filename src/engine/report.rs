//! The weekly report: gathered from the store, told like everything else.

use std::time::Duration;

use super::Engine;
use super::tell::Concerning;
use crate::core::history::{Counts, DAY};
use crate::core::incident::{Level, Reason};
use crate::core::shown::Shown;
use crate::core::time::{Time, human};
use crate::say::alert::Body;
use crate::say::status::{self, Report};
use crate::store::Result;

const WEEK: Duration = Duration::from_secs(7 * 86_400);

impl Engine {
    /// Moves on to the next report; the gathering comes with [`Engine::gather_report`].
    pub(super) fn report_if_due(&mut self, now: Time) {
        if self.report_at <= now {
            self.report_at = self.ctx.config.report.next(now, 0);
            self.report_wanted = true;
        }
    }

    /// Gathers and tells the report if it is wanted.
    ///
    /// # Errors
    /// The store cannot be read.
    pub(super) async fn gather_report(&mut self, now: Time) -> Result<()> {
        if !std::mem::take(&mut self.report_wanted) {
            return Ok(());
        }
        let report = self.report(now).await?;
        self.tell(Reason::Report, Level::Info, Concerning::default(), Body::Report(report), now);
        Ok(())
    }

    async fn report(&self, now: Time) -> Result<Report> {
        let since = Time(now.0 - crate::core::time::millis(WEEK));
        let board = self.view_board(now);
        let mut uptime = Vec::new();
        for dependency in &board.dependencies {
            let days = self.store.rollups(&dependency.id, DAY, since).await?;
            let sum = days.iter().fold(Counts::default(), |sum, day| sum.plus(day.counts));
            uptime.push(format!("{}: {}", dependency.label, status::served(&sum)));
        }
        let incidents = self.store.incidents(None, since).await?;
        let gaps = self.store.gaps(since).await?;
        let unseen = board
            .dependencies
            .iter()
            .filter(|d| matches!(d.shown(), Shown::NotVerified | Shown::NeverSeenLive | Shown::NeedsKey));
        // Perhaps a suspended account: the first thing to say of a week.
        let locked = board.dependencies.iter().filter_map(|d| {
            let held = d.state.lost_access()?;
            Some(format!("{}: access lost since {}, key revoked or account suspended", d.label, held.since.short()))
        });
        Ok(Report {
            to: now.utc().with_timezone(&self.ctx.config.time_zone).format("%-d %B").to_string(),
            watched: board.dependencies.len(),
            counts: status::counts(&board),
            incidents: locked.chain(incidents.iter().rev().map(|row| incident_line(row, &board, now))).collect(),
            uptime,
            proven: status::proven(&board),
            unseen: unseen.map(|d| format!("{}: {}", d.label, d.say())).collect(),
            gaps: gaps.iter().map(|(from, to)| format!("{} to {}", from.short(), to.short())).collect(),
        })
    }
}

fn incident_line(row: &crate::store::IncidentRow, board: &crate::core::board::Board, now: Time) -> String {
    let label = board.find(&row.dependency).map_or(row.dependency.as_str(), |d| d.label.as_str());
    let lasted = human(row.closed_at.unwrap_or(now).since(row.incident.began_at));
    let end = if row.closed_at.is_some() { format!("for {lasted}") } else { format!("still open after {lasted}") };
    format!("{}: {}; in trouble from {}, {end}", label, row.incident.worst, row.incident.began_at.short())
}
