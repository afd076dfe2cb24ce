//! Writes `docs/HISTORY.md`: real drops, and what plugwatch would have said about them.

use std::fmt::Write as _;

use super::history::{Outcome, Totals};
use super::step::Origin;
use super::told::Told;

/// The text above the table.
const HEAD: &str = "# What plugwatch would have said

This page shows 28 real drops of 2021 to 2026, played through plugwatch's real decisions in virtual time. The truth of
each case comes from the source that its chapter names. No letter counts before the hour at which a person could have
entered it. `plugwatch bench history` plays the cases, and `--show N` prints every message of one. A test fails if this
page differs; `HISTORY=write cargo test history` writes it again. Times are in UTC. The files are in
[tests/scenarios/history](../tests/scenarios/history/README.md).

- **exact**: the source states what could be seen from outside.
- **shape**: the case is known in outline, and the answers are reconstructed.
- **letter**: before the cut-off, nothing could be seen from outside.
- **feed**: only the platform's own traffic shows the drop.
- **date**: the day was known long before.
- **miss**: plugwatch could not have noticed the drop.
- **hour assumed**: no source gives the hour that is played, or the day; each case says what was assumed. Minutes
  \"after the assumed hour\" measure plugwatch, not history. **two clocks**: the source dates the cut-off twice.
";

/// The page with all cases, in order.
pub fn page(outcomes: &[Outcome<'_>]) -> String {
    let mut page = format!("{HEAD}\n{}\n\n", Totals::of(outcomes).sentence());
    page.push_str("| | who dropped whom | notice | the victim learnt of it | plugwatch would have said | messages |\n");
    page.push_str("|-|-|-|-|-|-|\n");
    for one in outcomes {
        row(&mut page, one);
    }
    page.push_str("\n## Case by case\n");
    for one in outcomes {
        chapter(&mut page, one);
    }
    page
}

fn row(page: &mut String, one: &Outcome<'_>) {
    let case = one.case;
    let said = match (one.missed(), one.cut) {
        (true, _) => missed(one),
        (false, Some(told)) => one.said(told),
        (false, None) => "nothing".to_owned(),
    };
    let _ = writeln!(
        page,
        "| {} | {}: {}, {} ({}) | {} | {} | {} | {} |",
        case.number,
        case.dropped_by,
        case.victim,
        one.day(),
        one.kind(),
        case.notice,
        case.learnt,
        said,
        one.how_many()
    );
}

/// Why it was missed, what would have helped, and what was said of a letter before.
fn missed(one: &Outcome<'_>) -> String {
    let case = one.case;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let before = one.first.filter(|told| told.at < case.cut);
    let before = before.map(|told| format!(" Before: {}.", one.said(told))).unwrap_or_default();
    format!("**missed**: {}.{before} What would help: {}", text(&case.missed), text(&case.would_help))
}

fn chapter(page: &mut String, one: &Outcome<'_>) {
    let case = one.case;
    let _ = write!(
        page,
        "\n### {}. {}\n\nReported by {}, {}.",
        case.number, one.scenario.title, case.source, case.reported
    );
    let assumed = case.assumed.as_ref().map(|assumed| assumed.why.clone());
    let more = [
        ("Disputed", &case.disputed),
        ("Whose clock", &case.whose_time),
        ("Assumed", &assumed),
        ("Not played", &case.not_played),
        ("What would help", &case.would_help),
    ];
    for (name, text) in more {
        if let Some(text) = text {
            let _ = write!(page, " {name}: {text}.");
        }
    }
    page.push('\n');
    let origins: Vec<String> = one.scenario.steps.iter().filter_map(|step| step.origin.as_ref()).map(origin).collect();
    if !origins.is_empty() {
        let _ = writeln!(page, "\nAnswers: {}.", origins.join("; "));
    }
    if let Some(missed) = &case.missed {
        let _ = writeln!(page, "\nMissed: {missed}.");
    }
    if one.timeline.len() > 1 {
        page.push_str("\nMessages sent, without reminders:\n\n");
        for told in &one.timeline {
            let _ = writeln!(page, "- {}, {}: {}", one.date(told.at), told.level, told.title);
        }
    }
    let first = one.first.filter(|first| one.cut.is_none_or(|cut| cut.id != first.id));
    for told in [first, one.cut].into_iter().flatten() {
        message(page, one, told);
    }
}

fn origin(origin: &Origin) -> String {
    match origin {
        Origin::Known(from) => format!("known ({from})"),
        Origin::Reconstructed(why) => format!("reconstructed ({why})"),
    }
}

fn message(page: &mut String, one: &Outcome<'_>, told: &Told) {
    let _ = writeln!(page, "\n```text\n---- {} UTC ----\n{}\n```", one.date(told.at), told.text.trim_end());
}
