//! `/update`: updates on the public page's incidents, written in Telegram.

use std::time::Duration;

use crate::bot::{ADA, BOB, GROUP, Talk};

#[tokio::test]
async fn an_incident_is_told_to_the_public_from_telegram() {
    let mut talk = Talk::open().await;
    talk.staged.pass(Duration::from_secs(20 * 60)).await;
    let before = talk.say(ADA, ADA, "/update").await;
    talk.staged.stage.set("twilio", "gone");
    talk.staged.pass(Duration::from_secs(40 * 60)).await;
    let draft = talk.staged.acts().drafts().await.unwrap().remove(0).cause;
    let mut said = format!("==== /update, all well\n{before}\n\n");
    for (who, command) in [
        (ADA, "/update".to_owned()),
        (ADA, "/update publish pw-none".to_owned()),
        (ADA, "/update monitoring too early".to_owned()),
        (BOB, format!("/update publish {draft} Bob may not")),
        (ADA, format!("/update publish {draft} Codes by text do *not* arrive.")),
        (ADA, "/update".to_owned()),
        (ADA, "/update fixed it works".to_owned()),
        (ADA, "/update identified".to_owned()),
        (ADA, "/update identified The carrier refuses our texts.".to_owned()),
        (ADA, "/update resolved All codes arrive.".to_owned()),
        (ADA, "/update resolved twice".to_owned()),
    ] {
        let chat = if who == ADA { ADA } else { GROUP };
        let answer = talk.say(chat, who, &command).await;
        said.push_str(&format!("==== {command}\n{answer}\n\n"));
    }
    insta::assert_snapshot!(said);
    let told = talk.staged.acts().published().await.unwrap();
    assert_eq!(told.len(), 1);
    let updates: Vec<(&str, &str)> = told[0].updates.iter().map(|one| (one.state.word(), one.words.as_str())).collect();
    assert_eq!(
        updates,
        [
            ("investigating", "Codes by text do *not* arrive."),
            ("identified", "The carrier refuses our texts."),
            ("resolved", "All codes arrive."),
        ]
    );
    assert!(!told[0].title.contains("Twilio"), "{}", told[0].title);
}
