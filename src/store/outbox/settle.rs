//! Stores the result of an attempt, both for the message and for the recipient.

use std::time::Duration;

use sqlx::{Sqlite, Transaction};

use super::{Address, Delivery, PlaceRow, address, amend, place};
use crate::core::time::Time;
use crate::store::{Result, SITUATION, Store};

/// The result of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was delivered. Contains its id in the channel's service, if the service returned one.
    Sent(Option<String>),
    /// The attempt failed. The message is retried after this time. Contains the reason.
    Retry(Duration, String),
    /// The message may have been delivered. It is retried after this time, as a repeat. Contains the reason.
    Unsure(Duration, String),
    /// The recipient's channel rejects messages. The message is retried after this time. Contains the reason.
    Refused(Duration, String),
    /// It can never be delivered here. Contains the reason.
    Dead(String),
}

/// A message that was delivered while the database could not be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaidUnwritten {
    /// The alert's public id.
    pub public_id: String,
    /// The channel's name.
    pub channel: String,
    /// The recipient on that channel.
    pub recipient: String,
    /// Its id in the channel's service.
    pub remote_id: Option<String>,
    /// When it was delivered.
    pub at: Time,
}

impl Store {
    /// Stores the result of an attempt, and returns the place's state before and after it. A message that can never
    /// be delivered here is sent to `others`, which is stored in the same transaction.
    ///
    /// # Errors
    /// Fails if the database does not answer; the lease then expires and the message is sent again.
    pub async fn settle(
        &self,
        delivery: &Delivery,
        outcome: &Outcome,
        others: &[Address],
        now: Time,
    ) -> Result<(PlaceRow, PlaceRow)> {
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let before = place::read(&mut tx, &delivery.channel, &delivery.recipient).await?;
        for one in delivery.with.iter().chain([delivery]) {
            // All messages of a digest share one id, so none of them may be edited later.
            settle_row(&mut tx, one, outcome, delivery.with.is_empty(), now).await?;
            for to in others {
                address(&mut tx, one.alert.id, to).await?;
            }
        }
        let (channel, recipient) = (&delivery.channel, &delivery.recipient);
        match outcome {
            Outcome::Sent(_) => {
                place::works(&mut tx, channel, recipient, now).await?;
                match (&delivery.alert.thread, &delivery.root) {
                    (Some(thread), _) if thread.starts_with(SITUATION) => {
                        amend::ask_replaced(&mut tx, thread, delivery, now).await?;
                    }
                    (Some(thread), Some(_)) => amend::ask_here(&mut tx, thread, channel, recipient, now).await?,
                    _ => {}
                }
            }
            Outcome::Retry(wait, why) | Outcome::Unsure(wait, why) => {
                place::fails(&mut tx, channel, recipient, why, now.plus(*wait), now).await?;
            }
            Outcome::Refused(wait, why) => {
                place::refuses(&mut tx, channel, recipient, why, now.plus(*wait), now).await?;
            }
            // The message was rejected, not the sender, so this does not show whether the place works.
            Outcome::Dead(_) => {}
        }
        let after = place::read(&mut tx, channel, recipient).await?;
        tx.commit().await?;
        Ok((before, after))
    }
}

impl Store {
    /// Marks messages that were sent while the database could not be written, so that they are not sent again.
    /// Returns those that were found.
    ///
    /// # Errors
    /// Fails if the database does not answer; nothing was written.
    pub async fn settle_said(&self, said: &[SaidUnwritten]) -> Result<Vec<SaidUnwritten>> {
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let mut found = Vec::new();
        for one in said {
            let row: Option<i64> = sqlx::query_scalar(
                "UPDATE outbox SET state = 'sent', leased_until = 0, sent_at = $4, remote_id = $5, attempts = attempts + 1, \
                 last_error = NULL WHERE state = 'pending' AND channel = $2 AND recipient = $3 \
                 AND alert = (SELECT id FROM alert WHERE public_id = $1) RETURNING id",
            )
            .bind(&one.public_id)
            .bind(&one.channel)
            .bind(&one.recipient)
            .bind(one.at.0)
            .bind(&one.remote_id)
            .fetch_optional(&mut *tx)
            .await?;
            let Some(row) = row else { continue };
            let done = "INSERT INTO attempt (outbox, started_at, ended_at, outcome) VALUES ($1, $2, $2, 'sent')";
            sqlx::query(done).bind(row).bind(one.at.0).execute(&mut *tx).await?;
            place::works(&mut tx, &one.channel, &one.recipient, one.at).await?;
            found.push(one.clone());
        }
        tx.commit().await?;
        Ok(found)
    }
}

async fn settle_row(
    tx: &mut Transaction<'_, Sqlite>,
    one: &Delivery,
    outcome: &Outcome,
    numbered: bool,
    now: Time,
) -> Result<()> {
    let (state, word, remote) = match outcome {
        Outcome::Sent(remote) => ("sent", "sent", remote.clone().filter(|_| numbered)),
        Outcome::Retry(_, why) | Outcome::Unsure(_, why) | Outcome::Refused(_, why) => ("pending", why.as_str(), None),
        Outcome::Dead(why) => ("dead", why.as_str(), None),
    };
    sqlx::query(
        "UPDATE outbox SET state = $1, leased_until = 0, last_error = $2, remote_id = $3, \
         sent_at = CASE WHEN $1 = 'sent' THEN $4 ELSE NULL END WHERE id = $5",
    )
    .bind(state)
    .bind(if state == "sent" { None } else { Some(word) })
    .bind(remote)
    .bind(now.0)
    .bind(one.id)
    .execute(&mut **tx)
    .await?;
    let done = "UPDATE attempt SET ended_at = $1, outcome = $2 WHERE id = $3";
    let came = if matches!(outcome, Outcome::Unsure(..)) { "not known" } else { word };
    sqlx::query(done).bind(now.0).bind(came).bind(one.attempt).execute(&mut **tx).await?;
    // The result of an earlier attempt will never be known. The message was marked as a repeat.
    let old = "UPDATE attempt SET outcome = 'not known' WHERE outbox = $1 AND outcome IS NULL";
    sqlx::query(old).bind(one.id).execute(&mut **tx).await?;
    Ok(())
}
