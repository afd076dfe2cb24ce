//! A dependency gets another id during an incident: its history continues, and nothing is announced again.

use std::sync::{Arc, Mutex};

use plugwatch::config::Config;
use plugwatch::core::time::Time;
use plugwatch::demo::{Stage, anchors};

use crate::kit::{BEGIN, Staged, http, minutes, raw};

/// The same configuration with another id for the host.
fn renamed(text: &str) -> String {
    text.replace("id = \"hosting\"", "id = \"cloud\"\nwas = \"hosting\"")
        .replace("needs = [\"hosting\"]", "needs = [\"cloud\"]")
}

/// The host's drop was announced, the mail vendor does not answer, and people were alerted to both.
async fn in_trouble() -> Staged {
    let mut staged = Staged::open().await;
    staged.pass(minutes(20)).await;
    staged.stage.set("digitalocean", "gone");
    staged.pass(minutes(40)).await;
    let told = staged.told();
    assert!(told.iter().any(|line| line.starts_with("DROPPED: ")), "{told:?}");
    assert_eq!(staged.shown("hosting"), "dropped");
    staged
}

#[tokio::test]
async fn after_a_restart_the_incident_goes_on_under_the_new_id_and_is_not_told_again() {
    let mut staged = in_trouble().await;
    let before = staged.store.incidents(Some("hosting"), Time(0)).await.unwrap();
    let flips = staged.store.flips("hosting", 30).await.unwrap();
    staged.text = renamed(&staged.text);
    let mut staged = staged.crash_and_restart().await;
    assert_eq!(staged.shown("cloud"), "dropped", "the drop is shown immediately, before anything is checked");
    staged.pass(minutes(30)).await;
    let news: Vec<String> = staged.news().into_iter().filter(|line| !line.contains("monitoring 6")).collect();
    assert_eq!(news, [""; 0], "it was announced under its old id");
    let after = staged.store.incidents(Some("cloud"), Time(0)).await.unwrap();
    assert_eq!(after[0].incident.public_id, before[0].incident.public_id);
    assert!(after[0].closed_at.is_none());
    assert_eq!(staged.store.flips("cloud", 30).await.unwrap()[..flips.len()], flips[..]);
    assert!(staged.store.incidents(Some("hosting"), Time(0)).await.unwrap().is_empty());
    assert!(staged.store.flips("hosting", 30).await.unwrap().is_empty());
    staged.stage.set("digitalocean", "live");
    staged.pass(minutes(60)).await;
    let news = staged.news();
    assert!(news.iter().any(|line| line.starts_with("BACK: ")), "{news:?}");
    assert!(staged.store.incidents(Some("cloud"), Time(0)).await.unwrap()[0].closed_at.is_some());
    // The line `was` can stay in the file; it has no further effect.
    let staged = staged.crash_and_restart().await;
    assert_eq!(staged.store.incidents(Some("cloud"), Time(0)).await.unwrap().len(), before.len());
}

#[tokio::test]
async fn a_reload_takes_it_up_too_with_what_people_said() {
    let mut staged = in_trouble().await;
    let ada = plugwatch::acts::Person::new("Ada", "terminal");
    staged.acts().ack(&ada, Some("hosting"), staged.clock.now()).await.unwrap();
    staged.pass(minutes(5)).await;
    staged.told();
    let config =
        Config::read("test.toml", renamed(&staged.text).replace("kind = \"terminal\"", "kind = \"log\"")).unwrap();
    let options = plugwatch::ask::NetOptions {
        overrides: config.network.overrides.clone(),
        anchors: config.network.anchors.clone(),
        ..crate::kit::options()
    };
    let now = staged.clock.now();
    staged.engine.reload(config, crate::kit::askers(options), now).await.unwrap();
    assert_eq!(staged.shown("cloud"), "dropped");
    let alerts = staged.store.alerts(0).await.unwrap();
    staged.pass(minutes(30)).await;
    let later = staged.store.alerts(0).await.unwrap();
    let fresh: Vec<_> = later[alerts.len()..].iter().map(|alert| (alert.reason, alert.dependency.clone())).collect();
    assert!(fresh.is_empty(), "acknowledged, and nothing new: {fresh:?}");
    let snapshot = staged.engine.windows().snapshot.borrow().clone();
    let notes = &snapshot.find("cloud").unwrap().notes;
    assert!(notes.iter().any(|note| note.contains("Ada")), "the acknowledgement is kept: {notes:?}");
}

#[tokio::test]
async fn what_cannot_be_checked_is_not_told_again_either() {
    let body = Arc::new(Mutex::new("{\"account\": {\"status\": \"active\", \"droplet_limit\": 25}}"));
    let given = body.clone();
    let server = raw(move |_| {
        let body = *given.lock().unwrap();
        http("200 OK", "content-type: application/json\r\n", body.as_bytes())
    });
    let (server, folder, list) = (server.await, tempfile::tempdir().unwrap(), anchors().await.unwrap());
    std::fs::write(folder.path().join("key"), "not-a-real-key").unwrap();
    let text = format!(
        "platform = \"Acme\"\n[network]\nanchors = {list:?}\n[override]\n\"https://api.digitalocean.com\" = \"http://{server}\"\n\
         [[channel]]\nkind = \"terminal\"\n[[dependency]]\nid = \"hosting\"\nlabel = \"Hosting\"\n\
         check = \"digitalocean/account\"\ntoken = {{ file = {:?} }}\nevery = \"5m\"\ncriticality = \"critical\"\n",
        folder.path().join("key")
    );
    let mut staged = Staged::with(folder, Stage::new().unwrap(), text, Time::parse(BEGIN).unwrap()).await;
    staged.pass(minutes(20)).await;
    *body.lock().unwrap() = "{\"state\": \"fine\"}";
    staged.pass(minutes(60)).await;
    let told = staged.told();
    assert!(told.iter().any(|line| line.starts_with("CAN'T CHECK: Hosting")), "{told:?}");
    staged.text = renamed(&staged.text);
    let mut staged = staged.crash_and_restart().await;
    staged.pass(minutes(60)).await;
    let news = staged.news();
    assert!(news.iter().all(|line| line.contains("monitoring 1")), "{news:?}");
    *body.lock().unwrap() = "{\"account\": {\"status\": \"active\", \"droplet_limit\": 25}}";
    staged.pass(minutes(30)).await;
    let news = staged.news();
    assert!(
        news.iter().any(|line| line.starts_with("CHECKING AGAIN: Hosting")),
        "who was told hears the end: {news:?}"
    );
}

#[test]
fn an_old_id_that_is_still_there_or_stands_twice_is_a_problem() {
    let one = |id: &str, was: &str| {
        format!("[[dependency]]\nid = \"{id}\"\nwas = \"{was}\"\ncheck = \"attest/word\"\nname = \"{id}\"\n")
    };
    let wrong = |text: String| Config::read("p.toml", format!("platform = \"A\"\n{text}")).unwrap_err().to_string();
    let still = wrong(one("a", "b") + &one("b", "c"));
    assert!(still.contains("`b` is still the id of a dependency"), "{still}");
    let twice = wrong(one("a", "c") + &one("b", "c"));
    assert!(twice.contains("`c` was renamed to two dependencies"), "{twice}");
}
