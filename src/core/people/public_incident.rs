//! Incidents as people tell them to the public: a title, states, updates. Nothing here follows from a check.

use crate::core::time::Time;
use crate::core::words::verdict::words;

words! {
    /// How far an incident is, in the words of status pages.
    StoryState {
        /// The cause is looked for.
        Investigating = "investigating",
        /// The cause is known.
        Identified = "identified",
        /// It is mended, and watched.
        Monitoring = "monitoring",
        /// It is over.
        Resolved = "resolved",
    }
}

words! {
    /// How much of the platform an incident takes, in the words of status pages.
    Impact {
        /// Nothing.
        None = "none",
        /// Some of it is limited.
        Minor = "minor",
        /// Something is unavailable.
        Major = "major",
        /// Nothing works.
        Critical = "critical",
    }
}

/// One thing said about an incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryUpdate {
    /// Its number, in the order of all.
    pub id: i64,
    /// When it was said.
    pub at: Time,
    /// How far the incident was then.
    pub state: StoryState,
    /// The text, in Markdown.
    pub words: String,
    /// Who said it; never public.
    pub by: String,
}

/// An incident that was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicIncident {
    /// Its public id.
    pub public_id: String,
    /// The public id of the incident that proposed it, if one did; never public.
    pub cause: Option<String>,
    /// What happened, in one line.
    pub title: String,
    /// How much it takes.
    pub impact: Impact,
    /// What it concerns, by id.
    pub dependencies: Vec<String>,
    /// When the trouble began.
    pub began_at: Time,
    /// What was learned afterwards, in Markdown.
    pub postmortem: Option<String>,
    /// What was said of it, the oldest first; never empty.
    pub updates: Vec<StoryUpdate>,
}

impl PublicIncident {
    /// How far it is.
    pub fn state(&self) -> StoryState {
        self.updates.last().map_or(StoryState::Investigating, |update| update.state)
    }

    /// Whether it goes on.
    pub fn is_open(&self) -> bool {
        self.state() != StoryState::Resolved
    }

    /// When it was published.
    pub fn published_at(&self) -> Time {
        self.updates.first().map_or(self.began_at, |update| update.at)
    }

    /// When something was said last.
    pub fn updated_at(&self) -> Time {
        self.updates.last().map_or(self.began_at, |update| update.at)
    }

    /// When it first came to this state, after it last was in another.
    pub fn since(&self, state: StoryState) -> Option<Time> {
        self.updates.iter().rev().find(|update| update.state == state).map(|update| update.at)
    }
}

/// What may be published, as it would be: proposed from what was confirmed, naming nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The public id of the incident that proposes it.
    pub cause: String,
    /// The title.
    pub title: String,
    /// How much it takes.
    pub impact: Impact,
    /// What it concerns, by id.
    pub dependency: String,
    /// When the trouble began.
    pub began_at: Time,
    /// The first text.
    pub words: String,
}
