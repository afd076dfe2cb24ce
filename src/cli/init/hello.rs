//! Which chat of Telegram is told: whoever writes to the bot now.

use crate::bot::{Hello, Wrote};
use crate::cli::asking;
use crate::cli::trial::Trial;
use crate::core::question::Secret;
use crate::core::time::Time;

/// How often a person is waited for, some seconds each.
const TRIES: usize = 6;
/// Clocks differ by so much.
const SLACK_MS: i64 = 60_000;

/// Asks who shall be told, and says hello to them. An empty list leaves it to the variable.
pub(super) async fn find_chat(trial: &Trial) -> Vec<Wrote> {
    let Ok(token) = std::env::var("PLUGWATCH_TELEGRAM_TOKEN") else {
        println!("\nFor alerts in Telegram: get a bot from @BotFather, and set PLUGWATCH_TELEGRAM_TOKEN.");
        return Vec::new();
    };
    let elsewhere = trial.network.overrides.get("https://api.telegram.org");
    let hello = Hello::new(&Secret::new(token.trim()), elsewhere.and_then(|url| url::Url::parse(url).ok()));
    let name = match hello.name().await {
        Ok(name) => name,
        Err(why) => {
            println!("\nTelegram could not be asked with the token in PLUGWATCH_TELEGRAM_TOKEN: {why}");
            return Vec::new();
        }
    };
    if !asking::agree(&format!("\nShall @{name} tell you in Telegram"), true) {
        return Vec::new();
    }
    println!("Write a word to @{name} now, or add it to your group ...");
    let since = Time(trial.clock.now().0 - SLACK_MS);
    for _ in 0..TRIES {
        match hello.chats(since).await {
            Ok(chats) if chats.is_empty() => {}
            Ok(chats) => return greet(&hello, chats).await,
            Err(why) => {
                println!("Telegram does not say who wrote: {why}");
                return Vec::new();
            }
        }
    }
    println!("Nobody wrote. Later: plugwatch run answers whoever writes to the bot with the chat's number.");
    Vec::new()
}

async fn greet(hello: &Hello, chats: Vec<Wrote>) -> Vec<Wrote> {
    let mut taken = Vec::new();
    for wrote in chats {
        let (chat, name) = (wrote.chat, &wrote.name);
        if !asking::agree(&format!("Alerts to {name} (chat {chat})"), false) {
            continue;
        }
        match hello.greet(chat).await {
            Ok(()) => {
                println!("Said hello in chat {chat}.");
                taken.push(wrote);
            }
            Err(why) => println!("No hello in chat {chat}: {why}"),
        }
    }
    taken
}
