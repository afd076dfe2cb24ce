//! Takes what is due: one message for each place, or many as one digest.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};

use super::alert_of;
use crate::core::incident::{Level, Reason};
use crate::core::route::Only;
use crate::core::time::Time;
use crate::store::{AlertRow, Result, Store};

/// So many messages that are late become one digest: nobody reads a flood.
const DIGEST: usize = 4;
/// What has waited for longer is late.
const LATE: Duration = Duration::from_secs(600);
/// No more at once.
const MOST: i64 = 1_000;
/// A message that failed so often lets others pass.
const STUBBORN: i64 = 5;

/// A message that is to be delivered now.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The outbox row.
    pub id: i64,
    /// The attempt that was written down for it.
    pub attempt: i64,
    /// Its channel.
    pub channel: String,
    /// Its recipient.
    pub recipient: String,
    /// How often it was tried before.
    pub attempts: i64,
    /// An earlier try ended without a known result: this may be a repeat.
    pub maybe_repeat: bool,
    /// Why it comes here, if it belongs elsewhere.
    pub instead: Option<String>,
    /// What to tell.
    pub alert: AlertRow,
    /// The other side's number for the first message of the same incident there.
    pub root: Option<String>,
    /// Something newer of the same incident waits or went already.
    pub newer: Option<AlertRow>,
    /// Told together with it, the oldest first: a digest, of which this is the last.
    pub with: Vec<Delivery>,
}

struct Due {
    delivery: Delivery,
    next_at: Time,
    only: Only,
    leased: bool,
}

const DUE: &str = "SELECT outbox.id, outbox.channel, outbox.recipient, outbox.attempts, outbox.next_at, \
     outbox.leased_until, outbox.only_if, outbox.instead, COALESCE(place.retry_at, 0), \
     EXISTS (SELECT 1 FROM attempt WHERE attempt.outbox = outbox.id \
     AND (attempt.outcome IS NULL OR attempt.outcome = 'not known')), \
     alert.id, alert.public_id, alert.incident, alert.dependency, alert.reason, alert.level, alert.at, \
     alert.snapshot, alert.thread \
     FROM outbox JOIN alert ON alert.id = outbox.alert LEFT JOIN place ON place.channel = outbox.channel \
     AND place.recipient = outbox.recipient \
     WHERE outbox.state = 'pending' ORDER BY outbox.id LIMIT $1";

impl Store {
    /// Leases what is due: for each place the loudest message, the oldest first, and never before
    /// an older one of the same incident. The attempt is written down before anything goes out.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn lease(&self, now: Time, lease: Duration) -> Result<Vec<Delivery>> {
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let rows = sqlx::query(DUE).bind(MOST).fetch_all(&mut *tx).await?;
        let mut places: BTreeMap<(String, String), Vec<Due>> = BTreeMap::new();
        let mut closed = HashSet::new();
        for row in &rows {
            let due = due_of(row, now)?;
            let place = (due.delivery.channel.clone(), due.delivery.recipient.clone());
            if row.get::<i64, _>(8) > now.0 || due.leased {
                closed.insert(place.clone());
            }
            places.entry(place).or_default().push(due);
        }
        let mut leased = Vec::new();
        for (_, waiting) in places.into_iter().filter(|(place, _)| !closed.contains(place)) {
            if let Some(delivery) = take(&mut tx, waiting, now).await? {
                leased.push(written(&mut tx, delivery, now, lease).await?);
            }
        }
        tx.commit().await?;
        Ok(leased)
    }
}

/// What goes to one place now, if anything. What is not to be told after all is settled.
async fn take(tx: &mut Transaction<'_, Sqlite>, waiting: Vec<Due>, now: Time) -> Result<Option<Delivery>> {
    let mut open = Vec::new();
    for due in waiting {
        match due.next_at <= now && needless(tx, &due, now).await? {
            true => skip(tx, due.delivery.id, now).await?,
            false => open.push(due),
        }
    }
    if let Some(digest) = digest(&open, now) {
        return Ok(Some(digest));
    }
    let ready = open.iter().filter(|due| due.next_at <= now);
    let first = ready.min_by_key(|due| {
        let delivery = &due.delivery;
        (std::cmp::Reverse(delivery.alert.level), delivery.attempts >= STUBBORN, delivery.id)
    });
    let Some(first) = first else { return Ok(None) };
    // What is told of the same thing first goes before it, even if it was to wait for the morning.
    let thread = &first.delivery.alert.thread;
    let before = open
        .iter()
        .find(|due| thread.is_some() && due.delivery.alert.thread == *thread && due.only != Only::UnlessAcked);
    let chosen = before.filter(|due| due.delivery.id < first.delivery.id).unwrap_or(first);
    let mut delivery = chosen.delivery.clone();
    if let Some(thread) = &delivery.alert.thread {
        delivery.root = root(tx, &delivery.channel, &delivery.recipient, thread).await?;
        delivery.newer = newest(tx, thread).await?.filter(|newest| newest.id > delivery.alert.id);
    }
    Ok(Some(delivery))
}

/// Everything that is late, as one; but what is critical and the last word on its incident is told
/// in full, and so are reports.
fn digest(open: &[Due], now: Time) -> Option<Delivery> {
    let late = |due: &&Due| due.next_at <= now && now.since(due.delivery.alert.at) >= LATE;
    // A reminder says nothing new of what it reminds of.
    let last = |due: &Due| {
        let alert = &due.delivery.alert;
        let newer = |other: &&Due| other.delivery.alert.id > alert.id && other.delivery.alert.thread == alert.thread;
        open.iter().filter(newer).all(|other| other.delivery.alert.reason == Reason::StillOpen)
    };
    let in_full = |due: &Due| {
        let alert = &due.delivery.alert;
        let critical = alert.level == Level::Critical && alert.thread.is_some() && last(due);
        critical || alert.reason == Reason::Report
    };
    let mut members: Vec<Delivery> =
        open.iter().filter(late).filter(|due| !in_full(due)).map(|due| due.delivery.clone()).collect();
    if members.len() < DIGEST {
        return None;
    }
    // What is told in full goes first.
    if open.iter().any(|due| late(&due) && in_full(due) && due.delivery.alert.level == Level::Critical) {
        return None;
    }
    let last = members.pop()?;
    Some(Delivery { with: members, ..last })
}

/// Whether its condition does not hold.
async fn needless(tx: &mut Transaction<'_, Sqlite>, due: &Due, _now: Time) -> Result<bool> {
    let (alert, delivery) = (&due.delivery.alert, &due.delivery);
    let needed: i64 = match due.only {
        Only::Always => return Ok(false),
        Only::UnlessAcked => {
            sqlx::query_scalar(
                "SELECT NOT EXISTS (SELECT 1 FROM act WHERE about = $1 AND at >= $2 \
             AND deed IN ('ack', 'accept', 'it_was_us', 'false_alarm')) \
             AND NOT EXISTS (SELECT 1 FROM incident WHERE public_id = $1 AND closed_at IS NOT NULL)",
            )
            .bind(&alert.thread)
            .bind(alert.at.0)
            .fetch_one(&mut **tx)
            .await?
        }
        Only::IfTold => {
            sqlx::query_scalar(
                "SELECT EXISTS (SELECT 1 FROM outbox JOIN alert ON alert.id = outbox.alert WHERE alert.thread = $1 \
             AND outbox.channel = $2 AND outbox.recipient = $3 AND outbox.id < $4 \
             AND (outbox.state = 'sent' OR (outbox.state = 'pending' AND outbox.only_if = 'always')))",
            )
            .bind(&alert.thread)
            .bind(&delivery.channel)
            .bind(&delivery.recipient)
            .bind(delivery.id)
            .fetch_one(&mut **tx)
            .await?
        }
    };
    Ok(needed == 0)
}

async fn skip(tx: &mut Transaction<'_, Sqlite>, id: i64, now: Time) -> Result<()> {
    let skip = "UPDATE outbox SET state = 'skipped', next_at = $1 WHERE id = $2";
    sqlx::query(skip).bind(now.0).bind(id).execute(&mut **tx).await?;
    Ok(())
}

/// The other side's number for the first message of a thread there.
async fn root(
    tx: &mut Transaction<'_, Sqlite>,
    channel: &str,
    recipient: &str,
    thread: &str,
) -> Result<Option<String>> {
    let root = sqlx::query_scalar(
        "SELECT outbox.remote_id FROM outbox JOIN alert ON alert.id = outbox.alert WHERE alert.thread = $1 \
         AND outbox.channel = $2 AND outbox.recipient = $3 AND outbox.state = 'sent' AND outbox.remote_id IS NOT NULL \
         ORDER BY outbox.id LIMIT 1",
    );
    Ok(root.bind(thread).bind(channel).bind(recipient).fetch_optional(&mut **tx).await?)
}

pub(super) async fn newest(tx: &mut Transaction<'_, Sqlite>, thread: &str) -> Result<Option<AlertRow>> {
    let row = sqlx::query(
        "SELECT id, public_id, incident, dependency, reason, level, at, snapshot, thread FROM alert \
         WHERE thread = $1 AND reason <> 'still_open' ORDER BY id DESC LIMIT 1",
    );
    row.bind(thread).fetch_optional(&mut **tx).await?.map(|row| alert_of(&row, 0)).transpose()
}

/// Writes the lease and the attempt down, for all that go together.
async fn written(
    tx: &mut Transaction<'_, Sqlite>,
    mut delivery: Delivery,
    now: Time,
    lease: Duration,
) -> Result<Delivery> {
    let mut with = std::mem::take(&mut delivery.with);
    for one in with.iter_mut().chain([&mut delivery]) {
        let take = "UPDATE outbox SET leased_until = $1, attempts = attempts + 1 WHERE id = $2";
        sqlx::query(take).bind(now.plus(lease).0).bind(one.id).execute(&mut **tx).await?;
        let begin = "INSERT INTO attempt (outbox, started_at) VALUES ($1, $2) RETURNING id";
        one.attempt = sqlx::query_scalar(begin).bind(one.id).bind(now.0).fetch_one(&mut **tx).await?;
    }
    delivery.maybe_repeat |= with.iter().any(|one| one.maybe_repeat);
    Ok(Delivery { with, ..delivery })
}

fn due_of(row: &SqliteRow, now: Time) -> Result<Due> {
    let delivery = Delivery {
        id: row.get(0),
        attempt: 0,
        channel: row.get(1),
        recipient: row.get(2),
        attempts: row.get(3),
        maybe_repeat: row.get::<i64, _>(9) != 0,
        instead: row.get(7),
        alert: alert_of(row, 10)?,
        root: None,
        newer: None,
        with: Vec::new(),
    };
    let only = row.get::<String, _>(6).parse().unwrap_or(Only::Always);
    Ok(Due { delivery, next_at: Time(row.get(4)), only, leased: row.get::<i64, _>(5) > now.0 })
}
