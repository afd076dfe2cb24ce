//! Handles a clock that was ahead and was set back. Everything planned by that clock is planned again, and no stored
//! time lies in the future.

use std::time::Duration;

use super::{Engine, Event, Logged};
use crate::core::time::Time;
use crate::store::Result;

impl Engine {
    /// Follows the clock if it was set back since the last call: memory at once, the store as soon as it can be
    /// written.
    ///
    /// # Errors
    /// Fails if the store could not be corrected; this is retried with the next call.
    pub(super) async fn follow_clock(&mut self, now: Time) -> Result<()> {
        let times = self.ctx.clock.times_set_back();
        if times != self.set_back {
            self.note_event(|| Logged::ClockBack { at: now });
            tracing::warn!("the machine's clock was set back to {}: everything is scheduled again", now.short());
            let ahead = self.latest.since(now);
            (self.set_back, self.latest) = (times, now);
            self.plan_anew(now, ahead);
            let behind = self.store_behind.unwrap_or_default() + ahead;
            self.store_behind = Some(behind);
        }
        let Some(ahead) = self.store_behind.filter(|_| !self.unwritten.waits(now)) else { return Ok(()) };
        // Decisions made before the clock was set back are written before the store is corrected.
        self.flush(now).await?;
        self.store.follow_clock(now, ahead, self.began_at).await?;
        self.store_behind = None;
        self.plan_reports(now).await?;
        let people = self.read_people(now).await?.1;
        self.apply(vec![Event::People(people, Vec::new())], now);
        // Wakes parts that are waiting for a time by the old clock.
        self.bell.notify_one();
        Ok(())
    }

    fn plan_anew(&mut self, now: Time, ahead: Duration) {
        self.apply(vec![Event::ClockSetBack], now);
        self.unwritten.clock_set_back(now);
        self.ctx.askers.clock_set_back(now, ahead);
        self.ctx.witness_cache.clock_set_back();
        self.shown_at = Time(0);
    }
}
