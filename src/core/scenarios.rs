//! Plays the scenario files of `tests/scenarios/core/`: one probe in virtual time.
//!
//! A file contains `every`, `basis`, and a list of times (in seconds) with the check's result and the results of its
//! witnesses, followed by the flips that must result.

use std::time::Duration;

use super::probe::confirm::after;
use super::probe::policy::Policy;
use super::probe::standing::{Change, CheckResult, Flip, Standing};
use super::probe::witness::{OwnNetwork, Witnessed, Witnesses};
use super::time::Time;
use super::words::verdict::{Basis, Fault, Reading, Verdict};

const HEADER: &str = "seconds";

fn verdict(word: &str) -> Verdict {
    word.parse().unwrap_or_else(|()| panic!("no such verdict: {word}"))
}

fn witnessed(word: &str, at: Time) -> Option<Witnessed> {
    (word != "-").then(|| Witnessed::first(verdict(word), word, at))
}

fn policy_of(text: &str) -> Policy {
    let has = |flag: &str| text.lines().any(|line| line.trim() == flag);
    let basis = if has("basis absence") { Basis::Absence } else { Basis::OwnStatement };
    let mut policy = Policy::for_basis(basis, Duration::from_secs(300));
    policy.positive_control = has("needs positive control");
    policy.negative_control = has("needs negative control");
    policy.second_path = has("needs second path");
    policy.second_path_global = has("second path sees all countries");
    policy.keyed = has("with a key");
    policy
}

fn look_of(columns: &[&str], policy: &Policy) -> (CheckResult, Witnesses) {
    let at = Time(columns[0].parse::<i64>().expect("seconds") * 1_000);
    let (word, reason) = columns[1].split_once(':').unwrap_or((columns[1], columns[1]));
    let mut reading = Reading::new(verdict(word), reason, format!("it reads {word}"));
    reading.basis = policy.basis;
    if reading.verdict == Verdict::Unknown {
        reading.fault = Fault::Ours;
    }
    let column = |n: usize| columns.get(n).copied().unwrap_or("-");
    let own_network = match column(2) {
        "sound" | "-" => OwnNetwork::Sound,
        "blind" => OwnNetwork::Blind,
        _ => OwnNetwork::Unasked,
    };
    let witnesses = Witnesses {
        own_network,
        positive: witnessed(column(3), at),
        negative: witnessed(column(4), at),
        second_path: witnessed(column(5), at),
        ..Witnesses::default()
    };
    (CheckResult { at, reading }, witnesses)
}

fn said(flip: &Flip) -> String {
    let from = flip.from.map_or("nothing", Verdict::word);
    let dated = flip.to.since.0 / 1_000;
    match flip.change {
        Change::Verdict => format!("{from} -> {} ({}) since {dated}", flip.to.verdict, flip.to.reason),
        Change::Blind => format!("blind ({}) since {dated}", flip.to.reason),
        Change::Sighted => format!("sighted, {}", flip.to.verdict),
    }
}

fn play(text: &str) -> String {
    let policy = policy_of(text);
    let mut standing = Standing::default();
    let mut out = String::new();
    for line in text.lines().skip_while(|line| !line.starts_with(HEADER)).skip(1) {
        let columns: Vec<&str> = line.split_whitespace().collect();
        if columns.is_empty() || line.starts_with('#') {
            continue;
        }
        if line.starts_with("flips") {
            break;
        }
        let (look, witnesses) = look_of(&columns, &policy);
        let (next, flip, _) = after(&standing, &look, &witnesses, &policy);
        if let Some(flip) = flip {
            out.push_str(&format!("{}  {}\n", look.at.0 / 1_000, said(&flip)));
        }
        let turns = |standing: &Standing| standing.suspicion.as_deref().is_some_and(|doubt| doubt.by_turns);
        match (turns(&standing), turns(&next)) {
            (false, true) => {
                out.push_str(&format!("{}  by turns, {}\n", look.at.0 / 1_000, next.counts().unwrap().say))
            }
            (true, false) => out.push_str(&format!("{}  by turns no longer\n", look.at.0 / 1_000)),
            _ => {}
        }
        standing = next;
    }
    out
}

#[test]
fn every_scenario_flips_as_its_file_says() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios/core");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 10, "only {} scenarios found", files.len());
    let mut wrong = String::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let (_, wanted) = text.split_once("\nflips\n").unwrap_or_else(|| panic!("{} has no flips", file.display()));
        let wanted: String = wanted.lines().map(|line| format!("{}\n", line.trim())).collect();
        let played = play(&text);
        if played != wanted {
            wrong.push_str(&format!("{}\nplayed:\n{played}wanted:\n{wanted}\n", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
