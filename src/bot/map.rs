//! `/map` and `/whatif`: what depends on which company, and what stops without one.

use super::{Answering, Reply};
use crate::acts::No;
use crate::core::people::action::drilled;
use crate::core::platform::reliance;
use crate::core::platform::snapshot::Snapshot;
use crate::core::time::Time;
use crate::say::{Format, map};

pub(super) async fn draw(snapshot: &Snapshot) -> Reply {
    let picture = crate::draw::png_apart(map::svg(snapshot)).await;
    let picture = picture.map_err(|why| tracing::warn!("a picture could not be drawn: {why}")).ok();
    Reply { picture, ..Reply::html(map::text(snapshot, Format::Html)) }
}

pub(super) async fn whatif(answering: &Answering, snapshot: &Snapshot, name: &str, now: Time) -> Result<Reply, No> {
    let company = reliance::company(snapshot, name).map_err(No)?;
    let acts = answering.store.acts().await?;
    let loss = reliance::without(snapshot, company, &drilled(&acts));
    Ok(Reply::html(map::whatif(snapshot, &loss, now, Format::Html)))
}
