//! The table of a bot: its chats and topics, and who may change anything.

use std::sync::Arc;

use url::Url;

use crate::core::people::chat::Chat;
use crate::core::words::question::Key;
use crate::notify::settings::Read;
use crate::read::{Table, secret, variable};

/// A bot and its chats.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The bot's token; without a token, the channel is off.
    pub token: Key,
    /// The chats, optionally with a topic.
    pub chats: Vec<Chat>,
    /// The environment variable that lists the chats, if one is used.
    pub chats_from: Option<String>,
    /// The ids of the users who may change anything.
    pub users: Vec<i64>,
    /// The Bot API's URL, if it is not Telegram's.
    pub api_url: Option<Url>,
    /// Whether the bot also answers commands.
    pub commands: bool,
}

/// Parses the token, the chats and the users.
pub(in crate::notify) fn read(table: &Table<'_>) -> Read {
    if table.any("token").is_none() {
        table.missing("token", "{ env = \"PLUGWATCH_TELEGRAM_TOKEN\" }");
    }
    let token = secret::read(table, "token");
    let api_url = table.url("api_url");
    let commands = table.flag("commands").is_none_or(|flag| flag.value);
    let users = read_users(table);
    let (chats, chats_from) = read_chats(table)?;
    // In a private chat, the chat's id is the user's id.
    let alone = || chats.iter().map(|chat| chat.id).filter(|chat| *chat > 0).collect();
    let users = users.unwrap_or_else(alone);
    Some(Arc::new(Settings { token: token?, chats, chats_from, users, api_url, commands }))
}

fn read_users(table: &Table<'_>) -> Option<Vec<i64>> {
    let given = table.any("users")?;
    let numbers: Option<Vec<i64>> =
        given.value.as_array().and_then(|list| list.iter().map(serde_json::Value::as_i64).collect());
    if numbers.is_none() {
        let cure = "for example users = [123456789]; /whoami shows each user's number";
        table.problem(given.span, "`users` must be a list of numbers", cure);
    }
    numbers
}

/// Parses a list of numbers or texts, or `{ env = "NAME" }`, which names a variable with comma-separated chats. Also
/// returns the variable's name.
fn read_chats(table: &Table<'_>) -> Option<(Vec<Chat>, Option<String>)> {
    let Some(given) = table.any("chats") else {
        table.missing("chats", "[123456789]");
        return None;
    };
    let wrong = |what: String| {
        let cure =
            "for example chats = [123456789], [-1001234567890] for a group, or [\"-1001234567890/7\"] for a topic";
        table.problem(given.span.clone(), what, cure);
        None
    };
    if let Some(list) = given.value.as_array() {
        let read = |value: &serde_json::Value| match value {
            serde_json::Value::String(text) => text.parse().ok(),
            number => number.as_i64().map(|id| Chat { id, topic: None }),
        };
        let places: Option<Vec<Chat>> = list.iter().map(read).collect();
        return places.map(|places| (places, None)).or_else(|| wrong("`chats` must be numbers".to_owned()));
    }
    if !given.value.is_object() {
        return wrong("`chats` must be a list of numbers".to_owned());
    }
    let from = table.table("chats")?;
    let name = from.need_string("env", "\"PLUGWATCH_TELEGRAM_CHATS\"")?;
    from.finish();
    secret::check_name(table, &name)?;
    let text = variable(table.file(), &name.value);
    let places: Option<Vec<Chat>> =
        text.split(',').filter(|text| !text.trim().is_empty()).map(|text| text.trim().parse().ok()).collect();
    match places {
        Some(places) => Some((places, Some(name.value))),
        None => wrong(format!("the variable {} must hold numbers separated by commas", name.value)),
    }
}
