//! The setup of a bot, before monitoring starts: who wrote to it, and a greeting to them.

use teloxide::prelude::*;
use teloxide::types::{AllowedUpdate, UpdateKind};

use crate::core::time::Time;
use crate::core::words::question::Secret;

/// How long Telegram waits for a message, in seconds.
const PATIENCE: u32 = 10;

/// A chat in which somebody wrote to the bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrote {
    /// The chat's id.
    pub chat: i64,
    /// The chat's name.
    pub name: String,
    /// The ids of the users who wrote.
    pub users: Vec<u64>,
}

/// A bot that is being set up.
pub struct Hello {
    bot: Bot,
}

impl Hello {
    /// A bot with this token; `api_url` if the Bot API is at another address.
    pub fn new(token: &Secret, api_url: Option<url::Url>) -> Hello {
        let bot = Bot::new(token.open());
        Hello { bot: api_url.map_or(bot.clone(), |url| bot.set_api_url(url)) }
    }

    /// The bot's own name.
    ///
    /// # Errors
    /// Fails if Telegram refuses the token, or cannot be reached.
    pub async fn name(&self) -> Result<String, String> {
        self.bot.get_me().await.map(|me| me.username().to_owned()).map_err(|error| error.to_string())
    }

    /// The chats in which somebody wrote to the bot after `since`, with their names. Waits some seconds for
    /// messages.
    ///
    /// # Errors
    /// Fails if Telegram refuses the request, or cannot be reached.
    pub async fn chats(&self, since: Time) -> Result<Vec<Wrote>, String> {
        let wanted = [AllowedUpdate::Message, AllowedUpdate::MyChatMember];
        let updates = self.bot.get_updates().timeout(PATIENCE).allowed_updates(wanted).await;
        let mut chats: Vec<Wrote> = Vec::new();
        for update in updates.map_err(|error| error.to_string())? {
            let (chat, at, user) = match &update.kind {
                UpdateKind::Message(message) => (&message.chat, message.date, message.from.as_ref()),
                UpdateKind::MyChatMember(member) => (&member.chat, member.date, Some(&member.from)),
                _ => continue,
            };
            let name = chat.title().or(chat.first_name()).unwrap_or("somebody");
            let name: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
            // An older message may be from anyone.
            if at.timestamp_millis() < since.0 {
                continue;
            }
            let user = user.filter(|user| !user.is_bot).map(|user| user.id.0);
            match chats.iter_mut().find(|wrote| wrote.chat == chat.id.0) {
                Some(wrote) => wrote.users.extend(user.filter(|user| !wrote.users.contains(user))),
                None => chats.push(Wrote { chat: chat.id.0, name, users: user.into_iter().collect() }),
            }
        }
        Ok(chats)
    }

    /// Sends a greeting to a chat.
    ///
    /// # Errors
    /// Fails if Telegram refuses the request, or cannot be reached.
    pub async fn greet(&self, chat: i64) -> Result<(), String> {
        let text = format!("Hello. plugwatch will send its alerts here (chat {chat}).");
        self.bot.send_message(ChatId(chat), text).await.map(drop).map_err(|error| error.to_string())
    }
}
