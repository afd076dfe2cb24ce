//! A person's attestation that a supplier still works for the platform, or has left.

use super::{Acts, No, Person, Said};
use crate::config::{Config, Dependency};
use crate::core::people::action::{ActionKind, OperatorAction};
use crate::core::time::Time;
use crate::core::words::check_in::{Report, Takes, Word, key};

/// The name under which attestations of a dependency are kept.
pub(super) fn attested(config: &Config, dependency: &Dependency) -> Option<String> {
    let probe = dependency.probes.iter().find(|probe| config.takes(probe) == Some(Takes::Words))?;
    probe.params.public.get("name")?.as_str().map(str::to_owned)
}

impl Acts {
    /// Records a person's attestation of a dependency that relies on it.
    ///
    /// # Errors
    /// Fails if it does not rely on attestations, or the store does not answer.
    pub async fn attest(&self, who: &Person, name: &str, left: bool, now: Time) -> Said {
        let thing = self.known.find(name)?;
        let Some(about) = &thing.attested else {
            let why = format!("{} cannot be attested; only dependencies with the check attest/word can", thing.label);
            return Err(No(why));
        };
        let word = if left { Word::Left } else { Word::WithUs };
        let report = Report { by: who.name.clone(), ..Report::of(now, word) };
        self.store.hear(&[(key(Takes::Words, about), report)]).await?;
        self.store
            .act(&OperatorAction { dependency: Some(thing.id.clone()), ..who.act(ActionKind::Attest, now) })
            .await?;
        let said = if left { "no longer works for you" } else { "still works for you" };
        Ok(format!("{}: recorded that it {said}. plugwatch uses this at its next check.", thing.label))
    }
}
