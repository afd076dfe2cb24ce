//! Collects the public data from the snapshot and the store.

use std::collections::HashMap;

use super::past::{Past, QUARTER};
use crate::core::people::action::{OperatorAction, People, finished_works};
use crate::core::platform::public::{PublicPage, WorkSpan};
use crate::core::time::{Time, millis};
use crate::say::public::{Facts, History, Ids, View};
use crate::store::Store;
use crate::web::Pages;

/// Builds the view. Data that the store cannot provide is left out: the current state is known without it.
pub(super) async fn view(pages: &Pages, page: &PublicPage, known: (&mut Option<Ids>, &mut Past), now: Time) -> View {
    let (ids, past) = known;
    let store = &pages.store;
    let acts = or_none(store.acts().await, "people's actions");
    let none = HashMap::new();
    let history = or_none(past.at(store, &acts, now).await.map(Some), "its bars").unwrap_or(&none);
    let incidents = or_none(store.public_incidents().await, "its incidents");
    let ids = ids_of(store, ids).await;
    let snapshot = pages.snapshot.borrow().clone();
    let mut works = page.work_at(now);
    works.extend(announced(&acts, now));
    works.extend(finished(page, &acts, now));
    View::of(&Facts { snapshot: &snapshot, page, ids: &ids, works, incidents: &incidents, history, now })
}

/// The history, by dependency.
pub(super) async fn history(store: &Store, past: &mut Past, now: Time) -> HashMap<String, History> {
    let acts = or_none(store.acts().await, "people's actions");
    or_none(past.at(store, &acts, now).await.cloned(), "its bars")
}

fn or_none<T: Default>(read: crate::store::Result<T>, what: &str) -> T {
    read.unwrap_or_else(|error| {
        tracing::warn!(%error, "the page cannot show {what}: {error}");
        T::default()
    })
}

async fn ids_of(store: &Store, known: &mut Option<Ids>) -> Ids {
    if let Some(ids) = known {
        return ids.clone();
    }
    match store.public_salt().await {
        Ok(salt) => known.insert(Ids::new(&salt)).clone(),
        Err(error) => {
            tracing::warn!(%error, "the page uses temporary ids: {error}");
            Ids::new("")
        }
    }
}

/// Maintenance that people announced from Telegram or the terminal; their texts are for the team only.
fn announced(acts: &[OperatorAction], now: Time) -> Vec<WorkSpan> {
    People::of(acts, Vec::new(), now).works().filter_map(|act| span(act, None)).collect()
}

fn span(act: &OperatorAction, ended: Option<Time>) -> Option<WorkSpan> {
    let (dependencies, from) = (act.dependency.iter().cloned().collect(), act.from.unwrap_or(act.at));
    Some(WorkSpan { dependencies, title: None, from, to: act.until?, ended })
}

/// Finished maintenance of the last quarter: from the current configuration, and announced by people.
fn finished(page: &PublicPage, acts: &[OperatorAction], now: Time) -> Vec<WorkSpan> {
    let since = Time(now.0 - millis(QUARTER));
    let by_people = finished_works(acts, now).into_iter().filter(|(_, ended)| *ended > since);
    let by_people = by_people.filter_map(|(act, ended)| span(&act, Some(ended)));
    page.work_since(since, now).into_iter().chain(by_people).collect()
}
