//! The report: made from scripted vendors, sent in every format, kept for ever, and never skipped.

use std::time::Duration;

use plugwatch::acts::{Brought, Person};
use plugwatch::core::platform::public::PublicPage;
use plugwatch::core::time::Time;
use plugwatch::core::words::question::Secret;
use plugwatch::draw;
use plugwatch::engine::kept_report;
use plugwatch::say::Format;
use plugwatch::say::report::Report;
use plugwatch::web::{Pages, Public, router};

use crate::botapi::BotApi;
use crate::kit::{Staged, telegram};

fn hours(n: u64) -> Duration {
    Duration::from_secs(n * 3_600)
}

const PHONE: &str = r#"
[[channel]]
kind = "telegram"
name = "phone"
token = { file = "{folder}/key" }
chats = [42]

[[date]]
on = "2026-03-31"
what = "Apple Developer Program: membership ends"
owner = "Ada"
minutes = 10
dependency = "ios-app"
"#;

/// A week with many events, up to the report on Monday at nine.
async fn week() -> (Staged, BotApi) {
    let api = BotApi::open().await;
    let phone = ("phone".to_owned(), telegram(&api.url));
    let mut staged = Staged::telling(PHONE, "", vec![phone], "2026-03-07T08:00:00Z").await;
    let ada = Person::new("Ada", "terminal");
    staged.pass(hours(1)).await;
    staged.stage.set("twilio", "broken");
    staged.pass(hours(3)).await;
    staged.stage.set("twilio", "live");
    staged.stage.set("google_play", "gone");
    staged.pass(hours(2)).await;
    staged.acts().ack(&ada, Some("android"), staged.clock.now()).await.unwrap();
    staged.acts().it_was_us(&ada, "sms", "we typed the wrong key", staged.clock.now()).await.unwrap();
    let letter = Brought {
        text: "we plan to suspend your account".into(),
        about: vec!["hosting".into()],
        effective: Some("12 March 2026 16:00 UTC".into()),
        ..Brought::default()
    };
    staged.acts().bring(&ada, letter, staged.clock.now()).await.unwrap();
    staged.pass(hours(1)).await;
    staged.clock.move_to(Time::parse("2026-03-09T08:59:00Z").unwrap());
    staged.pass(Duration::from_secs(600)).await;
    (staged, api)
}

#[tokio::test]
async fn the_report_is_a_letter_with_a_picture_and_a_page_that_is_kept() {
    let (staged, api) = week().await;
    let text = api.texts().into_iter().map(|(_, text)| text).find(|text| text.contains("the week to")).unwrap();
    insta::assert_snapshot!("report_in_telegram", text);
    let photos = api.calls(&["sendphoto"]);
    assert_eq!(photos.len(), 1);
    let kept = staged.store.reports().await.unwrap();
    assert_eq!(kept.len(), 1);
    let kept = staged.store.report(&kept[0].public_id).await.unwrap().unwrap();
    let report: Report = serde_json::from_value(kept.snapshot).unwrap();
    insta::assert_snapshot!("report_in_markdown", report.text("Chatterbox", Format::Markdown));
    let picture = draw::png(&report.picture("Chatterbox")).unwrap();
    // For people to look at: the folder in PLUGWATCH_PICTURES, if set, gets the picture and the page.
    if let Ok(folder) = std::env::var("PLUGWATCH_PICTURES") {
        std::fs::write(format!("{folder}/report.png"), &picture).unwrap();
        std::fs::write(format!("{folder}/report.html"), report.page("Chatterbox", false)).unwrap();
    }
    assert!(picture.len() > 20_000, "{}", picture.len());
    for (details, status) in [(true, 200), (false, 404)] {
        let pages = Pages {
            snapshot: staged.engine.windows().snapshot,
            store: staged.store.clone(),
            clock: staged.clock.clone(),
            details: false,
            details_token: details.then(|| Secret::new("the-operator-s-token")),
            dates: tokio::sync::watch::Sender::new(Vec::new()).subscribe(),
            public: Public::fixed(PublicPage::default()),
            metrics: true,
            names: Vec::new(),
            trusted_proxies: Vec::new(),
            check_in_points: tokio::sync::watch::Sender::new(Vec::new()).subscribe(),
            publishing: None,
            failures: Default::default(),
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router(pages)).await.unwrap() });
        crate::kit::provider();
        for path in ["reports".to_owned(), format!("reports/{}", kept.public_id)] {
            let asked = reqwest::Client::new().get(format!("http://{address}/{path}"));
            let got = asked.bearer_auth("the-operator-s-token").send().await.unwrap();
            assert_eq!(got.status().as_u16(), status, "{path}");
        }
    }
}

#[test]
fn a_report_of_an_older_version_opens_and_shows_no_minutes_that_were_guessed() {
    let old = serde_json::json!({
        "v": 1, "span": "week", "to": "2 March", "watched": 1, "counts": ["1 live"],
        "todo": [{ "rank": 3, "what": "Sign-up texts is out", "owner": "Ada", "by": null, "minutes": 20 }],
        "unasked": ["Law firm"], "rows": [{ "label": "Website", "now": "live", "served": "all", "days": ["served"] }],
    });
    let text = kept_report(&old).unwrap().text("Acme", Format::Plain);
    assert!(text.contains("1. Sign-up texts is out (Ada).") && text.contains("Law firm"), "{text}");
    let mut new = kept_report(&old).unwrap();
    new.todo[0].takes = Some("9 h".to_owned());
    assert!(new.text("Acme", Format::Plain).contains("1. Sign-up texts is out (Ada, takes 9 h)."));
}

#[tokio::test]
async fn a_report_that_was_due_while_plugwatch_did_not_run_is_sent_at_the_start() {
    let (staged, _api) = week().await;
    staged.clock.move_to(Time::parse("2026-03-17T12:00:00Z").unwrap());
    let mut staged = staged.crash_and_restart().await;
    staged.pass(Duration::from_secs(300)).await;
    let told = staged.told();
    assert_eq!(told.iter().filter(|line| line.contains("the week to 17 March")).count(), 1, "{told:?}");
    assert_eq!(staged.store.reports().await.unwrap().len(), 2);
    let mut staged = staged.crash_and_restart().await;
    staged.pass(Duration::from_secs(300)).await;
    assert!(!staged.told().iter().any(|line| line.contains("the week to")), "it is not sent twice");
}
