//! `plugwatch bench history`: real drops, and what plugwatch would have sent.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use futures_util::StreamExt;

use super::bench::{at_once, play_one};
use super::failed;
use crate::bench::{Outcome, Played, Scenario, Totals, load_history};

pub(super) async fn history(folder: Option<&Path>, show: Option<u32>) -> ExitCode {
    let cases = match load_history(folder) {
        Ok(cases) => cases,
        Err(problems) => return failed(2, format!("the cases have errors\n\n{problems}")),
    };
    let number = |case: &Scenario| case.case.as_ref().map(|case| case.number);
    let wanted: Vec<Arc<Scenario>> =
        cases.into_iter().filter(|case| show.is_none() || number(case) == show).map(Arc::new).collect();
    if wanted.is_empty() {
        return failed(2, "no case has this number");
    }
    let mut playing = futures_util::stream::iter(wanted).map(|one| play_one(one, None)).buffered(at_once());
    let (mut played, mut broken) = (Vec::new(), false);
    while let Some((scenario, result)) = playing.next().await {
        match result {
            Ok(result) => {
                print_one(&scenario, &result, show.is_some());
                played.push((scenario, result));
            }
            Err(why) => {
                broken = true;
                println!("FAIL  {}: {why}\n", scenario.name);
            }
        }
    }
    let outcomes: Vec<Outcome<'_>> = played.iter().filter_map(|(one, result)| Outcome::of(one, result)).collect();
    if show.is_none() {
        println!("{}", Totals::of(&outcomes).sentence());
    }
    let right = !broken && outcomes.iter().all(|one| one.wrong.is_empty());
    if right { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn print_one(scenario: &Scenario, played: &Played, show: bool) {
    let Some(one) = Outcome::of(scenario, played) else { return };
    let case = one.case;
    println!("{:>2}  {}: {}, {} ({})", case.number, case.dropped_by, case.victim, one.day(), one.kind());
    let line = |name: &str, text: &str| println!("      {name:<9} {text}");
    line("reported", &format!("by {}, {}", case.source, case.reported));
    line("notice", &case.notice);
    line("learnt", &case.learnt);
    if let Some(first) = one.first.filter(|first| one.cut.is_none_or(|cut| cut.id != first.id)) {
        line("warned", &one.said(first));
    }
    match (one.missed(), one.cut) {
        (true, told) => {
            line("missed", case.missed.as_deref().unwrap_or_default());
            if let Some(told) = told {
                line(if told.at < case.cut { "warned" } else { "alerted" }, &one.said(told));
            }
        }
        (false, Some(told)) if told.at < case.cut => line("warned", &one.said(told)),
        (false, Some(told)) => line("alerted", &one.said(told)),
        (false, None) => line("alerted", "never"),
    }
    let assumed = case.assumed.as_ref().map(|assumed| assumed.why.clone());
    for (name, text) in [
        ("would help", &case.would_help),
        ("disputed", &case.disputed),
        ("whose time", &case.whose_time),
        ("assumed", &assumed),
        ("not played", &case.not_played),
    ] {
        if let Some(text) = text {
            line(name, text);
        }
    }
    let answers = if one.reconstructed() { "reconstructed in part" } else { "known" };
    line("messages", &format!("{}; answers {answers}", one.how_many()));
    for finding in &one.wrong {
        println!("FAIL    {}: {}", finding.kind, finding.what);
    }
    println!();
    for text in played.texts.iter().filter(|_| show) {
        println!("{text}\n");
    }
}
