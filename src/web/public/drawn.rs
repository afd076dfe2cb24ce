//! Keeps rendered responses for a moment: on the day a vendor drops a platform, everybody opens the page.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::answer::{Body, Kind};
use super::gather;
use super::past::Past;
use crate::core::platform::public::{Language, PublicPage};
use crate::core::time::Time;
use crate::say::public::{History, Ids, View};
use crate::web::Pages;

/// The shortest time between two renderings.
const AT_MOST: Duration = Duration::from_secs(5);

/// The public page and its cached responses.
#[derive(Clone)]
pub struct Public {
    look: watch::Receiver<Arc<PublicPage>>,
    seen: Arc<tokio::sync::Mutex<Seen>>,
    drawn: Arc<Mutex<Drawn>>,
}

/// The data that was read, and when.
#[derive(Default)]
struct Seen {
    ids: Option<Ids>,
    past: Past,
    view: Option<(Time, Arc<View>)>,
}

/// The rendered bodies of one view.
#[derive(Default)]
struct Drawn {
    of: Option<Arc<View>>,
    bodies: HashMap<(Kind, Language), Arc<Body>>,
}

impl Public {
    /// A page with this configuration, which changes when the configuration is reloaded.
    pub fn new(look: watch::Receiver<Arc<PublicPage>>) -> Public {
        Public { look, seen: Arc::default(), drawn: Arc::default() }
    }

    /// A page whose configuration never changes.
    pub fn fixed(look: PublicPage) -> Public {
        Public::new(watch::Sender::new(Arc::new(look)).subscribe())
    }

    pub(in crate::web) fn page(&self) -> Arc<PublicPage> {
        self.look.borrow().clone()
    }

    /// The current public view, or the one from a moment ago.
    pub async fn view(&self, pages: &Pages) -> Arc<View> {
        let mut seen = self.seen.lock().await;
        let now = pages.clock.now();
        if let Some((at, view)) = &seen.view
            && now.since(*at) < AT_MOST
            && now >= *at
        {
            return view.clone();
        }
        let Seen { ids, past, .. } = &mut *seen;
        let view = Arc::new(gather::view(pages, &self.page(), (ids, past), now).await);
        seen.view = Some((now, view.clone()));
        view
    }

    /// The history of every dependency, by id, including those that are not public.
    pub(in crate::web) async fn histories(&self, pages: &Pages) -> HashMap<String, History> {
        let mut seen = self.seen.lock().await;
        gather::history(&pages.store, &mut seen.past, pages.clock.now()).await
    }

    pub(super) async fn body(
        &self,
        pages: &Pages,
        kind: Kind,
        language: Language,
        draw: impl FnOnce(&View, Language) -> String,
    ) -> Arc<Body> {
        let view = self.view(pages).await;
        let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        if !drawn.of.as_ref().is_some_and(|of| Arc::ptr_eq(of, &view)) {
            *drawn = Drawn { of: Some(view.clone()), bodies: HashMap::new() };
        }
        let media = kind.media;
        let body = || Arc::new(Body::new(media, draw(&view, language), language.word()));
        drawn.bodies.entry((kind, language)).or_insert_with(body).clone()
    }
}
