//! The Telegram bot: commands, buttons, and letters that people send. Only listed chats are served, and only
//! listed users in them can change things; others get one polite refusal, which is recorded.
//!
//! To add a command, add a variant in `commands` and its answer there. Its work belongs in [`crate::acts`],
//! so that the terminal can do it, too.

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

/// The parts that the bot uses.
#[derive(Clone)]
pub struct Answering {
    /// Who may ask questions and change things.
    pub access: Arc<Access>,
    /// The current state.
    pub snapshot: watch::Receiver<Arc<Snapshot>>,
    /// The dependencies that people can refer to.
    pub known: watch::Receiver<Arc<Known>>,
    /// The history.
    pub store: Arc<Store>,
    /// The clock.
    pub clock: Clock,
    /// The rate limits, shared with all other senders of this bot.
    pub limiter: Arc<Limiter>,
    /// The source of public ids.
    pub ids: Ids,
    /// The engine, which builds reports.
    pub engine: mpsc::Sender<crate::engine::Command>,
}

/// The chats and users that a bot serves.
pub struct Served {
    /// Chats, each with all its topics.
    pub chats: Vec<i64>,
    /// The ids of users who may change things.
    pub users: Vec<i64>,
    /// The channel's name, for the record.
    pub channel: String,
    /// Groups that moved to a new id.
    pub moved: Arc<Moved>,
    /// The channel's time zone.
    pub zone: Tz,
    /// The time zones of individual chats and users, by id.
    pub zones: BTreeMap<String, Tz>,
}

/// The program's parts that a bot uses.
pub struct Around {
    /// The current state.
    pub snapshot: watch::Receiver<Arc<Snapshot>>,
    /// The dependencies that people can refer to.
    pub known: watch::Receiver<Arc<Known>>,
    /// The history.
    pub store: Arc<Store>,
    /// The clock.
    pub clock: Clock,
    /// The rate limits of the Bot API.
    pub limiter: Arc<Limiter>,
    /// The source of public ids.
    pub ids: Ids,
    /// The engine, which builds reports.
    pub engine: mpsc::Sender<crate::engine::Command>,
}

impl Answering {
    /// A bot that serves these chats and users, with these parts of the program.
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

/// Answers until the program ends. The library's dispatcher ends if Telegram cannot be reached when it
/// starts, so it is restarted with growing delays.
pub async fn run(token: Secret, api_url: Option<url::Url>, answering: Answering) {
    let bot = Bot::new(token.open());
    let bot = match api_url {
        Some(url) => bot.set_api_url(url),
        None => bot,
    };
    let mut wait = Duration::from_secs(2);
    loop {
        // A panic in the library must not end the loop or the program.
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
    // A group's move is handled first, without asking the database whether the update is new, so later
    // messages find the new id.
    let moves = Update::filter_message()
        .branch(dptree::filter(|message: Message| message.migrate_to_chat_id().is_some()).endpoint(moved));
    let messages = Update::filter_message()
        .branch(dptree::filter(|message: Message| is_command(&message)).endpoint(command))
        .endpoint(letter);
    let presses = Update::filter_callback_query().endpoint(press);
    let updates = dptree::filter_async(is_new).branch(messages).branch(presses);
    Dispatcher::builder(bot, dptree::entry().branch(moves).branch(updates))
        .dependencies(dptree::deps![answering])
        // Other kinds of updates are ignored.
        .default_handler(|_| async {})
        .build()
        .try_dispatch_with_listener(listener, LoggingErrorHandler::with_custom_text("the Telegram bot"))
        .await
}

/// Whether an update is new. Telegram repeats an update if its confirmation was lost, and it must not be
/// handled twice. If the database cannot say, it is handled: twice is better than never.
async fn is_new(update: Update, answering: Answering) -> bool {
    let (channel, id) = (&answering.access.channel, i64::from(update.id.0));
    let known = answering.store.has_dealt_with(channel, id).await;
    if let Err(error) = &known {
        tracing::warn!(%error, "could not look up whether this update is a repeat: {error}");
    }
    !known.unwrap_or(false)
}

/// Records that an update was handled.
async fn dealt_with(update: &Update, answering: &Answering) {
    let (channel, id) = (&answering.access.channel, i64::from(update.id.0));
    if let Err(error) = answering.store.note_dealt_with(channel, id, answering.now()).await {
        tracing::warn!(%error, "could not record an update, so it may be handled again: {error}");
    }
}

/// The list of commands that Telegram shows, in which names have no slash (Bot API, BotCommand).
fn registered() -> Vec<BotCommand> {
    let bare = |command: BotCommand| BotCommand::new(command.command.trim_start_matches('/'), command.description);
    Command::bot_commands().into_iter().map(bare).collect()
}

/// Whether a message is a command. Forwarded texts of others are not carried out.
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
    // The press is answered first, because sending the replies can take longer.
    reply::answer_press(&bot, &query, &said).await?;
    match query.regular_message() {
        Some(message) => reply::send(&bot, &answering, message, replies).await,
        None => Ok(()),
    }
}

/// Catches a panic in a handler, which would end the whole dispatcher.
async fn safely(answer: impl Future<Output = Vec<Reply>>) -> Vec<Reply> {
    AssertUnwindSafe(answer).catch_unwind().await.unwrap_or_else(|_| vec![Reply::plain(&broke())])
}

fn broke() -> String {
    tracing::error!("an answer of the Telegram bot failed; this is a bug in plugwatch, please report it");
    "This failed because of a bug in plugwatch; the log has the details. The plugwatch command on its machine can do the same.".to_owned()
}
