//! The acts of people in a scenario. They are the same acts that the bot and the terminal use.

use std::collections::HashMap;
use std::sync::Arc;

use super::step::{Does, Letter};
use crate::acts::{Acts, Brought, Known, No, Person};
use crate::config::Config;
use crate::core::time::Time;
use crate::ids::Ids;
use crate::store::Store;

/// The people of a scenario, and the ids of the letters that they entered, by the letter's name in the file.
#[derive(Default)]
pub(super) struct People {
    letters: HashMap<String, String>,
}

impl People {
    /// Performs an act. `begin` is the time at which the scenario began.
    ///
    /// # Errors
    /// Fails if the act is refused; the error is the sentence that the person would read.
    pub(super) async fn act(
        &mut self,
        (store, config, ids): (&Arc<Store>, &Config, &Ids),
        who: &str,
        does: &Does,
        (begin, now): (Time, Time),
    ) -> Result<(), No> {
        let acts = Acts::new(store.clone(), Arc::new(Known::of(config)), ids.clone());
        let who = &Person::new(who, "bench");
        match does {
            Does::Acknowledge(name) => acts.ack(who, name.as_deref(), now).await,
            Does::Mute(name, lasts) => acts.mute(who, name, lasts, "", now).await,
            Does::Unmute(name) => acts.unmute(who, name, now).await,
            Does::Work(name, lasts) => acts.maintenance(who, name, lasts, "", now).await,
            Does::Accept(name) => acts.accept(who, name, now).await,
            Does::ItWasUs(name) => acts.it_was_us(who, name, "", now).await,
            Does::FalseAlarm(name) => acts.false_alarm(who, name, "", now).await,
            Does::StillWithUs(name) => acts.attest(who, name, false, now).await,
            Does::Left(name) => acts.attest(who, name, true, now).await,
            Does::Bring(letter) => {
                let (kept, said) = acts.bring(who, brought(letter, begin), now).await?;
                self.letters.insert(letter.name.clone(), kept.public_id);
                Ok(said)
            }
            Does::Withdraw(name) => acts.withdraw(who, self.letter(name)?, now).await,
            Does::Answer(name) => acts.answered(who, self.letter(name)?, now).await,
        }
        .map(drop)
    }

    /// The id of a letter that came, by its name in the file.
    fn letter(&self, name: &str) -> Result<&str, No> {
        let known = || self.letters.keys().cloned().collect::<Vec<_>>().join(", ");
        let id = self.letters.get(name).map(String::as_str);
        id.ok_or_else(|| No(format!("no letter `{name}` came: {}", known())))
    }
}

fn brought(letter: &Letter, begin: Time) -> Brought {
    Brought {
        bytes: letter.text.clone().into_bytes(),
        text: letter.text.clone(),
        about: letter.about.clone(),
        effective: letter.effective.map(|at| begin.plus(at).rfc3339()),
        left: letter.left,
        ..Brought::default()
    }
}
