//! Channels that are a URL, a key or a program.

use super::{ChannelKind, Hook, read_url};
use crate::config::secret;
use crate::core::question::Key;
use crate::read::Table;
use url::Url;

/// Standard Webhooks asks for 24 bytes; a few less are still a secret.
const SHORTEST: usize = 16;

pub(super) fn webhook(table: &Table<'_>) -> Option<ChannelKind> {
    if table.string("url").is_none() {
        table.missing("url", "\"https://example.com/hook\"");
    }
    let secret = table.any("secret").map(|given| (given.span, secret::read(table, "secret")));
    if let Some((span, Some(Key::Set(set)))) = &secret
        && set.open().len() < SHORTEST
    {
        let cure = "make one with `openssl rand -base64 32`, and give the receiver the same";
        table.problem(
            span.clone(),
            format!("a secret of {} characters is too short to sign with", set.open().len()),
            cure,
        );
    }
    let secret = match secret {
        Some((_, read)) => Some(read?),
        None => None,
    };
    Some(ChannelKind::Webhook { url: read_url(table, "url")?, secret })
}

/// Whoever knows such a URL may write there, so it is a secret.
pub(super) fn hook(table: &Table<'_>, hook: Hook) -> Option<ChannelKind> {
    let Some(given) = table.any("url") else {
        table.missing("url", &format!("{{ env = \"PLUGWATCH_{}_URL\" }}", hook.name().to_uppercase()));
        return None;
    };
    let key = secret::read(table, "url")?;
    let is_url = |text: &str| Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if key.set().is_some_and(|url| !is_url(url.open())) {
        let cure = format!("use the full URL of {}'s incoming webhook, https://...", hook.name());
        table.problem(given.span, "its value is not a URL", cure);
        return None;
    }
    Some(ChannelKind::Hook(hook, key))
}

pub(super) fn ntfy(table: &Table<'_>) -> Option<ChannelKind> {
    let server = match table.string("server") {
        Some(_) => read_url(table, "server"),
        None => Url::parse("https://ntfy.sh/").ok(),
    };
    let topic = table.need_string("topic", "\"a-name-nobody-guesses\"")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if topic.value.is_empty() || topic.value.len() > 64 || !topic.value.chars().all(plain) {
        table.problem(topic.span, "a topic is 1 to 64 letters, digits, - or _", "topic = \"acme-alerts-7f3k\"");
        return None;
    }
    let token = match table.any("token") {
        Some(_) => Some(secret::read(table, "token")?),
        None => None,
    };
    Some(ChannelKind::Ntfy { server: server?, topic: topic.value, token })
}

pub(super) fn pagerduty(table: &Table<'_>) -> Option<ChannelKind> {
    if table.any("routing_key").is_none() {
        table.missing("routing_key", "{ env = \"PLUGWATCH_PAGERDUTY_KEY\" }");
    }
    let routing_key = secret::read(table, "routing_key");
    let api_url = read_url(table, "api_url");
    Some(ChannelKind::PagerDuty { routing_key: routing_key?, api_url })
}

pub(super) fn exec(table: &Table<'_>) -> Option<ChannelKind> {
    let Some(command) = table.strings("command") else {
        if table.any("command").is_none() {
            table.missing("command", "[\"/usr/local/bin/tell-me\", \"--loud\"]");
        }
        return None;
    };
    if command.value.first().is_none_or(|program| program.value.trim().is_empty()) {
        table.problem(command.span, "there is no program to run", "command = [\"/usr/local/bin/tell-me\"]");
        return None;
    }
    let program = &command.value[0];
    if program.value.contains('/') && !std::path::Path::new(&program.value).exists() {
        let what = format!("there is no program {}", program.value);
        table.problem(program.span.clone(), what, "give its path on this machine");
        return None;
    }
    Some(ChannelKind::Exec { command: command.value.into_iter().map(|part| part.value).collect() })
}
