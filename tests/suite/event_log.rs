//! The event log: the inputs of all decisions, written while the bench plays, and decided again in a replay.

use std::path::{Path, PathBuf};

use plugwatch::bench::{load, play_logged, replay};
use plugwatch::engine::EventLog;

/// Plays a scenario, and returns its event log.
async fn logged(name: &str, folder: &Path) -> PathBuf {
    let scenarios = load(None).unwrap();
    let scenario = scenarios.iter().find(|scenario| scenario.name == name).unwrap_or_else(|| panic!("no {name}"));
    let path = folder.join(format!("{name}.jsonl"));
    let log = EventLog::written(std::fs::File::create(&path).unwrap());
    let world = tempfile::tempdir().unwrap();
    play_logged(scenario, world.path(), Some(log.clone())).await.unwrap_or_else(|why| panic!("{name}: {why}"));
    log.close().unwrap();
    path
}

/// Scenarios with a clock that is set back, a withdrawn letter, a reload, and a removal from one storefront after
/// another.
const LOGGED: [&str; 4] = [
    "combination_clock_set_back",
    "combination_letter_withdrawn",
    "combination_reload_takes_it_out",
    "removal_apple_home_first",
];

#[tokio::test]
async fn an_event_log_is_decided_again_to_the_byte() {
    let folder = tempfile::tempdir().unwrap();
    for name in LOGGED {
        let log = logged(name, folder.path()).await;
        let again = tempfile::tempdir().unwrap();
        let replayed = replay(&log, again.path()).await.unwrap_or_else(|why| panic!("{name}: {why}"));
        assert!(replayed.events > 100 && replayed.decisions > 20, "{name}: {replayed:?}");
    }
}

/// A comparison that cannot fail would prove nothing.
#[tokio::test]
async fn a_replay_finds_a_decision_that_is_not_the_logs() {
    let folder = tempfile::tempdir().unwrap();
    let log = logged("removal_apple", folder.path()).await;
    let text = std::fs::read_to_string(&log).unwrap();
    let with = |text: String| {
        let path = folder.path().join("changed.jsonl");
        std::fs::write(&path, text).unwrap();
        path
    };
    let decided = text.replacen("\"reason\":\"not_listed\"", "\"reason\":\"something_else\"", 1);
    assert_ne!(decided, text);
    let told = |text: String| {
        let path = with(text);
        async move {
            let again = tempfile::tempdir().unwrap();
            replay(&path, again.path()).await.unwrap_err()
        }
    };
    let why = told(decided).await;
    assert!(why.contains("the decision differs"), "{why}");
    // Without one of the checks, the decision after it is different.
    let mut lines: Vec<&str> = text.lines().collect();
    let check = lines.iter().rposition(|line| line.contains("\"event\":\"check\"")).unwrap();
    lines.remove(check);
    let why = told(lines.join("\n")).await;
    assert!(why.contains("decided"), "{why}");
    assert!(told("{\"event\":\"start\"".to_owned()).await.contains("line 1"));
}
