//! The store: one program at a time, nothing lost, nothing delivered out of order.

use std::path::PathBuf;
use std::time::Duration;

use plugwatch::core::alerting::notified::Notified;
use plugwatch::core::dependency::incident::{Level, Reason};
use plugwatch::core::dependency::state::Combined;
use plugwatch::core::people::action::{ActionKind, OperatorAction};
use plugwatch::core::time::Time;
use plugwatch::core::words::verdict::Verdict;
use plugwatch::store::{
    Address, Batch, Blob, CheckRow, DependencyChange, Error, EvidenceRow, NewAlert, Outcome, Store, WantedProbe,
    verify_chain,
};

fn file() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.db");
    (folder, path)
}

fn look(probe: i64, at: i64, evidence: Option<EvidenceRow>) -> CheckRow {
    CheckRow {
        asked: true,
        probe,
        dependency: "ios-app".into(),
        at: Time(at),
        verdict: Verdict::Live,
        reason: "listed".into(),
        latency_ms: 12,
        standing: None,
        flip: None,
        facts: Vec::new(),
        fact_changes: Vec::new(),
        stock: None,
        evidence,
    }
}

fn alert(id: &str, recipients: &[&str]) -> NewAlert {
    NewAlert {
        public_id: id.into(),
        incident: None,
        dependency: None,
        reason: Reason::Opened,
        level: Level::Critical,
        at: Time(1_000),
        snapshot: serde_json::json!({}),
        thread: None,
        to: recipients.iter().map(|recipient| Address::plain("telegram", recipient, Time(0))).collect(),
    }
}

const LEASE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_second_plugwatch_on_the_same_file_is_refused_with_a_sentence() {
    let (_folder, path) = file();
    let first = Store::open(&path).await.unwrap();
    let Err(error) = Store::open(&path).await else { panic!("it was opened twice") };
    assert!(matches!(error, Error::InUse(_)));
    assert!(error.to_string().contains("in use by another plugwatch; stop that one"), "{error}");
    first.close().await;
    drop(first);
    Store::open(&path).await.unwrap();
}

#[tokio::test]
async fn a_damaged_file_is_refused_and_left_as_it_is() {
    let (_folder, path) = file();
    let garbage = vec![0x5a; 8_192];
    std::fs::write(&path, &garbage).unwrap();
    let Err(error) = Store::open(&path).await else { panic!("garbage was opened") };
    assert!(matches!(error, Error::Damaged { .. }), "{error}");
    assert!(error.to_string().contains("keep it as it is"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), garbage);
}

#[tokio::test]
async fn another_programs_database_is_refused_and_left_as_it_is() {
    let (_folder, path) = file();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut theirs = sqlx::ConnectOptions::connect(&options).await.unwrap();
    sqlx::query("CREATE TABLE users (name TEXT)").execute(&mut theirs).await.unwrap();
    sqlx::Connection::close(theirs).await.unwrap();
    let before = std::fs::read(&path).unwrap();
    let Err(error) = Store::open(&path).await else { panic!("it was taken over") };
    assert!(matches!(error, Error::Foreign(_)), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn another_platforms_history_is_refused_and_a_renamed_platform_is_not() {
    let (_folder, path) = file();
    let store = Store::open(&path).await.unwrap();
    store.claim("Acme", &["a"].into()).await.unwrap();
    let probe =
        WantedProbe { identity: "a".into(), dependency: "a".into(), check: "a/b".into(), country: None, decides: true };
    store.set_probes(&[probe], Time(1)).await.unwrap();
    let error = store.claim("Other", &["b"].into()).await.unwrap_err();
    assert!(error.to_string().contains("holds the history of `Acme`"), "{error}");
    store.claim("Acme, renamed", &["a", "b"].into()).await.unwrap();
}

#[tokio::test]
async fn damage_in_the_middle_of_a_real_file_is_noticed_at_the_start() {
    let (_folder, path) = file();
    let store = Store::open(&path).await.unwrap();
    let looks = (0..3_000).map(|n| look(1, n, None)).collect();
    store.commit(&Batch { looks, ..Batch::default() }).await.unwrap();
    store.close().await;
    drop(store);
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 16_384].fill(0xff);
    std::fs::write(&path, bytes).unwrap();
    let Err(error) = Store::open(&path).await else { panic!("damage was not noticed") };
    assert!(matches!(error, Error::Damaged { .. }), "{error}");
}

#[tokio::test]
async fn a_commit_of_more_rows_than_one_statement_takes_is_written_whole() {
    let (_folder, path) = file();
    let store = Store::open(&path).await.unwrap();
    let many = 1_201;
    let looks = (0..many).map(|n| look(1, n, None)).collect();
    let change = |n: i64| DependencyChange {
        id: format!("d{n}"),
        state: Combined::default(),
        notified: Notified::NOTHING,
        at: Time(n),
    };
    store.commit(&Batch { looks, dependencies: (0..many).map(change).collect(), ..Batch::default() }).await.unwrap();
    assert_eq!(store.looks().await.unwrap(), many);
    let stored = store.dependencies().await.unwrap();
    assert_eq!(stored.len(), 1_201);
    assert!(stored.contains_key("d0") && stored.contains_key("d1200"));
}

#[tokio::test]
async fn probes_keep_their_numbers_and_wake_again() {
    let (_folder, path) = file();
    let store = Store::open(&path).await.unwrap();
    let probe = |identity: &str| WantedProbe {
        identity: identity.into(),
        dependency: identity.into(),
        check: "a/b".into(),
        country: None,
        decides: true,
    };
    let (first, _) = store.set_probes(&[probe("a"), probe("b")], Time(1)).await.unwrap();
    let (_, retired) = store.set_probes(&[probe("a")], Time(2)).await.unwrap();
    assert_eq!(retired.iter().map(|probe| probe.identity.as_str()).collect::<Vec<_>>(), ["b"]);
    let (again, retired) = store.set_probes(&[probe("b"), probe("a")], Time(3)).await.unwrap();
    assert_eq!((again, retired.len()), (first, 0));
}

#[tokio::test]
async fn sums_follow_the_looks() {
    let (_folder, path) = file();
    let store = Store::open(&path).await.unwrap();
    let wanted = WantedProbe {
        identity: "x".into(),
        dependency: "ios-app".into(),
        check: "a/b".into(),
        country: None,
        decides: true,
    };
    let (ids, _) = store.set_probes(&[wanted], Time(0)).await.unwrap();
    let hour = 3_600_000;
    let looks = [0, 1, hour, hour + 1, hour + 2].map(|at| look(ids["x"], at, None)).into();
    store.commit(&Batch { looks, ..Batch::default() }).await.unwrap();
    let hours = store.rollups("ios-app", hour, Time(0)).await.unwrap();
    assert_eq!(hours.iter().map(|row| row.counts.live).collect::<Vec<_>>(), [2, 3]);
    let days = store.rollups("ios-app", 24 * hour, Time(0)).await.unwrap();
    assert_eq!((days.len(), days[0].counts.live, days[0].counts.latency_ms), (1, 5, 60));
    assert_eq!(store.prune(Time(hour)).await.unwrap(), 2);
    assert_eq!(store.looks().await.unwrap(), 5, "pruned checks still count");
}

#[tokio::test]
async fn sums_hold_each_check_once_whether_it_was_added_to_them_yet_or_not() {
    let (_folder, path) = file();
    let mut store = Store::open(&path).await.unwrap();
    let wanted = WantedProbe {
        identity: "x".into(),
        dependency: "ios-app".into(),
        check: "a/b".into(),
        country: None,
        decides: true,
    };
    let (ids, _) = store.set_probes(&[wanted], Time(0)).await.unwrap();
    let hour = 3_600_000;
    let step = 5_000;
    // More checks than may wait for their sums: some are summed, and some are not yet.
    for batch in 0..10 {
        let looks = (0..1_000).map(|n| look(ids["x"], (batch * 1_000 + n) * step, None)).collect();
        store.commit(&Batch { looks, ..Batch::default() }).await.unwrap();
        if batch % 3 == 2 {
            store.close().await;
            drop(store);
            store = Store::open(&path).await.unwrap();
        }
        let hours = store.rollups("ios-app", hour, Time(0)).await.unwrap();
        let each = (batch + 1) * 1_000;
        assert_eq!(hours.iter().map(|row| row.counts.live).sum::<i64>(), each);
        assert!(hours.iter().rev().skip(1).all(|row| row.counts.live == hour / step), "{hours:?}");
        assert_eq!(store.looks().await.unwrap(), each);
        let all = store.sums_by_dependency(24 * hour, Time(0)).await.unwrap();
        let day = all["ios-app"][&Time(0)];
        assert_eq!((all.len(), day.live, day.latency_ms), (1, each, each * 12));
    }
    // Deleted checks are in the sums, and later ones are counted once.
    assert_eq!(store.prune(Time(10_000 * step)).await.unwrap(), 5_000);
    assert_eq!(store.prune(Time(10_000 * step)).await.unwrap(), 5_000);
    let looks = vec![look(ids["x"], 10_000 * step, None)];
    store.commit(&Batch { looks, ..Batch::default() }).await.unwrap();
    let hours = store.rollups("ios-app", hour, Time(0)).await.unwrap();
    assert_eq!(hours.iter().map(|row| row.counts.live).sum::<i64>(), 10_001);
    assert_eq!(store.looks().await.unwrap(), 10_001);
}

#[tokio::test]
async fn messages_to_one_recipient_keep_their_order_and_do_not_hold_up_others() {
    let (_folder, path) = file();
    let store = Store::open(&path).await.unwrap();
    let alerts = vec![alert("one", &["a", "b"]), alert("two", &["a", "b"])];
    store.commit(&Batch { alerts, ..Batch::default() }).await.unwrap();
    let leased = store.lease(Time(2_000), LEASE, |_| true).await.unwrap();
    let named: Vec<_> = leased.iter().map(|d| (d.recipient.as_str(), d.alert.public_id.as_str())).collect();
    assert_eq!(named, [("a", "one"), ("b", "one")]);
    assert!(store.lease(Time(2_000), LEASE, |_| true).await.unwrap().is_empty(), "leased rows are not leased again");
    let retry = Outcome::Retry(Duration::from_secs(5), "429".into());
    store.settle(&leased[0], &retry, &[], Time(2_100)).await.unwrap();
    store.settle(&leased[1], &Outcome::Sent(None), &[], Time(2_100)).await.unwrap();
    let next = store.lease(Time(2_200), LEASE, |_| true).await.unwrap();
    assert_eq!(
        next.iter().map(|d| (d.recipient.as_str(), d.alert.public_id.as_str())).collect::<Vec<_>>(),
        [("b", "two")]
    );
    let later = store.lease(Time(7_100), LEASE, |_| true).await.unwrap();
    assert_eq!(
        later.iter().map(|d| (d.recipient.as_str(), d.alert.public_id.as_str())).collect::<Vec<_>>(),
        [("a", "one")]
    );
    assert!(!later[0].maybe_repeat, "the first attempt certainly did not arrive");
}

#[tokio::test]
async fn a_crash_while_sending_sends_once_more_and_says_so() {
    let (_folder, path) = file();
    let store = Store::open(&path).await.unwrap();
    store.commit(&Batch { alerts: vec![alert("one", &["a"])], ..Batch::default() }).await.unwrap();
    let leased = store.lease(Time(2_000), LEASE, |_| true).await.unwrap();
    store.going_out(&[leased[0].attempt]);
    // The program dies here, before the outcome is stored.
    store.close().await;
    drop(store);
    let store = Store::open(&path).await.unwrap();
    let again = store.lease(Time(3_000), LEASE, |_| true).await.unwrap();
    assert!(again[0].maybe_repeat);
    // This attempt fails, so the outcome of the first one is still unknown.
    store.settle(&again[0], &Outcome::Retry(Duration::ZERO, "not now".into()), &[], Time(3_100)).await.unwrap();
    let again = store.lease(Time(4_000), LEASE, |_| true).await.unwrap();
    assert!(again[0].maybe_repeat);
    store.settle(&again[0], &Outcome::Sent(Some("77".into())), &[], Time(62_100)).await.unwrap();
    let state = store.outbox_state().await.unwrap();
    assert_eq!((state.pending, state.sent), (0, 1));
    assert_eq!(store.next_delivery().await.unwrap(), None);
}

#[tokio::test]
async fn a_crash_before_anything_went_out_is_no_repeat() {
    let (_folder, path) = file();
    let store = Store::open(&path).await.unwrap();
    store.commit(&Batch { alerts: vec![alert("one", &["a"])], ..Batch::default() }).await.unwrap();
    assert_eq!(store.lease(Time(2_000), LEASE, |_| true).await.unwrap().len(), 1);
    store.close().await;
    drop(store);
    let store = Store::open(&path).await.unwrap();
    assert!(!store.lease(Time(3_000), LEASE, |_| true).await.unwrap()[0].maybe_repeat);
    // After a reboot of the machine, the outcome of earlier deliveries is unknown.
    store.close().await;
    drop(store);
    std::fs::write(path.with_extension("db.lock"), "another-boot\n").unwrap();
    let store = Store::open(&path).await.unwrap();
    assert!(store.lease(Time(4_000), LEASE, |_| true).await.unwrap()[0].maybe_repeat);
}

#[tokio::test]
async fn the_database_and_its_company_are_for_the_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, path) = file();
    std::fs::write(&path, "").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let store = Store::open(&path).await.unwrap();
    store.commit(&Batch { looks: vec![look(1, 5, None)], ..Batch::default() }).await.unwrap();
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.file_name());
        names.push(entry.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(names, ["p.db", "p.db-shm", "p.db-wal", "p.db.lock"]);
}

#[tokio::test]
async fn an_alert_is_never_queued_twice() {
    let (_folder, path) = file();
    let store = Store::open(&path).await.unwrap();
    let batch = Batch { alerts: vec![alert("one", &["a"])], looks: vec![look(1, 5, None)], ..Batch::default() };
    store.commit(&batch).await.unwrap();
    assert!(store.commit(&batch).await.is_err());
    assert_eq!(store.looks().await.unwrap(), 1, "the failed commit left nothing behind");
}

fn evidence(body: &str) -> EvidenceRow {
    EvidenceRow {
        cause: "first".into(),
        verdict: "live".into(),
        reason: "listed".into(),
        facts: "{}".into(),
        raw_sha256: "ab".into(),
        raw_size: body.len(),
        redacted: "[]".into(),
        body: Some(Blob::pack(body.as_bytes()).unwrap()),
    }
}

#[tokio::test]
async fn changed_evidence_shows() {
    let (_folder, path) = file();
    let store = Store::open(&path).await.unwrap();
    let looks = ["x", "y", "z"].iter().enumerate().map(|(n, body)| look(1, n as i64, Some(evidence(body)))).collect();
    store.commit(&Batch { looks, ..Batch::default() }).await.unwrap();
    assert_eq!(verify_chain(&store).await.unwrap(), Ok(3));
    let other = sqlx::SqlitePool::connect(&format!("sqlite:{}", path.display())).await.unwrap();
    sqlx::query("UPDATE evidence SET verdict = 'dropped' WHERE id = 2").execute(&other).await.unwrap();
    assert_eq!(verify_chain(&store).await.unwrap(), Err(2));
}

#[tokio::test]
async fn what_waits_for_a_channel_that_is_no_longer_configured_goes_to_those_that_are() {
    let (_folder, path) = file();
    let store = Store::open(&path).await.unwrap();
    let old = ("telegram".to_owned(), "1".to_owned());
    let new = [("telegram".to_owned(), "2".to_owned()), ("webhook".to_owned(), "x".to_owned())];
    let waiting =
        NewAlert { to: [&old, &new[1]].map(|(c, r)| Address::plain(c, r, Time(0))).into(), ..alert("a", &[]) };
    store.commit(&Batch { alerts: vec![waiting], ..Batch::default() }).await.unwrap();
    assert_eq!(store.readdress(&[], &[]).await.unwrap(), 0, "without a channel, it waits");
    assert_eq!(store.readdress(&new, &[]).await.unwrap(), 1);
    assert_eq!(store.readdress(&new, &[]).await.unwrap(), 0);
    let leased = store.lease(Time(1_000_000), Duration::from_secs(60), |_| true).await.unwrap();
    let mut places: Vec<_> = leased.iter().map(|one| (one.channel.clone(), one.recipient.clone())).collect();
    places.sort();
    assert_eq!(places, new);
}

#[tokio::test]
async fn what_is_critical_is_leased_first_and_the_rest_in_its_order() {
    let (_folder, path) = file();
    let store = Store::open(&path).await.unwrap();
    let quiet = |id: &str| NewAlert { level: Level::Warning, ..alert(id, &["1"]) };
    let alerts = vec![quiet("a"), quiet("b"), alert("loud", &["1"])];
    store.commit(&Batch { alerts, ..Batch::default() }).await.unwrap();
    let mut order = Vec::new();
    while let Some(one) = store.lease(Time(2_000), LEASE, |_| true).await.unwrap().pop() {
        store.settle(&one, &Outcome::Sent(None), &[], Time(2_000)).await.unwrap();
        order.push(one.alert.public_id);
    }
    assert_eq!(order, ["loud", "a", "b"]);
}

#[tokio::test]
async fn the_time_to_acknowledge_begins_with_the_critical_alert_and_includes_a_refused_key() {
    let (_folder, path) = file();
    let store = Store::open(&path).await.unwrap();
    let of_incident = |id: &str, level| NewAlert { level, thread: Some("pw-1".into()), ..alert(id, &["a"]) };
    let all = [
        (of_incident("warned", Level::Warning), 2_000),
        (of_incident("lost", Level::Critical), 500_000),
        // A refused key opens no incident: the alert itself is acknowledged.
        (NewAlert { reason: Reason::Blind, ..alert("refused", &["a"]) }, 700_000),
    ];
    for (alert, at) in all {
        store.commit(&Batch { alerts: vec![alert], ..Batch::default() }).await.unwrap();
        let leased = store.lease(Time(at), LEASE, |_| true).await.unwrap();
        store.settle(&leased[0], &Outcome::Sent(Some("7".into())), &[], Time(at)).await.unwrap();
    }
    let told = store.told_since(Time(0)).await.unwrap();
    assert_eq!((told.critical, told.acks, told.acked_in), (2, 0, vec![]), "a warning asks for no acknowledgement");
    for (about, at) in [("pw-1", 560_000), ("refused", 800_000)] {
        let ack = OperatorAction::new(ActionKind::Ack, "Ada", "terminal", Time(at));
        store.act(&OperatorAction { about: Some(about.into()), ..ack }).await.unwrap();
    }
    let told = store.told_since(Time(0)).await.unwrap();
    assert_eq!((told.acks, told.acked_in), (2, vec![60_000, 100_000]));
}

#[tokio::test]
async fn messages_are_counted_as_each_person_got_them_and_a_digest_is_one() {
    let (_folder, path) = file();
    let store = Store::open(&path).await.unwrap();
    let (came, later) = (Time(2_000), Time(3_600_000));
    store.commit(&Batch { alerts: vec![alert("one", &["a", "b"])], ..Batch::default() }).await.unwrap();
    for one in store.lease(came, LEASE, |_| true).await.unwrap() {
        store.settle(&one, &Outcome::Sent(None), &[], came).await.unwrap();
    }
    assert_eq!(store.told_since(Time(0)).await.unwrap().sent, 2, "one alert to two people is two messages");
    let late = ["two", "three", "four", "five"].map(|id| alert(id, &["a"]));
    store.commit(&Batch { alerts: late.into(), ..Batch::default() }).await.unwrap();
    let digest = store.lease(later, LEASE, |_| true).await.unwrap();
    assert_eq!((digest.len(), digest[0].with.len()), (1, 3));
    assert_eq!(store.told_since(Time(0)).await.unwrap().sent, 2, "unsent messages do not count");
    store.settle(&digest[0], &Outcome::Sent(Some("7".into())), &[], later).await.unwrap();
    assert_eq!(store.told_since(Time(0)).await.unwrap().sent, 3, "four alerts in one digest are one message");
    assert_eq!(store.told_since(later).await.unwrap().sent, 1, "the time of arrival counts, not that of the alert");
    let lost = alert("six", &["a"]);
    store.commit(&Batch { alerts: vec![lost], ..Batch::default() }).await.unwrap();
    let leased = store.lease(later, LEASE, |_| true).await.unwrap();
    store.settle(&leased[0], &Outcome::Dead("blocked".into()), &[], later).await.unwrap();
    let told = store.told_since(Time(0)).await.unwrap();
    assert_eq!((told.sent, told.dead), (3, 1));
}

#[tokio::test]
async fn a_file_that_is_removed_or_replaced_is_noticed_by_the_next_commit() {
    let (folder, path) = file();
    let store = Store::open(&path).await.unwrap();
    store.commit(&Batch { looks: vec![look(1, 5, None)], ..Batch::default() }).await.unwrap();
    let aside = folder.path().join("aside.db");
    std::fs::rename(&path, &aside).unwrap();
    let gone = store.commit(&Batch { looks: vec![look(1, 6, None)], ..Batch::default() }).await.unwrap_err();
    assert!(matches!(gone, Error::Displaced(_)), "{gone}");
    assert!(gone.to_string().contains("restart plugwatch"), "{gone}");
    std::fs::copy(&aside, &path).unwrap();
    let other = store.commit(&Batch { looks: vec![look(1, 7, None)], ..Batch::default() }).await.unwrap_err();
    assert!(matches!(other, Error::Displaced(_)), "{other}");
    std::fs::rename(&aside, &path).unwrap();
    store.commit(&Batch { looks: vec![look(1, 8, None)], ..Batch::default() }).await.unwrap();
    assert_eq!(store.looks().await.unwrap(), 2);
}

#[tokio::test]
async fn a_second_plugwatch_is_refused_by_whatever_link_it_comes() {
    let (folder, path) = file();
    let _first = Store::open(&path).await.unwrap();
    let link = folder.path().join("link.db");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let Err(error) = Store::open(&link).await else { panic!("it was opened twice") };
    assert!(matches!(error, Error::InUse(_)), "{error}");
    assert!(Store::is_in_use(&link));
}
