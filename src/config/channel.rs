//! Ways to tell: the log, the terminal, Telegram, a webhook.

use url::Url;

use super::secret;
use crate::core::question::Secret;
use crate::read::Table;

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
        token: Option<Secret>,
        /// Chat ids.
        chats: Vec<i64>,
        /// Where the Bot API is, if not at Telegram.
        api_url: Option<Url>,
        /// Answer commands as well.
        commands: bool,
    },
    /// A signed POST to a URL.
    Webhook {
        /// Where to.
        url: Url,
        /// Signs each message.
        secret: Option<Secret>,
    },
}

impl Channel {
    /// Its secrets.
    pub fn secrets(&self) -> Vec<Secret> {
        match &self.kind {
            ChannelKind::Log | ChannelKind::Terminal => Vec::new(),
            ChannelKind::Telegram { token, .. } => token.iter().cloned().collect(),
            ChannelKind::Webhook { secret, .. } => secret.iter().cloned().collect(),
        }
    }

    /// Whom it reaches; nobody while its token is not set.
    pub fn recipients(&self) -> Vec<String> {
        match &self.kind {
            ChannelKind::Log => vec!["log".to_owned()],
            ChannelKind::Terminal => vec!["terminal".to_owned()],
            ChannelKind::Telegram { token: None, .. } => Vec::new(),
            ChannelKind::Telegram { chats, .. } => chats.iter().map(ToString::to_string).collect(),
            ChannelKind::Webhook { url, .. } => vec![url.host_str().unwrap_or("webhook").to_owned()],
        }
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
    let chats = read_chats(table)?;
    Some(ChannelKind::Telegram { token: token?, chats, api_url, commands })
}

/// A list of numbers, or `{ env = "NAME" }` with numbers between commas.
fn read_chats(table: &Table<'_>) -> Option<Vec<i64>> {
    let Some(given) = table.any("chats") else {
        table.missing("chats", "[123456789]");
        return None;
    };
    let wrong = |what: &str| {
        table.problem(given.span.clone(), what, "for example chats = [123456789] or [-1001234567890] for a group");
        None
    };
    if let Some(list) = given.value.as_array() {
        return list
            .iter()
            .map(serde_json::Value::as_i64)
            .collect::<Option<_>>()
            .or_else(|| wrong("chats are numbers"));
    }
    let Some(name) = given.value.get("env").and_then(|name| name.as_str()) else {
        return wrong("chats are a list of numbers");
    };
    if let Some(table) = table.table("chats") {
        table.know("env");
        table.finish();
    }
    let text = std::env::var(name).unwrap_or_default();
    let numbers = text.split(',').map(str::trim).filter(|text| !text.is_empty()).map(str::parse);
    numbers.collect::<Result<_, _>>().ok().or_else(|| wrong("the variable holds something else than numbers"))
}

fn read_webhook(table: &Table<'_>) -> Option<ChannelKind> {
    if table.string("url").is_none() {
        table.missing("url", "\"https://example.com/hook\"");
    }
    let secret = if table.any("secret").is_some() { secret::read(table, "secret")? } else { None };
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
