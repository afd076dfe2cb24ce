//! Which chat of Telegram is told: whoever writes to the bot now.

use crate::bot::{Hello, Wrote};
use crate::cli::asking;
use crate::cli::trial::Trial;
use crate::core::time::Time;
use crate::core::words::question::Secret;

/// How often a person is waited for, some seconds each.
const TRIES: usize = 6;
/// Clocks differ by so much.
const SLACK_MS: i64 = 60_000;

/// Asks who shall be told, and says hello to them. An empty list leaves it to the variable.
pub(super) async fn find_chat(trial: &Trial) -> Vec<Wrote> {
    let Ok(token) = std::env::var("PLUGWATCH_TELEGRAM_TOKEN") else {
        println!("\nFor alerts in Telegram, create a bot with @BotFather and set PLUGWATCH_TELEGRAM_TOKEN.");
        return Vec::new();
    };
    let elsewhere = trial.network.overrides.get("https://api.telegram.org");
    let hello = Hello::new(&Secret::new(token.trim()), elsewhere.and_then(|url| url::Url::parse(url).ok()));
    let name = match hello.name().await {
        Ok(name) => name,
        Err(why) => {
            println!("\nThe token in PLUGWATCH_TELEGRAM_TOKEN could not be used: {why}");
            return Vec::new();
        }
    };
    if !asking::agree(&format!("\nSend alerts in Telegram through @{name}?"), true) {
        return Vec::new();
    }
    println!("Send any message to @{name} now, or add it to your group ...");
    let since = Time(trial.clock.now().0 - SLACK_MS);
    for _ in 0..TRIES {
        match hello.chats(since).await {
            Ok(chats) if chats.is_empty() => {}
            Ok(chats) => return greet(&hello, chats).await,
            Err(why) => {
                println!("Telegram cannot say who wrote to the bot: {why}");
                return Vec::new();
            }
        }
    }
    println!("Nobody wrote. Later, while plugwatch is running, write to the bot: it answers with the chat's number.");
    Vec::new()
}

async fn greet(hello: &Hello, chats: Vec<Wrote>) -> Vec<Wrote> {
    let mut taken = Vec::new();
    for wrote in chats {
        let (chat, name) = (wrote.chat, &wrote.name);
        if !asking::agree(&format!("Send alerts to {name} (chat {chat})?"), false) {
            continue;
        }
        match hello.greet(chat).await {
            Ok(()) => {
                println!("A greeting arrived in chat {chat}.");
                taken.push(wrote);
            }
            Err(why) => println!("The greeting did not arrive in chat {chat}: {why}"),
        }
    }
    taken
}
