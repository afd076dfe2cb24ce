//! What was reported to plugwatch under a name: when last, what, and the sum of what was counted.

use std::time::Duration;

use serde_json::json;

use crate::core::time::{Time, millis};
use crate::core::words::answer::{Answer, Failure};
use crate::core::words::check_in;
use crate::core::words::check_in::{CheckIns, Word};
use crate::core::words::question::{CheckInQuestion, Question};

/// A failure is dated back so far.
const DAY: Duration = Duration::from_secs(86_400);

/// Reads the inbox. Without one (a single look without a history) there is nothing to be read.
pub async fn ask(check_ins: Option<&dyn CheckIns>, question: &CheckInQuestion, now: Time) -> Answer {
    let asked = Question::CheckIn(question.clone()).shown();
    let Some(check_ins) = check_ins else {
        return Answer::failed(
            asked,
            Failure::NotAsked,
            "reports are kept by `plugwatch run`, and there is no history here",
        );
    };
    let since = Time(now.0 - millis(question.window));
    // Since when it fails may lie before the window.
    let reports = match check_ins.heard(&question.key(), Time(now.0 - millis(question.window.max(DAY)))).await {
        Ok(reports) => reports,
        Err(why) => return Answer::failed(asked, Failure::NotAsked, why),
    };
    let sum = check_in::sum(&reports, since);
    let total = sum.ok.saturating_add(sum.failed);
    let share = |count: u64| if total == 0 { 0.0 } else { count as f64 / total as f64 };
    let codes: Vec<_> = sum.codes.iter().map(|(code, count)| json!({ "code": code, "count": count })).collect();
    // A job that has only begun has shown nothing yet.
    let last = reports.iter().rev().find(|report| report.word != Word::Began);
    let facts = json!({
        "name": question.name,
        "last_at": last.map(|last| last.at.rfc3339()),
        "age_seconds": last.map(|last| now.since(last.at).as_secs()),
        "word": last.map(|last| last.word.word()),
        "by": last.map(|last| &last.by),
        "code": last.map(|last| &last.code),
        "ok": sum.ok,
        "failed": sum.failed,
        "total": total,
        "share": share(sum.failed),
        "codes": codes,
        "failing_since": sum.failing_since.map(Time::rfc3339),
    });
    // What was reported is what is kept as proof.
    Answer { body: facts.to_string().into_bytes(), ..Answer::of(asked, 0, "heard", facts) }
}
