//! The bot with a fake Bot API on a real socket: commands, buttons, letters, strangers and groups.

use std::sync::Arc;
use std::time::Duration;

use plugwatch::acts::Known;
use plugwatch::bot::{Answering, Around, Served, run};
use plugwatch::clock::Clock;
use plugwatch::config::Config;
use plugwatch::core::people::action::ActionKind;
use plugwatch::core::time::Time;
use plugwatch::core::words::question::Secret;
use plugwatch::ids::Ids;
use plugwatch::notify::{Limiter, Moved};
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::botapi::{BotApi, message, press, text, update};
use crate::kit::Staged;

/// Ada's private chat. She may perform acts.
pub const ADA: i64 = 42;
/// A group with Ada and Bob.
pub const GROUP: i64 = -1_001_234;
/// Bob, who may only ask.
pub const BOB: i64 = 7;

pub struct Talk {
    pub staged: Staged,
    api: BotApi,
    bot: JoinHandle<()>,
    next: u32,
}

impl Drop for Talk {
    fn drop(&mut self) {
        self.bot.abort();
    }
}

impl Talk {
    pub async fn open() -> Talk {
        Talk::with(Staged::open().await, BotApi::open().await)
    }

    fn with(staged: Staged, api: BotApi) -> Talk {
        let bot = Talk::begin(&staged, &api);
        Talk { staged, api, bot, next: 0 }
    }

    fn begin(staged: &Staged, api: &BotApi) -> JoinHandle<()> {
        let config = Config::read("test.toml", staged.text.clone()).unwrap();
        let served = Served {
            chats: vec![ADA, GROUP],
            users: vec![ADA],
            channel: "phone".into(),
            moved: Arc::new(Moved::default()),
            zone: chrono_tz::UTC,
            // Bob has his own time zone, in whichever chat he writes.
            zones: [(BOB.to_string(), chrono_tz::America::New_York)].into(),
        };
        let around = Around {
            snapshot: staged.engine.windows().snapshot,
            known: watch::Sender::new(Arc::new(Known::of(&config))).subscribe(),
            store: staged.store.clone(),
            clock: staged.clock.clone(),
            limiter: Arc::new(Limiter::new(Clock::manual(Time(0)))),
            ids: Ids::Counting(Arc::new(900.into())),
            engine: tokio::sync::mpsc::channel(1).0,
        };
        tokio::spawn(run(Secret::new("123:abc"), Some(api.url.clone()), Answering::new(served, around)))
    }

    /// Stops the bot, and starts another one from the files on disk.
    fn restart(&mut self) {
        self.bot.abort();
        self.bot = Talk::begin(&self.staged, &self.api);
    }

    fn id(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    /// Sends a message, and waits for one answer.
    pub async fn say(&mut self, chat: i64, from: i64, words: &str) -> String {
        let id = self.id();
        self.hear(update(id, message(id, chat, from, words))).await
    }

    async fn hear(&mut self, heard: serde_json::Value) -> String {
        let before = self.api.calls(&["sendmessage"]).len();
        self.api.push(heard);
        text(&self.api.wait(&["sendmessage"], before + 1).await[before].1)
    }

    /// Presses a button, and waits for the reply to the person who pressed it.
    async fn press(&mut self, chat: i64, from: i64, data: &str) -> String {
        let before = self.api.calls(&["answercallbackquery"]).len();
        let id = self.id();
        self.api.push(press(id, chat, from, 5, data));
        text(&self.api.wait(&["answercallbackquery"], before + 1).await[before].1)
    }

    async fn deeds(&self) -> Vec<(ActionKind, String, Option<String>)> {
        let acts = self.staged.store.acts().await.unwrap();
        acts.into_iter().map(|act| (act.deed, act.by, act.dependency)).collect()
    }
}

fn minutes(n: u64) -> Duration {
    Duration::from_secs(n * 60)
}

#[tokio::test]
async fn the_commands_of_somebody_who_asks() {
    let mut talk = Talk::open().await;
    talk.staged.pass(minutes(20)).await;
    talk.staged.stage.set("google_play", "gone");
    talk.staged.pass(minutes(40)).await;
    let mut said = String::new();
    for command in [
        "/status",
        "/why android",
        "/incidents",
        "/history android-app",
        "/help",
        "/whoami",
        "/why app",
        "/map",
        "/whatif twilio",
        "/whatif",
    ] {
        let answer = talk.say(ADA, ADA, command).await;
        said.push_str(&format!("==== {command}\n{answer}\n\n"));
    }
    // The duration of a check and the order of answers differ from run to run.
    let said = regex::Regex::new(r"\d+ ms").unwrap().replace_all(&said, "n ms").into_owned();
    let said = regex::Regex::new(r"Evidence \d+").unwrap().replace_all(&said, "Evidence n").into_owned();
    insta::assert_snapshot!(said);
    let pictures = talk.api.calls(&["sendphoto"]);
    assert_eq!(pictures.len(), 2, "history and the map come with a picture");
    let largest = pictures[0].1.as_object().unwrap().values().filter_map(|field| field["bytes"].as_u64()).max();
    assert!(largest.unwrap() > 5_000, "{:?}", pictures[0]);
}

#[tokio::test]
async fn the_commands_of_somebody_who_changes_things() {
    let mut talk = Talk::open().await;
    talk.staged.pass(minutes(20)).await;
    talk.staged.stage.set("google_play", "gone");
    talk.staged.pass(minutes(40)).await;
    let mut said = String::new();
    for command in [
        "/ack android",
        "/ack android",
        "/ack ios",
        "/ack",
        "/mute sms 2h they are slow today",
        "/mute sms",
        "/mute sms 30d",
        "/unmute sms",
        "/maintenance all 2h moving the database",
        "/maintenance website over",
        "/accept android",
        "/itwasus android we unpublished it",
        "/falsealarm hosting",
        "/attest hosting",
        "/notice hosting “Sun 8 Mar 23:59 PST” we cannot serve you any more",
        "/notice hosting \"some day\" we cannot serve you any more",
        "/notice",
        "/drill hosting",
        "/nonsense",
    ] {
        let answer = talk.say(ADA, ADA, command).await;
        said.push_str(&format!("==== {command}\n{answer}\n\n"));
    }
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn strangers_get_one_polite_refusal_and_are_recorded() {
    let mut talk = Talk::open().await;
    let said = talk.say(666, 666, "/status").await;
    assert_eq!(
        said,
        "plugwatch answers only in the chats that its configuration lists. If this one is yours, add 666 to `chats`."
    );
    let id = talk.id();
    talk.api.push(update(id, message(id, 666, 666, "/ack")));
    // The stranger's second attempt gets no answer: the next answer is Ada's.
    assert!(talk.say(ADA, ADA, "/whoami").await.starts_with("Your user id is 42;"));
    let deeds = talk.deeds().await;
    assert_eq!(deeds, [(ActionKind::Refused, "Ada (chat 666)".to_owned(), None)]);
}

#[tokio::test]
async fn in_a_group_everybody_may_ask_and_only_listed_users_change_anything() {
    let mut talk = Talk::open().await;
    talk.staged.pass(minutes(20)).await;
    assert!(talk.say(GROUP, BOB, "/status").await.contains("6 working"));
    let refused = "You can ask questions here, but not change anything. To allow it, add 7 to `users`.";
    assert_eq!(talk.say(GROUP, BOB, "/mute all 2h").await, refused);
    assert_eq!(talk.press(GROUP, BOB, "v1:a:pw-1").await, refused);
    let as_group = "plugwatch cannot see who you are. Write as yourself, not as the group or a channel.";
    let id = talk.id();
    let mut hidden = message(id, GROUP, 1_087_968_824, "/mute all 2h");
    hidden["sender_chat"] = crate::botapi::chat(GROUP);
    assert_eq!(talk.hear(update(id, hidden)).await, as_group);
    assert!(talk.say(GROUP, ADA, "/mute all 2h").await.starts_with("everything: muted by @user42"));
    let deeds = talk.deeds().await;
    let kinds: Vec<ActionKind> = deeds.iter().map(|(deed, ..)| *deed).collect();
    assert_eq!(kinds, [ActionKind::Refused, ActionKind::Refused, ActionKind::Refused, ActionKind::Mute]);
}

#[tokio::test]
async fn a_press_is_heard_and_a_second_one_says_who_was_first() {
    let mut talk = Talk::open().await;
    talk.staged.pass(minutes(20)).await;
    talk.staged.stage.set("google_play", "gone");
    talk.staged.pass(minutes(40)).await;
    let incident = talk.staged.store.open_incidents().await.unwrap()["android-app"].public_id.clone();
    let first = talk.press(ADA, ADA, &format!("v1:a:{incident}")).await;
    assert!(first.starts_with("Android app: acknowledged by @user42."), "{first}");
    let second = talk.press(GROUP, ADA, &format!("v1:a:{incident}")).await;
    assert!(second.starts_with("Android app: already acknowledged by @user42 at Tue 3 Mar"), "{second}");
    assert_eq!(talk.press(ADA, ADA, &format!("v1:w:{incident}")).await, "See below.");
    let muted = talk.press(ADA, ADA, &format!("v1:m:{incident}")).await;
    assert!(muted.starts_with("Android app: muted by @user42 until"), "{muted}");
    assert_eq!(
        talk.press(ADA, ADA, "v0:a:pw-1").await,
        "This button is from another version of plugwatch. Send a command instead: /help lists them."
    );
    assert_eq!(talk.press(ADA, ADA, "v1:a:pw-nothing").await, "there is no alert or drill with the id pw-nothing");
    assert!(talk.press(666, 666, &format!("v1:a:{incident}")).await.starts_with("plugwatch answers only in"));
}

#[tokio::test]
async fn a_forwarded_letter_is_kept_read_back_and_answered() {
    let mut talk = Talk::open().await;
    talk.staged.pass(minutes(20)).await;
    let id = talk.id();
    let mut letter = message(
        id,
        ADA,
        ADA,
        "DigitalOcean Trust & Safety: we will suspend your account effective Thursday at 18:00 UTC.",
    );
    let written = Time::parse("2026-03-03T07:10:00Z").unwrap().0 / 1_000;
    letter["forward_origin"] = json!({"type": "hidden_user", "sender_user_name": "Trust", "date": written});
    let said = talk.hear(update(id, letter)).await;
    insta::assert_snapshot!("letter_read_back", said);
    let sent = talk.api.calls(&["sendmessage"]).pop().unwrap().1;
    insta::assert_snapshot!("letter_buttons", serde_json::to_string_pretty(&sent["reply_markup"]).unwrap());
    let kept = talk.staged.store.letters().await.unwrap().remove(0);
    assert_eq!(kept.notice.dependencies, ["hosting"]);
    assert_eq!(kept.notice.received.rfc3339(), "2026-03-03T07:10:00Z");
    let confirm = talk.press(ADA, ADA, &format!("v1:c:{}", kept.public_id)).await;
    assert!(confirm.ends_with("time confirmed by @user42."), "{confirm}");
    let answered = talk.press(ADA, ADA, &format!("v1:r:{}", kept.public_id)).await;
    assert!(answered.ends_with("answered by @user42."), "{answered}");
    // It is shown as ending from now on, before any check says so.
    talk.staged.pass(minutes(1)).await;
    assert_eq!(talk.staged.shown("hosting"), "degraded");
}

#[tokio::test]
async fn a_photo_is_kept_and_what_it_does_not_say_is_asked() {
    let mut talk = Talk::open().await;
    talk.api.keep_file("big", b"not really a jpeg");
    let id = talk.id();
    let mut photo = message(id, ADA, ADA, "");
    photo.as_object_mut().unwrap().remove("text");
    let size = |name: &str, width: u32| json!({"file_id": name, "file_unique_id": name, "width": width, "height": 9, "file_size": 17});
    photo["photo"] = json!([size("small", 9), size("big", 90)]);
    let said = talk.hear(update(id, photo)).await;
    insta::assert_snapshot!("photo_asked_back", said);
    let letter = talk.staged.store.letters().await.unwrap().remove(0);
    assert_eq!(talk.staged.store.letter_bytes(&letter.public_id).await.unwrap().unwrap(), b"not really a jpeg");
    for (words, answer) in [
        ("hosting", format!("Notice {}: it concerns Cloud hosting.", letter.public_id)),
        (
            "Friday 18:00 CET",
            format!(
                "Notice {}: it takes effect Fri 6 Mar 2026 18:00 CET (Fri 6 Mar 2026 17:00 UTC), in 3 d 9 h. That is 3 d 9 h of notice.",
                letter.public_id
            ),
        ),
    ] {
        let id = talk.id();
        let mut reply = message(id, ADA, ADA, words);
        reply["reply_to_message"] = json!({
            "message_id": 1, "date": 1_700_000_000, "chat": crate::botapi::chat(ADA), "text": said,
            "from": {"id": 1, "is_bot": true, "first_name": "Watch", "username": "plugwatch_bot"},
        });
        assert_eq!(talk.hear(update(id, reply)).await, answer);
    }
}

#[tokio::test]
async fn what_somebody_else_wrote_is_not_done_because_it_is_forwarded() {
    let mut talk = Talk::open().await;
    talk.staged.pass(minutes(1)).await;
    let id = talk.id();
    let mut forwarded = message(id, ADA, ADA, "/mute all 14d");
    forwarded["forward_origin"] = json!({"type": "hidden_user", "sender_user_name": "Eve", "date": 1_700_000_000});
    talk.hear(update(id, forwarded)).await;
    let id = talk.id();
    let mut old = message(id, ADA, ADA, "/mute all 14d");
    old["date"] = json!(Time::parse("2026-03-03T07:00:00Z").unwrap().0 / 1_000);
    let said = talk.hear(update(id, old)).await;
    assert_eq!(said, "that was written at Tue 3 Mar 07:00 UTC, while plugwatch was not listening. Send it again");
    assert!(!talk.deeds().await.iter().any(|(deed, ..)| *deed == ActionKind::Mute));
}

#[tokio::test]
async fn talk_is_no_letter_and_another_bots_command_is_not_ours() {
    let mut talk = Talk::open().await;
    let id = talk.id();
    talk.api.push(update(id, message(id, ADA, ADA, "/status@other_bot")));
    // In a private chat, the bot answers a greeting with its commands.
    assert!(talk.say(ADA, ADA, "good morning").await.contains("/status"));
    assert!(talk.say(ADA, ADA, "/whoami@plugwatch_bot").await.starts_with("Your user id is 42;"));
    assert_eq!(talk.api.calls(&["sendmessage"]).len(), 2);
    assert!(talk.staged.store.letters().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_group_that_became_a_supergroup_is_still_listed_and_a_topic_is_answered_in() {
    let mut talk = Talk::open().await;
    let moved_to = -1_009_999;
    let id = talk.id();
    let mut moved = message(id, GROUP, ADA, "");
    moved.as_object_mut().unwrap().remove("text");
    moved["migrate_to_chat_id"] = json!(moved_to);
    talk.api.push(update(id, moved));
    let id = talk.id();
    let mut asked = message(id, moved_to, BOB, "/whoami");
    (asked["message_thread_id"], asked["is_topic_message"]) = (json!(7), json!(true));
    let said = talk.hear(update(id, asked)).await;
    assert_eq!(
        said,
        "Your user id is 7; the id of this chat is -1009999/7. You can ask questions here, but not change anything."
    );
    assert_eq!(talk.api.calls(&["sendmessage"])[0].1["message_thread_id"], 7);
}

#[tokio::test]
async fn the_commands_are_registered_and_a_bot_that_cannot_start_starts_again() {
    let api = BotApi::open().await;
    for _ in 0..3 {
        api.fail("setmycommands", 401, crate::botapi::refusal(401, "Unauthorized"));
    }
    api.fail("getupdates", 409, crate::botapi::refusal(409, "Conflict: terminated by other getUpdates request"));
    let mut talk = Talk::with(Staged::open().await, api);
    assert!(talk.say(ADA, ADA, "/whoami").await.starts_with("Your user id is 42;"));
    let registered = talk.api.calls(&["setmycommands"]).pop().unwrap().1;
    let names: Vec<&str> =
        registered["commands"].as_array().unwrap().iter().map(|c| c["command"].as_str().unwrap()).collect();
    assert!(names.contains(&"status") && names.contains(&"notice") && !names.contains(&"start"), "{names:?}");
}

/// Telegram delivers an update again if the acknowledgement of it was lost.
#[tokio::test]
async fn an_update_that_is_delivered_again_counts_once() {
    let mut talk = Talk::open().await;
    talk.staged.pass(minutes(20)).await;
    let id = talk.id();
    let mute = update(id, message(id, ADA, ADA, "/mute android-app 2h"));
    let first = talk.hear(mute.clone()).await;
    talk.api.push(mute.clone());
    talk.say(ADA, ADA, "/whoami").await;
    talk.restart();
    talk.api.push(mute);
    let next = talk.say(ADA, ADA, "/whoami").await;
    assert!(first.contains("Android app") && next.contains("42"), "{first}\n{next}");
    assert_eq!(talk.api.calls(&["sendmessage"]).len(), 3, "the repeated updates get no answer");
    let mutes = talk.deeds().await.into_iter().filter(|(deed, ..)| *deed == ActionKind::Mute).count();
    assert_eq!(mutes, 1);
}

/// Answers use the reader's time zone: the user's, the chat's, or the channel's.
#[tokio::test]
async fn whoever_asks_reads_their_own_time() {
    let mut talk = Talk::open().await;
    talk.staged.pass(minutes(20)).await;
    let ada = talk.say(ADA, ADA, "/status").await;
    let bob = talk.say(GROUP, BOB, "/status").await;
    assert!(ada.contains("08:20 UTC") && bob.contains("03:20 EST"), "{ada}\n{bob}");
}
