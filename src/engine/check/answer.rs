//! One answer: a check of the catalogue is asked, and what comes back is judged.

use std::sync::Arc;

use crate::catalog::{FillError, Params, question};
use crate::core::time::Time;
use crate::core::words::answer::{Answer, Failure};
use crate::core::words::verdict::{Reading, Verdict};
use crate::engine::Context;

/// Bodies larger than this are judged off the asking threads.
pub(in crate::engine) const HEAVY: usize = 64 << 10;

/// Asks and judges.
pub(in crate::engine) async fn ask(
    ctx: &Arc<Context>,
    check: &str,
    params: &Params,
    bust: Option<i64>,
    urgent: bool,
) -> (Answer, Reading, Time) {
    let (answer, at) = put(ctx, check, params, bust, urgent).await;
    let (answer, reading) = judge(ctx, check, params, answer, at).await;
    (answer, reading, at)
}

pub(in crate::engine) async fn put(
    ctx: &Arc<Context>,
    check: &str,
    params: &Params,
    bust: Option<i64>,
    urgent: bool,
) -> (Answer, Time) {
    let Some((_, found)) = ctx.config.catalog.check(check) else {
        let gone = Answer::failed(check, Failure::NotAsked, "the check is no longer in the catalogue");
        return (gone, ctx.clock.now());
    };
    let answer = match question(found, params, bust, ctx.clock.now(), ctx.config.network.timeout) {
        Ok(question) => ctx.askers.ask(&question, urgent, ctx.clock.now()).await,
        Err(error @ FillError::NeedsKey(..)) => Answer::failed(check, Failure::NeedsKey, error.to_string()),
        Err(error) => Answer::failed(check, Failure::NotAsked, error.to_string()),
    };
    (answer, ctx.clock.now())
}

pub(in crate::engine) async fn judge(
    ctx: &Arc<Context>,
    check: &str,
    params: &Params,
    answer: Answer,
    at: Time,
) -> (Answer, Reading) {
    let judged = move |ctx: &Context, check: &str, params: &Params, answer: &Answer| {
        let found = ctx.config.catalog.check(check).map(|(_, check)| check);
        found.map(|found| ctx.redactor.quiet(ctx.config.catalog.judge(found, params, answer, at)))
    };
    if ctx.config.catalog.check(check).is_none() {
        let gone = Reading::new(Verdict::Unknown, "not_asked", "the check is no longer in the catalogue");
        return (answer, gone);
    }
    let unread = || Reading::new(Verdict::Unknown, "unreadable", "the answer could not be judged");
    if answer.body.len() < HEAVY {
        let reading = judged(ctx, check, params, &answer).unwrap_or_else(unread);
        return (answer, reading);
    }
    let (ctx, check, params) = (ctx.clone(), check.to_owned(), params.clone());
    let heavy = tokio::task::spawn_blocking(move || {
        let reading = judged(&ctx, &check, &params, &answer);
        (answer, reading)
    });
    match heavy.await {
        Ok((answer, reading)) => (answer, reading.unwrap_or_else(unread)),
        // Judging panicked: the answer is lost, and that is unknown.
        Err(_) => (Answer::default(), unread()),
    }
}
