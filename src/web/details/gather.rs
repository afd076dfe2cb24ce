//! Collects the data for the operator's page from the snapshot and the store. Data that the store cannot provide is
//! left out and logged: the current state is known without it.

use std::collections::HashMap;
use std::time::Duration;

use chrono_tz::Tz;

use crate::core::dependency::shown::Shown;
use crate::core::people::action::drilled;
use crate::core::platform::ahead::{Ahead, ENDS, says_end, time_of};
use crate::core::platform::snapshot::Snapshot;
use crate::core::time::{Time, millis};
use crate::engine::alert_view;
use crate::say::details::{Fate, Operator, Place, Sent};
use crate::store::{Delivered, NamedFact, PlaceRow, Result, Store};
use crate::web::Pages;

/// How far back messages are shown.
const WEEK: Duration = Duration::from_secs(7 * 86_400);
/// The maximum number of messages: people look for the latest, and for failed ones.
const MESSAGES: i64 = 60;
/// How far ahead dates are shown.
const AHEAD: Duration = Duration::from_secs(90 * 86_400);
/// How long past dates are still shown.
const PAST: Duration = Duration::from_secs(86_400);
/// The number of evidence entries for each dependency in trouble.
const EVIDENCE: i64 = 3;
/// With more dependencies in trouble than this, no evidence is listed.
const WITH_EVIDENCE: usize = 20;

/// The data that only the operator sees.
pub(super) async fn operator(pages: &Pages, snapshot: &Snapshot, zone: Tz, now: Time) -> Operator {
    let store = &pages.store;
    let sent = known(store.delivered(Time(now.0 - millis(WEEK)), MESSAGES).await, "messages");
    let places = known(store.places().await, "places").into_iter().filter_map(failing);
    let acts = known(store.acts().await, "people's actions");
    Operator {
        sent: sent.into_iter().map(|one| message(one, zone)).collect(),
        places: places.collect(),
        ahead: ahead(pages, snapshot, now).await,
        evidence: evidence(store, snapshot).await,
        drilled: drilled(&acts),
    }
}

fn known<T: Default>(read: Result<T>, what: &str) -> T {
    read.unwrap_or_else(|error| {
        tracing::warn!(%error, "the details page cannot show {what}: {error}");
        T::default()
    })
}

fn message(row: Delivered, zone: Tz) -> Sent {
    let title = alert_view(&row.alert.snapshot).map(|view| view.title(zone));
    let fate = match (row.state.as_str(), row.sent_at, row.why) {
        ("sent", at, _) => Fate::Arrived(at.unwrap_or(row.alert.at)),
        ("dead", _, why) => Fate::Lost(why.unwrap_or_default()),
        (_, _, Some(why)) => Fate::Fails { why, tries: row.attempts },
        (_, _, None) => Fate::Waits { until: row.next_at, on_condition: row.on_condition },
    };
    Sent {
        // If the document cannot be parsed, its reason is still known.
        title: title.unwrap_or_else(|_| row.alert.reason.word().to_owned()),
        alert: row.alert.public_id,
        level: row.alert.level,
        at: row.alert.at,
        channel: row.channel,
        recipient: row.recipient,
        instead: row.instead,
        fate,
    }
}

fn failing(row: PlaceRow) -> Option<Place> {
    Some(Place {
        since: row.failing_since?,
        channel: row.channel,
        recipient: row.recipient,
        why: row.why.unwrap_or_default(),
        refuses: row.dead_since.is_some(),
    })
}

/// Dates that were configured, measured or announced, the nearest first, without duplicates.
async fn ahead(pages: &Pages, snapshot: &Snapshot, now: Time) -> Vec<Ahead> {
    let facts = known(pages.store.facts_named(&ENDS).await, "measured dates");
    let letters = known(pages.store.letters().await, "letters");
    let label = |id: &str| snapshot.each().find(|d| d.id == id).map(|d| d.label.clone());
    let measured = facts.iter().filter_map(|fact| measured(fact, label(&fact.dependency)?));
    let announced = letters.iter().filter_map(|letter| {
        let names: Vec<String> = letter.notice.dependencies.iter().filter_map(|id| label(id)).collect();
        let owner = letter.answered.as_ref().map(|(by, _)| by.clone());
        let what = format!("{}: {}", names.join(", "), letter.notice.text.trim_end_matches('.'));
        Some(Ahead { at: letter.notice.effective?, what, owner, source: "announced in a letter".to_owned() })
    });
    let typed_in = pages.dates.borrow().clone();
    let mut all: Vec<Ahead> = typed_in.into_iter().chain(measured).chain(announced).collect();
    all.retain(|date| date.at.0 > now.0 - millis(PAST) && date.at <= now.plus(AHEAD));
    all.sort();
    all.dedup();
    all
}

fn measured(fact: &NamedFact, label: String) -> Option<Ahead> {
    let text = serde_json::from_str::<String>(&fact.value).ok()?;
    let at = time_of(&text).filter(|_| says_end(&fact.name))?;
    Some(Ahead {
        at,
        what: format!("{label}: {}", fact.name.replace('_', " ")),
        owner: None,
        source: "measured".to_owned(),
    })
}

async fn evidence(store: &Store, snapshot: &Snapshot) -> HashMap<String, Vec<String>> {
    let mut all = HashMap::new();
    let troubled = snapshot.worst_first().into_iter().filter(|dependency| dependency.shown() != Shown::Live);
    for dependency in troubled.take(WITH_EVIDENCE) {
        let kept = known(store.last_evidence(&dependency.id, EVIDENCE).await, "evidence");
        let line = |one: crate::store::KeptEvidence| {
            let hash = one.raw_sha256.get(..16).unwrap_or(&one.raw_sha256).to_owned();
            format!(
                "Evidence {}, {}: {} ({}), SHA-256 {hash}.",
                one.id,
                one.at.short(),
                words(&one.verdict),
                one.reason
            )
        };
        all.insert(dependency.id.clone(), kept.into_iter().map(line).collect());
    }
    all
}

fn words(verdict: &str) -> &str {
    crate::say::status::verdict_words(verdict)
}
