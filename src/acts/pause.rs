//! Temporary actions: mute one dependency or all, and announce maintenance.

use std::time::Duration;

use super::{Acts, No, Person, Said};
use crate::core::people::action::{ActionKind, OperatorAction, People};
use crate::core::time::{Time, human};
use crate::core::words::text::clean;
use crate::read::duration;

/// The longest mute or maintenance. A longer one would be forgotten; it can be repeated.
const LONGEST: Duration = Duration::from_secs(14 * 86_400);

impl Acts {
    /// Mutes a dependency, or `all`, for a while. Drops and announced cut-offs are still sent.
    ///
    /// # Errors
    /// Fails if there is no such dependency or the duration is wrong, or the store does not answer.
    pub async fn mute(&self, who: &Person, name: &str, lasts: &str, words: &str, now: Time) -> Said {
        let (id, label) = self.one_or_all(name)?;
        let until = now.plus(span(lasts)?);
        let act = OperatorAction {
            dependency: id,
            until: Some(until),
            words: short(words),
            ..who.act(ActionKind::Mute, now)
        };
        self.store.act(&act).await?;
        Ok(format!(
            "{label}: muted by {} until {}. You will still hear if it is dropped or about to end.",
            who.name,
            until.local(self.known.zone, now)
        ))
    }

    /// Ends a mute.
    ///
    /// # Errors
    /// Fails if there is no such dependency, it is not muted, or the store does not answer.
    pub async fn unmute(&self, who: &Person, name: &str, now: Time) -> Said {
        let (id, label) = self.one_or_all(name)?;
        let before = People::of(&self.store.acts().await?, Vec::new(), now);
        if !id.as_ref().map_or_else(|| before.mutes_anything(), |id| before.muted(id, now).is_some()) {
            return Err(No(format!("{label}: not muted")));
        }
        self.store.act(&OperatorAction { dependency: id.clone(), ..who.act(ActionKind::Unmute, now) }).await?;
        let people = People::of(&self.store.acts().await?, Vec::new(), now);
        if let Some((mute, until)) = people.muted(&id.unwrap_or_default(), now).and_then(|act| Some((act, act.until?)))
        {
            let until = until.local(self.known.zone, now);
            return Ok(format!(
                "{label}: still muted until {until}, because {} muted everything. To end that: unmute all",
                mute.by
            ));
        }
        Ok(format!("{label}: unmuted by {}.", who.name))
    }

    /// Announces maintenance of a dependency, or of `all`, from now on.
    ///
    /// # Errors
    /// Fails if there is no such dependency or the duration is wrong, or the store does not answer.
    pub async fn maintenance(&self, who: &Person, name: &str, lasts: &str, words: &str, now: Time) -> Said {
        let (id, label) = self.one_or_all(name)?;
        if lasts.trim().eq_ignore_ascii_case("over") {
            let before = People::of(&self.store.acts().await?, Vec::new(), now);
            if !id.as_ref().map_or_else(|| before.works_anywhere(), |id| before.maintenance_until(id, now).is_some()) {
                return Err(No(format!("{label}: no maintenance was announced here")));
            }
            self.store
                .act(&OperatorAction { dependency: id.clone(), ..who.act(ActionKind::MaintenanceOver, now) })
                .await?;
            let people = People::of(&self.store.acts().await?, Vec::new(), now);
            if let Some(until) = people.maintenance_until(&id.unwrap_or_default(), now) {
                let until = until.local(self.known.zone, now);
                return Ok(format!(
                    "{label}: everything is under maintenance until {until}. To end that: maintenance all over"
                ));
            }
            return Ok(format!("{label}: maintenance ended by {}.", who.name));
        }
        let until = now.plus(span(lasts)?);
        let act = OperatorAction {
            dependency: id,
            from: Some(now),
            until: Some(until),
            words: short(words),
            ..who.act(ActionKind::Maintenance, now)
        };
        self.store.act(&act).await?;
        Ok(format!(
            "{label}: maintenance until {}, announced by {}. Outages wait until then. You will still hear at once if it is dropped.",
            until.local(self.known.zone, now),
            who.name
        ))
    }

    fn one_or_all(&self, name: &str) -> Result<(Option<String>, String), No> {
        if name.trim().eq_ignore_ascii_case("all") {
            return Ok((None, "everything".to_owned()));
        }
        let thing = self.known.find(name)?;
        Ok((Some(thing.id.clone()), thing.label.clone()))
    }
}

fn span(text: &str) -> Result<Duration, No> {
    let span = duration(text.trim()).map_err(|_| {
        let given = if text.trim().is_empty() { String::new() } else { format!(", not `{}`", text.trim()) };
        No(format!("For how long? For example 30m, 2h or 1d{given}"))
    })?;
    match span {
        span if span.is_zero() => Err(No("For how long? For example 30m, 2h or 1d".to_owned())),
        span if span > LONGEST => Err(No(format!("at most {}; repeat it later if you need longer", human(LONGEST)))),
        span => Ok(span),
    }
}

fn short(words: &str) -> String {
    clean(words, 500)
}
