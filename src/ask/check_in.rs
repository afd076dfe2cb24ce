//! The reports that plugwatch received under one name: the last report and the totals of a period.

use std::time::Duration;

use serde_json::json;

use crate::core::time::{Time, millis};
use crate::core::words::answer::{Answer, Failure};
use crate::core::words::check_in;
use crate::core::words::check_in::{CheckIns, Word};
use crate::core::words::question::{CheckInQuestion, Question};

/// Reports of the last day are read to find out when a failure began, even if the rule's period is shorter.
const DAY: Duration = Duration::from_secs(86_400);

/// Reads the reports kept in the store. A single check without a history has none, and is not asked.
pub async fn ask(check_ins: Option<&dyn CheckIns>, question: &CheckInQuestion, now: Time) -> Answer {
    let asked = Question::CheckIn(question.clone()).shown();
    let Some(check_ins) = check_ins else {
        return Answer::failed(
            asked,
            Failure::NotAsked,
            "only `plugwatch run` keeps reports; this check has no history to read",
        );
    };
    let since = Time(now.0 - millis(question.window));
    // The failure may have begun before the window.
    let reports = match check_ins.heard(&question.key(), Time(now.0 - millis(question.window.max(DAY)))).await {
        Ok(reports) => reports,
        Err(why) => return Answer::failed(asked, Failure::NotAsked, why),
    };
    let sum = check_in::sum(&reports, since);
    let total = sum.ok.saturating_add(sum.failed);
    let share = |count: u64| if total == 0 { 0.0 } else { count as f64 / total as f64 };
    let codes: Vec<_> = sum.codes.iter().map(|(code, count)| json!({ "code": code, "count": count })).collect();
    // A job that has only started has no result yet.
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
    // The facts themselves are kept as evidence.
    Answer { body: facts.to_string().into_bytes(), ..Answer::of(asked, 0, "heard", facts) }
}
