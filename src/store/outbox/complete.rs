//! Completes the messages that were chosen for sending: adds their contents and what preceded them, and stores their
//! leases. This is done for all recipients together, because one event may have a hundred recipients.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Value, json};
use sqlx::{Sqlite, Transaction};

use super::{Delivery, StoredAlert};
use crate::core::time::Time;
use crate::store::{AlertRow, Result, SITUATION};

/// Completes all chosen messages.
pub(super) async fn all(
    tx: &mut Transaction<'_, Sqlite>,
    mut chosen: Vec<Delivery>,
    now: Time,
    lease: Duration,
) -> Result<Vec<Delivery>> {
    if chosen.is_empty() {
        return Ok(chosen);
    }
    let ids = json!(chosen.iter().flat_map(all_of).map(|one| one.id).collect::<Vec<_>>()).to_string();
    let said = said(tx, &chosen).await?;
    let roots = roots(tx, &chosen).await?;
    let newest = newest_of(tx, &chosen).await?;
    let attempts = attempts(tx, &ids, now, lease).await?;
    let completed = |one: Delivery| {
        let snapshot = said.get(&one.alert.id).cloned().unwrap_or(Value::Null);
        let attempt = attempts.get(&one.id).copied().unwrap_or_default();
        Delivery { attempt, alert: AlertRow { snapshot, ..one.alert }, ..one }
    };
    for delivery in &mut chosen {
        let with: Vec<Delivery> = std::mem::take(&mut delivery.with).into_iter().map(completed).collect();
        let mut whole = completed(delivery.clone());
        if let Some(thread) = whole.alert.thread.as_ref().filter(|_| with.is_empty()) {
            let place = (thread.clone(), whole.channel.clone(), whole.recipient.clone());
            whole.root = roots.get(&place).cloned();
            whole.newer = newest.get(thread).filter(|newest| newest.id > whole.alert.id).cloned();
        }
        whole.maybe_repeat |= with.iter().any(|one| one.maybe_repeat);
        *delivery = Delivery { with, ..whole };
    }
    Ok(chosen)
}

fn all_of(delivery: &Delivery) -> impl Iterator<Item = &Delivery> {
    delivery.with.iter().chain([delivery])
}

#[derive(sqlx::FromRow)]
struct Said {
    id: i64,
    snapshot: String,
}

/// The contents of the alerts, by id.
async fn said(tx: &mut Transaction<'_, Sqlite>, chosen: &[Delivery]) -> Result<HashMap<i64, Value>> {
    let ids = json!(chosen.iter().flat_map(all_of).map(|one| one.alert.id).collect::<Vec<_>>());
    let rows = sqlx::query_as("SELECT id, snapshot FROM alert WHERE id IN (SELECT value FROM json_each($1))");
    let rows: Vec<Said> = rows.bind(ids.to_string()).fetch_all(&mut **tx).await?;
    rows.into_iter().map(|row| Ok((row.id, serde_json::from_str(&row.snapshot)?))).collect()
}

#[derive(sqlx::FromRow)]
struct Root {
    thread: String,
    channel: String,
    recipient: String,
    remote_id: String,
}

const ROOTS: &str = "SELECT alert.thread, outbox.channel, outbox.recipient, outbox.remote_id FROM outbox \
     JOIN alert ON alert.id = outbox.alert WHERE alert.thread IN (SELECT value FROM json_each($1)) \
     AND outbox.state = 'sent' AND outbox.remote_id IS NOT NULL ORDER BY outbox.id";

/// The id, in the channel's service, of the first message of a thread at each recipient. Situations are left out,
/// because a situation that is sent again replaces the message that it would answer.
async fn roots(
    tx: &mut Transaction<'_, Sqlite>,
    chosen: &[Delivery],
) -> Result<HashMap<(String, String, String), String>> {
    let threads = threads(chosen).into_iter().filter(|thread| !thread.starts_with(SITUATION));
    let threads = json!(threads.collect::<Vec<_>>()).to_string();
    let rows: Vec<Root> = sqlx::query_as(ROOTS).bind(threads).fetch_all(&mut **tx).await?;
    let mut roots = HashMap::new();
    for Root { thread, channel, recipient, remote_id } in rows {
        roots.entry((thread, channel, recipient)).or_insert(remote_id);
    }
    Ok(roots)
}

fn threads(chosen: &[Delivery]) -> Vec<&str> {
    let mut threads: Vec<&str> = chosen.iter().filter_map(|one| one.alert.thread.as_deref()).collect();
    threads.sort_unstable();
    threads.dedup();
    threads
}

async fn newest_of(tx: &mut Transaction<'_, Sqlite>, chosen: &[Delivery]) -> Result<HashMap<String, AlertRow>> {
    let mut all = HashMap::new();
    for thread in threads(chosen) {
        all.extend(newest(tx, thread).await?.map(|newest| (thread.to_owned(), newest)));
    }
    Ok(all)
}

/// The last alert with news in a thread.
pub(super) async fn newest(tx: &mut Transaction<'_, Sqlite>, thread: &str) -> Result<Option<AlertRow>> {
    let row = sqlx::query_as(
        "SELECT id, public_id, incident, dependency, reason, level, at, snapshot, thread FROM alert \
         WHERE thread = $1 AND reason NOT IN ('still_open', 'flapping') ORDER BY id DESC LIMIT 1",
    );
    let row: Option<StoredAlert> = row.bind(thread).fetch_optional(&mut **tx).await?;
    row.map(AlertRow::try_from).transpose()
}

#[derive(sqlx::FromRow)]
struct Attempt {
    id: i64,
    outbox: i64,
}

/// Stores the leases and the attempts. Returns the ids of the attempts, by outbox row.
async fn attempts(
    tx: &mut Transaction<'_, Sqlite>,
    ids: &str,
    now: Time,
    lease: Duration,
) -> Result<HashMap<i64, i64>> {
    let take = "UPDATE outbox SET leased_until = $1, attempts = attempts + 1 \
                WHERE id IN (SELECT value FROM json_each($2))";
    sqlx::query(take).bind(now.plus(lease).0).bind(ids).execute(&mut **tx).await?;
    let begin = "INSERT INTO attempt (outbox, started_at) SELECT value, $2 FROM json_each($1) RETURNING id, outbox";
    let begun: Vec<Attempt> = sqlx::query_as(begin).bind(ids).bind(now.0).fetch_all(&mut **tx).await?;
    Ok(begun.into_iter().map(|one| (one.outbox, one.id)).collect())
}
