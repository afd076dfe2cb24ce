//! One vendor whose answers the test changes: how each change is announced.

use std::sync::{Arc, Mutex};

use plugwatch::core::time::Time;
use plugwatch::demo::{Stage, anchors};

use crate::kit::{BEGIN, Staged, http, minutes, raw};

/// A DigitalOcean account, and its current answer.
struct Vendor {
    staged: Staged,
    answer: Arc<Mutex<(&'static str, String)>>,
}

impl Vendor {
    async fn open(secret: &str) -> Vendor {
        let answer = Arc::new(Mutex::new(("200 OK", account("active", 25))));
        let given = answer.clone();
        let server = raw(move |_| {
            let (status, body) = given.lock().unwrap().clone();
            http(status, "content-type: application/json\r\n", body.as_bytes())
        })
        .await;
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("key"), "not-a-real-key").unwrap();
        let list = anchors().await.unwrap().map(|anchor| format!("\"{anchor}\"")).join(", ");
        let text = format!(
            "platform = \"Acme\"\n[network]\nanchors = [{list}]\n[override]\n\"https://api.digitalocean.com\" = \
             \"http://{server}\"\n[[channel]]\nkind = \"terminal\"\n[[dependency]]\nid = \"host\"\nlabel = \"Hosting\"\n\
             check = \"digitalocean/account\"\ntoken = {}\nevery = \"5m\"\ncriticality = \"critical\"\n",
            secret.replace("FOLDER", &folder.path().display().to_string())
        );
        let staged = Staged::with(folder, Stage::new().unwrap(), text, Time::parse(BEGIN).unwrap()).await;
        Vendor { staged, answer }
    }

    /// Sets the vendor's answer, lets `span` minutes pass, and returns the messages.
    async fn then(&mut self, status: &'static str, body: String, span: u64) -> Vec<String> {
        *self.answer.lock().unwrap() = (status, body);
        self.staged.pass(minutes(span)).await;
        self.staged.news()
    }
}

fn account(status: &str, limit: u32) -> String {
    format!(
        "{{\"account\": {{\"email\": \"a@b.example\", \"status\": \"{status}\", \"status_message\": \"\", \"droplet_limit\": {limit}}}}}"
    )
}

const KEY: &str = "{ file = \"FOLDER/key\" }";

async fn live() -> Vendor {
    let mut vendor = Vendor::open(KEY).await;
    assert_eq!(
        vendor.then("200 OK", account("active", 25), 20).await,
        ["Acme: monitoring 1: 1 working. Next report Monday 9:00 UTC."]
    );
    vendor
}

#[tokio::test]
async fn a_warning_is_told_as_one_and_a_lock_after_it_as_worse() {
    let mut vendor = live().await;
    assert_eq!(
        vendor.then("200 OK", account("warning", 25), 20).await,
        ["WARNING, account flagged: Hosting (DigitalOcean)"]
    );
    assert_eq!(vendor.then("200 OK", account("locked", 25), 20).await, ["DROPPED: Hosting (DigitalOcean)"]);
    assert_eq!(vendor.then("503 Busy", "{}".into(), 30).await, [""; 0], "an outage does not withdraw the drop");
    assert_eq!(vendor.staged.shown("host"), "dropped");
    assert_eq!(
        vendor.then("200 OK", account("active", 25), 20).await,
        ["BACK: Hosting (DigitalOcean, dropped for 17 min or more)"],
        "while it answered 503, nobody saw whether it was still locked"
    );
}

#[tokio::test]
async fn a_key_that_worked_and_is_refused_is_access_lost_at_once_and_no_drop() {
    let mut vendor = live().await;
    let told = vendor.then("401 Unauthorized", "{\"id\": \"unauthorized\"}".into(), 8).await;
    assert_eq!(told, ["KEY REFUSED, or account suspended: Hosting (DigitalOcean)"]);
    assert_eq!(vendor.staged.shown("host"), "not_verified");
    vendor.staged.pass(minutes(120)).await;
    let told = vendor.staged.told();
    assert!(told.len() == 5 && told.iter().all(|line| line.starts_with("KEY STILL REFUSED (")), "{told:?}");
    assert_eq!(
        vendor.then("200 OK", account("active", 25), 10).await,
        ["KEY WORKS AGAIN: Hosting (DigitalOcean, refused 2 h 7 min)"]
    );
}

#[tokio::test]
async fn an_answer_that_no_rule_knows_is_unknown_and_told_after_a_quarter_of_an_hour() {
    let mut vendor = live().await;
    assert_eq!(vendor.then("200 OK", "{\"state\": \"fine\"}".into(), 10).await, [""; 0]);
    assert_eq!(vendor.staged.shown("host"), "not_verified");
    let told = vendor.then("200 OK", "{\"state\": \"fine\"}".into(), 20).await;
    assert_eq!(told, ["CAN'T CHECK: Hosting (DigitalOcean)"]);
}

#[tokio::test]
async fn what_was_never_seen_live_cannot_be_dropped() {
    let mut vendor = Vendor::open(KEY).await;
    let told = vendor.then("200 OK", account("locked", 25), 60).await;
    assert_eq!(told, ["Acme: monitoring 1: 1 never seen working. Next report Monday 9:00 UTC."]);
    assert_eq!(vendor.staged.shown("host"), "never_seen_live");
}

#[tokio::test]
async fn a_key_that_never_worked_is_said_once_with_what_to_do() {
    let mut vendor = Vendor::open(KEY).await;
    *vendor.answer.lock().unwrap() = ("401 Unauthorized", "{}".into());
    vendor.staged.pass(minutes(120)).await;
    let text = vendor.staged.received.lock().unwrap()[0]["text"].as_str().unwrap().to_owned();
    insta::assert_snapshot!(text);
    assert_eq!(vendor.staged.told().len(), 1);
    let back = vendor.then("200 OK", account("active", 25), 20).await;
    assert_eq!(back, ["CHECKING AGAIN: Hosting (DigitalOcean)"]);
}

#[tokio::test]
async fn a_secret_that_is_not_set_is_said_at_the_start_and_never_again() {
    let mut vendor = Vendor::open("{ env = \"PLUGWATCH_TEST_NOT_SET\" }").await;
    let told = vendor.then("200 OK", account("active", 25), 120).await;
    assert_eq!(told, ["Acme: monitoring 1: 1 needs a key. Next report Monday 9:00 UTC."]);
    assert_eq!(vendor.staged.shown("host"), "needs_key");
}

#[tokio::test]
async fn a_watched_fact_that_changed_is_told_once_it_was_read_twice() {
    let mut vendor = live().await;
    assert_eq!(vendor.then("200 OK", account("active", 3), 5).await, [""; 0]);
    assert_eq!(vendor.then("200 OK", account("active", 3), 30).await, ["CHANGED: Hosting (droplet limit)"]);
}

#[tokio::test]
async fn one_bad_answer_between_good_ones_is_told_to_nobody() {
    let mut vendor = live().await;
    for status in ["locked", "active", "locked", "active"] {
        *vendor.answer.lock().unwrap() = ("200 OK", account(status, 25));
        // The confirming check runs a minute after the suspicion at the earliest.
        let snapshot = vendor.staged.engine.next_due().unwrap();
        vendor.staged.pass(snapshot.since(vendor.staged.clock.now())).await;
    }
    vendor.staged.pass(minutes(20)).await;
    assert_eq!(vendor.staged.told(), [""; 0]);
}

#[tokio::test]
async fn a_breakdown_that_asks_us_to_come_back_later_is_still_told_soon() {
    let mut vendor = live().await;
    let told = vendor.then("503 Busy\r\nretry-after: 3600", "{}".into(), 15).await;
    assert_eq!(told, ["OUTAGE: Hosting (DigitalOcean)"]);
}

#[tokio::test]
async fn a_restart_in_the_middle_of_an_incident_goes_on_with_the_same_one() {
    let mut vendor = live().await;
    vendor.then("200 OK", account("locked", 25), 20).await;
    vendor.staged = vendor.staged.crash_and_restart().await;
    let told = vendor.then("200 OK", account("active", 25), 30).await;
    assert_eq!(told[0], "Acme: monitoring 1: 1 dropped. Next report Monday 9:00 UTC.");
    assert!(told.len() == 2 && told[1].starts_with("BACK: Hosting (DigitalOcean, dropped for "), "{told:?}");
    assert_eq!(vendor.staged.store.incidents(Some("host"), Time(0)).await.unwrap().len(), 1);
}
