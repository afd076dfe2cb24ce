//! The Telegram bot that answers: `/status`, `/why`, `/help`. Only listed chats are
//! served; everybody else gets one polite refusal, and is recorded in the log.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use teloxide::dispatching::{Dispatcher, UpdateFilterExt};
use teloxide::error_handlers::LoggingErrorHandler;
use teloxide::prelude::*;
use teloxide::types::{LinkPreviewOptions, ParseMode};
use teloxide::update_listeners::Polling;
use teloxide::utils::command::BotCommands;
use tokio::sync::watch;

use crate::clock::Clock;
use crate::core::board::Board;
use crate::core::question::Secret;
use crate::say::split::{LIMIT, split};
use crate::say::{Format, status};

/// What the bot understands.
#[derive(BotCommands, Clone, Debug, PartialEq, Eq)]
#[command(rename_rule = "lowercase", description = "I watch whether vendors still serve us.")]
enum Command {
    #[command(description = "what stands and what does not, the worst first")]
    Status,
    #[command(description = "why we believe it: /why ios-app")]
    Why(String),
    #[command(description = "this list")]
    Help,
    #[command(hide)]
    Start,
}

/// What the bot needs.
#[derive(Clone)]
pub struct Answering {
    /// Chats that are served.
    pub chats: Arc<HashSet<i64>>,
    /// What is known.
    pub board: watch::Receiver<Arc<Board>>,
    /// The time.
    pub clock: Clock,
    refused: Arc<Mutex<HashSet<i64>>>,
}

impl Answering {
    /// Serves these chats from this board.
    pub fn new(chats: impl IntoIterator<Item = i64>, board: watch::Receiver<Arc<Board>>, clock: Clock) -> Answering {
        Answering { chats: Arc::new(chats.into_iter().collect()), board, clock, refused: Arc::default() }
    }

    /// The answer to a text, or `None` for silence.
    fn answer(&self, chat: i64, text: &str, me: &str) -> Option<String> {
        if !self.chats.contains(&chat) {
            return self.refuse(chat);
        }
        let board = self.board.borrow().clone();
        let command = match Command::parse(text, me) {
            Ok(command) => command,
            Err(_) if text.starts_with('/') => {
                return Some("I do not know this command. /help lists what I understand.".into());
            }
            Err(_) => return None,
        };
        Some(match command {
            Command::Status => status::text(&board, Format::Html),
            Command::Why(name) => self.why(&board, &name),
            Command::Help | Command::Start => crate::say::escape(&Command::descriptions().to_string()),
        })
    }

    fn why(&self, board: &Board, name: &str) -> String {
        match board.find(name) {
            Some(dependency) => status::why(dependency, &[], self.clock.now(), Format::Html),
            None => {
                let known: Vec<&str> = board.dependencies.iter().map(|dependency| dependency.id.as_str()).collect();
                crate::say::escape(&format!(
                    "Which one? I watch: {}. For example /why {}",
                    known.join(", "),
                    known.first().unwrap_or(&"")
                ))
            }
        }
    }

    /// One polite refusal for each stranger.
    fn refuse(&self, chat: i64) -> Option<String> {
        let fresh = self.refused.lock().unwrap_or_else(PoisonError::into_inner).insert(chat);
        tracing::warn!(chat, "chat {chat} is not listed in `chats` and was refused");
        fresh.then(|| format!("I only talk to the chats I was told to. If this is yours, add {chat} to `chats`."))
    }
}

/// Answers for ever. The library's dispatcher ends when Telegram cannot be reached at its
/// start, so it is started again, more and more slowly.
pub async fn run(token: Secret, api_url: Option<url::Url>, answering: Answering) {
    let bot = Bot::new(token.open());
    let bot = match api_url {
        Some(url) => bot.set_api_url(url),
        None => bot,
    };
    let mut wait = Duration::from_secs(2);
    loop {
        // A panic within the library must end neither the loop nor the program.
        let listening = tokio::spawn(listen(bot.clone(), answering.clone()));
        match listening.await {
            Ok(Ok(())) => wait = Duration::from_secs(2),
            Ok(Err(error)) => tracing::warn!(%error, "the Telegram bot cannot listen: {error}"),
            Err(_) => tracing::warn!("the Telegram bot's listener broke down and is started again"),
        }
        answering.clock.sleep_until(answering.clock.now().plus(wait)).await;
        wait = (wait * 2).min(Duration::from_secs(300));
    }
}

async fn listen(bot: Bot, answering: Answering) -> Result<(), teloxide::RequestError> {
    let handler = Update::filter_message().filter(|message: Message| message.text().is_some()).endpoint(reply);
    bot.set_my_commands(Command::bot_commands()).await?;
    let listener = Polling::builder(bot.clone()).timeout(Duration::from_secs(10)).build();
    Dispatcher::builder(bot, handler)
        .dependencies(dptree::deps![answering])
        // Updates that we do not know are not for us.
        .default_handler(|_| async {})
        .build()
        .try_dispatch_with_listener(listener, LoggingErrorHandler::with_custom_text("the Telegram bot"))
        .await
}

async fn reply(bot: Bot, me: teloxide::types::Me, message: Message, answering: Answering) -> ResponseResult<()> {
    let Some(answer) = answering.answer(message.chat.id.0, message.text().unwrap_or(""), me.username()) else {
        return Ok(());
    };
    let preview = LinkPreviewOptions {
        is_disabled: true,
        url: None,
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    };
    for part in split(&answer, LIMIT) {
        let sending = bot.send_message(message.chat.id, part).parse_mode(ParseMode::Html);
        sending.link_preview_options(preview.clone()).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::time::Time;

    fn answering() -> Answering {
        let board = Board { platform: "Acme <Co>".into(), ..Board::default() };
        Answering::new([42], watch::channel(Arc::new(board)).1, Clock::manual(Time(0)))
    }

    #[test]
    fn listed_chats_are_served_and_html_is_escaped() {
        let said = answering().answer(42, "/status", "plugwatch_bot").unwrap();
        assert!(said.contains("<b>Acme &lt;Co&gt;</b>"), "{said}");
    }

    #[test]
    fn a_stranger_is_refused_once_and_told_the_chat_id() {
        let answering = answering();
        assert!(answering.answer(7, "/status", "plugwatch_bot").unwrap().contains("add 7 to `chats`"));
        assert_eq!(answering.answer(7, "/status", "plugwatch_bot"), None);
    }

    #[test]
    fn a_command_for_another_bot_and_plain_talk_get_no_answer() {
        assert_eq!(answering().answer(42, "good morning", "plugwatch_bot"), None);
    }

    #[test]
    fn an_unknown_name_is_asked_back() {
        assert!(answering().answer(42, "/why typo", "plugwatch_bot").unwrap().starts_with("Which one?"));
    }
}
