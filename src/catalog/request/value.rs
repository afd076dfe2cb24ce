//! The value of a placeholder, or why there is none.

use serde_json::Value;

use crate::catalog::grammar::param::Params;
use crate::catalog::grammar::request::head;
use crate::core::words::question::Key;

/// Why a request could not be filled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FillError {
    /// A secret is not set. The check waits until it is.
    #[error("the secret `{0}` is not set: {1} does not provide it")]
    NeedsKey(String, String),
    /// A parameter is missing.
    #[error("the parameter `{0}` is not given")]
    Missing(String),
    /// A secret that is JSON lacks a field.
    #[error("there is no `{0}` in the secret `{1}`: is it the whole JSON file?")]
    NotInside(String, String),
    /// The filled URL is not valid.
    #[error("the address {0} is not a valid URL")]
    NotAUrl(String),
    /// Signing with a key failed.
    #[error("{0} cannot be used to sign: {1}")]
    Unsigned(String, String),
}

impl Params {
    /// The value of a placeholder, and whether it is secret.
    pub(super) fn text(&self, name: &str) -> Result<(String, bool), FillError> {
        let base = head(name);
        let (text, secret) = match self.secret.get(base) {
            Some(Key::Set(secret)) => (secret.open().to_owned(), true),
            Some(Key::Unset(from)) => return Err(FillError::NeedsKey(base.to_owned(), from.clone())),
            None => match self.public.get(base) {
                Some(Value::String(text)) => (text.clone(), false),
                Some(Value::Null) | None => return Err(FillError::Missing(base.to_owned())),
                Some(other) => (other.to_string(), false),
            },
        };
        let Some((_, field)) = name.split_once('.') else { return Ok((text, secret)) };
        let inside = serde_json::from_str::<Value>(&text).ok();
        let part = inside.as_ref().and_then(|inside| inside.get(field)?.as_str());
        part.map(|part| (part.to_owned(), secret))
            .ok_or_else(|| FillError::NotInside(field.to_owned(), base.to_owned()))
    }
}
