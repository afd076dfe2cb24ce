//! The drop bench: every scenario can be read. Some are played here; the command plays all.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use plugwatch::ask::{Askers, Gate, Net, NetOptions, Script};
use plugwatch::bench::{Expect, Family, Is, Played, Scenario, Scripted, load, play, play_over};
use plugwatch::clock::Clock;
use plugwatch::config::Config;
use plugwatch::core::dependency::incident::Level;
use plugwatch::core::time::Time;
use plugwatch::core::time::budget::Budget;
use plugwatch::core::words::question::Question;
use plugwatch::core::words::verdict::Fault;

use crate::kit::{get, http, options, provider, raw};

#[test]
fn there_is_a_scenario_for_every_family_and_every_truth() {
    let scenarios = load(None).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(scenarios.len() >= 80, "only {} scenarios", scenarios.len());
    for family in Family::ALL {
        assert!(scenarios.iter().filter(|scenario| scenario.family == *family).count() >= 10, "{family}");
    }
    for is in Is::ALL {
        assert!(scenarios.iter().any(|scenario| scenario.truths.iter().any(|truth| truth.is == *is)), "{is}");
    }
}

/// The scenarios that each `cargo test` plays: one of each kind, and those that once failed.
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

/// A judge that never finds anything wrong would prove nothing.
#[tokio::test]
async fn the_judge_finds_what_is_wrong() {
    let scenarios = load(None).unwrap();
    let find = |name: &str| scenarios.iter().find(|scenario| scenario.name == name).unwrap().clone();
    let kinds = async |scenario: &plugwatch::bench::Scenario| {
        let folder = tempfile::tempdir().unwrap();
        let played = play(scenario, folder.path()).await.unwrap();
        played.wrong.iter().map(|finding| finding.kind).collect::<Vec<_>>()
    };
    // Without the truth, the announced drop is a false one.
    let mut cried = find("suspension_host_locked");
    cried.truths.clear();
    assert_eq!(kinds(&cried).await, ["false drop", "false alarm", "false alarm"]);
    // A truth that never happens: it is missed, and the dependency is green all the time.
    let mut missed = find("suspension_host_locked");
    missed.steps.clear();
    assert_eq!(kinds(&missed).await, ["missed", "green", "missed"]);
    // The texts of the messages are compared with the expectations of a truth.
    let mut told = find("suspension_host_locked");
    let right = Expect {
        level: Some(Level::Critical),
        title: Some("DROPPED: host (DigitalOcean)".into()),
        fault: Some(Fault::Unclear),
        culprit: Some("DigitalOcean".into()),
        cascade: Some(false),
        says: vec!["locked".into()],
        never_says: vec!["outage".into()],
        live_again: Some(false),
        most_messages: Some(4),
        ..Expect::default()
    };
    told.truths[0].expect = right.clone();
    assert!(kinds(&told).await.is_empty());
    let wrong = [
        Expect { level: Some(Level::Warning), ..right.clone() },
        Expect { title: Some("OUTAGE: *".into()), ..right.clone() },
        Expect { fault: Some(Fault::Ours), ..right.clone() },
        Expect { culprit: Some("Acme".into()), ..right.clone() },
        Expect { cascade: Some(true), ..right.clone() },
        Expect { says: vec!["unlocked".into()], ..right.clone() },
        Expect { never_says: vec!["locked".into()], ..right.clone() },
        Expect { live_again: Some(true), ..right.clone() },
        Expect { most_messages: Some(0), ..right },
    ];
    for expect in wrong {
        told.truths[0].expect = expect;
        assert!(kinds(&told).await.iter().all(|kind| *kind == "message"), "{:?}", told.truths[0].expect);
        assert!(!kinds(&told).await.is_empty(), "{:?}", told.truths[0].expect);
    }
    // A truth that cannot be announced this fast.
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

/// The script's answer to a request for `/host/path`, as HTTP bytes.
fn answered(script: &Scripted, request: &str) -> Vec<u8> {
    let path = request.split(' ').nth(1).unwrap_or("/");
    let answer = script.answer(&Question::Http(get(&format!("https:/{path}"))), Time(0));
    let Some(facts) = answer.http else { return Vec::new() };
    let own = facts.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
    let headers: String = own.chain([format!("content-type: {}\r\n", facts.content_type)]).collect();
    http(&format!("{} X", facts.status), &headers, &answer.body)
}

/// Plays a scenario with the network askers; a server answers from the script.
async fn over_a_socket(scenario: &Scenario) -> Played {
    provider();
    let script = Arc::new(Scripted::new(scenario.world.clone()));
    let behind = script.clone();
    let server = raw(move |request| answered(&behind, request)).await;
    let hosts = scenario.world.routes.iter().map(|route| route.host.clone());
    let overrides: BTreeMap<String, String> =
        hosts.map(|host| (format!("https://{host}"), format!("http://{server}/{host}"))).collect();
    let anchors = plugwatch::demo::anchors().await.unwrap();
    let anchors: Vec<_> = anchors.iter().map(|anchor| anchor.parse().unwrap()).collect();
    let askers = move |_: &Config, clock: &Clock| {
        let options = NetOptions { overrides: overrides.clone(), anchors: anchors.clone(), ..options() };
        let gate = Arc::new(Gate::new(Budget::new(HashMap::new()), clock.clone()));
        Askers::new(Net::new(options, gate, clock.clone()).unwrap())
    };
    let folder = tempfile::tempdir().unwrap();
    play_over(scenario, folder.path(), script, askers).await.unwrap()
}

/// Scripted answers prove something: the same answers over sockets lead to the same result.
#[tokio::test]
async fn what_is_scripted_is_judged_as_if_it_had_come_over_a_socket() {
    let scenarios = load(None).unwrap();
    for name in ["removal_apple", "suspension_host_locked", "suspension_sms_only_20003", "outage_status_page_green"] {
        let scenario = scenarios.iter().find(|scenario| scenario.name == name).unwrap();
        let folder = tempfile::tempdir().unwrap();
        // Over the socket, no budget applies.
        let script = Arc::new(Scripted::new(scenario.world.clone()));
        let askers = Askers::scripted(script.clone());
        let scripted = play_over(scenario, folder.path(), script, |_, _| askers.clone()).await.unwrap();
        let real = over_a_socket(scenario).await;
        assert_eq!(real.texts, scripted.texts, "{name}");
        assert_eq!((real.wrong, real.looks), (scripted.wrong, scripted.looks), "{name}");
    }
}

#[test]
fn the_format_names_every_actor_with_its_modes() {
    let page =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios/drops/README.md")).unwrap();
    let world = &load(None).unwrap()[0].world;
    for actor in world.actors() {
        let line = page.lines().find(|line| line.starts_with(&format!("| `{actor}` ")));
        let line = line.unwrap_or_else(|| panic!("{actor} is not in the table"));
        for mode in world.modes_of(actor) {
            assert!(line.contains(&format!("`{mode}`")), "{actor}: {mode}");
        }
    }
}
