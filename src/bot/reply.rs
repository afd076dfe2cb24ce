//! Sends answers, within Telegram's limits.

use teloxide::prelude::*;
use teloxide::types::{InputFile, ParseMode, ReplyParameters};

use super::Answering;
use crate::notify::{keyboard, no_preview};
use crate::say::buttons::Button;
use crate::say::escape;
use crate::say::split::{LIMIT, split};

/// The longest answer to a press, below the 200 characters that Telegram allows (Bot API,
/// answerCallbackQuery).
const PRESS: usize = 190;

/// One answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) html: String,
    pub(super) buttons: Vec<Vec<Button>>,
    pub(super) picture: Option<Vec<u8>>,
}

impl Reply {
    pub(super) fn plain(text: &str) -> Reply {
        Reply::html(escape(text))
    }

    pub(super) fn html(html: String) -> Reply {
        Reply { html, ..Reply::default() }
    }
}

/// Sends answers as replies to a message, in its topic.
pub(super) async fn send(bot: &Bot, answering: &Answering, to: &Message, replies: Vec<Reply>) -> ResponseResult<()> {
    let thread = to.thread_id.filter(|_| to.is_topic_message);
    let answer_to = ReplyParameters::new(to.id).allow_sending_without_reply();
    for reply in replies {
        if let Some(picture) = reply.picture {
            answering.limiter.pass(to.chat.id.0).await;
            let mut request = bot.send_photo(to.chat.id, InputFile::memory(picture).file_name("history.png"));
            request.message_thread_id = thread;
            request.await?;
        }
        let parts = split(&reply.html, LIMIT);
        let last = parts.len() - 1;
        for (n, part) in parts.into_iter().enumerate() {
            answering.limiter.pass(to.chat.id.0).await;
            let mut request = bot.send_message(to.chat.id, part).parse_mode(ParseMode::Html);
            request.link_preview_options = Some(no_preview());
            request.message_thread_id = thread;
            request.reply_parameters = Some(answer_to.clone());
            if n == last && !reply.buttons.is_empty() {
                request.reply_markup = Some(keyboard(&reply.buttons).into());
            }
            request.await?;
        }
    }
    Ok(())
}

/// Answers a press with a short notice that disappears by itself, so that no dialog has to be closed.
pub(super) async fn answer_press(bot: &Bot, query: &CallbackQuery, said: &str) -> ResponseResult<()> {
    let short: String = said.chars().take(PRESS).collect();
    let short = if short.len() < said.len() { format!("{short} …") } else { short };
    match bot.answer_callback_query(query.id.clone()).text(short).await {
        // Telegram refuses late answers to a press; that is not an error here.
        Ok(_) | Err(teloxide::RequestError::Api(_)) => Ok(()),
        Err(error) => Err(error),
    }
}
