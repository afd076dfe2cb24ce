//! Responses to an alert: acknowledge it, accept it as normal, or mark it as your own doing or a false alarm.

use super::{Acts, No, Person, Said, Thing};
use crate::core::dependency::incident::Reason;
use crate::core::people::action::{ActionKind, OperatorAction};
use crate::core::time::Time;
use crate::core::words::verdict::Verdict;
use crate::store::{AlertRow, IncidentRow};

/// How long after its start a drill is acknowledged together with everything else that is open.
const DRILL_LASTS: std::time::Duration = std::time::Duration::from_secs(3_600);
/// How long an incident that is over can still be marked, in milliseconds.
const LATELY_MS: i64 = 14 * 86_400_000;

impl Acts {
    /// Acknowledges what is open about a dependency, an incident or a drill by its public id, or everything
    /// open if no name is given. A second acknowledgement changes nothing.
    ///
    /// # Errors
    /// Fails if nothing of the kind is open, or the store does not answer.
    pub async fn ack(&self, who: &Person, name: Option<&str>, now: Time) -> Said {
        let open = self.store.incidents(None, now).await?;
        let open: Vec<&IncidentRow> = open.iter().filter(|row| row.closed_at.is_none()).collect();
        let Some(name) = name.map(str::trim).filter(|name| !name.is_empty()) else {
            let acts = self.store.acts().await?;
            let drills = acts.iter().filter(|act| act.deed == ActionKind::Drill && now.since(act.at) <= DRILL_LASTS);
            let drills: Vec<&String> = drills.filter_map(|act| act.about.as_ref()).collect();
            let refused = self.unseen(&open).await?;
            if open.is_empty() && drills.is_empty() && refused.is_empty() {
                return Err(No("nothing is open".to_owned()));
            }
            let mut said = Vec::new();
            for row in open {
                said.push(self.ack_incident(who, row, now).await?);
            }
            for drill in drills {
                said.push(self.ack_other(who, drill, now).await?);
            }
            for alert in &refused {
                let acts = self.store.acts_about(&alert.public_id).await?;
                said.push(self.ack_alert(who, alert, &acts, now).await?);
            }
            return Ok(said.join("\n"));
        };
        if name.starts_with("pw-") {
            let Some(named) = open.iter().find(|row| row.incident.public_id == name) else {
                return self.ack_other(who, name, now).await;
            };
            // A person who saw a message about several dependencies has seen all of them.
            let members = self.store.alert_called(name).await?.map(|alert| alert.members()).unwrap_or_default();
            let mut said = vec![self.ack_incident(who, named, now).await?];
            for row in open.iter().filter(|row| row.dependency != named.dependency && members.contains(&row.dependency))
            {
                said.push(self.ack_incident(who, row, now).await?);
            }
            return Ok(said.join("\n"));
        }
        let thing = self.known.find(name)?;
        match open.iter().find(|row| row.dependency == thing.id) {
            Some(row) => self.ack_incident(who, row, now).await,
            None => match self
                .store
                .alert_about(&thing.id)
                .await?
                .filter(|alert| alert.reason == Reason::Blind || alert.reason.reminds())
            {
                // A refused key opens no incident.
                Some(alert) => {
                    let acts = self.store.acts_about(&alert.public_id).await?;
                    self.ack_alert(who, &alert, &acts, now).await
                }
                None => Err(No(format!("nothing is open for {}", thing.label))),
            },
        }
    }

    /// The last alerts about refused keys, and about dependencies that cannot be checked. These have no
    /// incident of their own, so the alert is acknowledged.
    async fn unseen(&self, open: &[&IncidentRow]) -> Result<Vec<AlertRow>, No> {
        let states = self.store.dependencies().await?;
        let refused = |id: &&String| {
            let (state, told) = &states[*id];
            let told = told.as_ref().is_some_and(|told| !told.blind.is_empty()) && !state.unseen.is_empty();
            (state.lost_access().is_some() || told) && open.iter().all(|row| row.dependency != **id)
        };
        let mut ids: Vec<&String> = states.keys().filter(refused).collect();
        ids.sort();
        let mut told = Vec::new();
        for id in ids {
            told.extend(self.store.alert_about(id).await?);
        }
        Ok(told)
    }

    async fn ack_incident(&self, who: &Person, row: &IncidentRow, now: Time) -> Said {
        let label = self.label(&row.dependency);
        let about = &row.incident.public_id;
        // If a reminder was sent since the last acknowledgement, this is an answer to it.
        let news = self.store.last_alert(about).await?;
        if let Some(before) = self.acked(about, news).await? {
            return Ok(format!(
                "{label}: already acknowledged by {} at {}.",
                before.by,
                before.at.local(self.known.zone, now)
            ));
        }
        let dependency = Some(row.dependency.clone());
        let act = OperatorAction { dependency, about: Some(about.clone()), ..who.act(ActionKind::Ack, now) };
        self.store.act(&act).await?;
        Ok(format!(
            "{label}: acknowledged by {}. Next reminder in 4 h, or when something changes. You will hear when it is over.",
            who.name
        ))
    }

    /// Acknowledges a drill; an incident that has ended in the meantime cannot be acknowledged.
    async fn ack_other(&self, who: &Person, about: &str, now: Time) -> Said {
        let ended = self.store.incidents(None, Time(now.0 - LATELY_MS)).await?;
        if let Some(row) = ended.iter().find(|row| row.incident.public_id == about) {
            let at = row.closed_at.unwrap_or(now).local(self.known.zone, now);
            return Ok(format!(
                "{} has been over since {at}. There is nothing to acknowledge.",
                self.label(&row.dependency)
            ));
        }
        let acts = self.store.acts_about(about).await?;
        if let Some(alert) = self.store.alert_called(about).await?.filter(|alert| alert.reason != Reason::Drill) {
            return self.ack_alert(who, &alert, &acts, now).await;
        }
        let Some(drill) = acts.iter().find(|act| act.deed == ActionKind::Drill) else {
            return Err(No(format!("there is no alert or drill with the id {about}")));
        };
        // In a drill, every person's acknowledgement counts.
        if let Some(before) = acts.iter().find(|act| act.deed == ActionKind::Ack && act.by == who.name) {
            return Ok(format!("You already acknowledged this drill, at {}.", before.at.local(self.known.zone, now)));
        }
        let act = OperatorAction {
            dependency: drill.dependency.clone(),
            about: Some(about.to_owned()),
            ..who.act(ActionKind::Ack, now)
        };
        self.store.act(&act).await?;
        let after = crate::core::time::human(now.since(drill.at));
        Ok(format!("Drill acknowledged by {}, {after} after it began.", who.name))
    }

    /// Acknowledges an alert without an incident: a refused key, or a dependency that cannot be checked.
    async fn ack_alert(&self, who: &Person, alert: &AlertRow, acts: &[OperatorAction], now: Time) -> Said {
        let label = alert.dependency.as_ref().map_or_else(|| "this".to_owned(), |id| self.label(id));
        if let Some(before) = acts.iter().find(|act| act.deed == ActionKind::Ack) {
            return Ok(format!(
                "{label}: already acknowledged by {} at {}.",
                before.by,
                before.at.local(self.known.zone, now)
            ));
        }
        let (dependency, about) = (alert.dependency.clone(), Some(alert.public_id.clone()));
        self.store.act(&OperatorAction { dependency, about, ..who.act(ActionKind::Ack, now) }).await?;
        Ok(format!("{label}: acknowledged by {}.", who.name))
    }

    /// The dependency of an alert or incident, by its public id.
    ///
    /// # Errors
    /// Fails if there is none, or the store does not answer.
    pub async fn concerned(&self, public_id: &str) -> Result<String, No> {
        let alert = self.store.alert_called(public_id).await?;
        let id = alert.and_then(|alert| alert.dependency);
        id.ok_or_else(|| No("the dependency in this message is no longer monitored".to_owned()))
    }

    async fn acked(&self, about: &str, news: Option<Time>) -> Result<Option<OperatorAction>, No> {
        let acts = self.store.acts_about(about).await?;
        let fresh = |act: &OperatorAction| act.deed == ActionKind::Ack && news.is_none_or(|news| act.at >= news);
        Ok(acts.into_iter().rfind(fresh))
    }

    /// Accepts changed facts and an open warning of a dependency as the new normal.
    ///
    /// # Errors
    /// Fails if there is nothing to accept, or the store does not answer.
    pub async fn accept(&self, who: &Person, name: &str, now: Time) -> Said {
        let thing = self.known.find(name)?;
        let changed = self.store.changed_facts(Some(&thing.id), Time(now.0 - LATELY_MS)).await?;
        let changed: Vec<_> = changed.into_iter().filter(|change| change.accepted.is_none()).collect();
        let row = self.incident_of(thing, now).await?.filter(|row| row.closed_at.is_none());
        let worse = row.as_ref().filter(|row| row.incident.verdict != Verdict::Degraded);
        if let Some(worse) = worse.filter(|_| changed.is_empty()) {
            let (label, verdict) = (&thing.label, worse.incident.verdict);
            return Err(No(format!(
                "{label} is {verdict} now, which can't be the new normal. Use it-was-us or false-alarm"
            )));
        }
        // Only a warning can become the new normal.
        let row = row.filter(|row| row.incident.verdict == Verdict::Degraded);
        if changed.is_empty() && row.is_none() {
            return Err(No(format!("there is nothing to accept for {}", thing.label)));
        }
        let act = OperatorAction {
            dependency: Some(thing.id.clone()),
            about: row.as_ref().map(|row| row.incident.public_id.clone()),
            words: row.as_ref().map_or_else(String::new, |row| row.incident.reason.clone()),
            ..who.act(ActionKind::Accept, now)
        };
        self.store.act(&act).await?;
        let mut what: Vec<String> = changed.iter().map(|change| change.name.replace('_', " ")).collect();
        what.extend(row.map(|row| format!("the warning \"{}\"", row.incident.reason.replace('_', " "))));
        Ok(format!("{}: accepted by {} as the new normal: {}.", thing.label, who.name, what.join("; ")))
    }

    /// Marks a dependency's last incident as the team's own doing: it does not count as a loss, and the
    /// record and the report say so.
    ///
    /// # Errors
    /// Fails if there was no incident in the last two weeks, or the store does not answer.
    pub async fn it_was_us(&self, who: &Person, name: &str, words: &str, now: Time) -> Said {
        let said = "recorded as your own doing. It does not count as a loss, and the report says so";
        self.settle(who, ActionKind::ItWasUs, name, words, now, said).await
    }

    /// Marks a dependency's last incident as a false alarm.
    ///
    /// # Errors
    /// Fails if there was no incident in the last two weeks, or the store does not answer.
    pub async fn false_alarm(&self, who: &Person, name: &str, words: &str, now: Time) -> Said {
        let said =
            "recorded as a false alarm. It does not count as a loss, and the report counts it as plugwatch's mistake";
        self.settle(who, ActionKind::FalseAlarm, name, words, now, said).await
    }

    async fn settle(&self, who: &Person, deed: ActionKind, name: &str, words: &str, now: Time, said: &str) -> Said {
        let thing = self.known.find(name)?;
        let Some(row) = self.incident_of(thing, now).await? else {
            return Err(No(format!("{} had no incident in the last two weeks", thing.label)));
        };
        let act = OperatorAction {
            dependency: Some(thing.id.clone()),
            about: Some(row.incident.public_id.clone()),
            words: words.chars().take(500).collect(),
            ..who.act(deed, now)
        };
        let about = self.store.acts_about(&row.incident.public_id).await?;
        let before = about.iter().rfind(|act| matches!(act.deed, ActionKind::ItWasUs | ActionKind::FalseAlarm));
        let instead = before.filter(|before| before.deed != deed).map_or_else(String::new, |before| {
            format!(" {} had said {}; the latest statement counts.", before.by, word(before.deed))
        });
        self.store.act(&act).await?;
        Ok(format!(
            "{}, {}: {said} ({}).{instead}",
            thing.label,
            row.incident.began_at.local(self.known.zone, now),
            who.name
        ))
    }

    /// The open incident of a dependency, or else the last one that ended recently. A refused key or a wrong page has an
    /// incident of its own.
    async fn incident_of(&self, thing: &Thing, now: Time) -> Result<Option<IncidentRow>, No> {
        let since = Time(now.0 - LATELY_MS);
        let mut rows = self.store.incidents(Some(&thing.id), since).await?;
        rows.extend(self.store.unjudged(Some(&thing.id), since).await?);
        let began =
            |row: &IncidentRow| (row.closed_at.is_none(), row.incident.verdict.badness(), row.incident.began_at);
        Ok(rows.into_iter().max_by_key(began))
    }

    pub(super) fn label(&self, id: &str) -> String {
        let thing = self.known.things.iter().find(|thing| thing.id == id);
        thing.map_or_else(|| id.to_owned(), |thing| thing.label.clone())
    }
}

fn word(deed: ActionKind) -> &'static str {
    if deed == ActionKind::ItWasUs { "it was your own doing" } else { "it was a false alarm" }
}
