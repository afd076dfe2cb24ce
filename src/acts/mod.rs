//! What a person may do, the same from Telegram and from the terminal: acknowledge, mute, accept,
//! bring a letter, ask for a drill. Each leaves a row with who and when; the engine hears it from
//! the store. An answer is one sentence for the person who asked.

mod forward;
mod letter;
mod pause;
mod public;
mod settle;
mod story;
mod word;

pub use letter::Brought;
#[cfg(fuzzing)]
pub use letter::read as read_letter;
pub use public::Opening;

use std::sync::Arc;

use chrono_tz::Tz;

use crate::config::Config;
use crate::core::people::action::{ActionKind, OperatorAction};
use crate::core::platform::naming;
use crate::core::platform::naming::Named;
use crate::core::time::Time;
use crate::core::words::text::clean;
use crate::ids::Ids;
use crate::store::Store;

/// Somebody at a keyboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub name: String,
    /// Where: `terminal`, or a channel's name.
    pub via: String,
}

impl Person {
    /// A person's name stands in messages, on one line.
    pub fn new(name: &str, via: &str) -> Person {
        let name = clean(name, 64);
        let name = if name.is_empty() { "somebody".to_owned() } else { name };
        Person { name, via: via.to_owned() }
    }

    fn act(&self, deed: ActionKind, at: Time) -> OperatorAction {
        OperatorAction::new(deed, &self.name, &self.via, at)
    }
}

/// What is known about a dependency by whoever is talked to.
#[derive(Clone, Debug, Default)]
pub struct Thing {
    /// Its id.
    pub id: String,
    /// Its name.
    pub label: String,
    /// Names of its vendors and the companies behind them, and domains their notices come from.
    pub vendors: Vec<String>,
    /// The slugs of those companies.
    pub companies: Vec<String>,
    /// Under which name a person's word about it is kept, if it rests on one.
    pub attested: Option<String>,
    /// Its label on the public page, if it stands there.
    pub public: Option<String>,
}

/// What people can talk about: a part of the configuration that changes with it.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Dependencies, as configured.
    pub things: Vec<Thing>,
    /// The zone of whoever names none.
    pub zone: Tz,
}

/// Why something was not done: a sentence that says what to do instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct No(pub String);

impl From<crate::store::Error> for No {
    fn from(error: crate::store::Error) -> No {
        No(error.to_string())
    }
}

/// What comes of an act: a sentence.
pub type Said = Result<String, No>;

/// Does what people ask for.
#[derive(Clone)]
pub struct Acts {
    store: Arc<Store>,
    known: Arc<Known>,
    ids: Ids,
}

impl Known {
    /// What the configuration names.
    pub fn of(config: &Config) -> Known {
        let things = config.dependencies.iter().map(|dependency| {
            let vendors: Vec<_> = dependency.vendors.iter().filter_map(|id| config.catalog.vendors.get(id)).collect();
            let theirs = vendors.iter().filter(|vendor| vendor.parent != "own");
            let names = theirs
                .flat_map(|vendor| std::iter::once(vendor.name.clone()).chain(vendor.notice_senders.iter().cloned()));
            let companies = dependency.companies.iter().map(|slug| config.catalog.company(slug));
            Thing {
                id: dependency.id.clone(),
                label: dependency.label.clone(),
                vendors: names.chain(companies).collect(),
                companies: dependency.companies.clone(),
                attested: word::attested(config, dependency),
                public: dependency.public.entry().map(|entry| entry.label.clone()),
            }
        });
        Known { things: things.collect(), zone: config.time_zone }
    }

    /// The label of a dependency on the public page, if it stands there.
    pub fn public_label(&self, id: &str) -> Option<&str> {
        self.things.iter().find(|thing| thing.id == id)?.public.as_deref()
    }

    /// The dependency that a name means.
    ///
    /// # Errors
    /// A question with all that it may be.
    pub fn find(&self, name: &str) -> Result<&Thing, No> {
        let list = |found: &[&Thing]| found.iter().map(|thing| thing.id.as_str()).collect::<Vec<_>>().join(", ");
        let pairs = self.things.iter().map(|thing| (thing.id.as_str(), thing.label.as_str()));
        match naming::find(pairs, name) {
            Named::One(index) => Ok(&self.things[index]),
            Named::Nothing if name.trim().is_empty() => {
                Err(No(format!("which one? Monitored: {}", list(&self.things.iter().collect::<Vec<_>>()))))
            }
            Named::Nothing => {
                let all: Vec<&Thing> = self.things.iter().collect();
                Err(No(format!("`{}` is not monitored. Monitored: {}", name.trim(), list(&all))))
            }
            Named::Several(several) => {
                let several: Vec<&Thing> = several.into_iter().map(|index| &self.things[index]).collect();
                Err(No(format!("`{}` may be several: {}", name.trim(), list(&several))))
            }
        }
    }
}

impl Acts {
    /// Acts on this store.
    pub fn new(store: Arc<Store>, known: Arc<Known>, ids: Ids) -> Acts {
        Acts { store, known, ids }
    }

    /// Somebody who may not asked for something: that is recorded.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn refuse(&self, who: &Person, asked: &str, now: Time) -> Result<(), No> {
        let words: String = asked.chars().take(200).collect();
        Ok(self.store.act(&OperatorAction { words, ..who.act(ActionKind::Refused, now) }).await?)
    }

    /// Asks for a drill. Returns its public id, under which it is acknowledged.
    ///
    /// # Errors
    /// No such dependency, or the store does not answer.
    pub async fn drill(&self, who: &Person, name: &str, now: Time) -> Said {
        let thing = self.known.find(name)?;
        let public_id = self.ids.next();
        let act = OperatorAction {
            dependency: Some(thing.id.clone()),
            about: Some(public_id.clone()),
            ..who.act(ActionKind::Drill, now)
        };
        self.store.act(&act).await?;
        Ok(public_id)
    }
}
