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
    /// Until when it was announced to last.
    pub to: Time,
    /// When it was over, if it is: somebody may have ended it early.
    pub ended: Option<Time>,
}

impl PublicPage {
    /// Work that goes on at `now` or comes next, each once.
    pub fn work_at(&self, now: Time) -> Vec<WorkSpan> {
        let span = |work: &Work| {
            let (from, to) = work.window.around(now)?;
            Some(work.span(from, to, None))
        };
        self.works.iter().filter_map(span).collect()
    }

    /// Work that was over at `now` and not yet at `since`, each time of it.
    pub fn work_since(&self, since: Time, now: Time) -> Vec<WorkSpan> {
        let spans = |work: &Work| -> Vec<WorkSpan> {
            work.window.past(since, now).into_iter().map(|(from, to)| work.span(from, to, Some(to))).collect()
        };
        self.works.iter().flat_map(spans).collect()
    }
}

impl Work {
    fn span(&self, from: Time, to: Time, ended: Option<Time>) -> WorkSpan {
        WorkSpan { dependencies: self.dependencies.clone(), title: self.title.clone(), from, to, ended }
    }
}
