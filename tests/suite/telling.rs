//! How people are alerted: threads, acknowledgements, quiet hours, fail-over, digests, full disks,
//! notices and drills. The whole engine runs with scripted vendors, and channels on real sockets.

use std::sync::Arc;
use std::time::Duration;

use plugwatch::acts::{Brought, Person};
use plugwatch::core::time::Time;
use plugwatch::engine::Unsaid;
use plugwatch::notify::{Settings, webhook};
use serde_json::Value;

use crate::botapi::{BotApi, refusal, text};
use crate::kit::{BEGIN, Staged, database, http, raw, telegram};

fn minutes(n: u64) -> Duration {
    Duration::from_secs(n * 60)
}

fn hours(n: u64) -> Duration {
    minutes(n * 60)
}

fn ada() -> Person {
    Person::new("Ada", "terminal")
}

const PHONE: &str = r#"
[[channel]]
kind = "telegram"
name = "phone"
token = { file = "{folder}/key" }
chats = [42]
"#;

fn phone(api: &BotApi) -> (String, Arc<dyn Settings>) {
    ("phone".to_owned(), telegram(&api.url))
}

/// A platform that also alerts people in Telegram.
async fn with_phone(more: &str) -> (Staged, BotApi) {
    let api = BotApi::open().await;
    let staged = Staged::telling(&format!("{PHONE}{more}"), "", vec![phone(&api)], BEGIN).await;
    (staged, api)
}

/// The first lines of the messages in Telegram.
fn heads(api: &BotApi) -> Vec<String> {
    api.texts()
        .iter()
        .map(|(_, text)| text.lines().next().unwrap_or_default().replace("<b>", "").replace("</b>", ""))
        .collect()
}

#[tokio::test]
async fn an_incident_is_a_thread_and_its_first_message_shows_how_it_stands() {
    let (mut staged, api) = with_phone("").await;
    staged.pass(minutes(20)).await;
    staged.stage.set("google_play", "gone");
    staged.pass(minutes(30)).await;
    staged.acts().ack(&ada(), Some("android"), staged.clock.now()).await.unwrap();
    staged.pass(minutes(1)).await;
    staged.stage.set("google_play", "live");
    staged.pass(minutes(60)).await;
    let sent = api.calls(&["sendmessage"]);
    let last = &sent.last().unwrap().1;
    let heads = heads(&api);
    let wanted = ["🔴 DROPPED: Android app (Google Play)", "🔴 STILL DROPPED (16 min): Android app (Google Play)"];
    assert_eq!(heads[1..3], wanted);
    assert!(heads[3].starts_with("🟢 BACK: Android app (Google Play, dropped for "), "{heads:?}");
    assert_eq!(last["reply_parameters"]["message_id"], 2, "it answers the first message of the incident");
    assert!(last.get("reply_markup").is_none(), "there are no buttons for an incident that is over");
    let buttons: Vec<&str> = sent[1].1["reply_markup"]["inline_keyboard"][0]
        .as_array()
        .unwrap()
        .iter()
        .map(|b| b["text"].as_str().unwrap())
        .collect();
    assert_eq!(buttons, ["I'm on it", "Mute 1 h", "Evidence"]);
    let edits = api.calls(&["editmessagetext"]);
    assert!(edits.iter().all(|(_, edit)| edit["message_id"] == 2));
    insta::assert_snapshot!(edits.iter().map(|(_, edit)| text(edit)).collect::<Vec<_>>().join("\n\n====\n\n"));
    assert_eq!(edits.last().unwrap().1["reply_markup"]["inline_keyboard"], Value::Array(Vec::new()));
}

#[tokio::test]
async fn after_an_acknowledgement_reminders_come_after_4_12_and_24_hours() {
    let mut staged = Staged::open().await;
    staged.pass(minutes(20)).await;
    staged.stage.set("google_play", "gone");
    staged.pass(minutes(30)).await;
    staged.told();
    staged.acts().ack(&ada(), Some("android"), staged.clock.now()).await.unwrap();
    for (wait, told) in [(3, 0), (2, 1), (6, 0), (2, 1), (10, 0), (2, 1)] {
        staged.pass(hours(wait)).await;
        let reminders = staged.told();
        assert_eq!(reminders.len(), told, "{reminders:?}");
        assert!(reminders.iter().all(|line| line.starts_with("STILL DROPPED (")), "{reminders:?}");
    }
}

#[tokio::test]
async fn times_are_those_of_the_channel_and_a_reminder_is_a_list_for_programs() {
    let mut staged = Staged::telling("", "time_zone = \"Europe/Berlin\"", Vec::new(), BEGIN).await;
    staged.pass(minutes(20)).await;
    staged.received.lock().unwrap().clear();
    staged.stage.set("google_play", "gone");
    staged.pass(minutes(30)).await;
    let received = staged.received.lock().unwrap().clone();
    let text = |n: usize| received[n]["text"].as_str().unwrap();
    assert!(text(0).contains("First seen Tue 3 Mar 09:28 CET"), "{}", text(0));
    assert_eq!(received[1]["reason"], "still_open");
    assert!(text(1).contains("First seen Tue 3 Mar 09:28 CET"), "{}", text(1));
    let body = &received[1]["alert"]["body"];
    assert_eq!(body["open"]["items"][0]["id"], "android-app");
    // The body also has the older form of reminders, `note`.
    assert!(body["note"]["title"].as_str().unwrap().contains("STILL DROPPED"), "{body}");
    assert!(body["note"]["lines"][0].as_str().unwrap().contains("Google Play does not list"), "{body}");
}

#[tokio::test]
async fn a_mute_holds_everything_but_a_loss() {
    let mut staged = Staged::open().await;
    staged.pass(minutes(20)).await;
    staged.acts().mute(&ada(), "all", "6h", "", staged.clock.now()).await.unwrap();
    staged.told();
    staged.stage.set("twilio", "broken");
    staged.pass(hours(2)).await;
    assert_eq!(staged.told(), Vec::<String>::new(), "an outage waits");
    staged.stage.set("google_play", "gone");
    staged.pass(hours(1)).await;
    let told = staged.told();
    assert_eq!(told[0], "DROPPED: Android app (Google Play)");
    // Nobody acknowledged it, and it was muted for another reason.
    let repeated = told[1..].iter().filter(|line| line.starts_with("STILL DROPPED")).count();
    assert_eq!((repeated, told.len()), (3, 4), "{told:?}");
    staged.pass(hours(4)).await;
    let told = staged.told();
    assert!(told.iter().any(|line| line.starts_with("OUTAGE: Sign-up texts")), "told once the mute is over: {told:?}");
}

#[tokio::test]
async fn work_that_was_announced_from_a_terminal_holds_an_outage_back() {
    let mut staged = Staged::open().await;
    staged.pass(minutes(20)).await;
    staged.acts().maintenance(&ada(), "sms", "2h", "moving", staged.clock.now()).await.unwrap();
    staged.told();
    staged.stage.set("twilio", "broken");
    staged.pass(minutes(100)).await;
    assert_eq!(staged.told(), Vec::<String>::new());
    let snapshot = staged.engine.windows().snapshot.borrow().clone();
    assert_eq!(snapshot.find("sign-up-sms").unwrap().notes, ["work until Tue 3 Mar 10:20 UTC"]);
    staged.stage.set("twilio", "live");
    staged.pass(hours(2)).await;
    assert_eq!(staged.told(), Vec::<String>::new(), "it ended during the maintenance");
}

#[tokio::test]
async fn what_was_our_own_doing_is_no_loss() {
    let mut staged = Staged::open().await;
    staged.pass(minutes(20)).await;
    staged.stage.set("google_play", "gone");
    staged.pass(minutes(40)).await;
    staged.acts().it_was_us(&ada(), "android", "we unpublished it", staged.clock.now()).await.unwrap();
    staged.told();
    staged.stage.set("digitalocean", "gone");
    staged.pass(minutes(40)).await;
    let told = staged.told();
    assert!(told.iter().any(|line| line.starts_with("DROPPED: Cloud hosting")), "{told:?}");
    assert!(!told.iter().any(|line| line.contains("vendor lost in 3 days")), "a false second loss: {told:?}");
}

#[tokio::test]
async fn a_letter_is_told_at_once_and_called_to_mind_as_its_hour_comes_near() {
    let mut staged = Staged::open().await;
    staged.pass(minutes(20)).await;
    staged.told();
    let brought = Brought {
        text: "we plan to suspend your account".into(),
        about: vec!["hosting".into()],
        effective: Some("4 March 2026 16:00 UTC".into()),
        ..Brought::default()
    };
    let now = staged.clock.now();
    let (letter, _) = staged.acts().bring(&ada(), brought, now).await.unwrap();
    staged.pass(minutes(5)).await;
    assert_eq!(staged.told(), ["CUT-OFF ANNOUNCED: Cloud hosting, Wed 16:00 UTC (in 31 h)"]);
    // Reminders of an announced hour continue after an acknowledgement.
    staged.acts().ack(&ada(), Some("hosting"), staged.clock.now()).await.unwrap();
    let mut reminded = Vec::new();
    for hour in 9..24 + 17 {
        staged.pass(hours(1)).await;
        for text in staged.texts() {
            let ends = text.lines().find(|line| line.starts_with("Ends in")).or(text.lines().nth(1));
            reminded.push(format!("{hour}: {}", ends.unwrap_or_default()));
        }
        if hour == 35 {
            assert_eq!(staged.shown("hosting"), "degraded");
        }
    }
    insta::assert_snapshot!(reminded.join("\n"));
    // A withdrawn letter threatens nothing.
    staged.acts().withdraw(&ada(), &letter.public_id, staged.clock.now()).await.unwrap();
    staged.pass(minutes(30)).await;
    assert_eq!(staged.shown("hosting"), "live");
}

#[tokio::test]
async fn a_drill_goes_to_everybody_once_even_over_a_crash() {
    let mut staged = Staged::open().await;
    staged.pass(minutes(20)).await;
    staged.told();
    let drill = staged.acts().drill(&ada(), "hosting", staged.clock.now()).await.unwrap();
    staged.pass(minutes(1)).await;
    let texts = staged.texts();
    insta::assert_snapshot!(texts.join("\n\n====\n\n"));
    let mut staged = staged.crash_and_restart().await;
    staged.pass(minutes(5)).await;
    assert!(!staged.told().iter().any(|line| line.starts_with("DRILL")));
    assert_eq!(staged.shown("hosting"), "live", "nothing happened");
    let now = staged.clock.now();
    let said = staged.acts().ack(&ada(), Some(&drill), now).await.unwrap();
    assert_eq!(said, "Drill acknowledged by Ada, 6 min after it began.");
    assert!(
        staged.acts().ack(&ada(), Some(&drill), now).await.unwrap().starts_with("You already acknowledged this drill")
    );
}

#[tokio::test]
async fn quiet_hours_hold_a_warning_till_morning_and_never_a_drop() {
    let night = "2026-03-03T22:30:00Z";
    let mut staged = Staged::telling("", "quiet = \"22:00-07:00\"", Vec::new(), night).await;
    staged.pass(minutes(20)).await;
    assert_eq!(staged.told(), Vec::<String>::new(), "the first message waits for the morning");
    staged.stage.set("google_play", "gone");
    staged.pass(minutes(40)).await;
    assert_eq!(staged.news(), ["DROPPED: Android app (Google Play)"]);
    staged.pass(hours(9)).await;
    let told = staged.told();
    assert!(told.iter().any(|line| line.contains("monitoring 6")), "{told:?}");
}

const BOSS: &str = r#"
[[channel]]
kind = "telegram"
name = "phone"
token = { file = "{folder}/key" }
chats = [42]
escalate_after = "10m"
"#;

#[tokio::test]
async fn what_nobody_acknowledges_goes_to_the_next_who_then_hears_its_end() {
    for acked in [false, true] {
        let api = BotApi::open().await;
        let mut staged = Staged::telling(BOSS, "", vec![phone(&api)], BEGIN).await;
        staged.pass(minutes(20)).await;
        staged.stage.set("google_play", "gone");
        staged.pass(minutes(22)).await;
        assert_eq!(heads(&api), Vec::<String>::new(), "not before its time");
        if acked {
            staged.acts().ack(&ada(), Some("android"), staged.clock.now()).await.unwrap();
        }
        staged.pass(minutes(30)).await;
        staged.stage.set("google_play", "live");
        staged.pass(hours(1)).await;
        let heads: Vec<String> = heads(&api).into_iter().filter(|head| !head.contains("STILL ")).collect();
        if acked {
            assert_eq!(heads, Vec::<String>::new());
        } else {
            assert_eq!(heads[0], "🔴 DROPPED: Android app (Google Play)");
            assert!(heads.len() == 2 && heads[1].starts_with("🟢 BACK: Android app"), "{heads:?}");
        }
    }
}

#[tokio::test]
async fn a_channel_that_takes_nothing_sends_others_instead_and_they_hear_why() {
    let api = BotApi::open().await;
    // The record is only for alerts about the texts; Telegram's alerts go there when Telegram fails.
    let mut staged = Staged::telling(PHONE, "dependencies = [\"sign-up-sms\"]", vec![phone(&api)], BEGIN).await;
    staged.pass(minutes(20)).await;
    staged.told();
    api.set_down(true);
    staged.stage.set("google_play", "gone");
    staged.pass(minutes(40)).await;
    let texts = staged.texts();
    insta::assert_snapshot!(texts.join("\n\n====\n\n"));
    api.set_down(false);
    staged.pass(minutes(10)).await;
    assert!(heads(&api).iter().any(|head| head == "🔴 DROPPED: Android app (Google Play)"), "{:?}", heads(&api));
    assert_eq!(staged.news(), ["CHANNEL WORKS AGAIN: phone to 42"]);
}

#[tokio::test]
async fn a_channel_that_is_dead_for_a_day_brings_what_counts_and_one_digest() {
    let (mut staged, api) = with_phone("").await;
    staged.pass(minutes(20)).await;
    let before = api.texts().len();
    api.set_down(true);
    for _ in 0..4 {
        staged.stage.set("twilio", "broken");
        staged.pass(hours(3)).await;
        staged.stage.set("twilio", "live");
        staged.pass(hours(2)).await;
    }
    staged.stage.set("google_play", "gone");
    staged.pass(hours(4)).await;
    api.set_down(false);
    staged.pass(minutes(10)).await;
    let texts: Vec<String> = api.texts()[before..].iter().map(|(_, text)| text.clone()).collect();
    insta::assert_snapshot!(texts.join("\n\n====\n\n"));
    assert_eq!(staged.store.outbox_state().await.unwrap().pending, 0);
}

#[tokio::test]
async fn a_blocked_bot_is_told_to_the_others_and_what_it_refused_comes_once_it_takes_messages_again() {
    let api = BotApi::open().await;
    let mut staged = Staged::telling(PHONE, "dependencies = [\"sign-up-sms\"]", vec![phone(&api)], BEGIN).await;
    staged.pass(minutes(20)).await;
    staged.told();
    let blocked = || refusal(403, "Forbidden: bot was blocked by the user");
    (0..6).for_each(|_| api.fail("sendmessage", 403, blocked()));
    staged.stage.set("google_play", "gone");
    staged.pass(minutes(22)).await;
    let mut told = staged.told();
    told.sort();
    assert_eq!(told, ["CHANNEL REFUSES MESSAGES: phone to 42", "DROPPED: Android app (Google Play)"]);
    let place = staged.store.places().await.unwrap().into_iter().find(|place| place.channel == "phone").unwrap();
    assert!(place.dead_since.is_some() && place.told_at.is_some());
    staged.pass(minutes(30)).await;
    let dropped = api.taken().into_iter().filter(|text| text.contains("DROPPED: Android app"));
    assert_eq!(dropped.count(), 1, "it waited, and arrived");
    assert_eq!(staged.news(), ["CHANNEL WORKS AGAIN: phone to 42"]);
    assert_eq!(staged.store.outbox_state().await.unwrap().dead, 0);
}

#[tokio::test]
async fn who_was_never_told_of_a_trouble_hears_no_end_of_it() {
    let (mut staged, api) = with_phone("").await;
    staged.pass(minutes(20)).await;
    let before = api.taken().len();
    // All attempts within two hours are refused; the incident is over before the first one that succeeds.
    (0..40).for_each(|_| api.fail("sendmessage", 403, refusal(403, "Forbidden: bot was kicked from the group chat")));
    staged.stage.set("twilio", "broken");
    staged.pass(minutes(30)).await;
    staged.stage.set("twilio", "live");
    staged.pass(hours(8)).await;
    let texts = &api.taken()[before..];
    assert!(!texts.iter().any(|text| text.contains("BACK") || text.contains("OUTAGE")), "{texts:?}");
    assert_eq!(staged.store.outbox_state().await.unwrap().pending, 0);
}

#[tokio::test]
async fn a_full_disk_silences_nobody_and_loses_nothing() {
    let mut staged = Staged::open().await;
    staged.pass(minutes(20)).await;
    staged.told();
    // The database fails as it does when the disk is full.
    let full = "CREATE TRIGGER full BEFORE INSERT ON alert BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END";
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(database(staged.folder.path()));
    let disk = sqlx::SqlitePool::connect_with(options).await.unwrap();
    sqlx::query(full).execute(&disk).await.unwrap();
    staged.stage.set("google_play", "gone");
    let until = staged.clock.now().plus(minutes(40));
    let unsaid = staged.engine.windows().unsaid;
    while let Some(now) = staged.engine.next_due().filter(|due| *due <= until) {
        staged.engine.tick(now);
        let _ = staged.engine.settle(now).await;
        let waits: Arc<Unsaid> = unsaid.borrow().clone();
        staged.dispatcher.say_from_memory(&waits, now).await;
    }
    let texts: Vec<String> = staged.texts().into_iter().filter(|text| !text.contains("STILL DROPPED")).collect();
    assert_eq!(texts.len(), 2, "each is said once: {texts:?}");
    assert!(texts[0].contains("DROPPED: Android app"), "{texts:?}");
    assert!(texts[0].contains("plugwatch cannot write since"), "{texts:?}");
    assert!(texts[1].starts_with("HISTORY NOT WRITTEN: plugwatch keeps it in memory\nSince "), "{texts:?}");
    assert!(texts[1].contains("Do now: make room on the disk with the database."), "{texts:?}");
    sqlx::query("DROP TRIGGER full").execute(&disk).await.unwrap();
    staged.pass(minutes(30)).await;
    let texts: Vec<String> = staged.texts().into_iter().filter(|text| !text.contains("STILL DROPPED")).collect();
    // The message that arrived is stored as sent, and is not sent again.
    assert_eq!(texts.len(), 1, "{texts:?}");
    assert!(texts[0].starts_with("HISTORY WRITTEN AGAIN\nNothing could be written for "), "{texts:?}");
    assert_eq!(staged.store.all_incidents().await.unwrap().len(), 1);
    assert_eq!(staged.store.outbox_state().await.unwrap().pending, 0);
}

#[tokio::test]
async fn a_lost_answer_is_one_repeat_that_says_so() {
    // The receiver accepts the message, and the connection is cut before its answer.
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let kept = seen.clone();
    let address = raw(move |request| {
        let body = request.split_once("\r\n\r\n").map_or("", |(_, body)| body).to_owned();
        let mut seen = kept.lock().unwrap();
        seen.push(serde_json::from_str::<Value>(&body).unwrap()["text"].as_str().unwrap().to_owned());
        if seen.len() == 1 { Vec::new() } else { http("200 OK", "", b"") }
    })
    .await;
    let channel = format!("[[channel]]\nkind = \"webhook\"\nname = \"cut\"\nurl = \"http://{address}/\"");
    let url = url::Url::parse(&format!("http://{address}/")).unwrap();
    let settings = vec![("cut".to_owned(), Arc::new(webhook::Settings { url, secret: None }) as Arc<dyn Settings>)];
    let mut staged = Staged::telling(&channel, "", settings, BEGIN).await;
    staged.pass(minutes(5)).await;
    let seen = seen.lock().unwrap().clone();
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert!(!seen[0].contains("repeat") && seen[1].contains("This may be a repeat"), "{seen:?}");
}

#[tokio::test]
async fn a_broken_bot_api_gets_the_message_again_marked_as_a_repeat() {
    // The library waits for ten seconds of real time after each answer of this kind.
    let (mut staged, api) = with_phone("").await;
    staged.pass(minutes(20)).await;
    let before = api.texts().len();
    api.fail("sendmessage", 502, refusal(502, "Bad Gateway"));
    staged.stage.set("google_play", "gone");
    staged.pass(minutes(30)).await;
    let news = |(_, text): &(i64, String)| (!text.contains("STILL DROPPED")).then(|| text.clone());
    let texts: Vec<String> = api.texts()[before..].iter().filter_map(news).collect();
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(!texts[0].contains("repeat") && texts[1].contains("This may be a repeat"), "{texts:?}");
    assert_eq!(staged.store.outbox_state().await.unwrap().pending, 0);
}

fn letter(when: &str) -> Brought {
    Brought {
        text: "we plan to suspend your account".into(),
        about: vec!["hosting".into()],
        effective: Some(when.into()),
        ..Brought::default()
    }
}

#[tokio::test]
async fn a_forwarded_mail_counts_from_when_the_inner_one_was_written() {
    let staged = Staged::open().await;
    let now = staged.clock.now();
    let day = |days: i64| Time(now.0 - days * 86_400_000).utc();
    let mail = |body: &str| {
        let date = day(1).format("%a, %d %b %Y %H:%M:%S +0000");
        format!("From: Ada <ada@birke.example>\nTo: team@birke.example\nSubject: Fwd: notice\nDate: {date}\n\n{body}")
    };
    let head =
        format!("From: Trust <trust@vendor.example>\nDate: {}\nSubject: notice", day(3).format("%d %B %Y %H:%M UTC"));
    let inner = mail(&format!(
        "FYI\n\n---------- Forwarded message ---------\n{head}\n\nYour account will be suspended in 10 days.\n"
    ));
    let plain = mail("Your account will be suspended in 10 days.\n");
    for (text, days) in [(inner, 7), (plain, 9)] {
        let brought =
            Brought { bytes: text.clone().into_bytes(), text, about: vec!["hosting".into()], ..Brought::default() };
        let (letter, said) = staged.acts().bring(&ada(), brought, now).await.unwrap();
        assert_eq!(letter.notice.effective, Some(Time(now.0 + days * 86_400_000)), "{said}");
        assert_eq!(
            said.contains("The e-mail was forwarded, so plugwatch counts from the date of the original, "),
            days == 7,
            "{said}"
        );
    }
}

#[tokio::test]
async fn a_letter_outlives_a_restart_and_a_corrected_hour_is_told() {
    let mut staged = Staged::open().await;
    staged.pass(minutes(20)).await;
    let now = staged.clock.now();
    let (kept, _) = staged.acts().bring(&ada(), letter("2 April 2026 16:00 UTC"), now).await.unwrap();
    staged.pass(minutes(5)).await;
    staged.told();
    let mut staged = staged.crash_and_restart().await;
    staged.pass(minutes(5)).await;
    let told = staged.told();
    assert!(!told.iter().any(|line| line.contains("NO LONGER MONITORED")), "{told:?}");
    assert_eq!(staged.shown("hosting"), "degraded");
    let now = staged.clock.now();
    staged.acts().effective(&ada(), &kept.public_id, "4 March 2026 16:00 UTC", now).await.unwrap();
    staged.pass(minutes(1)).await;
    let texts = staged.texts();
    insta::assert_snapshot!(texts.join("\n\n====\n\n"));
}

#[tokio::test]
async fn a_mute_holds_no_announced_end_and_none_of_its_reminders() {
    let mut staged = Staged::open().await;
    staged.pass(minutes(20)).await;
    staged.acts().mute(&ada(), "all", "2d", "", staged.clock.now()).await.unwrap();
    staged.told();
    let now = staged.clock.now();
    staged.acts().bring(&ada(), letter("4 March 2026 16:00 UTC"), now).await.unwrap();
    staged.pass(hours(32)).await;
    let told = staged.told();
    assert_eq!(told[0], "CUT-OFF ANNOUNCED: Cloud hosting, Wed 16:00 UTC (in 31 h)");
    assert!(told.iter().any(|line| line.starts_with("LAST MOMENT TO START: ")), "{told:?}");
}

#[tokio::test]
async fn one_acknowledgement_of_several_things_stops_the_escalation_of_all_of_them() {
    let api = BotApi::open().await;
    let mut staged = Staged::telling(BOSS, "", vec![phone(&api)], BEGIN).await;
    staged.pass(minutes(20)).await;
    // Both are Twilio's.
    staged.stage.set("twilio", "gone");
    staged.stage.set("sendgrid", "gone");
    while staged.store.open_incidents().await.unwrap().len() < 2 {
        staged.pass(minutes(1)).await;
    }
    staged.pass(minutes(2)).await;
    let told = staged.told();
    assert!(told.iter().any(|line| line.contains("Sign-up texts, E-mail (Twilio)")), "{told:?}");
    let alerts = staged.store.alerts(0).await.unwrap();
    let group = alerts.iter().rfind(|alert| alert.members().len() == 2).unwrap();
    let incidents = group.snapshot["body"]["dependency"]["group"]["incidents"].as_array().unwrap();
    assert_eq!(incidents.len(), 2, "whoever keeps alerts by incident hears of both: {incidents:?}");
    staged.acts().ack(&ada(), group.thread.as_deref(), staged.clock.now()).await.unwrap();
    let acts = staged.store.acts().await.unwrap();
    assert_eq!(acts.len(), 2, "each of them is acknowledged: {acts:?}");
    staged.pass(minutes(30)).await;
    assert_eq!(heads(&api), Vec::<String>::new());
}

#[tokio::test]
async fn a_channel_that_asked_to_be_left_alone_holds_no_drop_back() {
    let api = BotApi::open().await;
    let mut staged = Staged::telling(PHONE, "dependencies = [\"sign-up-sms\"]", vec![phone(&api)], BEGIN).await;
    let mut wait = refusal(429, "Too Many Requests: retry after 3000");
    wait["parameters"] = serde_json::json!({"retry_after": 3000});
    for _ in 0..50 {
        api.fail("sendmessage", 429, wait.clone());
    }
    staged.pass(minutes(20)).await;
    staged.told();
    staged.stage.set("google_play", "gone");
    staged.pass(minutes(40)).await;
    let told = staged.told();
    assert!(told.iter().any(|line| line.starts_with("DROPPED: Android app")), "{told:?}");
}

#[tokio::test]
async fn a_letter_about_what_is_out_is_told_and_so_is_the_end_of_the_outage_beside_it() {
    let mut staged = Staged::open().await;
    staged.pass(minutes(20)).await;
    staged.stage.set("sendgrid", "broken");
    staged.pass(minutes(40)).await;
    staged.told();
    let brought = Brought { about: vec!["e-mail".into()], ..letter("4 April 2026 16:00 UTC") };
    let (kept, _) = staged.acts().bring(&ada(), brought, staged.clock.now()).await.unwrap();
    staged.pass(minutes(1)).await;
    let told = staged.told();
    assert!(told.iter().any(|line| line.starts_with("CUT-OFF ANNOUNCED: E-mail")), "{told:?}");
    staged.stage.set("sendgrid", "live");
    staged.pass(minutes(40)).await;
    let texts = staged.texts();
    assert!(texts.iter().any(|text| text.contains("Until now, it was reported as an outage.")), "{texts:?}");
    // After the withdrawal it is over immediately, without waiting for a check.
    staged.acts().withdraw(&ada(), &kept.public_id, staged.clock.now()).await.unwrap();
    staged.engine.settle(staged.clock.now()).await.unwrap();
    staged.clock.move_to(staged.clock.now().plus(Duration::from_secs(2)));
    staged.engine.settle(staged.clock.now()).await.unwrap();
    assert_eq!(staged.shown("e-mail"), "live");
}
