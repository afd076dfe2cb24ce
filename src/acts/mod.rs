//! The actions of people, the same from Telegram and from the terminal: acknowledge, mute, accept, report a
//! letter, start a drill. Each is recorded with who and when, and the engine reads it from the store. An
//! answer is one sentence for the person.

mod attached;
mod brought;
mod dated;
mod forward;
mod letter;
mod pause;
mod public;
mod settle;
mod story;
mod word;

pub use brought::Brought;
#[cfg(fuzzing)]
pub use letter::{read as read_letter, read_dated};
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

/// A person who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The person's name.
    pub name: String,
    /// The place of the action: `terminal`, or a channel's name.
    pub via: String,
}

impl Person {
    /// A person with a name that is cleaned, because it appears in messages on one line.
    pub fn new(name: &str, via: &str) -> Person {
        let name = clean(name, 64);
        let name = if name.is_empty() { "somebody".to_owned() } else { name };
        Person { name, via: via.to_owned() }
    }

    fn act(&self, deed: ActionKind, at: Time) -> OperatorAction {
        OperatorAction::new(deed, &self.name, &self.via, at)
    }
}

/// What people's commands need to know about a dependency.
#[derive(Clone, Debug, Default)]
pub struct Thing {
    /// Its id.
    pub id: String,
    /// Its label.
    pub label: String,
    /// Names of its vendors and the companies behind them, and the domains that their notices come from.
    pub vendors: Vec<String>,
    /// The slugs of those companies.
    pub companies: Vec<String>,
    /// The name under which a person's attestation is kept, if it relies on one.
    pub attested: Option<String>,
    /// Its label on the public page, if it is there.
    pub public: Option<String>,
}

/// The parts of the configuration that people can refer to. They change when it is reloaded.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Dependencies, as configured.
    pub things: Vec<Thing>,
    /// The time zone of people who name none.
    pub zone: Tz,
}

/// Why an action was refused: a sentence that says what to do instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct No(pub String);

impl From<crate::store::Error> for No {
    fn from(error: crate::store::Error) -> No {
        No(error.to_string())
    }
}

/// The result of an action: a sentence.
pub type Said = Result<String, No>;

/// Carries out people's actions.
#[derive(Clone)]
pub struct Acts {
    store: Arc<Store>,
    known: Arc<Known>,
    ids: Ids,
}

impl Known {
    /// Takes the dependencies and the time zone from a configuration.
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

    /// The label of a dependency on the public page, if it is there.
    pub fn public_label(&self, id: &str) -> Option<&str> {
        self.things.iter().find(|thing| thing.id == id)?.public.as_deref()
    }

    /// Finds the dependency that a name refers to.
    ///
    /// # Errors
    /// Fails if none or several match; the message lists the candidates.
    pub fn find(&self, name: &str) -> Result<&Thing, No> {
        let list = |found: &[&Thing]| found.iter().map(|thing| thing.id.as_str()).collect::<Vec<_>>().join(", ");
        let pairs = self.things.iter().map(|thing| (thing.id.as_str(), thing.label.as_str()));
        match naming::find(pairs, name) {
            Named::One(index) => Ok(&self.things[index]),
            Named::Nothing if name.trim().is_empty() => {
                Err(No(format!("name a dependency. Monitored: {}", list(&self.things.iter().collect::<Vec<_>>()))))
            }
            Named::Nothing => {
                let all: Vec<&Thing> = self.things.iter().collect();
                Err(No(format!("`{}` is not monitored. Monitored: {}", name.trim(), list(&all))))
            }
            Named::Several(several) => {
                let several: Vec<&Thing> = several.into_iter().map(|index| &self.things[index]).collect();
                Err(No(format!("`{}` matches several dependencies: {}", name.trim(), list(&several))))
            }
        }
    }
}

impl Acts {
    /// Actions that are recorded in this store.
    pub fn new(store: Arc<Store>, known: Arc<Known>, ids: Ids) -> Acts {
        Acts { store, known, ids }
    }

    /// Records that somebody without permission requested an action.
    ///
    /// # Errors
    /// Fails if the store does not answer.
    pub async fn refuse(&self, who: &Person, asked: &str, now: Time) -> Result<(), No> {
        let words: String = asked.chars().take(200).collect();
        Ok(self.store.act(&OperatorAction { words, ..who.act(ActionKind::Refused, now) }).await?)
    }

    /// Starts a drill. Returns its public id, by which it is acknowledged.
    ///
    /// # Errors
    /// Fails if there is no such dependency, or the store does not answer.
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
