//! One check: sends the request, judges the answer, and queries the witnesses that the core requests.

use super::answer::{HEAVY, judge, put};
use std::sync::Arc;

use serde_json::{Value, json};

use super::evidence;
use super::same_page::is_strange;
use crate::core::probe::confirm::after;
use crate::core::probe::standing::{CheckResult, Standing};
use crate::core::probe::witness::{OwnNetwork, Want, Witnesses};
use crate::core::time::Time;
use crate::core::time::burn::Burn;
use crate::core::words::answer::Answer;
use crate::core::words::verdict::Verdict;
use crate::engine::Context;
use crate::engine::decide::known::Kept;
use crate::engine::schedule::plan::Spec;
use crate::store::EvidenceRow;

/// A check with all its answers.
pub struct FinishedCheck {
    /// The probe.
    pub spec: Arc<Spec>,
    /// The judged answer.
    pub look: CheckResult,
    /// The raw answer, for evidence.
    pub answer: Answer,
    /// What the witnesses answered.
    pub witnesses: Witnesses,
    /// The answer as evidence, without secrets, if it seemed worth keeping when it arrived.
    pub evidence: Option<EvidenceRow>,
}

/// What is known before a check.
#[derive(Clone, Debug, Default)]
pub struct Before {
    /// The probe's current standing, which decides which witnesses are queried.
    pub standing: Arc<Standing>,
    /// How fast a quota or balance is used up, if known.
    pub burn: Option<Burn>,
    /// Which answers have already been kept as evidence.
    pub kept: Kept,
}

impl Before {
    /// For a single check without history: it is unknown whether the probe was ever live.
    pub fn single() -> Before {
        Before {
            standing: Arc::new(Standing { last_live: Some(Time(0)), ..Standing::default() }),
            burn: None,
            kept: Kept::default(),
        }
    }
}

/// Runs one check.
pub async fn check_once(ctx: &Arc<Context>, spec: Arc<Spec>, before: Before, urgent: bool) -> FinishedCheck {
    // Stores cache answers for hours, so every check bypasses the cache if the catalogue says how.
    let bust = Some(ctx.clock.now().0);
    let (answer, at) = put(ctx, &spec.probe.check, &spec.probe.params, bust, urgent).await;
    let burn = before.burn.map(|burn| ("burn".to_owned(), facts_of(burn)));
    let long = before.standing.seen_for_long(spec.probe.policy.key_mark);
    let seen = long.then(|| ("seen".to_owned(), json!({ "long": true })));
    let said = answer.said.into_iter().chain(burn).chain(seen).collect();
    let (answer, reading) = judge(ctx, &spec.probe.check, &spec.probe.params, Answer { said, ..answer }, at).await;
    let look = CheckResult { at, reading };
    let mut witnesses = Box::pin(hear(ctx, &spec, &before.standing, &look)).await;
    if is_strange(&answer, &look.reading) && is_elsewhere(ctx, &spec, &answer, at) {
        (witnesses.same_page, witnesses.own_network) = (true, OwnNetwork::Blind);
    }
    FinishedCheck { spec, look, answer, witnesses, evidence: None }
}

/// The estimate for a quota or balance, in the form that rules use.
fn facts_of(burn: Burn) -> Value {
    match burn.habit {
        Some(habit) => json!({ "per_day": burn.per_day, "last_day": habit.last_day, "usual": habit.usual }),
        None => json!({ "per_day": burn.per_day }),
    }
}

/// Whether the same page was served for another company, too.
fn is_elsewhere(ctx: &Context, spec: &Spec, answer: &Answer, at: Time) -> bool {
    let company = ctx.config.catalog.check(&spec.probe.check).map_or("", |(vendor, _)| vendor.parent.as_str());
    ctx.witness_cache.same_page.is_elsewhere(&answer.body, company, at)
}

/// Like [`check_once`], but also prepares the evidence, so that the decider need not redact, hash and compress it.
pub(in crate::engine) async fn check_and_prepare(
    ctx: &Arc<Context>,
    spec: Arc<Spec>,
    before: Before,
    urgent: bool,
) -> FinishedCheck {
    let (kept, standing) = (before.kept.clone(), before.standing.clone());
    let looked = check_once(ctx, spec, before, urgent).await;
    let flipped = after(&standing, &looked.look, &looked.witnesses, &looked.spec.probe.policy).1.is_some();
    let Some(cause) = evidence::cause(&kept, &looked.look.reading, flipped, looked.look.at) else { return looked };
    let ready = move |ctx: &Context, looked: FinishedCheck| {
        let row = ctx.redactor.row(cause, &looked.answer, &looked.look.reading);
        FinishedCheck { evidence: Some(row), ..looked }
    };
    if looked.answer.body.len() < HEAVY {
        return ready(ctx, looked);
    }
    let own = ctx.clone();
    match tokio::task::spawn_blocking(move || ready(&own, looked)).await {
        Ok(looked) => looked,
        // The evidence belongs to the check and is lost with it.
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// Queries witnesses until the core requests none that can still be queried.
async fn hear(ctx: &Arc<Context>, spec: &Arc<Spec>, standing: &Standing, look: &CheckResult) -> Witnesses {
    let policy = &spec.probe.policy;
    let own_network = ctx.witness_cache.known_network(look.at);
    let mut witnesses = Witnesses { own_network, ..Witnesses::default() };
    if look.reading.verdict == Verdict::Live && policy.positive_control {
        witnesses.positive = ctx.witness_cache.positive(ctx, &spec.probe, super::witnesses::SLOW).await;
    }
    if look.reading.verdict == Verdict::Live && policy.negative_control {
        witnesses.negative = ctx.witness_cache.negative(ctx, &spec.probe, super::witnesses::SLOW).await;
    }
    if look.reading.verdict == Verdict::Unknown && look.reading.fault != crate::core::words::verdict::Fault::Ours {
        witnesses.own_network = ctx.witness_cache.anchors(ctx, look.at).await;
    }
    for _ in 0..4 {
        let (_, _, wants) = after(standing, look, &witnesses, policy);
        let mut heard = false;
        for want in wants {
            heard |= fetch(ctx, spec, look.at, want, &mut witnesses).await;
        }
        if !heard {
            break;
        }
    }
    witnesses
}

/// Queries one witness. Returns whether a new answer arrived.
async fn fetch(ctx: &Arc<Context>, spec: &Arc<Spec>, at: Time, want: Want, witnesses: &mut Witnesses) -> bool {
    use crate::core::probe::witness::FRESH;
    match want {
        Want::Anchors => {
            let before = std::mem::replace(&mut witnesses.own_network, ctx.witness_cache.anchors(ctx, at).await);
            before != witnesses.own_network
        }
        Want::PositiveControl if witnesses.positive.is_none() => {
            witnesses.positive = ctx.witness_cache.positive(ctx, &spec.probe, FRESH).await;
            witnesses.positive.is_some()
        }
        Want::NegativeControl if witnesses.negative.is_none() => {
            witnesses.negative = ctx.witness_cache.negative(ctx, &spec.probe, FRESH).await;
            witnesses.negative.is_some()
        }
        Want::SecondPath if witnesses.second_path.is_none() => {
            witnesses.second_path = ctx.witness_cache.second_path(ctx, &spec.probe).await;
            witnesses.second_path.is_some()
        }
        Want::VendorStatus if witnesses.vendor_status.is_none() => {
            witnesses.vendor_status = ctx.witness_cache.vendor_status(ctx, &spec.probe).await;
            witnesses.vendor_status.is_some()
        }
        _ => false,
    }
}
