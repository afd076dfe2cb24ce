//! `/map` and `/whatif`: what depends on which company, and what stops without one.

use super::{Answering, Reply};
use crate::acts::No;
use crate::core::people::action::drilled;
use crate::core::platform::reliance;
use crate::core::platform::snapshot::Board;
use crate::core::time::Time;
use crate::say::{Format, map};

pub(super) async fn draw(board: &Board) -> Reply {
    let picture = crate::draw::png_apart(map::svg(board)).await;
    let picture = picture.map_err(|why| tracing::warn!("a picture could not be drawn: {why}")).ok();
    Reply { picture, ..Reply::html(map::text(board, Format::Html)) }
}

pub(super) async fn whatif(answering: &Answering, board: &Board, name: &str, now: Time) -> Result<Reply, No> {
    let company = reliance::company(board, name).map_err(No)?;
    let acts = answering.store.acts().await?;
    let loss = reliance::without(board, company, &drilled(&acts));
    Ok(Reply::html(map::whatif(board, &loss, now, Format::Html)))
}
