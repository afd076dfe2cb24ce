//! The engine with scripted vendors: what it announces, what it shows, and what survives a crash.

use std::time::Duration;

use plugwatch::config::Config;
use plugwatch::core::dependency::incident::Reason;
use plugwatch::core::time::Time;
use plugwatch::demo::{Stage, configuration};
use plugwatch::store::verify_chain;

use crate::kit::{Staged, minutes};

#[tokio::test]
async fn the_first_message_says_what_is_watched() {
    let mut staged = Staged::open().await;
    staged.pass(minutes(3)).await;
    assert_eq!(staged.told(), ["Chatterbox (invented): monitoring 6: 6 working. Next report Monday 9:00 UTC."]);
}

#[tokio::test]
async fn a_locked_account_is_dropped_and_its_return_is_told_with_how_long_it_lasted() {
    let mut staged = Staged::open().await;
    staged.pass(minutes(20)).await;
    staged.told();
    staged.stage.set("digitalocean", "gone");
    staged.pass(minutes(20)).await;
    assert_eq!(staged.news(), ["DROPPED: Cloud hosting (DigitalOcean)"]);
    assert_eq!(staged.shown("hosting"), "dropped");
    staged.stage.set("digitalocean", "live");
    staged.pass(minutes(20)).await;
    let told = staged.news();
    assert!(told[0].starts_with("BACK: Cloud hosting (DigitalOcean, dropped for "), "{told:?}");
    let incidents = staged.store.incidents(Some("hosting"), Time(0)).await.unwrap();
    assert_eq!(incidents.len(), 1);
    assert!(incidents[0].closed_at.is_some());
}

#[tokio::test]
async fn an_outage_of_a_vendor_is_never_called_a_drop() {
    let mut staged = Staged::open().await;
    staged.pass(minutes(20)).await;
    staged.told();
    staged.stage.set("twilio", "broken");
    staged.pass(minutes(120)).await;
    assert_eq!(staged.told(), ["OUTAGE: Sign-up texts (Twilio)"]);
    staged.stage.set("twilio", "live");
    staged.pass(minutes(60)).await;
    // The outage counts until the first good check, which runs on its schedule of ten minutes.
    let told = staged.told();
    assert!(told.len() == 1 && told[0].starts_with("BACK: Sign-up texts (Twilio, out 2 h"), "{told:?}");
}

#[tokio::test]
async fn a_second_failure_is_always_told_while_the_first_lasts() {
    let mut staged = Staged::open().await;
    staged.pass(minutes(20)).await;
    staged.told();
    staged.stage.set("digitalocean", "gone");
    staged.pass(minutes(30)).await;
    staged.stage.set("sendgrid", "gone");
    staged.pass(minutes(30)).await;
    let told = staged.news();
    let wanted = [
        "DROPPED: Cloud hosting (DigitalOcean)",
        "POSSIBLY DROPPED, confirming: E-mail (SendGrid)",
        "2nd vendor lost in 3 days: E-mail (SendGrid)",
    ];
    assert_eq!(told, wanted);
}

#[tokio::test]
async fn losses_that_ride_on_one_company_are_one_loss_and_no_cascade() {
    let rides = |text: String| text.replace("id = \"e-mail\"", "id = \"e-mail\"\nrides_on = [\"digitalocean\"]");
    let mut staged = Staged::changed(crate::kit::BEGIN, rides).await;
    staged.pass(minutes(20)).await;
    staged.told();
    staged.stage.set("digitalocean", "gone");
    staged.pass(minutes(30)).await;
    staged.stage.set("sendgrid", "gone");
    staged.pass(minutes(30)).await;
    let told = staged.told();
    assert_eq!(told.first().unwrap(), "DROPPED: Cloud hosting (DigitalOcean)");
    assert!(told.iter().any(|line| line == "DROPPED: E-mail (SendGrid)"), "each of them is announced: {told:?}");
    assert!(!told.iter().any(|line| line.contains("vendor lost in 3 days")), "{told:?}");
}

#[tokio::test]
async fn a_suspicion_survives_a_crash_and_nothing_is_told_twice() {
    let mut staged = Staged::open().await;
    staged.pass(minutes(20)).await;
    staged.stage.set("google_play", "gone");
    // This is long enough for a first contrary check, and too short for its confirmation.
    staged.pass(minutes(10)).await;
    staged.told();
    let mut staged = staged.crash_and_restart().await;
    staged.pass(minutes(30)).await;
    let told = staged.told();
    assert_eq!(told.iter().filter(|line| line.starts_with("DROPPED")).count(), 1, "{told:?}");
    let mut staged = staged.crash_and_restart().await;
    staged.pass(minutes(60)).await;
    let told = staged.told();
    // Reminders continue; the drop itself is not announced again.
    assert_eq!(told[0], "Chatterbox (invented): monitoring 6: 1 dropped, 5 working. Next report Monday 9:00 UTC.");
    assert!(told[1..].iter().all(|line| line.starts_with("STILL DROPPED (")), "{told:?}");
}

#[tokio::test]
async fn a_pause_is_noted_as_not_watched() {
    let mut staged = Staged::open().await;
    staged.pass(minutes(20)).await;
    staged.clock.move_to(staged.clock.now().plus(Duration::from_secs(86_400)));
    let mut staged = staged.crash_and_restart().await;
    staged.pass(minutes(3)).await;
    let gaps = staged.store.gaps(Time(0)).await.unwrap();
    assert_eq!(gaps.len(), 1);
    let text = staged.received.lock().unwrap()[0]["text"].as_str().unwrap().to_owned();
    assert!(text.contains("Not monitored from Tue 3 Mar 08:"), "{text}");
}

/// An engine whose reference hosts do not answer.
async fn blind() -> Staged {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("key"), "not-a-real-key").unwrap();
    // Port 1 on loopback refuses connections, like a network that is down.
    let dead = ["127.0.0.1:1".to_owned(), "127.0.0.1:2".to_owned(), "127.0.0.1:3".to_owned()];
    let text = configuration(folder.path(), "http://127.0.0.1:1", &dead);
    Staged::with(folder, Stage::new().unwrap(), text, Time::parse(crate::kit::BEGIN).unwrap()).await
}

#[tokio::test]
async fn without_any_network_we_say_that_we_are_blind_and_cry_nothing() {
    let mut staged = blind().await;
    staged.pass(minutes(240)).await;
    let text = staged.received.lock().unwrap()[0]["text"].as_str().unwrap().to_owned();
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(text.ends_with("Check the network of the machine that runs plugwatch."));
    assert_eq!(
        staged.told(),
        ["Chatterbox (invented): monitoring 6: 6 cannot be checked. Next report Monday 9:00 UTC."]
    );
}

#[tokio::test]
async fn a_changed_configuration_retires_what_is_no_longer_watched_and_keeps_the_rest() {
    let mut staged = Staged::open().await;
    staged.pass(minutes(20)).await;
    staged.stage.set("sendgrid", "gone");
    staged.stage.set("digitalocean", "gone");
    staged.pass(minutes(30)).await;
    staged.told();
    let cut = staged.text.find("[[dependency]]\nid = \"e-mail\"").unwrap();
    let text = staged.text[..cut].replace("kind = \"terminal\"", "kind = \"log\"");
    let text = text.replace("fallback_on = \"e-mail\"\n", "");
    let config = Config::read("test.toml", text).unwrap();
    let options = plugwatch::ask::NetOptions {
        overrides: config.network.overrides.clone(),
        anchors: config.network.anchors.clone(),
        ..crate::kit::options()
    };
    let now = staged.clock.now();
    staged.engine.reload(config, crate::kit::askers(options), now).await.unwrap();
    let mail = staged.store.incidents(Some("e-mail"), Time(0)).await.unwrap();
    assert!(mail[0].closed_at.is_some());
    assert_eq!(mail[0].say, "SendGrid lists the account as “banned”; no longer monitored");
    assert_eq!(staged.shown("hosting"), "dropped");
    let hosting = staged.store.incidents(Some("hosting"), Time(0)).await.unwrap();
    assert!(hosting[0].closed_at.is_none());
    // After the lost dependency was removed from the configuration, its loss still counts: the next one is a cascade.
    staged.told();
    staged.stage.set("apple", "gone");
    staged.pass(minutes(90)).await;
    let alerts = staged.store.alerts(0).await.unwrap();
    let next =
        alerts.iter().find(|alert| alert.reason == Reason::Cascade && alert.dependency.as_deref() == Some("ios-app"));
    let next = next.unwrap();
    let losses = next.snapshot["body"]["dependency"]["losses"].to_string();
    assert!(losses.contains("e-mail") && losses.contains("no longer monitored"), "{losses}");
}

#[tokio::test]
async fn a_drop_whose_check_is_taken_out_of_the_configuration_is_not_told_as_live_again() {
    let mut staged = Staged::open().await;
    staged.pass(minutes(20)).await;
    staged.stage.set("digitalocean", "gone");
    staged.pass(minutes(30)).await;
    staged.told();
    let kept = "check = \"website/page\"\nurl = \"https://www.example.org/\"\nwords = [\"Welcome\"]\n";
    let (head, rest) = staged.text.split_once("id = \"hosting\"").unwrap();
    let (_, rest) = rest.split_once("[[dependency]]").unwrap();
    let text = format!("{head}id = \"hosting\"\n{kept}[[dependency]]{rest}");
    let config = Config::read("test.toml", text.replace("kind = \"terminal\"", "kind = \"log\"")).unwrap();
    let now = staged.clock.now();
    let options = plugwatch::ask::NetOptions {
        overrides: config.network.overrides.clone(),
        anchors: config.network.anchors.clone(),
        ..crate::kit::options()
    };
    staged.engine.reload(config, crate::kit::askers(options), now).await.unwrap();
    let hosting = staged.store.incidents(Some("hosting"), Time(0)).await.unwrap();
    assert!(hosting[0].closed_at.is_some() && hosting[0].say.ends_with("; no longer monitored"), "{hosting:?}");
    let alerts = staged.store.alerts(0).await.unwrap();
    let reasons: Vec<&str> = alerts.iter().map(|alert| alert.reason.word()).collect();
    assert!(reasons.contains(&"retired") && !reasons.contains(&"recovered"), "{reasons:?}");
}

#[tokio::test]
async fn evidence_is_chained_and_holds_no_secret() {
    let mut staged = Staged::open().await;
    staged.pass(minutes(20)).await;
    staged.stage.set("twilio", "gone");
    staged.pass(minutes(30)).await;
    let entries = verify_chain(&staged.store).await.unwrap().unwrap();
    assert!(entries >= 8, "only {entries} entries");
    staged.store.close().await;
    let bytes = std::fs::read(crate::kit::database(staged.folder.path())).unwrap();
    for secret in ["never-kept", "not-a-real-key"] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret} was stored");
    }
}

#[tokio::test]
async fn the_weekly_report_comes_when_it_is_due() {
    let mut staged = Staged::open_at("2026-03-02T08:00:00Z").await;
    staged.pass(minutes(20)).await;
    staged.stage.set("twilio", "broken");
    staged.pass(minutes(30)).await;
    staged.stage.set("twilio", "live");
    // The test began on a Monday at eight; the report is sent at nine.
    staged.pass(minutes(60)).await;
    let text =
        staged.received.lock().unwrap().iter().find(|alert| alert["reason"] == "report").unwrap()["text"].clone();
    insta::assert_snapshot!(text.as_str().unwrap());
}

#[tokio::test]
async fn what_failed_while_our_own_network_was_down_counts_as_not_seen_in_history_and_sums() {
    // Names resolve and the vendor's host answers, but none of the reference hosts does.
    let deaf = |text: String| {
        let anchors = text.lines().find(|line| line.starts_with("anchors = ")).unwrap().to_owned();
        text.replace(&anchors, "anchors = [\"127.0.0.1:1\", \"127.0.0.2:1\", \"127.0.0.3:1\"]")
    };
    let mut staged = Staged::changed(crate::kit::BEGIN, deaf).await;
    staged.pass(minutes(30)).await;
    staged.stage.set("twilio", "broken");
    staged.pass(minutes(60)).await;
    let hours = staged.store.rollups("sign-up-sms", 3_600_000, Time(0)).await.unwrap();
    let (outage, unseen) = hours.iter().fold((0, 0), |(a, b), row| (a + row.counts.outage, b + row.counts.unknown));
    assert_eq!(outage, 0, "nobody's outage");
    assert!(unseen >= 3, "{hours:?}");
    let last = staged.store.last_looks().await.unwrap();
    assert!(last.iter().any(|look| look.reason == "own_network"), "{last:?}");
    assert!(staged.store.all_incidents().await.unwrap().is_empty());
}
