//! The user's own check programs: their exit codes and output, and that none of their processes is left running.

use std::time::Duration;

use plugwatch::core::time::Time;
use plugwatch::core::words::answer::{Answer, Failure};
use plugwatch::core::words::question::{ExecQuestion, Question};

use crate::kit::{askers, options};

async fn run(command: &[&str], milliseconds: u64) -> Answer {
    let command = command.iter().map(|word| (*word).to_owned()).collect();
    let question = ExecQuestion { command, timeout: Duration::from_millis(milliseconds) };
    askers(options()).ask(&Question::Exec(question), false, Time(0)).await
}

#[tokio::test]
async fn the_code_and_the_first_line_are_the_answer() {
    let answer = run(&["/bin/sh", "-c", "echo 'DISK CRITICAL | /=5B;9'; echo more; exit 2"], 5_000).await;
    let exec = &answer.said["exec"];
    assert_eq!((exec["code"].as_i64(), exec["line"].as_str()), (Some(2), Some("DISK CRITICAL")));
    assert_eq!((exec["perf"]["/"].as_f64(), exec["text"].as_str()), (Some(5.0), Some("DISK CRITICAL | /=5B;9\nmore")));
}

#[tokio::test]
async fn no_shell_reads_the_arguments_and_the_environment_is_clean() {
    let answer = run(&["/bin/echo", "$HOME; `id` && *"], 5_000).await;
    assert_eq!(answer.said["exec"]["line"], "$HOME; `id` && *");
    let answer = run(&["/usr/bin/env"], 5_000).await;
    assert_eq!(answer.said["exec"]["text"], "LC_ALL=C\nPATH=/usr/local/bin:/usr/bin:/bin");
}

#[tokio::test]
async fn what_does_not_end_in_time_is_ended_with_all_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let note = folder.path().join("child");
    let script = format!("tail -f /dev/null & echo $! > {}; wait", note.display());
    let answer = run(&["/bin/sh", "-c", &script], 700).await;
    assert_eq!(answer.failure, Some(Failure::ExecTimeout));
    let child: i32 = std::fs::read_to_string(note).unwrap().trim().parse().unwrap();
    let state = std::fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
    // The process is gone or ending: it no longer sleeps.
    assert!(!state.contains(") S "), "{state}");
}

#[tokio::test]
async fn what_is_not_there_or_never_stops_talking_is_named() {
    let answer = run(&["/no/such/program"], 5_000).await;
    assert_eq!(answer.failure, Some(Failure::NotAsked));
    assert!(answer.failure_detail.starts_with("/no/such/program cannot be run"), "{answer:?}");
    let answer = run(&["/bin/sh", "-c", "yes"], 500).await;
    assert!(answer.said.get("exec").is_none_or(|exec| exec["text"].as_str().unwrap().len() <= 64 << 10));
}

#[tokio::test]
async fn a_program_that_says_more_than_is_kept_still_ends_with_its_own_code() {
    let answer =
        run(&["/bin/sh", "-c", "echo 'DISK CRITICAL'; head -c 1000000 /dev/zero | tr '\\0' x; exit 2"], 60_000).await;
    let exec = &answer.said["exec"];
    assert_eq!(
        (exec["code"].as_i64(), exec["line"].as_str()),
        (Some(2), Some("DISK CRITICAL")),
        "{:?}",
        answer.failure
    );
    assert_eq!(exec["text"].as_str().unwrap().len(), 64 << 10);
}
