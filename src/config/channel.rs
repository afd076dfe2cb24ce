//! Ways to tell: the log, the terminal, Telegram, a webhook.

use url::Url;

use super::secret;
use crate::core::question::{Key, Secret};
use crate::read::Table;

/// Standard Webhooks asks for 24 bytes; a few less are still a secret.
const SHORTEST: usize = 16;

/// A way to tell.
#[derive(Clone, Debug)]
pub struct Channel {
    /// Its name, unique; in the outbox and in messages.
    pub name: String,
    /// What it is.
    pub kind: ChannelKind,
}

/// What a channel is.
#[derive(Clone, Debug)]
pub enum ChannelKind {
    /// The program's own log.
    Log,
    /// Standard output.
    Terminal,
    /// A Telegram bot and the chats it speaks to.
    Telegram {
        /// The bot's token; without it the channel is off.
        token: Key,
        /// Chat ids.
        chats: Vec<i64>,
        /// The variable that gives the chats, where one does.
        chats_from: Option<String>,
        /// Where the Bot API is, if not at Telegram.
        api_url: Option<Url>,
        /// Answer commands as well.
        commands: bool,
    },
    /// A signed POST to a URL.
    Webhook {
        /// Where to.
        url: Url,
        /// Signs each message; one that is named and not set turns the channel off.
        secret: Option<Key>,
    },
}

impl Channel {
    /// Its secrets.
    pub fn secrets(&self) -> Vec<Secret> {
        let key = match &self.kind {
            ChannelKind::Log | ChannelKind::Terminal => None,
            ChannelKind::Telegram { token, .. } => Some(token),
            ChannelKind::Webhook { secret, .. } => secret.as_ref(),
        };
        key.and_then(Key::set).cloned().into_iter().collect()
    }

    /// Whom it reaches; nobody while it is off.
    pub fn recipients(&self) -> Vec<String> {
        if self.off().is_some() {
            return Vec::new();
        }
        match &self.kind {
            ChannelKind::Log => vec!["log".to_owned()],
            ChannelKind::Terminal => vec!["terminal".to_owned()],
            ChannelKind::Telegram { chats, .. } => chats.iter().map(ToString::to_string).collect(),
            ChannelKind::Webhook { url, .. } => vec![url.host_str().unwrap_or("webhook").to_owned()],
        }
    }

    /// Why it tells nobody, if so.
    pub fn off(&self) -> Option<String> {
        match &self.kind {
            ChannelKind::Telegram { token: Key::Unset(from), .. } => Some(format!("{from} gives no token")),
            ChannelKind::Telegram { chats, chats_from, commands, .. } if chats.is_empty() => {
                let from = chats_from
                    .as_ref()
                    .map_or("`chats` is empty".to_owned(), |name| format!("the variable {name} gives no chat"));
                let how = if *commands { "; write to the bot, it answers with your chat's number" } else { "" };
                Some(format!("{from}{how}"))
            }
            ChannelKind::Webhook { secret: Some(Key::Unset(from)), .. } => {
                Some(format!("{from} gives no secret, and unsigned it was not to be sent"))
            }
            _ => None,
        }
    }

    /// Whether a person hears of it: the log and the terminal are read by nobody at night.
    pub fn wakes(&self) -> bool {
        !matches!(self.kind, ChannelKind::Log | ChannelKind::Terminal) && self.off().is_none()
    }
}

pub(super) fn read(table: &Table<'_>) -> Option<Channel> {
    let kind = table.need_string("kind", "\"telegram\"")?;
    let name = table.string("name").map_or_else(|| kind.value.clone(), |name| name.value);
    let read = match kind.value.as_str() {
        "log" => Some(ChannelKind::Log),
        "terminal" => Some(ChannelKind::Terminal),
        "telegram" => read_telegram(table),
        "webhook" => read_webhook(table),
        other => {
            table.problem(
                kind.span,
                format!("there is no channel `{other}`"),
                "channels are: log, terminal, telegram, webhook",
            );
            return None;
        }
    };
    table.finish();
    read.map(|kind| Channel { name, kind })
}

fn read_telegram(table: &Table<'_>) -> Option<ChannelKind> {
    if table.any("token").is_none() {
        table.missing("token", "{ env = \"PLUGWATCH_TELEGRAM_TOKEN\" }");
    }
    let token = secret::read(table, "token");
    let api_url = read_url(table, "api_url");
    let commands = table.flag("commands").is_none_or(|flag| flag.value);
    let (chats, chats_from) = read_chats(table)?;
    Some(ChannelKind::Telegram { token: token?, chats, chats_from, api_url, commands })
}

/// A list of numbers, or `{ env = "NAME" }` with numbers between commas; with that name.
fn read_chats(table: &Table<'_>) -> Option<(Vec<i64>, Option<String>)> {
    let Some(given) = table.any("chats") else {
        table.missing("chats", "[123456789]");
        return None;
    };
    let wrong = |what: String| {
        table.problem(given.span.clone(), what, "for example chats = [123456789] or [-1001234567890] for a group");
        None
    };
    if let Some(list) = given.value.as_array() {
        let numbers: Option<Vec<i64>> = list.iter().map(serde_json::Value::as_i64).collect();
        return numbers.map(|numbers| (numbers, None)).or_else(|| wrong("chats are numbers".to_owned()));
    }
    if !given.value.is_object() {
        return wrong("chats are a list of numbers".to_owned());
    }
    let from = table.table("chats")?;
    let name = from.need_string("env", "\"PLUGWATCH_TELEGRAM_CHATS\"")?;
    from.finish();
    secret::check_name(table, &name)?;
    let text = std::env::var(&name.value).unwrap_or_default();
    let numbers = text.split(',').map(str::trim).filter(|text| !text.is_empty()).map(str::parse);
    match numbers.collect::<Result<_, _>>() {
        Ok(numbers) => Some((numbers, Some(name.value))),
        Err(_) => wrong(format!("the variable {} holds something else than numbers between commas", name.value)),
    }
}

fn read_webhook(table: &Table<'_>) -> Option<ChannelKind> {
    if table.string("url").is_none() {
        table.missing("url", "\"https://example.com/hook\"");
    }
    let secret = table.any("secret").map(|given| (given.span, secret::read(table, "secret")));
    if let Some((span, Some(Key::Set(set)))) = &secret
        && set.open().len() < SHORTEST
    {
        let cure = "make one with `openssl rand -base64 32`, and give the receiver the same";
        table.problem(span.clone(), format!("a secret of {} characters signs nothing", set.open().len()), cure);
    }
    let secret = match secret {
        Some((_, read)) => Some(read?),
        None => None,
    };
    Some(ChannelKind::Webhook { url: read_url(table, "url")?, secret })
}

pub(super) fn read_url(table: &Table<'_>, key: &str) -> Option<Url> {
    let text = table.string(key)?;
    match Url::parse(&text.value) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.host_str().is_some() => Some(url),
        _ => {
            table.problem(
                text.span,
                format!("`{}` is no http or https URL", text.value),
                format!("for example {key} = \"https://example.com/\""),
            );
            None
        }
    }
}
