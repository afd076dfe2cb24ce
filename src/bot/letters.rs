//! Letters that people send: a forwarded message, a pasted text, a photo, an e-mail as a file. Also their
//! answers to the questions about a letter.

use teloxide::net::Download;
use teloxide::prelude::*;
use teloxide::types::{FileId, Message, UserId};

use super::access::May;
use super::{Answering, Reply, commands};
use crate::acts::{Brought, No, Person};
use crate::core::time::Time;
use crate::say::buttons;

/// The shortest text, in characters, that counts as a letter in a private chat; shorter ones are
/// conversation.
const PASTED: usize = 120;
/// The most words in an answer to a question about a letter.
const ANSWER: usize = 9;
/// The largest file, in bytes; the Bot API allows more, but letters are smaller.
const LARGEST: u32 = 10 << 20;

/// The answers to a message that is not a command.
pub(super) async fn answer(bot: &Bot, answering: &Answering, message: &Message, me: UserId) -> Vec<Reply> {
    let user = message.from.as_ref().filter(|_| message.sender_chat.is_none());
    let asked = asked_about(message, me);
    if asked.is_none() && !is_letter(message) {
        return greeted(answering, message);
    }
    let who = match answering.access.may(&message.chat, user) {
        May::Change(who) => who,
        May::Ask(why) => {
            if let Some(user) = user {
                refused(answering, &answering.access.person(user), "sent a letter").await;
            }
            return vec![Reply::plain(&why)];
        }
        May::Nothing(said) => {
            if said.is_some() {
                let chat = format!("chat {}", message.chat.id.0);
                refused(answering, &Person::new(&chat, &answering.access.channel), "sent a letter").await;
            }
            return said.map(|said| Reply::plain(&said)).into_iter().collect();
        }
    };
    let now = answering.now();
    let done = match asked {
        Some(id) => told(answering, &who, &id, message.text().unwrap_or(""), now).await,
        None => bring(bot, answering, &who, message, now).await,
    };
    vec![done.unwrap_or_else(|No(why)| Reply::plain(&why))]
}

/// Sends the list of commands to a person who writes to the bot in a private chat. In a group, people talk to
/// each other.
fn greeted(answering: &Answering, message: &Message) -> Vec<Reply> {
    let user = message.from.as_ref().filter(|_| message.sender_chat.is_none());
    let listed = !matches!(answering.access.may(&message.chat, user), May::Nothing(_));
    match message.text() {
        Some(_) if listed && message.chat.is_private() => vec![commands::help()],
        _ => Vec::new(),
    }
}

async fn refused(answering: &Answering, who: &Person, asked: &str) {
    if let Err(No(why)) = answering.acts().refuse(who, asked, answering.now()).await {
        tracing::warn!("a refusal could not be recorded: {why}");
    }
}

/// The letter that a message of the bot asks about, if this message replies to it.
fn asked_about(message: &Message, me: UserId) -> Option<String> {
    let question = message.reply_to_message().filter(|asked| asked.from.as_ref().is_some_and(|from| from.id == me))?;
    let text = question.text()?.strip_prefix("Notice ")?;
    message.text()?;
    text.split_whitespace().next().filter(|id| id.starts_with("pw-")).map(|id| id.trim_matches('.').to_owned())
}

/// Whether a message is a letter. In a group, only forwarded messages and files with a caption are, so that
/// conversation is not taken for a letter.
fn is_letter(message: &Message) -> bool {
    let file = message.photo().is_some() || message.document().is_some();
    let long = message.chat.is_private() && message.text().is_some_and(|text| text.chars().count() >= PASTED);
    let forwarded = message.forward_origin().is_some() && message.text().is_some();
    (file && (message.chat.is_private() || message.caption().is_some())) || long || forwarded
}

async fn bring(bot: &Bot, answering: &Answering, who: &Person, message: &Message, now: Time) -> Result<Reply, No> {
    let bytes = match file_of(message)? {
        Some(file) => download(bot, &file).await?,
        None => Vec::new(),
    };
    let words = message.text().or(message.caption()).unwrap_or("").to_owned();
    let text = match std::str::from_utf8(&bytes) {
        // An e-mail as a file contains its own text.
        Ok(mail) if words.is_empty() => mail.to_owned(),
        _ => words,
    };
    // A forwarded message arrived when it was first written.
    let received = message.forward_date().map(|at| Time(at.timestamp_millis())).filter(|at| *at <= now);
    let brought = Brought { bytes, text, received, ask: true, ..Brought::default() };
    let (letter, said) = answering.acts().bring(who, brought, now).await?;
    let buttons = buttons::of_letter(&letter.public_id, letter.notice.effective.is_some(), letter.answered.is_some());
    Ok(Reply { buttons, ..Reply::plain(&said) })
}

/// The file of a message: a document, or the largest of a photo's sizes.
fn file_of(message: &Message) -> Result<Option<FileId>, No> {
    let file = message.document().map(|document| &document.file);
    let file = file.or_else(|| message.photo().and_then(|sizes| sizes.last()).map(|size| &size.file));
    match file {
        Some(file) if file.size > LARGEST => Err(No(format!("the file is larger than {} MB", LARGEST >> 20))),
        other => Ok(other.map(|file| file.id.clone())),
    }
}

async fn download(bot: &Bot, id: &FileId) -> Result<Vec<u8>, No> {
    let failed =
        |why: String| No(format!("Telegram did not deliver the file ({why}); send it again, or send it as text"));
    let file = bot.get_file(id.clone()).await.map_err(|error| failed(error.to_string()))?;
    let mut bytes = Vec::new();
    // The file's address contains the token, so its error text is not shown.
    bot.download_file(&file.path, &mut bytes).await.map_err(|_| failed("the download broke off".to_owned()))?;
    Ok(bytes)
}

/// Handles the answer to a question about a letter: when it takes effect, or what it concerns.
async fn told(answering: &Answering, who: &Person, id: &str, text: &str, now: Time) -> Result<Reply, No> {
    let acts = answering.acts();
    let words = text.trim().trim_end_matches(['.', '!']).to_lowercase();
    match words.as_str() {
        "yes" | "y" | "ok" | "okay" | "right" | "correct" | "👍" => {
            return acts.confirm(who, id, now).await.map(|said| Reply::plain(&said));
        }
        "no" | "n" | "wrong" | "👎" => {
            return Err(No(
                "when does it take effect? Reply with the date, time and zone, such as Sun 10 Jan 23:59 PST".to_owned(),
            ));
        }
        "me" | "i" | "i do" | "mine" => return acts.answered(who, id, now).await.map(|said| Reply::plain(&said)),
        // A long text is conversation, not an answer.
        _ if words.split_whitespace().count() > ANSWER => {
            return Err(No("reply with only a time or a name, for example Sun 10 Jan 23:59 PST".to_owned()));
        }
        _ => {}
    }
    let hour = acts.effective(who, id, text, now).await;
    let said = match hour {
        Ok(said) => said,
        Err(No(no_hour)) => {
            let names: Vec<String> = text.split([',', '\n']).map(|name| name.trim().to_owned()).collect();
            match acts.concerns(who, id, &names, now).await {
                Ok(said) => said,
                Err(No(no_name)) => return Err(No(format!("{no_hour}. It is not a name either: {no_name}"))),
            }
        }
    };
    Ok(Reply { buttons: buttons::of_letter(id, true, false), ..Reply::plain(&said) })
}
