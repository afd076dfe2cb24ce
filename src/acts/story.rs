//! What people and vendors said about a dependency, and what evidence is stored, for `/why`.

use super::{Acts, No};
use crate::core::people::action::{ActionKind, OperatorAction};
use crate::core::time::{Time, human};
use crate::core::words::verdict::Verdict;

/// The most entries of evidence that are listed.
const EVIDENCE: i64 = 3;
/// The most recent actions that are listed; further ones are counted.
const DEEDS: usize = 8;

impl Acts {
    /// Sentences about letters, actions and evidence, newest first.
    ///
    /// # Errors
    /// Fails if the store does not answer.
    pub async fn story(&self, id: &str, now: Time) -> Result<Vec<String>, No> {
        let mut lines = Vec::new();
        for letter in self.store.letters().await?.iter().rev() {
            if !letter.notice.dependencies.iter().any(|other| other == id) {
                continue;
            }
            let hour = match letter.notice.effective {
                Some(at) => {
                    let doubt = if letter.confirmed.is_none() { ", not confirmed yet" } else { "" };
                    format!(
                        "effective {} ({} of notice{doubt})",
                        at.local(self.known.zone, now),
                        human(at.since(letter.notice.received))
                    )
                }
                None if letter.notice.left => "the vendor has left".to_owned(),
                None => "no date known".to_owned(),
            };
            let answer = letter.answered.as_ref().map_or("no answer recorded yet".to_owned(), |(by, at)| {
                format!("answered by {by}, {}", at.local(self.known.zone, now))
            });
            let (came, text) = (letter.notice.received.local(self.known.zone, now), &letter.notice.text);
            let text = text.trim_end_matches('.');
            lines.push(format!("Notice {}, {came}: {text}; {hour}; {answer}.", letter.public_id));
        }
        let acts = self.store.acts().await?;
        let about: Vec<&OperatorAction> =
            acts.iter().rev().filter(|act| act.dependency.as_deref() == Some(id)).collect();
        for act in about.iter().take(DEEDS) {
            let until =
                act.until.map_or_else(String::new, |until| format!(" until {}", until.local(self.known.zone, now)));
            let over = act.until.is_some_and(|until| until <= now);
            let words = if act.words.is_empty() || act.deed == ActionKind::Accept {
                String::new()
            } else {
                format!(": {}", act.words)
            };
            let what = said(act.deed);
            let over = if over { " (over)" } else { "" };
            let words = words.trim_end_matches('.');
            lines.push(format!("{}: {what} by {}{until}{over}{words}.", act.at.local(self.known.zone, now), act.by));
        }
        if about.len() > DEEDS {
            lines.push(format!("And {} earlier entries.", about.len() - DEEDS));
        }
        for evidence in self.store.last_evidence(id, EVIDENCE).await? {
            lines.push(format!(
                "Evidence {}, {}: {} ({}), SHA-256 {}.",
                evidence.id,
                evidence.at.short(),
                if evidence.verdict == Verdict::Live.word() { "working" } else { &evidence.verdict },
                evidence.reason,
                evidence.raw_sha256.get(..16).unwrap_or(&evidence.raw_sha256)
            ));
        }
        Ok(lines)
    }
}

/// An action's name for people.
pub(super) fn said(deed: ActionKind) -> &'static str {
    match deed {
        ActionKind::Ack => "acknowledged",
        ActionKind::Mute => "muted",
        ActionKind::Unmute => "unmuted",
        ActionKind::Accept => "accepted as normal",
        ActionKind::ItWasUs => "marked as your own doing",
        ActionKind::FalseAlarm => "marked as a false alarm",
        ActionKind::Maintenance => "maintenance announced",
        ActionKind::MaintenanceOver => "maintenance ended",
        ActionKind::Letter => "notice updated",
        ActionKind::Drill => "drill started",
        ActionKind::Attest => "partner confirmed or reported as gone",
        ActionKind::Test => "channels tested",
        ActionKind::Refused => "refused",
    }
}
