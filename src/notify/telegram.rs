//! Telegram: one try with the plain bot, each error read for what it means.
//!
//! The library's own throttle is not used: it keeps its queue in memory only, and one
//! chat's limit stops all others.

use std::time::Duration;

use teloxide::prelude::*;
use teloxide::types::{LinkPreviewOptions, ParseMode};
use teloxide::{ApiError, RequestError};

use super::limiter::Limiter;
use super::{Message, Tried};
use crate::clock::Clock;
use crate::core::question::Secret;
use crate::say::split::{LIMIT, split};

/// The bot that speaks.
pub struct Telegram {
    bot: Bot,
    limiter: Limiter,
}

impl Telegram {
    /// A bot with this token.
    pub fn new(token: &Secret, api_url: Option<url::Url>, clock: Clock) -> Telegram {
        let bot = Bot::new(token.open());
        let bot = match api_url {
            Some(url) => bot.set_api_url(url),
            None => bot,
        };
        Telegram { bot, limiter: Limiter::new(clock) }
    }

    /// Sends all parts of the message.
    pub async fn send(&self, message: &Message) -> Tried {
        let Ok(chat) = message.recipient.parse::<i64>() else {
            return Tried::Never { why: format!("`{}` is no chat id", message.recipient) };
        };
        let mut first = None;
        for (n, part) in split(&message.html, LIMIT).into_iter().enumerate() {
            match self.send_part(chat, part, &message.plain, n, true).await {
                Ok(id) => first = first.or(Some(id.to_string())),
                Err(error) => return self.tried(chat, &error).await,
            }
        }
        Tried::Sent(first)
    }

    async fn send_part(
        &self,
        chat: i64,
        part: String,
        plain: &str,
        n: usize,
        may_move: bool,
    ) -> Result<i32, RequestError> {
        self.limiter.pass(chat).await;
        let preview = LinkPreviewOptions {
            is_disabled: true,
            url: None,
            prefer_small_media: false,
            prefer_large_media: false,
            show_above_text: false,
        };
        let request =
            self.bot.send_message(ChatId(chat), part.clone()).parse_mode(ParseMode::Html).link_preview_options(preview);
        match request.await {
            Ok(sent) => Ok(sent.id.0),
            // Better without bold type than not at all.
            Err(RequestError::Api(ApiError::CantParseEntities(_))) => {
                let text = split(plain, LIMIT).into_iter().nth(n).unwrap_or(part);
                self.bot.send_message(ChatId(chat), text).await.map(|sent| sent.id.0)
            }
            Err(RequestError::MigrateToChatId(moved)) if may_move => {
                tracing::warn!("the group {chat} is now {}: change it in `chats`", moved.0);
                Box::pin(self.send_part(moved.0, part, plain, n, false)).await
            }
            Err(error) => Err(error),
        }
    }

    async fn tried(&self, chat: i64, error: &RequestError) -> Tried {
        if let RequestError::RetryAfter(seconds) = error {
            let wait = seconds.duration() + Duration::from_millis(250);
            self.limiter.stay_away(chat, wait).await;
            return Tried::Retry { after: Some(wait), why: "Telegram asks us to slow down (429)".to_owned() };
        }
        meaning(error)
    }
}

/// What an error means for the next try.
fn meaning(error: &RequestError) -> Tried {
    let never = |why: &str| Tried::Never { why: why.to_owned() };
    let retry = |why: String| Tried::Retry { after: None, why };
    let api = match error {
        RequestError::Api(api) => api,
        RequestError::Network(_) => return retry("Telegram cannot be reached".to_owned()),
        RequestError::InvalidJson { .. } => return retry("Telegram answered with something else than JSON".to_owned()),
        other => return retry(other.to_string()),
    };
    match api {
        ApiError::InvalidToken => never("Telegram refuses the token (401): get a new one from @BotFather"),
        ApiError::BotBlocked => never("the bot was blocked: unblock it in the chat"),
        ApiError::UserDeactivated => never("the user's account is gone: remove the chat from `chats`"),
        ApiError::BotKicked | ApiError::BotKickedFromSupergroup | ApiError::BotKickedFromChannel => {
            never("the bot was removed from the group: add it again")
        }
        ApiError::ChatNotFound => never("there is no such chat: write /start to the bot, and check `chats`"),
        ApiError::GroupDeactivated => never("the group is gone: remove it from `chats`"),
        ApiError::Unknown(text) if text.starts_with("Forbidden:") => never(text),
        ApiError::Unknown(text) if text.contains("not enough rights") => never("the bot may not write in this chat"),
        other => retry(other.to_string()),
    }
}
