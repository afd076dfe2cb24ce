//! Reads people's actions and vendors' letters from the store, whichever program wrote them.

use super::decide::drill::FRESH;
use super::{Engine, Event};
use crate::core::people::action::{ActionKind, OperatorAction, People};
use crate::core::time::Time;
use crate::store::Result;

impl Engine {
    /// Reads the actions that this program's bot wrote. Actions from other programs are read by [`Engine::listen`].
    ///
    /// # Errors
    /// Fails if the store does not answer; the actions are then read with the next call.
    pub(super) async fn apply_people(&mut self, now: Time) -> Result<()> {
        if self.store.has_acted() { self.take_people(now).await } else { Ok(()) }
    }

    /// Reads the actions that any program wrote. Commands in the terminal, for example, write to the same file.
    ///
    /// # Errors
    /// Fails if the store does not answer; the actions are then read with the next call.
    pub(super) async fn listen(&mut self, now: Time) -> Result<()> {
        if self.store.last_act().await? > self.heard_act { self.take_people(now).await } else { Ok(()) }
    }

    pub(super) async fn take_people(&mut self, now: Time) -> Result<()> {
        let (acts, people) = self.read_people(now).await?;
        let drills = self.drills(&acts, now).await?;
        self.note_people(&acts, &people, now);
        self.heard_act = acts.last().map_or(0, |act| act.id);
        self.apply(vec![Event::People(people, drills)], now);
        self.bell.notify_one();
        Ok(())
    }

    /// All actions so far, and those in force.
    pub(super) async fn read_people(&self, now: Time) -> Result<(Vec<OperatorAction>, People)> {
        let acts = self.store.acts().await?;
        let people = People::of(&acts, self.store.letters().await?, now);
        Ok((acts, people))
    }

    /// Drills that were recently requested and not announced yet. Each is announced once, with the public id of the
    /// action.
    async fn drills(&self, acts: &[OperatorAction], now: Time) -> Result<Vec<OperatorAction>> {
        let mut drills = Vec::new();
        for act in acts.iter().filter(|act| act.deed == ActionKind::Drill && now.since(act.at) <= FRESH) {
            let Some(id) = &act.about else { continue };
            if !self.writer.has_alert(id) && self.store.alert_called(id).await?.is_none() {
                drills.push(act.clone());
            }
        }
        Ok(drills)
    }
}
