//! While nobody acknowledges an alert, each reminder calls the next person on duty, in that person's own time zone.

use plugwatch::config::Config;

use crate::botapi::BotApi;
use crate::kit::{BEGIN, Staged, minutes, telegram};

const PHONES: &str = r#"
[[channel]]
kind = "telegram"
name = "phone"
token = { file = "{folder}/key" }
chats = [42, 43]
zones = { "43" = "America/New_York" }
[[duty]]
who = "Ada"
channel = "phone"
recipient = 42
[[duty]]
who = "Bob"
channel = "phone"
recipient = 43
"#;

#[tokio::test]
async fn each_reminder_calls_the_next_on_duty_and_everybody_reads_their_own_time() {
    let api = BotApi::open().await;
    let phone = ("phone".to_owned(), telegram(&api.url));
    let mut staged = Staged::telling(PHONES, "", vec![phone], BEGIN).await;
    staged.pass(minutes(20)).await;
    staged.stage.set("google_play", "gone");
    staged.pass(minutes(120)).await;
    let texts = api.texts();
    let dropped: Vec<&(i64, String)> = texts.iter().filter(|(_, text)| text.contains("🔴 DROPPED")).collect();
    assert_eq!(dropped.iter().map(|(chat, _)| *chat).collect::<Vec<_>>(), [42, 43], "the alert goes to everybody");
    assert!(dropped[0].1.contains("UTC") && dropped[1].1.contains("EST"), "{dropped:?}");
    let called: Vec<i64> =
        texts.iter().filter(|(_, text)| text.contains("STILL DROPPED")).map(|(chat, _)| *chat).collect();
    assert_eq!(called, [42, 43, 42, 43], "after 5, 15, 30 and 60 minutes");
}

#[test]
fn a_duty_that_reaches_nobody_is_a_problem_of_the_configuration() {
    let problems = |duty: &str| {
        let head = "platform = \"Acme\"\n[[channel]]\nkind = \"email\"\nname = \"mail\"\nserver = \"mail.example.com\"\n\
             from = \"watch@example.com\"\nto = [\"ada@example.com\", \"bob@example.com\"]\n[[duty]]\n";
        let tail = "\n[[dependency]]\nid = \"site\"\ncheck = \"website/page\"\nurl = \"https://example.com/\"\n";
        Config::read("test.toml", format!("{head}{duty}{tail}")).map(drop).unwrap_err().to_string()
    };
    let said = [
        problems("who = \"Ada\"\nchannel = \"phone\""),
        problems("who = \"Ada\"\nchannel = \"mail\""),
        problems("who = \"Ada\"\nchannel = \"mail\"\nrecipient = \"eve@example.com\""),
        problems("who = \"Ada\"\nchannel = \"mail\"\nrecipient = \"ada@example.com\"\nhours = \"nine to five\""),
    ];
    insta::assert_snapshot!(said.join("\n----\n"));
}
