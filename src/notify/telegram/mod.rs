//! Telegram: a bot and its chats.

mod sender;
mod table;

pub use sender::{keyboard, no_preview};
pub use table::Settings;
pub(super) use table::read;

use std::any::Any;
use std::sync::Arc;

use super::settings::{self, Carrier, Sender, opened, unset};
use super::shared::Shared;
use crate::core::words::question::Key;
use sender::Telegram;

impl settings::Settings for Settings {
    fn recipients(&self) -> Vec<String> {
        self.chats.iter().map(ToString::to_string).collect()
    }

    fn keys(&self) -> Vec<(&'static str, &Key)> {
        vec![("token", &self.token)]
    }

    fn off(&self) -> Option<String> {
        unset(&self.keys()).or_else(|| self.without_chats())
    }

    fn edits(&self) -> bool {
        true
    }

    fn carrier(&self) -> Option<Carrier> {
        Some(Carrier::Company("telegram"))
    }

    fn notes(&self, name: &str) -> Vec<String> {
        let mut notes = Vec::new();
        if self.commands && self.users.is_empty() && self.off().is_none() {
            let what = "can acknowledge or change anything there; list user ids in `users`";
            notes.push(format!("the channel `{name}`: nobody {what} (/whoami shows them)"));
        }
        if self.token.set().is_some_and(|token| !looks_like_a_token(token.open())) {
            let what = "does not look like a bot token, such as 123456789:AAH...";
            notes.push(format!("the channel `{name}`: its token {what}"));
        }
        notes
    }

    fn sender(&self, shared: &Shared) -> Result<Arc<dyn Sender>, String> {
        Ok(Arc::new(Telegram::new(&opened(&self.token)?, self.api_url.clone(), shared)))
    }
}

impl Settings {
    /// The settings of a channel, if it is a Telegram bot. The bot that answers commands needs more of them than
    /// other code does.
    pub fn of(settings: &dyn settings::Settings) -> Option<&Settings> {
        let any: &dyn Any = settings;
        any.downcast_ref()
    }

    fn without_chats(&self) -> Option<String> {
        if !self.chats.is_empty() {
            return None;
        }
        let from = self.chats_from.as_ref();
        let from = from.map_or("`chats` is empty".to_owned(), |name| format!("the variable {name} contains no chat"));
        let how = if self.commands { "; write to the bot, and it answers with your chat's number" } else { "" };
        Some(format!("{from}{how}"))
    }
}

fn looks_like_a_token(text: &str) -> bool {
    let Some((id, rest)) = text.split_once(':') else { return false };
    id.len() >= 6 && id.chars().all(|c| c.is_ascii_digit()) && rest.len() >= 30
}
