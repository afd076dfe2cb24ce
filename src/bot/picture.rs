//! The picture of a dependency's last weeks, for `/history`.

use super::Answering;
use crate::acts::Thing;
use crate::core::probe::days::{Trouble, days};
use crate::core::probe::history::{Counts, DAY, bucket};
use crate::core::time::Time;
use crate::draw;
use crate::say::status::words;
use crate::say::strips::{Strip, Strips, svg};
use crate::say::tally::uptime;

/// How many days are shown.
const DAYS: usize = 30;

/// A PNG; `None` if it cannot be drawn, because the text suffices.
pub(super) async fn of(answering: &Answering, thing: &Thing, now: Time) -> Option<Vec<u8>> {
    let drawn = draw_it(answering, thing, now).await;
    drawn.map_err(|why| tracing::warn!("a picture could not be drawn: {why}")).ok()
}

async fn draw_it(answering: &Answering, thing: &Thing, now: Time) -> Result<Vec<u8>, String> {
    let text = |error: crate::store::Error| error.to_string();
    let first = Time(bucket(now, DAY) - (DAYS as i64 - 1) * DAY);
    let rows = answering.store.rollups(&thing.id, DAY, first).await.map_err(text)?;
    let counts: Vec<(Time, Counts)> = rows.into_iter().map(|row| (row.starts_at, row.counts)).collect();
    let incidents = answering.store.incidents(Some(&thing.id), first).await.map_err(text)?;
    let troubles: Vec<Trouble> = incidents
        .iter()
        .map(|row| Trouble { from: row.incident.began_at, until: row.closed_at, worst: row.incident.worst })
        .collect();
    let sum = counts.iter().fold(Counts::default(), |sum, (_, counts)| sum.plus(*counts));
    let snapshot = answering.snapshot.borrow().clone();
    let shown = snapshot.each().find(|d| d.id == thing.id).map(|d| words(d.shown()));
    let strip = Strip {
        label: format!("now: {}", shown.unwrap_or("not checked yet")),
        words: String::new(),
        days: days(first, DAYS, &counts, &troubles, now),
    };
    let strips = Strips {
        title: thing.label.clone(),
        subtitle: uptime(&sum),
        strips: vec![strip],
        rest: None,
        first: first.utc().format("%-d %b").to_string(),
        last: "today".to_owned(),
    };
    draw::png_apart(svg(&strips)).await
}
