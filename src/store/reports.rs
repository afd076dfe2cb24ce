//! Weekly and monthly reports, which are never deleted, and the sums that they use.

use sqlx::{Sqlite, Transaction};

use super::outbox::LATE;
use super::{Error, Result, Store};
use crate::core::time::{Time, millis};

/// A report, as it was sent.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptReport {
    /// Random public id, used in its page's URL.
    pub public_id: String,
    /// `week` or `month`.
    pub span: String,
    /// The start of its period.
    pub from: Time,
    /// The end of its period, when the report was due.
    pub to: Time,
    /// The contents of the report.
    pub snapshot: serde_json::Value,
}

/// How well messages reached people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToldSince {
    /// Delivered messages, counted per recipient. A digest counts as one.
    pub sent: i64,
    /// Messages that can never be delivered.
    pub dead: i64,
    /// Messages that could not be delivered yet and will be tried again.
    pub waiting: i64,
    /// Incidents with a delivered critical alert, which requires an acknowledgement.
    pub critical: i64,
    /// The number of acknowledgements of any kind.
    pub acks: i64,
    /// The time in milliseconds from each critical alert to its acknowledgement, the shortest first.
    pub acked_in: Vec<i64>,
}

/// Delivered messages: each sent row counts, but all rows of a digest count as one. A digest's rows were all late,
/// were delivered together, and have no id from the channel's service.
const ARRIVED: &str = "SELECT COUNT(CASE WHEN NOT joined THEN 1 END) AS single, \
     COUNT(DISTINCT CASE WHEN joined THEN channel || char(0) || recipient || char(0) || sent_at END) AS digests \
     FROM (SELECT channel, recipient, sent_at, remote_id IS NULL AND sent_at - alert.at >= $2 AS joined FROM outbox \
     JOIN alert ON alert.id = outbox.alert WHERE outbox.state = 'sent' AND sent_at >= $1 \
     AND channel NOT IN ('log', 'terminal'))";

#[derive(sqlx::FromRow)]
struct Arrived {
    single: i64,
    digests: i64,
}

/// Messages that were never delivered. Those whose recipient is no longer configured were sent to others.
const LOST: &str = "SELECT COUNT(*) FROM outbox JOIN alert ON alert.id = outbox.alert WHERE outbox.state = 'dead' \
     AND alert.at >= $1 AND channel NOT IN ('log', 'terminal') AND last_error IS NOT 'no longer configured'";

/// Messages whose delivery is still being attempted.
const WAITING: &str = "SELECT COUNT(*) FROM outbox JOIN alert ON alert.id = outbox.alert WHERE outbox.state = 'pending' \
     AND outbox.attempts > 0 AND alert.at >= $1 AND channel NOT IN ('log', 'terminal')";

/// Incidents with a delivered critical alert. Situations only repeat earlier alerts, and suspicions require no
/// acknowledgement.
const CRITICAL: &str = "SELECT COUNT(DISTINCT COALESCE(alert.thread, alert.public_id)) FROM outbox \
     JOIN alert ON alert.id = outbox.alert WHERE outbox.state = 'sent' AND sent_at >= $1 AND alert.level = 'critical' \
     AND alert.reason NOT IN ('situation', 'suspected')";

/// The time from the first delivered critical message about something to its first acknowledgement. A refused key
/// opens no incident, so the alert itself is acknowledged.
const ACKED_IN: &str = "SELECT MIN(act.at) - (SELECT MIN(outbox.sent_at) FROM outbox JOIN alert ON alert.id = outbox.alert \
     WHERE (alert.thread = act.about OR alert.public_id = act.about) AND alert.level = 'critical' \
     AND outbox.state = 'sent') AS took FROM act \
     WHERE act.deed = 'ack' AND act.at >= $1 AND act.about IS NOT NULL GROUP BY act.about ORDER BY took";

pub(super) async fn add(tx: &mut Transaction<'_, Sqlite>, report: &KeptReport) -> Result<()> {
    sqlx::query("INSERT INTO report (public_id, span, from_at, to_at, snapshot) VALUES ($1, $2, $3, $4, $5)")
        .bind(&report.public_id)
        .bind(&report.span)
        .bind(report.from.0)
        .bind(report.to.0)
        .bind(report.snapshot.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct StoredReport {
    public_id: String,
    span: String,
    from_at: i64,
    to_at: i64,
    snapshot: String,
}

impl TryFrom<StoredReport> for KeptReport {
    type Error = Error;

    fn try_from(row: StoredReport) -> Result<KeptReport> {
        Ok(KeptReport {
            public_id: row.public_id,
            span: row.span,
            from: Time(row.from_at),
            to: Time(row.to_at),
            snapshot: serde_json::from_str(&row.snapshot)?,
        })
    }
}

impl Store {
    /// When the last report of this period was due.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn last_report(&self, span: &str) -> Result<Option<Time>> {
        let last = sqlx::query_scalar("SELECT MAX(to_at) FROM report WHERE span = $1");
        let last: Option<i64> = last.bind(span).fetch_one(&self.readers).await?;
        Ok(last.map(Time))
    }

    /// A report by its public id.
    ///
    /// # Errors
    /// Fails if the database does not answer, or the report cannot be read.
    pub async fn report(&self, public_id: &str) -> Result<Option<KeptReport>> {
        let row = sqlx::query_as("SELECT public_id, span, from_at, to_at, snapshot FROM report WHERE public_id = $1");
        let row: Option<StoredReport> = row.bind(public_id).fetch_optional(&self.readers).await?;
        row.map(KeptReport::try_from).transpose()
    }

    /// All reports, newest first, without their contents.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn reports(&self) -> Result<Vec<KeptReport>> {
        let rows = sqlx::query_as(
            "SELECT public_id, span, from_at, to_at, 'null' AS snapshot FROM report ORDER BY id DESC LIMIT 500",
        );
        let rows: Vec<StoredReport> = rows.fetch_all(&self.readers).await?;
        rows.into_iter().map(KeptReport::try_from).collect()
    }

    /// How well messages reached people since `since`: messages by delivery time, acknowledgements by the time at
    /// which they were given.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn told_since(&self, since: Time) -> Result<ToldSince> {
        let arrived: Arrived =
            sqlx::query_as(ARRIVED).bind(since.0).bind(millis(LATE)).fetch_one(&self.readers).await?;
        let dead: i64 = sqlx::query_scalar(LOST).bind(since.0).fetch_one(&self.readers).await?;
        let count = |sql: &'static str| sqlx::query_scalar::<_, i64>(sql).bind(since.0).fetch_one(&self.readers);
        let (waiting, critical) = (count(WAITING).await?, count(CRITICAL).await?);
        let acks = count("SELECT COUNT(*) FROM act WHERE deed = 'ack' AND at >= $1").await?;
        let took: Vec<Option<i64>> = sqlx::query_scalar(ACKED_IN).bind(since.0).fetch_all(&self.readers).await?;
        let acked_in = took.into_iter().flatten().filter(|took| *took >= 0).collect();
        Ok(ToldSince { sent: arrived.single + arrived.digests, dead, waiting, critical, acks, acked_in })
    }
}
