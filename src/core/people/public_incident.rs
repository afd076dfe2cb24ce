//! Incidents that people publish: a title, states and updates. No part of them is derived from checks.

use crate::core::time::Time;
use crate::core::words::verdict::words;

words! {
    /// The progress of an incident, in the usual words of status pages.
    StoryState {
        /// The cause is being investigated.
        Investigating = "investigating",
        /// The cause is known.
        Identified = "identified",
        /// It is fixed and being monitored.
        Monitoring = "monitoring",
        /// The incident is over.
        Resolved = "resolved",
    }
}

words! {
    /// How much of the platform an incident affects, in the usual words of status pages.
    Impact {
        /// Nothing is affected.
        None = "none",
        /// Parts are limited.
        Minor = "minor",
        /// A part is unavailable.
        Major = "major",
        /// Nothing works.
        Critical = "critical",
    }
}

/// One update of an incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryUpdate {
    /// Its number, counted over all updates.
    pub id: i64,
    /// When it was published.
    pub at: Time,
    /// The state of the incident at that time.
    pub state: StoryState,
    /// The text, in Markdown.
    pub words: String,
    /// Who wrote it; never public.
    pub by: String,
}

/// A published incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicIncident {
    /// Its public id.
    pub public_id: String,
    /// The public id of the internal incident that proposed it, if any; never public.
    pub cause: Option<String>,
    /// What happened, in one line.
    pub title: String,
    /// How much it affects.
    pub impact: Impact,
    /// The ids of the affected dependencies.
    pub dependencies: Vec<String>,
    /// When the trouble began.
    pub began_at: Time,
    /// The lessons learned, in Markdown.
    pub postmortem: Option<String>,
    /// Its updates, oldest first; never empty.
    pub updates: Vec<StoryUpdate>,
}

impl PublicIncident {
    /// Its current state.
    pub fn state(&self) -> StoryState {
        self.updates.last().map_or(StoryState::Investigating, |update| update.state)
    }

    /// Whether it is still open.
    pub fn is_open(&self) -> bool {
        self.state() != StoryState::Resolved
    }

    /// When it was published.
    pub fn published_at(&self) -> Time {
        self.updates.first().map_or(self.began_at, |update| update.at)
    }

    /// When it was last updated.
    pub fn updated_at(&self) -> Time {
        self.updates.last().map_or(self.began_at, |update| update.at)
    }

    /// When its latest period in this state began.
    pub fn since(&self, state: StoryState) -> Option<Time> {
        self.updates.iter().rev().find(|update| update.state == state).map(|update| update.at)
    }
}

/// A proposed public incident, built from confirmed failures only. It names no vendor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The public id of the internal incident that proposes it.
    pub cause: String,
    /// The proposed title.
    pub title: String,
    /// How much it affects.
    pub impact: Impact,
    /// The id of the affected dependency.
    pub dependency: String,
    /// When the trouble began.
    pub began_at: Time,
    /// The text of the first update.
    pub words: String,
}
