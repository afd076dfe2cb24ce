//! One answer: sends a check's request and judges the answer.

use std::sync::Arc;

use crate::catalog::{Check, FillError, Params, question};
use crate::core::time::Time;
use crate::core::words::answer::{Answer, Failure};
use crate::core::words::verdict::{Reading, Verdict};
use crate::engine::Context;

/// The size in bytes above which bodies are prepared as evidence on blocking threads.
pub(in crate::engine) const HEAVY: usize = 64 << 10;
/// The size in bytes above which bodies are judged on blocking threads. For bodies that are parsed whole, the limit
/// is `HEAVY`. For smaller bodies, switching threads would take as long as judging them.
const HEAVY_TO_JUDGE: usize = 256 << 10;
/// How many bodies are judged there at the same time. Each takes several times its size in memory.
pub(in crate::engine) const HEAVY_AT_ONCE: usize = 2;

/// Whether judging the answer takes so long that it would delay other work.
fn is_heavy(check: &Check, body: usize) -> bool {
    body >= HEAVY_TO_JUDGE || (body >= HEAVY && !check.selects.is_empty())
}

/// Sends the request and judges the answer.
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
    let Some((_, found)) = ctx.config.catalog.check(check) else {
        let gone = Reading::new(Verdict::Unknown, "not_asked", "the check is no longer in the catalogue");
        return (answer, gone);
    };
    let unread = || Reading::new(Verdict::Unknown, "unreadable", "the answer could not be judged");
    if !is_heavy(found, answer.body.len()) {
        let reading = judged(ctx, check, params, &answer).unwrap_or_else(unread);
        return (answer, reading);
    }
    // The semaphore is never closed.
    let _turn = ctx.heavy.acquire().await;
    let (own, check, params) = (ctx.clone(), check.to_owned(), params.clone());
    let heavy = tokio::task::spawn_blocking(move || {
        let reading = judged(&own, &check, &params, &answer);
        (answer, reading)
    });
    match heavy.await {
        Ok((answer, reading)) => (answer, reading.unwrap_or_else(unread)),
        // Judging panicked, so the answer is lost and the verdict is unknown.
        Err(_) => (Answer::default(), unread()),
    }
}
