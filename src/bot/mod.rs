//! The Telegram bot that answers: commands, presses of buttons, and letters that people bring.
//! Only listed chats are served, and in them only listed users change anything; everybody else
//! gets one polite refusal, and is recorded.
//!
//! To add a command: a variant in `commands`, and its answer there. What it does is an act
//! ([`crate::acts`]), so that the terminal can do it too.

mod access;
mod commands;
mod hello;
mod incidents;
mod letters;
mod map;
mod picture;
mod presses;
mod reply;

use std::collections::BTreeMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use chrono_tz::Tz;
use futures_util::FutureExt;
use teloxide::dispatching::{Dispatcher, UpdateFilterExt};
use teloxide::error_handlers::LoggingErrorHandler;
use teloxide::prelude::*;
use teloxide::types::{BotCommand, Me};
use teloxide::update_listeners::Polling;
use teloxide::utils::command::BotCommands;
use tokio::sync::{mpsc, watch};

use crate::acts::{Acts, Known};
use crate::clock::Clock;
use crate::core::platform::snapshot::Snapshot;
use crate::core::time::Time;
use crate::core::words::question::Secret;
use crate::ids::Ids;
use crate::notify::{Limiter, Moved};
use crate::store::Store;
pub use hello::{Hello, Wrote};

use access::Access;
use commands::Command;
use reply::Reply;

/// What the bot needs.
#[derive(Clone)]
pub struct Answering {
    /// Who may ask and do what.
    pub access: Arc<Access>,
    /// What is known.
    pub snapshot: watch::Receiver<Arc<Snapshot>>,
    /// What people can talk about.
    pub known: watch::Receiver<Arc<Known>>,
    /// History.
    pub store: Arc<Store>,
    /// The time.
    pub clock: Clock,
    /// The limits that it shares with whoever else writes as this bot.
    pub limiter: Arc<Limiter>,
    /// Where public ids come from.
    pub ids: Ids,
    /// Who gathers reports.
    pub engine: mpsc::Sender<crate::engine::Command>,
}

/// Who is served.
pub struct Served {
    /// Chats; each with all of its topics.
    pub chats: Vec<i64>,
    /// Who may change anything, by user id.
    pub users: Vec<i64>,
    /// The channel's name, for the record.
    pub channel: String,
    /// Groups that are elsewhere now.
    pub moved: Arc<Moved>,
    /// The channel's zone.
    pub zone: Tz,
    /// The zones of chats and users who have one of their own, by id.
    pub zones: BTreeMap<String, Tz>,
}

/// The program around the bot.
pub struct Around {
    /// What is known.
    pub snapshot: watch::Receiver<Arc<Snapshot>>,
    /// What people can talk about.
    pub known: watch::Receiver<Arc<Known>>,
    /// History.
    pub store: Arc<Store>,
    /// The time.
    pub clock: Clock,
    /// The limits of the Bot API.
    pub limiter: Arc<Limiter>,
    /// Where public ids come from.
    pub ids: Ids,
    /// Who gathers reports.
    pub engine: mpsc::Sender<crate::engine::Command>,
}

impl Answering {
    /// A bot that serves these people from this program.
    pub fn new(served: Served, around: Around) -> Answering {
        let Around { snapshot, known, store, clock, limiter, ids, engine } = around;
        Answering { access: Arc::new(Access::new(served)), snapshot, known, store, clock, limiter, ids, engine }
    }

    fn now(&self) -> Time {
        self.clock.now()
    }

    fn acts(&self) -> Acts {
        Acts::new(self.store.clone(), self.known.borrow().clone(), self.ids.clone())
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
            Err(_) => tracing::warn!("the Telegram bot's listener failed and is restarted"),
        }
        answering.clock.sleep_until(answering.clock.now().plus(wait)).await;
        wait = (wait * 2).min(Duration::from_secs(300));
    }
}

async fn listen(bot: Bot, answering: Answering) -> Result<(), teloxide::RequestError> {
    bot.set_my_commands(registered()).await?;
    let listener = Polling::builder(bot.clone()).timeout(Duration::from_secs(10)).build();
    // Where a group moved to is known before anything that is written there: it is taken up without a look-up.
    let moves = Update::filter_message()
        .branch(dptree::filter(|message: Message| message.migrate_to_chat_id().is_some()).endpoint(moved));
    let messages = Update::filter_message()
        .branch(dptree::filter(|message: Message| is_command(&message)).endpoint(command))
        .endpoint(letter);
    let presses = Update::filter_callback_query().endpoint(press);
    let updates = dptree::filter_async(is_new).branch(messages).branch(presses);
    Dispatcher::builder(bot, dptree::entry().branch(moves).branch(updates))
        .dependencies(dptree::deps![answering])
        // Updates that we do not know are not for us.
        .default_handler(|_| async {})
        .build()
        .try_dispatch_with_listener(listener, LoggingErrorHandler::with_custom_text("the Telegram bot"))
        .await
}

/// An update comes again when its receipt was lost: what was done once is not done twice. One that cannot be
/// looked up is dealt with: better twice than never.
async fn is_new(update: Update, answering: Answering) -> bool {
    let (channel, id) = (&answering.access.channel, i64::from(update.id.0));
    let known = answering.store.has_dealt_with(channel, id).await;
    if let Err(error) = &known {
        tracing::warn!(%error, "whether an update came before cannot be looked up: {error}");
    }
    !known.unwrap_or(false)
}

/// An update was dealt with.
async fn dealt_with(update: &Update, answering: &Answering) {
    let (channel, id) = (&answering.access.channel, i64::from(update.id.0));
    if let Err(error) = answering.store.note_dealt_with(channel, id, answering.now()).await {
        tracing::warn!(%error, "an update may be dealt with again: {error}");
    }
}

/// The list that Telegram shows; a command's name has no slash there (Bot API, BotCommand).
fn registered() -> Vec<BotCommand> {
    let bare = |command: BotCommand| BotCommand::new(command.command.trim_start_matches('/'), command.description);
    Command::bot_commands().into_iter().map(bare).collect()
}

/// What somebody else wrote is not done because it is forwarded.
fn is_command(message: &Message) -> bool {
    let own = message.forward_origin().is_none() && message.via_bot.is_none();
    own && message.text().is_some_and(|text| text.starts_with('/'))
}

async fn moved(message: Message, answering: Answering) -> ResponseResult<()> {
    if let Some(to) = message.migrate_to_chat_id() {
        answering.access.follow(message.chat.id.0, to.0);
    }
    Ok(())
}

async fn command(bot: Bot, me: Me, update: Update, message: Message, answering: Answering) -> ResponseResult<()> {
    let replies = safely(commands::answer(&answering, &message, me.username())).await;
    dealt_with(&update, &answering).await;
    reply::send(&bot, &answering, &message, replies).await
}

async fn letter(bot: Bot, me: Me, update: Update, message: Message, answering: Answering) -> ResponseResult<()> {
    let replies = safely(letters::answer(&bot, &answering, &message, me.id)).await;
    dealt_with(&update, &answering).await;
    reply::send(&bot, &answering, &message, replies).await
}

async fn press(bot: Bot, update: Update, query: CallbackQuery, answering: Answering) -> ResponseResult<()> {
    let pressed = AssertUnwindSafe(presses::press(&answering, &query)).catch_unwind().await;
    dealt_with(&update, &answering).await;
    let (said, replies) = pressed.unwrap_or_else(|_| (broke(), Vec::new()));
    // Whoever pressed sees that it was heard, even if what follows takes its time.
    reply::answer_press(&bot, &query, &said).await?;
    match query.regular_message() {
        Some(message) => reply::send(&bot, &answering, message, replies).await,
        None => Ok(()),
    }
}

/// A handler that panics would end the whole dispatcher.
async fn safely(answer: impl Future<Output = Vec<Reply>>) -> Vec<Reply> {
    AssertUnwindSafe(answer).catch_unwind().await.unwrap_or_else(|_| vec![Reply::plain(&broke())])
}

fn broke() -> String {
    tracing::error!("an answer of the Telegram bot failed; this is a bug in plugwatch, please report it");
    "This failed because of a bug in plugwatch; the log has the details. The plugwatch command on its machine can do the same.".to_owned()
}
