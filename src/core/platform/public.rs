//! What the operator lets strangers see: which dependencies under which labels, which work, and how the page looks.

use chrono_tz::Tz;
use serde::Serialize;

use crate::core::time::Time;
use crate::core::time::window::Window;
use crate::core::words::verdict::words;

/// How one dependency stands on the public page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublicEntry {
    /// Its label there.
    pub label: String,
    /// The heading under which it stands.
    pub group: Option<String>,
    /// One line about what it is.
    pub description: Option<String>,
}

words! {
    /// A language of the public page.
    #[derive(Default)]
    Language {
        /// English.
        #[default]
        English = "en",
        /// German.
        German = "de",
    }
}

/// How the page looks, and what it announces. Pictures stand in it as `data:` URLs: a page asks nobody else for anything.
#[derive(Clone, Debug, Default)]
pub struct PublicPage {
    /// The name at its head; the platform's, if none.
    pub name: Option<String>,
    /// Where it is reached from outside, without a slash at the end; feeds and APIs link there.
    pub url: Option<String>,
    /// Its logo, as a `data:` URL.
    pub logo: Option<String>,
    /// Its icon, as a `data:` URL.
    pub favicon: Option<String>,
    /// The colour of its head and links: `#0a5cff`.
    pub accent: Option<String>,
    /// The same on a dark screen.
    pub accent_dark: Option<String>,
    /// One line at its end.
    pub footer: Option<String>,
    /// Its language where a reader asks for none that there is.
    pub language: Language,
    /// The zone of its times.
    pub zone: Tz,
    /// Headings in their order; those not named here come after, as they come.
    pub groups: Vec<String>,
    /// Work that the configuration announces.
    pub works: Vec<Work>,
}

/// Announced work.
#[derive(Clone, Debug)]
pub struct Work {
    /// What it concerns, by id; empty for everything.
    pub dependencies: Vec<String>,
    /// Its title for strangers, if it has one.
    pub title: Option<String>,
    /// When.
    pub window: Window,
}

/// One stretch of announced work that concerns something public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkSpan {
    /// What it concerns, by id; empty for everything.
    pub dependencies: Vec<String>,
    /// Its title for strangers, if it has one.
    pub title: Option<String>,
    /// From when.
    pub from: Time,
    /// Until when.
    pub to: Time,
}

impl PublicPage {
    /// Work that goes on at `now` or comes next, each once.
    pub fn work_at(&self, now: Time) -> Vec<WorkSpan> {
        let span = |work: &Work| {
            let (from, to) = work.window.around(now)?;
            Some(WorkSpan { dependencies: work.dependencies.clone(), title: work.title.clone(), from, to })
        };
        self.works.iter().filter_map(span).collect()
    }
}
