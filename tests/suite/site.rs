//! Your own website: what its founder reads when it fails.

use std::sync::{Arc, Mutex};

use plugwatch::core::time::Time;
use plugwatch::demo::{Stage, anchors};

use crate::kit::{BEGIN, Staged, http, minutes, raw};

/// A platform with a website and an account at a vendor.
struct Site {
    staged: Staged,
    answer: Arc<Mutex<Vec<u8>>>,
}

fn page(status: &str, body: &str) -> Vec<u8> {
    http(status, "content-type: text/html\r\n", body.as_bytes())
}

const FINE: &str = "<html>Sign in</html>";

impl Site {
    async fn open() -> Site {
        let answer = Arc::new(Mutex::new(page("200 OK", FINE)));
        let given = answer.clone();
        let server = raw(move |_| given.lock().unwrap().clone()).await;
        let folder = tempfile::tempdir().unwrap();
        let list = anchors().await.unwrap().map(|anchor| format!("\"{anchor}\"")).join(", ");
        let text = format!(
            "platform = \"Acme\"\n[network]\nanchors = [{list}]\n[override]\n\"https://acme.example\" = \
             \"http://{server}\"\n\"https://shop.example\" = \"http://{server}\"\n[[channel]]\nkind = \"terminal\"\n\
             [[dependency]]\nid = \"website\"\nlabel = \"Website\"\ncheck = \"website/page\"\n\
             url = \"https://acme.example/\"\nwords = [\"Sign in\"]\ncriticality = \"critical\"\nbreaks = \"everything\"\n\
             [[dependency]]\nid = \"shop\"\nlabel = \"Shop\"\ncheck = \"website/page\"\n\
             url = \"https://shop.example/\"\nwords = [\"Sign in\"]\nneeds = [\"website\"]\n"
        );
        let staged = Staged::with(folder, Stage::new().unwrap(), text, Time::parse(BEGIN).unwrap()).await;
        let mut site = Site { staged, answer };
        site.staged.pass(minutes(20)).await;
        site.staged.told();
        site
    }

    /// Sets the website's answer, lets `span` minutes pass, and returns the texts about the website.
    async fn then(&mut self, answer: Vec<u8>, span: u64) -> String {
        *self.answer.lock().unwrap() = answer;
        self.staged.pass(minutes(span)).await;
        let alerts = std::mem::take(&mut *self.staged.received.lock().unwrap());
        let texts: Vec<&str> = alerts.iter().filter_map(|alert| alert["text"].as_str()).collect();
        texts
            .into_iter()
            .filter(|text| text.lines().next().is_some_and(|line| line.contains(": Website")))
            .collect::<Vec<_>>()
            .join("\n----\n")
    }

    /// Sets the website's answer, waits until its displayed state changes, and returns the new state.
    async fn until_it_shows(&mut self, answer: Vec<u8>) -> String {
        *self.answer.lock().unwrap() = answer;
        let before = self.staged.shown("website");
        while self.staged.shown("website") == before {
            let due = self.staged.engine.next_due().unwrap();
            self.staged.pass(due.since(self.staged.clock.now())).await;
        }
        self.staged.shown("website")
    }
}

#[tokio::test]
async fn a_site_that_nothing_answers_for_is_out_and_nobody_is_told_to_wait() {
    let mut site = Site::open().await;
    let text = site.then(Vec::new(), 15).await;
    assert!(!text.contains("Wait") && !text.contains("not only for you"), "{text}");
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn a_page_that_is_not_ours_is_told_within_minutes_as_a_wrong_page() {
    let mut site = Site::open().await;
    let parked = site.then(page("200 OK", "<html>This domain is for sale</html>"), 9).await;
    insta::assert_snapshot!(parked);
    assert_eq!(site.staged.shown("website"), "not_verified");
    let back = site.then(page("200 OK", FINE), 10).await;
    assert!(back.contains("CHECKING AGAIN: Website"), "{back}");
}

#[tokio::test]
async fn a_broken_deploy_of_one_look_is_told_to_nobody() {
    let mut site = Site::open().await;
    assert_eq!(site.until_it_shows(page("404 Not Found", "<h1>404</h1>")).await, "checking");
    assert_eq!(site.then(page("200 OK", FINE), 30).await, "");
}

#[tokio::test]
async fn while_a_look_speaks_against_it_nothing_is_shown_green() {
    let mut site = Site::open().await;
    assert_eq!(site.until_it_shows(page("500 Oops", "")).await, "checking");
    assert_eq!(site.then(page("200 OK", FINE), 30).await, "");
    assert_eq!(site.staged.shown("website"), "live");
}

#[tokio::test]
async fn a_wrong_page_that_turns_into_silence_is_never_told_as_seen_again() {
    let mut site = Site::open().await;
    site.then(page("200 OK", "<html>For sale</html>"), 9).await;
    let text = site.then(Vec::new(), 15).await;
    assert!(text.contains("OUTAGE: Website") && !text.contains("CHECKING AGAIN"), "{text}");
}

#[tokio::test]
async fn the_record_of_what_is_over_keeps_its_cause() {
    let mut site = Site::open().await;
    site.then(page("500 Oops", ""), 15).await;
    site.then(page("200 OK", FINE), 15).await;
    let incidents = site.staged.store.incidents(Some("website"), Time(0)).await.unwrap();
    assert!(incidents[0].closed_at.is_some());
    assert_eq!(incidents[0].say, "the site answers 500; plugwatch's own network is fine");
}
