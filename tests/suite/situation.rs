//! The situation message: after a second loss, or shortly before an announced cut-off, one message has the state of
//! everything. In Telegram it is edited in place, and later replaced by a new one.

use serde_json::Value;

use plugwatch::acts::{Brought, Person};

use crate::botapi::{BotApi, text};
use crate::kit::{BEGIN, Staged, minutes, telegram};

const PHONE: &str =
    "[[channel]]\nkind = \"telegram\"\nname = \"phone\"\ntoken = { file = \"{folder}/key\" }\nchats = [42]\n";

fn ada() -> Person {
    Person::new("Ada", "terminal")
}

async fn with_phone() -> (Staged, BotApi) {
    with(PHONE).await
}

async fn with(channel: &str) -> (Staged, BotApi) {
    let api = BotApi::open().await;
    let phone = ("phone".to_owned(), telegram(&api.url));
    (Staged::telling(channel, "", vec![phone], BEGIN).await, api)
}

/// The situation messages and their edits: whether each was sent with sound, silently or as an edit, and the text.
fn situations(api: &BotApi) -> Vec<(String, String)> {
    let about = |call: &Value| text(call).contains("SITUATION") || text(call).contains("newer message below");
    let how = |(method, call): &(String, Value)| match (method.as_str(), call["disable_notification"] == true) {
        ("editmessagetext", _) => format!("changed {}", call["message_id"]),
        (_, true) => "sent silently".to_owned(),
        (_, false) => "sent".to_owned(),
    };
    let calls = api.calls(&["sendmessage", "editmessagetext"]);
    calls.iter().filter(|(_, call)| about(call)).map(|one| (how(one), text(&one.1))).collect()
}

#[tokio::test]
async fn from_the_second_loss_one_message_is_changed_in_place_and_replaced_by_the_next() {
    let (mut staged, api) = with_phone().await;
    staged.pass(minutes(20)).await;
    staged.stage.set("google_play", "gone");
    staged.pass(minutes(30)).await;
    assert_eq!(situations(&api), [], "a single loss has a message of its own");
    staged.stage.set("digitalocean", "gone");
    let begun = staged.clock.now();
    while situations(&api).is_empty() && staged.clock.now() < begun.plus(minutes(90)) {
        staged.pass(minutes(1)).await;
    }
    let opened = situations(&api);
    assert_eq!(opened.len(), 1, "{opened:?}");
    assert_eq!(opened[0].0, "sent silently");
    // Somebody acknowledges it: the message is edited to say so, and no other message is sent.
    staged.acts().ack(&ada(), None, staged.clock.now()).await.unwrap();
    staged.pass(minutes(1)).await;
    let taken = situations(&api);
    assert!(taken[1].0.starts_with("changed") && taken[1].1.contains("On it: Ada"), "{taken:?}");
    // Nobody acknowledges a third loss: after five minutes, a new message is sent, and the old one points to it.
    staged.stage.set("twilio", "gone");
    staged.pass(minutes(12)).await;
    let all = situations(&api);
    let anew = all.iter().position(|(how, _)| how == "sent").unwrap_or_else(|| panic!("{all:?}"));
    assert!(all[anew + 1..].iter().any(|(how, text)| how == &taken[1].0 && text.contains("newer message below")));
    insta::assert_snapshot!(format!("{}\n\n====\n\n{}", taken[1].1, all[anew].1));
}

#[tokio::test]
async fn a_situation_goes_on_after_a_restart_and_ends_with_what_it_was_about() {
    let (mut staged, api) = with_phone().await;
    staged.pass(minutes(20)).await;
    staged.stage.set("google_play", "gone");
    staged.stage.set("digitalocean", "gone");
    staged.pass(minutes(40)).await;
    let mut staged = staged.crash_and_restart().await;
    let before = situations(&api).iter().filter(|(how, _)| how.starts_with("sent silently")).count();
    assert_eq!(before, 1, "{:?}", situations(&api));
    staged.stage.set("google_play", "live");
    staged.stage.set("digitalocean", "live");
    staged.pass(minutes(60)).await;
    let all = situations(&api);
    let silent = all.iter().filter(|(how, _)| how.starts_with("sent silently")).count();
    assert_eq!(silent, 1, "it is opened once: {all:?}");
    let (how, text) = all.last().unwrap();
    assert!(how.starts_with("changed") && text.contains("SITUATION OVER"), "{how}: {text}");
}

#[tokio::test]
async fn a_letter_whose_hour_is_far_away_opens_no_situation() {
    let (mut staged, api) = with_phone().await;
    staged.pass(minutes(20)).await;
    let letter = Brought {
        text: "we plan to suspend your account".into(),
        about: vec!["hosting".into()],
        effective: Some("3 March 2027 16:00 UTC".into()),
        ..Brought::default()
    };
    staged.acts().bring(&ada(), letter, staged.clock.now()).await.unwrap();
    staged.pass(minutes(60)).await;
    let sent = api.calls(&["sendmessage"]);
    // There is no reminder, either, because the cut-off is a year away.
    assert_eq!(sent.len(), 2, "{sent:?}");
}

/// After an acknowledgement, people who would have been called later are not called.
#[tokio::test]
async fn whoever_is_called_later_hears_of_no_situation_that_was_acknowledged() {
    for acked in [false, true] {
        let (mut staged, api) = with(&format!("{PHONE}escalate_after = \"10m\"\n")).await;
        staged.pass(minutes(20)).await;
        staged.stage.set("google_play", "gone");
        staged.stage.set("digitalocean", "gone");
        while !staged.told().iter().any(|title| title.starts_with("SITUATION")) {
            staged.pass(minutes(1)).await;
        }
        if acked {
            staged.acts().ack(&ada(), None, staged.clock.now()).await.unwrap();
        }
        staged.pass(minutes(12)).await;
        let called = api.calls(&["sendmessage"]).iter().any(|(_, call)| text(call).contains("SITUATION"));
        assert_eq!(called, !acked);
    }
}

/// The passing of the announced hour is not an all-clear: the letter is still in force.
#[tokio::test]
async fn a_situation_whose_hour_has_passed_claims_no_more_than_was_seen() {
    let (mut staged, api) = with_phone().await;
    staged.pass(minutes(20)).await;
    let letter = Brought {
        text: "we plan to suspend your account".into(),
        about: vec!["hosting".into()],
        effective: Some("3 March 2026 10:00 UTC".into()),
        ..Brought::default()
    };
    staged.acts().bring(&ada(), letter, staged.clock.now()).await.unwrap();
    staged.pass(minutes(150)).await;
    let calls = api.calls(&["editmessagetext"]);
    let said = calls.iter().map(|(_, call)| text(call)).rfind(|text| text.contains("As of "));
    let last = said.unwrap_or_else(|| panic!("{calls:?}"));
    assert!(!last.contains("🟢") && last.contains("Cloud hosting (warning)"), "{last}");
    assert_eq!(staged.shown("hosting"), "degraded");
}
