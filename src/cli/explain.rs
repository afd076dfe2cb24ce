//! `plugwatch check --explain`: everything about one dependency's checks: the request, the answer, the rule
//! that decided, and the permission that a key lacks.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use serde_json::Value;

use super::named::named;
use super::{check, failed, load, terminal};
use crate::catalog::{Check, lacking, question};
use crate::config::Probe;
use crate::core::probe::weigh::weigh;
use crate::core::words::question::Key;
use crate::core::words::text::clean_lines;
use crate::core::words::verdict::Verdict;
use crate::engine::{Before, Context, FinishedCheck, Spec, check_once};
use crate::say::status::verdict_words;

/// The longest line, in characters.
const MOST_SHOWN: usize = 1_000;
/// The most characters of a vendor's own words.
const MOST_WORDS: usize = 300;
/// The most characters of an asker's facts.
const MOST_FACTS: usize = 2_000;

pub(super) async fn explain(path: &Path, name: &str) -> ExitCode {
    let config = match load(path) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let (label, probes) = match named(&config, name) {
        Ok(dependency) => (dependency.label.clone(), dependency.probes.clone()),
        Err(why) => return failed(2, why),
    };
    let ctx = match check::context(config).await {
        Ok(ctx) => ctx,
        Err(code) => return code,
    };
    println!("{label}");
    let mut fine = true;
    for probe in probes {
        fine &= explain_one(&ctx, probe).await;
    }
    if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn explain_one(ctx: &Arc<Context>, probe: Arc<Probe>) -> bool {
    let Some((_, check)) = ctx.config.catalog.check(&probe.check) else { return false };
    let now = ctx.clock.now();
    let asked = question(check, &probe.params, None, now, ctx.config.network.timeout);
    let spec = Arc::new(Spec { id: 0, probe });
    let working = terminal::Working::on("checking");
    let looked = check_once(ctx, spec, Before::single(), false).await;
    drop(working);
    let probe = &looked.spec.probe;
    let weighed = weigh(&looked.look.reading, &looked.witnesses, &probe.policy, true, looked.look.at);
    let country = probe.country.as_ref().map_or_else(String::new, |country| format!(" {country}"));
    println!("\n{}{country}: {}", probe.check, check.title);
    line("asked", asked.map_or_else(|error| error.to_string(), |question| question.shown()));
    line("answer", came(&looked));
    for (asker, facts) in &looked.answer.said {
        line(asker, shortened(ctx.redactor.redacted(facts.to_string().as_bytes()), MOST_FACTS));
    }
    if let Some(words) = words(ctx, &looked) {
        line("they say", words);
    }
    let place = ctx.config.catalog.judge_with_place(check, &probe.params, &looked.answer, looked.look.at).place;
    let verdict = verdict_words(weighed.verdict.word());
    line("verdict", format!("{verdict} ({}): {}", weighed.reason, weighed.say));
    line("rule", place.unwrap_or_else(|| "no rule: nothing in the catalogue recognises this answer".to_owned()));
    if let Some(hint) = &looked.look.reading.hint {
        line("do now", hint.clone());
    }
    line("proves", format!("{} if it works; its role is {}", check.proves, probe.role));
    key(ctx, check, probe, &looked);
    weighed.verdict == Verdict::Live
}

fn line(name: &str, text: String) {
    // The text can contain a vendor's words, so control characters are removed before it reaches the
    // terminal.
    println!("  {name:9} {}", clean_lines(&text, MOST_SHOWN));
}

fn came(looked: &FinishedCheck) -> String {
    let answer = &looked.answer;
    match (answer.failure, &answer.http) {
        (Some(failure), _) if answer.failure_detail.is_empty() => format!("no answer: {}", failure.words()),
        (Some(failure), _) => format!("no answer: {} ({})", failure.words(), answer.failure_detail),
        (None, Some(http)) => {
            let size = answer.body.len();
            format!("{} {} from {}, {size} bytes, {} ms", http.status, http.content_type, http.host, answer.took_ms)
        }
        (None, None) => format!("facts from {}, {} ms", names(looked), answer.took_ms),
    }
}

fn names(looked: &FinishedCheck) -> String {
    let names: Vec<&str> = looked.answer.said.keys().map(String::as_str).collect();
    if names.is_empty() { "text".to_owned() } else { names.join(", ") }
}

/// The texts in a JSON answer that are meant for people.
fn words(ctx: &Arc<Context>, looked: &FinishedCheck) -> Option<String> {
    let text = ctx.redactor.redacted(&looked.answer.body);
    let json: Value = serde_json::from_str(&text).ok()?;
    let mut found = Vec::new();
    gather(&json, &mut found);
    (!found.is_empty()).then(|| shortened(found.join(" / "), MOST_WORDS))
}

fn shortened(text: String, most: usize) -> String {
    if text.chars().count() <= most {
        return text;
    }
    text.chars().take(most).chain("...".chars()).collect()
}

fn gather(value: &Value, found: &mut Vec<String>) {
    const FOR_PEOPLE: [&str; 8] =
        ["message", "error", "error_message", "error_description", "detail", "title", "reason", "msg"];
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                match field.as_str() {
                    Some(text) if FOR_PEOPLE.contains(&name.to_lowercase().as_str()) && !text.trim().is_empty() => {
                        found.push(text.trim().to_owned());
                    }
                    Some(_) => {}
                    None => gather(field, found),
                }
            }
        }
        Value::Array(items) => items.iter().take(3).for_each(|item| gather(item, found)),
        _ => {}
    }
}

/// Prints whether the keys are set, the minimum permissions, and the permission that is missing according to the
/// vendor.
fn key(ctx: &Arc<Context>, check: &Check, probe: &Probe, looked: &FinishedCheck) {
    for (name, key) in &probe.params.secret {
        match key {
            Key::Set(_) => line("key", format!("`{name}` is set")),
            Key::Unset(from) => line("key", format!("`{name}` is not set ({from})")),
        }
    }
    if let Some(least) = &check.least_key {
        line("least key", least.clone());
    }
    let refused = looked.answer.http.as_ref().is_some_and(|http| matches!(http.status, 400..=403))
        || looked.look.reading.reason.contains("too_narrow");
    if probe.params.secret.is_empty() || !refused || looked.look.reading.verdict == Verdict::Live {
        return;
    }
    let lacks = lacking(&ctx.config.catalog.permissions, &looked.answer);
    let unnamed = || "the answer names no permission; compare your key with the least key above".to_owned();
    line("lacks", lacks.unwrap_or_else(unnamed));
}
