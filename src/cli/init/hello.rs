//! Finds the Telegram chats that receive alerts: those in which somebody writes to the bot now.

use std::path::Path;

use crate::bot::{Hello, Wrote};
use crate::cli::asking;
use crate::cli::service::files;
use crate::cli::trial::Trial;
use crate::core::time::Time;
use crate::core::words::question::Secret;
use crate::read::{CREDENTIALS, variable};

/// How many times the bot's new messages are requested; each request waits some seconds.
const TRIES: usize = 6;
/// The greatest assumed difference between two clocks, in milliseconds.
const SLACK_MS: i64 = 60_000;

/// The variable, and the credential, that holds the bot's token.
const TOKEN: &str = "PLUGWATCH_TELEGRAM_TOKEN";

/// The bot's token: the one that is set already, or one that the person enters now, which is stored as a
/// credential next to the configuration. `None` if there is none.
fn token(config: &Path) -> Option<String> {
    let known = variable(&config.display().to_string(), TOKEN);
    if !known.trim().is_empty() {
        return Some(known.trim().to_owned());
    }
    println!("\nFor alerts in Telegram, create a bot with @BotFather, which gives you its token.");
    let given = asking::ask_secret("The bot's token (not shown; Enter: no Telegram)");
    if given.is_empty() {
        return None;
    }
    let folder = config.with_file_name(CREDENTIALS);
    match files::private_folder(&folder).and_then(|()| files::private(&folder.join(TOKEN), &given)) {
        Ok(()) => println!("Stored in {}, which only you can read.", folder.join(TOKEN).display()),
        Err(why) => println!("It could not be stored: {why}. Set {TOKEN} before you start plugwatch."),
    }
    Some(given)
}

/// Asks who receives alerts, and sends each a greeting. If the list is empty, the variable decides.
pub(super) async fn find_chat(trial: &Trial, config: &Path) -> Vec<Wrote> {
    let Some(token) = token(config) else { return Vec::new() };
    let elsewhere = trial.network.overrides.get("https://api.telegram.org");
    let hello = Hello::new(&Secret::new(token.as_str()), elsewhere.and_then(|url| url::Url::parse(url).ok()));
    let name = match hello.name().await {
        Ok(name) => name,
        Err(why) => {
            println!("\nThe bot's token could not be used: {why}");
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
                println!("plugwatch could not read who wrote to the bot: {why}");
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
