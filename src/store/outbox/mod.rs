//! The outbox: messages that are still to be sent. They are leased, delivered at least once, and sent in order for
//! each incident and recipient. Critical ones go first.

mod amend;
mod complete;
mod delivered;
mod due;
mod lease;
mod place;
mod settle;
mod waiting;

pub use amend::Amend;
pub(super) use amend::ask as ask_amend;
pub(super) use amend::ask_last as ask_amend_last;
pub use delivered::Delivered;
pub use lease::Delivery;
pub(super) use lease::LATE;
pub use place::PlaceRow;
pub use settle::{Outcome, SaidUnwritten};
pub use waiting::SentMessage;

use serde_json::{Value, json};
use sqlx::{Sqlite, Transaction};

use super::{AlertRow, Error, NewAlert, Result, Store};
use crate::core::alerting::route::Only;
use crate::core::dependency::incident::{Level, Reason};
use crate::core::time::Time;

/// The state of one outbox row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentRow {
    /// The channel's name.
    pub channel: String,
    /// The recipient on that channel.
    pub recipient: String,
    /// `pending`, `sent`, `dead` or `skipped`.
    pub state: String,
    /// When it was delivered.
    pub sent_at: Option<Time>,
    /// Why it was not delivered.
    pub why: Option<String>,
}

#[derive(sqlx::FromRow)]
struct StoredSent {
    channel: String,
    recipient: String,
    state: String,
    sent_at: Option<i64>,
    last_error: Option<String>,
}

impl From<StoredSent> for SentRow {
    fn from(row: StoredSent) -> SentRow {
        let StoredSent { channel, recipient, state, sent_at, last_error: why } = row;
        SentRow { channel, recipient, state, sent_at: sent_at.map(Time), why }
    }
}

/// The recipient of an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The channel's name.
    pub channel: String,
    /// The recipient on that channel.
    pub recipient: String,
    /// The earliest time at which it is sent.
    pub at: Time,
    /// The condition for sending it.
    pub only: Only,
    /// Why it is sent here instead of to its usual recipient, if it is.
    pub instead: Option<String>,
}

impl Address {
    /// An address to send to from `at` on, without a condition.
    pub fn plain(channel: &str, recipient: &str, at: Time) -> Address {
        let (channel, recipient) = (channel.to_owned(), recipient.to_owned());
        Address { channel, recipient, at, only: Only::Always, instead: None }
    }
}

pub(super) async fn add(tx: &mut Transaction<'_, Sqlite>, alert: &NewAlert) -> Result<()> {
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO alert (public_id, incident, dependency, reason, level, at, snapshot, thread) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
    )
    .bind(&alert.public_id)
    .bind(alert.incident)
    .bind(&alert.dependency)
    .bind(alert.reason.word())
    .bind(alert.level.word())
    .bind(alert.at.0)
    .bind(alert.snapshot.to_string())
    .bind(&alert.thread)
    .fetch_one(&mut **tx)
    .await?;
    // The alert is new, so the outbox contains no rows for it yet. An address that occurs twice is stored once.
    let row = |to: &Address| json!([to.channel, to.recipient, to.at.0, to.only.word(), to.instead]);
    let rows = Value::Array(alert.to.iter().map(row).collect());
    sqlx::query(
        "INSERT INTO outbox (alert, channel, recipient, state, next_at, leased_until, attempts, only_if, instead) \
         SELECT $1, value ->> 0, value ->> 1, 'pending', value ->> 2, 0, 0, value ->> 3, value ->> 4 FROM json_each($2) \
         WHERE TRUE ON CONFLICT (alert, channel, recipient) DO NOTHING",
    )
    .bind(id)
    .bind(rows.to_string())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Adds a recipient to an alert. Returns `false` if the alert already had this recipient. If the message replaces one
/// for another recipient, it is due at once, even if it was to wait.
async fn address(tx: &mut Transaction<'_, Sqlite>, alert: i64, to: &Address) -> Result<bool> {
    let done = sqlx::query(
        "INSERT INTO outbox (alert, channel, recipient, state, next_at, leased_until, attempts, only_if, instead) \
         VALUES ($1, $2, $3, 'pending', $4, 0, 0, $5, $6) ON CONFLICT (alert, channel, recipient) DO UPDATE SET \
         state = 'pending', next_at = MIN(next_at, excluded.next_at), only_if = 'always', instead = excluded.instead \
         WHERE excluded.instead IS NOT NULL AND (outbox.state = 'skipped' OR (outbox.state = 'pending' \
         AND outbox.leased_until = 0 AND (outbox.only_if <> 'always' OR outbox.next_at > excluded.next_at)))",
    )
    .bind(alert)
    .bind(&to.channel)
    .bind(&to.recipient)
    .bind(to.at.0)
    .bind(to.only.word())
    .bind(&to.instead)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

#[derive(sqlx::FromRow)]
struct Waiting {
    id: i64,
    alert: i64,
    channel: String,
    recipient: String,
    next_at: i64,
    only_if: String,
}

impl Store {
    /// Sends waiting messages to `places` if their own recipient is no longer configured. Messages for a channel that
    /// is only `off`, such as one without its token, keep waiting. Returns how many messages were moved.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn readdress(&self, places: &[(String, String)], off: &[String]) -> Result<usize> {
        if places.is_empty() {
            return Ok(0);
        }
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let rows = sqlx::query_as(
            "SELECT id, alert, channel, recipient, next_at, only_if FROM outbox WHERE state = 'pending'",
        );
        let rows: Vec<Waiting> = rows.fetch_all(&mut *tx).await?;
        let is_place = |row: &Waiting| places.iter().any(|(to, whom)| *to == row.channel && *whom == row.recipient);
        let known = |row: &&Waiting| off.contains(&row.channel) || is_place(row);
        let mut moved = 0;
        for row in rows.iter().filter(|row| !known(row)) {
            let only = row.only_if.parse().unwrap_or(Only::Always);
            for (channel, recipient) in places {
                let to = Address { only, ..Address::plain(channel, recipient, Time(row.next_at)) };
                address(&mut tx, row.alert, &to).await?;
            }
            let gone = "UPDATE outbox SET state = 'dead', last_error = 'no longer configured' WHERE id = $1";
            sqlx::query(gone).bind(row.id).execute(&mut *tx).await?;
            moved += 1;
        }
        tx.commit().await?;
        Ok(moved)
    }

    /// Adds further recipients to an alert. Returns how many of them are new.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn address_also(&self, alert: i64, to: &[Address]) -> Result<usize> {
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let mut fresh = 0;
        for place in to {
            fresh += usize::from(address(&mut tx, alert, place).await?);
        }
        tx.commit().await?;
        Ok(fresh)
    }

    /// When the next message is due, if there is one.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn next_delivery(&self) -> Result<Option<Time>> {
        let due: Option<i64> = sqlx::query_scalar(
            "SELECT MIN(MAX(next_at, leased_until, COALESCE(place.retry_at, 0))) FROM outbox LEFT JOIN place \
             ON place.channel = outbox.channel AND place.recipient = outbox.recipient WHERE state = 'pending'",
        )
        .fetch_one(&self.readers)
        .await?;
        let amend: Option<i64> = sqlx::query_scalar("SELECT MIN(amend_at) FROM outbox WHERE amend_at IS NOT NULL")
            .fetch_one(&self.readers)
            .await?;
        Ok(due.into_iter().chain(amend).min().map(Time))
    }

    /// An alert by its public id, or the last alert of the thread with that id.
    ///
    /// # Errors
    /// Fails if the database does not answer, or a document in it cannot be read.
    pub async fn alert_called(&self, public_id: &str) -> Result<Option<AlertRow>> {
        let row = sqlx::query_as(
            "SELECT id, public_id, incident, dependency, reason, level, at, snapshot, thread FROM alert \
             WHERE public_id = $1 OR thread = $1 ORDER BY public_id = $1 DESC, id DESC LIMIT 1",
        );
        let row: Option<StoredAlert> = row.bind(public_id).fetch_optional(&self.readers).await?;
        row.map(AlertRow::try_from).transpose()
    }

    /// When the longest-due message was made, among messages to recipients whose channels accept messages.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn oldest_due(&self, now: Time) -> Result<Option<Time>> {
        let oldest: Option<i64> = sqlx::query_scalar(
            "SELECT MIN(next_at) FROM outbox LEFT JOIN place ON place.channel = outbox.channel \
             AND place.recipient = outbox.recipient \
             WHERE state = 'pending' AND next_at <= $1 AND place.failing_since IS NULL",
        )
        .bind(now.0)
        .fetch_one(&self.readers)
        .await?;
        Ok(oldest.map(Time))
    }

    /// The state of all messages of `thread`, by recipient.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn sent_of(&self, thread: &str) -> Result<Vec<SentRow>> {
        let rows = sqlx::query_as(
            "SELECT channel, recipient, outbox.state, sent_at, last_error FROM outbox \
             JOIN alert ON alert.id = outbox.alert WHERE alert.thread = $1 ORDER BY outbox.id",
        );
        let rows: Vec<StoredSent> = rows.bind(thread).fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(SentRow::from).collect())
    }

    /// The last alert about a dependency.
    ///
    /// # Errors
    /// Fails if the database does not answer, or a document in it cannot be read.
    pub async fn alert_about(&self, dependency: &str) -> Result<Option<AlertRow>> {
        let row = sqlx::query_as(
            "SELECT id, public_id, incident, dependency, reason, level, at, snapshot, thread FROM alert \
             WHERE dependency = $1 ORDER BY id DESC LIMIT 1",
        );
        let row: Option<StoredAlert> = row.bind(dependency).fetch_optional(&self.readers).await?;
        row.map(AlertRow::try_from).transpose()
    }

    /// When the last alert about `thread` was made, including reminders.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn last_alert(&self, thread: &str) -> Result<Option<Time>> {
        let last = sqlx::query_scalar("SELECT MAX(at) FROM alert WHERE thread = $1");
        let last: Option<i64> = last.bind(thread).fetch_one(&self.readers).await?;
        Ok(last.map(Time))
    }
}

/// The columns of an alert. In a query with an outbox row, `outbox_id` is that row's id.
#[derive(sqlx::FromRow)]
pub(super) struct StoredAlert {
    id: i64,
    public_id: String,
    incident: Option<i64>,
    dependency: Option<String>,
    reason: String,
    level: String,
    at: i64,
    snapshot: String,
    thread: Option<String>,
}

/// A word that only a newer version knows is read as a known one that nobody will overlook.
impl TryFrom<StoredAlert> for AlertRow {
    type Error = Error;

    fn try_from(row: StoredAlert) -> Result<AlertRow> {
        Ok(AlertRow {
            id: row.id,
            public_id: row.public_id,
            incident: row.incident,
            dependency: row.dependency,
            reason: row.reason.parse().unwrap_or(Reason::Opened),
            level: row.level.parse().unwrap_or(Level::Critical),
            at: Time(row.at),
            snapshot: serde_json::from_str(&row.snapshot)?,
            thread: row.thread,
        })
    }
}
