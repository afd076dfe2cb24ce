//! Services that accept messages at a secret URL: anyone who has that URL can post there.

use url::Url;

use crate::core::words::question::Key;
use crate::read::{Table, secret};

/// Parses `url`, the URL of this service's webhook.
pub(super) fn read(table: &Table<'_>, service: &str) -> Option<Key> {
    let Some(given) = table.any("url") else {
        table.missing("url", &format!("{{ env = \"PLUGWATCH_{}_URL\" }}", service.to_uppercase()));
        return None;
    };
    let key = secret::read(table, "url")?;
    let is_url = |text: &str| Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if key.set().is_some_and(|url| !is_url(url.open())) {
        let cure = format!("use the full URL of {service}'s incoming webhook, https://...");
        table.problem(given.span, "its value is not a valid URL", cure);
        return None;
    }
    Some(key)
}
