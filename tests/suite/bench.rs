//! The drop bench: every scenario reads, some are played here, all of them by the command.

use plugwatch::bench::{Is, load, play};

#[test]
fn there_is_a_scenario_for_every_family_and_every_truth() {
    let scenarios = load(None).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(scenarios.len() >= 80, "only {} scenarios", scenarios.len());
    for family in ["removal", "suspension", "outage", "ours", "weather", "combination"] {
        assert!(scenarios.iter().filter(|scenario| scenario.family == family).count() >= 10, "{family}");
    }
    for is in Is::ALL {
        assert!(scenarios.iter().any(|scenario| scenario.truths.iter().any(|truth| truth.is == *is)), "{is}");
    }
}

/// Played on each `cargo test`: one of each kind, and whatever once went wrong.
const SOME: [&str; 12] = [
    "removal_apple",
    "removal_play_alternating",
    "suspension_host_locked",
    "suspension_key_refused_and_site_gone",
    "outage_sms_503",
    "outage_announced_by_vendor",
    "ours_captive_portal",
    "ours_key_revoked",
    "weather_play_captcha",
    "combination_two_in_one_minute",
    "combination_host_outage_and_site",
    "combination_mass_outage_is_near_us",
];

#[tokio::test]
async fn what_is_told_is_what_is_true() {
    let scenarios = load(None).unwrap();
    for name in SOME {
        let scenario = scenarios.iter().find(|scenario| scenario.name == name).unwrap_or_else(|| panic!("no {name}"));
        let folder = tempfile::tempdir().unwrap();
        let played = play(scenario, folder.path()).await.unwrap_or_else(|why| panic!("{name}: {why}"));
        assert_eq!(played.wrong, [], "{name}");
    }
}

/// A bench that finds nothing wrong in anything proves nothing.
#[tokio::test]
async fn the_judge_finds_what_is_wrong() {
    let scenarios = load(None).unwrap();
    let find = |name: &str| scenarios.iter().find(|scenario| scenario.name == name).unwrap().clone();
    let kinds = async |scenario: &plugwatch::bench::Scenario| {
        let folder = tempfile::tempdir().unwrap();
        let played = play(scenario, folder.path()).await.unwrap();
        played.wrong.iter().map(|finding| finding.kind).collect::<Vec<_>>()
    };
    // The truth withheld: what is told is a false drop.
    let mut cried = find("suspension_host_locked");
    cried.truths.clear();
    assert_eq!(kinds(&cried).await, ["false drop"]);
    // A truth that never happens: it is missed, and the thing is green all the while.
    let mut missed = find("suspension_host_locked");
    missed.steps.clear();
    assert_eq!(kinds(&missed).await, ["missed", "green", "twice"]);
    // A truth that cannot be told so fast.
    let mut late = find("suspension_host_locked");
    late.truths[0].within = std::time::Duration::from_secs(1);
    assert!(kinds(&late).await.contains(&"late"));
}

#[tokio::test]
async fn a_question_that_the_script_does_not_know_is_a_finding() {
    let scenarios = load(None).unwrap();
    let mut scenario = scenarios.iter().find(|scenario| scenario.name == "ours_redesign").unwrap().clone();
    scenario.world.routes.clear();
    let folder = tempfile::tempdir().unwrap();
    let played = play(&scenario, folder.path()).await.unwrap();
    assert!(played.wrong.iter().any(|finding| finding.kind == "script"), "{:?}", played.wrong);
}
