//! Faults that other monitors have had. Each test is named after the behaviour that prevents the fault.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use plugwatch::bench::{load, play};
use plugwatch::clock::Clock;
use plugwatch::core::dependency::incident::{Level, Reason};
use plugwatch::core::probe::confirm::after;
use plugwatch::core::probe::policy::Policy;
use plugwatch::core::probe::reference_hosts::judge;
use plugwatch::core::probe::standing::{CheckResult, Standing};
use plugwatch::core::probe::witness::{OwnNetwork, Want, Witnesses};
use plugwatch::core::time::Time;
use plugwatch::core::time::schedule::{Schedule, stable};
use plugwatch::core::words::answer::Failure;
use plugwatch::core::words::verdict::{Basis, Reading, Verdict};
use plugwatch::engine::{Dispatcher, Ways};
use plugwatch::ids::Ids;
use plugwatch::notify::{Message, Sender, Senders, Tried, Trying};
use plugwatch::store::{Address, Batch, NewAlert, Store};

/// Plays scenarios of the drop bench, and asserts that nothing is wrong.
async fn holds(names: &[&str]) {
    let scenarios = load(None).unwrap();
    for name in names {
        let scenario = scenarios.iter().find(|scenario| scenario.name == *name).unwrap_or_else(|| panic!("no {name}"));
        let folder = tempfile::tempdir().unwrap();
        let played = play(scenario, folder.path()).await.unwrap();
        assert_eq!(played.wrong, [], "{name}");
    }
}

#[tokio::test]
async fn a_failed_look_up_is_read_neither_as_fine_nor_as_a_disaster() {
    holds(&["weather_registry_not_found", "weather_zone_one_parent_server", "outage_apple_lookup_empty"]).await;
}

#[tokio::test]
async fn a_second_failure_is_not_masked_by_the_first() {
    holds(&["combination_drop_during_others_outage", "combination_two_in_one_minute"]).await;
}

#[tokio::test]
async fn what_is_kept_silent_takes_no_other_alert_with_it() {
    holds(&["combination_cause_and_consequence", "combination_consequence_outlives_cause"]).await;
    holds(&["ours_drop_in_announced_work", "ours_announced_work_never_ends"]).await;
}

#[tokio::test]
async fn one_broken_anchor_is_no_guard_on_one_target() {
    holds(&["ours_one_anchor_dead"]).await;
}

#[test]
fn a_quorum_that_half_can_satisfy_is_none() {
    // If half of the hosts answer, plugwatch's own network is not judged as blind.
    let (up, down) = (Ok(()), Err(Failure::ConnectTimeout));
    assert_eq!(judge(&[up, up, down, down]), OwnNetwork::Sound);
    assert_eq!(judge(&[up, down]), OwnNetwork::Unasked);
    assert_eq!(judge(&[up, down, down]), OwnNetwork::Blind);
}

#[test]
fn first_looks_do_not_start_one_after_the_other() {
    let every = Schedule::Every(Duration::from_secs(300));
    let first: Vec<Time> = (0..500).map(|n| every.first(Time(0), stable(&format!("probe {n}")), 500)).collect();
    assert!(first.iter().all(|at| *at < Time(1_000)), "all within the first second");
    let spread: BTreeSet<i64> = first.iter().map(|at| at.0 / 10).collect();
    assert!(spread.len() >= 90, "and spread over it: {} hundredths used", spread.len());
}

/// A channel that refuses `left` more messages, and then accepts all.
struct Refusing {
    left: Mutex<u32>,
    arrived: Mutex<Vec<String>>,
}

impl Sender for Refusing {
    fn send<'m>(&'m self, message: &'m Message) -> Trying<'m> {
        Box::pin(async {
            let mut left = self.left.lock().unwrap();
            if *left > 0 {
                *left -= 1;
                return Tried::Retry { after: None, why: "not now".to_owned() };
            }
            self.arrived.lock().unwrap().push(message.id.clone());
            Tried::Sent(None)
        })
    }

    fn reads_digests(&self) -> bool {
        false
    }
}

fn alert(id: &str, reason: Reason) -> NewAlert {
    let view = plugwatch::say::alert::AlertView {
        reason,
        level: Level::Info,
        platform: "Acme".into(),
        at: Time(0),
        simulation: false,
        body: plugwatch::say::alert::Body::Note { title: id.to_owned(), lines: Vec::new() },
    };
    NewAlert {
        public_id: id.to_owned(),
        incident: None,
        dependency: None,
        reason,
        level: Level::Info,
        at: Time(0),
        snapshot: plugwatch::engine::alert_snapshot(&view),
        thread: None,
        to: vec![Address::plain("chat", "one", Time(0))],
    }
}

#[tokio::test]
async fn a_recovery_that_was_not_delivered_is_tried_again_and_nothing_is_sent_before_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(Store::open(&folder.path().join("p.db")).await.unwrap());
    let alerts = vec![alert("opened", Reason::Opened), alert("recovered", Reason::Recovered)];
    store.commit(&Batch { alerts, ..Batch::default() }).await.unwrap();
    let clock = Clock::manual(Time(0));
    let channel = Arc::new(Refusing { left: Mutex::new(4), arrived: Mutex::default() });
    let senders = Senders::recorded([("chat".to_owned(), channel.clone() as Arc<dyn Sender>)]);
    let dispatcher = Dispatcher::new(
        store.clone(),
        Ways { senders, everybody: Vec::new(), off: Vec::new() },
        clock.clone(),
        Ids::Random,
    );
    dispatcher.deliver(Time(0)).await.unwrap();
    assert_eq!(store.outbox_state().await.unwrap().sent, 0, "a refused message does not count as sent");
    for minute in 1..20 {
        clock.move_to(Time(minute * 60_000));
        dispatcher.deliver(clock.now()).await.unwrap();
    }
    assert_eq!(*channel.arrived.lock().unwrap(), ["opened", "recovered"]);
    assert_eq!(store.outbox_state().await.unwrap().sent, 2);
}

fn looked(at: i64, verdict: Verdict, reason: &str) -> CheckResult {
    let reading = Reading { basis: Basis::OwnStatement, ..Reading::new(verdict, reason, "so it reads") };
    CheckResult { at: Time(at * 1_000), reading }
}

fn sound() -> Witnesses {
    Witnesses { own_network: OwnNetwork::Sound, ..Witnesses::default() }
}

#[test]
fn another_key_than_the_one_that_worked_is_not_the_same_key() {
    let policy = |key_mark| {
        let usual = Policy::for_basis(Basis::OwnStatement, Duration::from_secs(300));
        Policy { keyed: true, key_mark: Some(key_mark), ..usual }
    };
    let (live, ..) = after(&Standing::default(), &looked(0, Verdict::Live, "fine"), &sound(), &policy(1));
    let refused = |key_mark| {
        let look = looked(60, Verdict::Unknown, "credential_refused");
        after(&live, &look, &sound(), &policy(key_mark)).0.unverified.unwrap().held.reason
    };
    assert_eq!((refused(1).as_str(), refused(2).as_str()), ("access_lost", "credential_refused"));
}

#[test]
fn our_own_network_is_asked_before_a_drop_is_confirmed() {
    let policy = Policy::for_basis(Basis::OwnStatement, Duration::from_secs(300));
    let (mut standing, ..) = after(&Standing::default(), &looked(0, Verdict::Live, "fine"), &sound(), &policy);
    for at in [300, 400, 500] {
        let (next, flip, wants) =
            after(&standing, &looked(at, Verdict::Dropped, "locked"), &Witnesses::default(), &policy);
        assert!(flip.is_none() && wants.contains(&Want::Anchors), "{wants:?}");
        standing = next;
    }
    let (_, flip, _) = after(&standing, &looked(600, Verdict::Dropped, "locked"), &sound(), &policy);
    assert_eq!(flip.map(|flip| flip.to.verdict), Some(Verdict::Dropped));
}
