//! Sent messages that still matter, because someone may acknowledge them or because they must be repeated.

use super::StoredAlert;
use crate::core::time::Time;
use crate::store::{AlertRow, Result, Store};

/// The number of recent alerts that are searched. In a flood, people acknowledge from the terminal.
const LATEST: i64 = 200;

/// A message as the channel's service has it.
#[derive(Clone, Debug)]
pub struct SentMessage {
    /// Its recipient.
    pub recipient: String,
    /// Its id in the channel's service, if the service returned one.
    pub remote_id: Option<String>,
    /// When it was delivered.
    pub sent_at: Time,
    /// The alert that it carried.
    pub alert: AlertRow,
}

#[derive(sqlx::FromRow)]
struct StoredMessage {
    recipient: String,
    remote_id: Option<String>,
    sent_at: i64,
    #[sqlx(flatten)]
    alert: StoredAlert,
}

impl SentMessage {
    fn of(row: StoredMessage) -> Result<SentMessage> {
        let StoredMessage { recipient, remote_id, sent_at, alert } = row;
        let alert = AlertRow::try_from(alert)?;
        Ok(SentMessage { recipient, remote_id, sent_at: Time(sent_at), alert })
    }
}

impl Store {
    /// The messages that were delivered through a channel since `since`, newest first.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn sent_since(&self, channel: &str, since: Time) -> Result<Vec<SentMessage>> {
        let rows = sqlx::query_as(
            "SELECT outbox.recipient, outbox.remote_id, outbox.sent_at, alert.id, alert.public_id, alert.incident, \
             alert.dependency, alert.reason, alert.level, alert.at, alert.snapshot, alert.thread \
             FROM (SELECT * FROM alert ORDER BY id DESC LIMIT $3) AS alert JOIN outbox ON outbox.alert = alert.id \
             WHERE outbox.channel = $1 AND outbox.state = 'sent' AND outbox.sent_at >= $2 ORDER BY outbox.id DESC",
        )
        .bind(channel)
        .bind(since.0)
        .bind(LATEST);
        let rows: Vec<StoredMessage> = rows.fetch_all(&self.readers).await?;
        rows.into_iter().map(SentMessage::of).collect()
    }
}
