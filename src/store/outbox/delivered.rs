//! Which messages were delivered, to whom and when, and which were not, for display.

use super::StoredAlert;
use crate::core::time::Time;
use crate::store::{AlertRow, Error, Result, Store};

/// A message to one recipient, and its state.
#[derive(Clone, Debug)]
pub struct Delivered {
    /// The channel's name.
    pub channel: String,
    /// The recipient on that channel.
    pub recipient: String,
    /// `pending`, `sent` or `dead`.
    pub state: String,
    /// The earliest time at which it is sent.
    pub next_at: Time,
    /// The number of attempts so far.
    pub attempts: i64,
    /// When it was delivered.
    pub sent_at: Option<Time>,
    /// Why the last attempt failed.
    pub why: Option<String>,
    /// Why it was sent here instead of to its usual recipient, if it was.
    pub instead: Option<String>,
    /// Whether it is sent only on a condition: that nobody acknowledges, or that an earlier message was sent there.
    pub on_condition: bool,
    /// The alert that it carries.
    pub alert: AlertRow,
}

#[derive(sqlx::FromRow)]
struct StoredDelivered {
    channel: String,
    recipient: String,
    state: String,
    next_at: i64,
    attempts: i64,
    sent_at: Option<i64>,
    last_error: Option<String>,
    instead: Option<String>,
    only_if: String,
    #[sqlx(flatten)]
    alert: StoredAlert,
}

impl TryFrom<StoredDelivered> for Delivered {
    type Error = Error;

    fn try_from(row: StoredDelivered) -> Result<Delivered> {
        Ok(Delivered {
            channel: row.channel,
            recipient: row.recipient,
            state: row.state,
            next_at: Time(row.next_at),
            attempts: row.attempts,
            sent_at: row.sent_at.map(Time),
            why: row.last_error,
            instead: row.instead,
            on_condition: row.only_if != "always",
            alert: row.alert.try_into()?,
        })
    }
}

impl Store {
    /// At most `most` messages since `since`: undelivered ones first, then the newest. Messages that became
    /// unnecessary before they were sent are left out.
    ///
    /// # Errors
    /// Fails if the database does not answer, or a document in it cannot be read.
    pub async fn delivered(&self, since: Time, most: i64) -> Result<Vec<Delivered>> {
        let rows = sqlx::query_as(
            "SELECT outbox.channel, outbox.recipient, outbox.state, outbox.next_at, outbox.attempts, outbox.sent_at, \
             outbox.last_error, outbox.instead, outbox.only_if, alert.id, alert.public_id, alert.incident, \
             alert.dependency, alert.reason, alert.level, alert.at, alert.snapshot, alert.thread \
             FROM alert JOIN outbox ON outbox.alert = alert.id WHERE alert.at >= $1 AND outbox.state <> 'skipped' \
             ORDER BY (outbox.state = 'dead' OR (outbox.state = 'pending' AND outbox.last_error IS NOT NULL)) DESC, \
             outbox.id DESC LIMIT $2",
        );
        let rows: Vec<StoredDelivered> = rows.bind(since.0).bind(most).fetch_all(&self.readers).await?;
        rows.into_iter().map(Delivered::try_from).collect()
    }
}
