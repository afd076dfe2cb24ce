//! What the operator publishes: dependencies with their labels, maintenance, and the appearance of the page.

use chrono_tz::Tz;
use serde::Serialize;

use crate::core::time::Time;
use crate::core::time::window::Window;
use crate::core::words::verdict::words;

/// How one dependency appears on the public page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublicEntry {
    /// Its label on the page.
    pub label: String,
    /// The heading that it is listed under.
    pub group: Option<String>,
    /// One line that describes it.
    pub description: Option<String>,
}

words! {
    /// The language of the public page.
    #[derive(Default)]
    Language {
        /// English.
        #[default]
        English = "en",
        /// German.
        German = "de",
    }
}

/// The appearance of the page, and what it announces. Images are embedded as `data:` URLs, so that the page loads
/// nothing from other hosts.
#[derive(Clone, Debug, Default)]
pub struct PublicPage {
    /// The name at the top; the platform's name if `None`.
    pub name: Option<String>,
    /// The public base URL without a trailing slash, used for links in feeds and APIs.
    pub url: Option<String>,
    /// The logo, as a `data:` URL.
    pub logo: Option<String>,
    /// The icon, as a `data:` URL.
    pub favicon: Option<String>,
    /// The colour of the header and links, such as `#0a5cff`.
    pub accent: Option<String>,
    /// The same colour for dark mode.
    pub accent_dark: Option<String>,
    /// One line at the bottom.
    pub footer: Option<String>,
    /// The language used if none of the reader's preferred languages is available.
    pub language: Language,
    /// The time zone of the times shown.
    pub zone: Tz,
    /// The headings in order; others follow in order of appearance.
    pub groups: Vec<String>,
    /// Maintenance announced in the configuration.
    pub works: Vec<Work>,
}

/// Announced maintenance.
#[derive(Clone, Debug)]
pub struct Work {
    /// The ids of the affected dependencies; empty for all.
    pub dependencies: Vec<String>,
    /// The public title, if there is one.
    pub title: Option<String>,
    /// When it takes place.
    pub window: Window,
}

/// One occurrence of announced maintenance that affects something public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkSpan {
    /// The ids of the affected dependencies; empty for all.
    pub dependencies: Vec<String>,
    /// The public title, if there is one.
    pub title: Option<String>,
    /// The announced start.
    pub from: Time,
    /// The announced end.
    pub to: Time,
    /// The actual end, once it is over; someone may have ended it early.
    pub ended: Option<Time>,
}

impl PublicPage {
    /// Maintenance that is in progress at `now` or comes next; one occurrence of each.
    pub fn work_at(&self, now: Time) -> Vec<WorkSpan> {
        let span = |work: &Work| {
            let (from, to) = work.window.around(now)?;
            Some(work.span(from, to, None))
        };
        self.works.iter().filter_map(span).collect()
    }

    /// All occurrences of maintenance that ended after `since` and by `now`.
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
