//! Sends to Telegram: one attempt with the plain bot, with each error mapped to a result.
//!
//! The library's own throttle is not used: its queue is only in memory, and one chat's limit would delay all other
//! chats.

use std::sync::Arc;
use std::time::Duration;

use teloxide::prelude::*;
use teloxide::types::{
    InlineKeyboardButton, InlineKeyboardMarkup, InputFile, LinkPreviewOptions, MessageId, ParseMode, ReplyParameters,
    ThreadId,
};
use teloxide::{ApiError, RequestError};

use crate::core::dependency::incident::{Level, Reason};
use crate::core::people::chat::Chat;
use crate::core::words::question::Secret;
use crate::notify::limiter::Limiter;
use crate::notify::message::{File, Message, Tried};
use crate::notify::moved::Moved;
use crate::notify::settings::{Sender, Trying};
use crate::notify::shared::Shared;
use crate::say::buttons::Button;
use crate::say::split::{LIMIT, two_parts};

/// The bot that sends.
pub(super) struct Telegram {
    bot: Bot,
    limiter: Arc<Limiter>,
    moved: Arc<Moved>,
}

/// One part of a message to one chat.
struct Part<'m> {
    text: String,
    plain: Option<String>,
    reply_to: Option<i32>,
    buttons: &'m [Vec<Button>],
}

impl Telegram {
    /// Creates a bot with this token.
    pub(super) fn new(token: &Secret, api_url: Option<url::Url>, shared: &Shared) -> Telegram {
        let bot = Bot::new(token.open());
        let bot = match api_url {
            Some(url) => bot.set_api_url(url),
            None => bot,
        };
        Telegram { bot, limiter: shared.limiter.clone(), moved: shared.moved.clone() }
    }

    /// Sends all parts of the message, as replies to the first message about the same incident. The buttons are below
    /// the last part, and pictures come first.
    async fn post(&self, message: &Message) -> Tried {
        let chat = match message.recipient.parse::<Chat>() {
            Ok(chat) => chat,
            Err(why) => return Tried::Never { why },
        };
        if let Some(wait) = self.limiter.long_wait(self.moved.now(chat.id)).await {
            return Tried::Retry { after: Some(wait), why: "Telegram asked plugwatch to wait in this chat".to_owned() };
        }
        let root = message.root.as_ref().and_then(|root| root.parse().ok());
        let parts = two_parts(&message.html, LIMIT);
        let plain = two_parts(&message.plain, LIMIT);
        for file in &message.files {
            if let Err(error) = self.send_picture(chat, file, root, message).await {
                return self.tried(chat.id, &error).await;
            }
        }
        let (mut first, last) = (None, parts.len() - 1);
        for (n, text) in parts.into_iter().enumerate() {
            let buttons: &[Vec<Button>] = if n == last { &message.buttons } else { &[] };
            let part = Part { text, plain: plain.get(n).cloned(), reply_to: root.or(first), buttons };
            match self.send_part(chat, part, message).await {
                Ok(id) => first = first.or(Some(id)),
                Err(error) => {
                    return self.tried(chat.id, &error).await.after_parts(n);
                }
            }
        }
        Tried::Sent(first.map(|id| id.to_string()))
    }

    /// Edits a message to show the current state. A message that already shows it counts as edited, and a message
    /// that was deleted needs no edit.
    async fn change(&self, id: &str, message: &Message) -> Tried {
        let (Ok(chat), Ok(id)) = (message.recipient.parse::<Chat>(), id.parse()) else { return Tried::Sent(None) };
        let chat_id = self.moved.now(chat.id);
        let Some(text) = two_parts(&message.html, LIMIT).into_iter().next() else { return Tried::Sent(None) };
        if let Some(wait) = self.limiter.long_wait(chat_id).await {
            return Tried::Retry { after: Some(wait), why: "Telegram asked plugwatch to wait in this chat".to_owned() };
        }
        self.limiter.pass(chat_id).await;
        let edit = self.bot.edit_message_text(ChatId(chat_id), MessageId(id), text).parse_mode(ParseMode::Html);
        let edit = edit.link_preview_options(no_preview());
        match edit.reply_markup(keyboard(&message.buttons)).await {
            Ok(_) | Err(RequestError::Api(ApiError::MessageNotModified | ApiError::MessageToEditNotFound)) => {
                Tried::Sent(None)
            }
            Err(RequestError::Api(ApiError::Unknown(why))) if why.contains("not modified") => Tried::Sent(None),
            Err(error) => self.tried(chat_id, &error).await,
        }
    }

    async fn send_picture(
        &self,
        chat: Chat,
        file: &File,
        root: Option<i32>,
        message: &Message,
    ) -> Result<(), RequestError> {
        let id = self.moved.now(chat.id);
        self.limiter.pass(id).await;
        message.going.out();
        let picture = InputFile::memory(file.bytes.to_vec()).file_name(file.name.clone());
        let mut request = self.bot.send_photo(ChatId(id), picture);
        request.message_thread_id = chat.topic.map(|topic| ThreadId(MessageId(topic)));
        request.reply_parameters = root.map(answer_to);
        match request.await {
            // The text matters most, so a rejected picture must not stop it.
            Err(RequestError::Api(error)) => {
                tracing::warn!("Telegram rejected a picture in {id}: {error}");
                Ok(())
            }
            other => other.map(drop),
        }
    }

    async fn send_part(&self, chat: Chat, part: Part<'_>, message: &Message) -> Result<i32, RequestError> {
        let (mut chat, mut text, mut html) = (Chat { id: self.moved.now(chat.id), ..chat }, part.text.clone(), true);
        // Each of these remedies is tried once.
        for _ in 0..4 {
            self.limiter.pass(chat.id).await;
            message.going.out();
            let mut request = self.bot.send_message(ChatId(chat.id), text.clone()).link_preview_options(no_preview());
            request.parse_mode = html.then_some(ParseMode::Html);
            request.message_thread_id = chat.topic.map(|topic| ThreadId(MessageId(topic)));
            request.reply_parameters = part.reply_to.map(answer_to);
            // The situation message is sent silently, unless it has to wake someone.
            let silent = message.reason == Reason::Situation && message.level != Level::Critical;
            request.disable_notification = silent.then_some(true);
            if !part.buttons.is_empty() {
                request.reply_markup = Some(keyboard(part.buttons).into());
            }
            match request.await {
                Ok(sent) => return Ok(sent.id.0),
                // Plain text is better than no message.
                Err(RequestError::Api(ApiError::CantParseEntities(_))) if html => {
                    html = false;
                    text = part.plain.clone().unwrap_or(text);
                }
                Err(RequestError::MigrateToChatId(moved)) => {
                    self.moved.learn(chat.id, moved.0);
                    chat.id = moved.0;
                }
                Err(RequestError::Api(ApiError::Unknown(why)))
                    if (why.contains("thread not found") || names_topic(&why)) && chat.topic.is_some() =>
                {
                    tracing::warn!("the topic {chat} rejects messages ({why}): sent to the group itself");
                    chat.topic = None;
                }
                Err(error) => return Err(error),
            }
        }
        Err(RequestError::Api(ApiError::Unknown("the chat was redirected too often".to_owned())))
    }

    async fn tried(&self, chat: i64, error: &RequestError) -> Tried {
        if let RequestError::RetryAfter(seconds) = error {
            let wait = seconds.duration() + Duration::from_millis(250);
            self.limiter.stay_away(chat, wait).await;
            return Tried::Retry { after: Some(wait), why: "Telegram asks plugwatch to slow down (429)".to_owned() };
        }
        meaning(error)
    }
}

impl Sender for Telegram {
    fn send<'m>(&'m self, message: &'m Message) -> Trying<'m> {
        Box::pin(self.post(message))
    }

    fn amend<'m>(&'m self, remote_id: &'m str, message: &'m Message) -> Trying<'m> {
        Box::pin(self.change(remote_id, message))
    }

    /// The sender waits for each chat's rate limit.
    fn takes_turns(&self) -> bool {
        true
    }
}

/// Whether the error means that the topic is closed or deleted.
fn names_topic(why: &str) -> bool {
    ["TOPIC_CLOSED", "TOPIC_DELETED", "TOPIC_ID_INVALID"].iter().any(|word| why.contains(word))
}

/// If the original message was deleted, the reply is sent anyway.
fn answer_to(id: i32) -> ReplyParameters {
    ReplyParameters::new(MessageId(id)).allow_sending_without_reply()
}

/// Disables the preview of linked pages below a message.
pub fn no_preview() -> LinkPreviewOptions {
    LinkPreviewOptions {
        is_disabled: true,
        url: None,
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    }
}

/// The buttons in Telegram's format.
pub fn keyboard(buttons: &[Vec<Button>]) -> InlineKeyboardMarkup {
    let button = |button: &Button| InlineKeyboardButton::callback(button.label.clone(), button.data.clone());
    InlineKeyboardMarkup::new(buttons.iter().map(|row| row.iter().map(button).collect::<Vec<_>>()))
}

/// The result of an error.
fn meaning(error: &RequestError) -> Tried {
    let refused = |why: &str| Tried::Refused { why: why.to_owned() };
    let retry = |why: String| Tried::Retry { after: None, why };
    let unsure = |why: &str| Tried::Unsure { why: why.to_owned() };
    let api = match error {
        RequestError::Api(api) => api,
        // Without a connection, nothing can have been delivered.
        RequestError::Network(error) if error.is_connect() => return retry("Telegram cannot be reached".to_owned()),
        RequestError::Network(_) => return unsure("Telegram closed the connection without an answer"),
        RequestError::InvalidJson { .. } => return unsure("Telegram answered with something other than JSON"),
        other => return retry(other.to_string()),
    };
    match api {
        ApiError::InvalidToken => refused("Telegram refuses the token (401): get a new one from @BotFather"),
        ApiError::BotBlocked => refused("the bot was blocked: unblock it in the chat"),
        ApiError::UserDeactivated => refused("the user's account is gone: remove the chat from `chats`"),
        ApiError::BotKicked | ApiError::BotKickedFromSupergroup | ApiError::BotKickedFromChannel => {
            refused("the bot was removed from the group: add it again")
        }
        ApiError::ChatNotFound => refused("there is no such chat: write /start to the bot, and check `chats`"),
        ApiError::GroupDeactivated => refused("the group is gone: remove it from `chats`"),
        // A group whose General topic is closed accepts messages only in other topics.
        ApiError::Unknown(text) if names_topic(text) => refused(
            "the General topic of the group is closed: reopen it, or name an open topic in `chats` (\"GROUP/TOPIC\")",
        ),
        ApiError::Unknown(text) if text.starts_with("Forbidden:") => refused(text),
        ApiError::Unknown(text) if text.contains("not enough rights") => refused("the bot may not write in this chat"),
        ApiError::Unknown(text) if BROKEN.iter().any(|broken| text.contains(broken)) => {
            unsure(&format!("Telegram answers \u{201c}{text}\u{201d}"))
        }
        other => retry(other.to_string()),
    }
}

/// Telegram's texts for 500, 502 and 504, after which the message may have been sent.
const BROKEN: [&str; 3] = ["Internal Server Error", "Bad Gateway", "Gateway Timeout"];
