//! Shared code for text messages and calls through Twilio: the account, its numbers, and the results of responses
//! (twilio.com/docs/usage/twilios-response, twilio.com/docs/api/errors).

use std::sync::Arc;

use url::Url;

use super::http::{Reply, ask, client, first_line, meaning};
use super::message::Tried;
use super::settings::opened;
use crate::core::words::question::{Key, Secret};
use crate::read::{At, Table, secret};

/// An account, its sender number and its recipients.
#[derive(Clone, Debug)]
pub struct Account {
    /// The account's SID.
    pub account_sid: String,
    /// The SID of an API key, if `secret` belongs to one. Unlike the auth token, a key can be revoked separately.
    pub key_sid: Option<String>,
    /// The key's secret, or the account's auth token.
    pub secret: Key,
    /// The number that messages and calls come from, in E.164 format.
    pub from: String,
    /// The recipients' numbers, in E.164 format.
    pub to: Vec<String>,
    /// The API's URL, if it is not Twilio's.
    pub api_url: Option<Url>,
}

/// Parses `account_sid`, `key_sid`, `secret`, `from`, `to` and `api_url`.
pub(super) fn read(table: &Table<'_>) -> Option<Account> {
    let account_sid = table.need_string("account_sid", "\"AC0123456789abcdef0123456789abcdef\"");
    let account_sid = account_sid.and_then(|given| sid(table, given, "AC"));
    let key_sid = match table.string("key_sid") {
        Some(given) => Some(sid(table, given, "SK")?),
        None => None,
    };
    if table.any("secret").is_none() {
        table.missing("secret", "{ env = \"PLUGWATCH_TWILIO_SECRET\" }");
    }
    let secret = secret::read(table, "secret");
    let from = table.need_string("from", "\"+15005550006\"").and_then(|given| number(table, given));
    let to = match table.strings("to") {
        Some(all) if !all.value.is_empty() => all.value.into_iter().map(|one| number(table, one)).collect(),
        _ => {
            table.missing("to", "[\"+4915112345678\"]");
            None
        }
    };
    let api_url = table.url("api_url");
    Some(Account { account_sid: account_sid?, key_sid, secret: secret?, from: from?, to: to?, api_url })
}

/// Checks a SID: two letters for its kind, and 32 hexadecimal digits.
fn sid(table: &Table<'_>, given: At<String>, kind: &str) -> Option<String> {
    let is = given
        .value
        .strip_prefix(kind)
        .is_some_and(|rest| rest.len() == 32 && rest.chars().all(|c| c.is_ascii_hexdigit()));
    if !is {
        let cure = format!("it is {kind} and 32 digits or letters from a to f, as Twilio's console shows it");
        table.problem(given.span, "this is not a valid SID", cure);
        return None;
    }
    Some(given.value)
}

/// Checks a number in E.164 format: `+`, the country code and the number, with at most 15 digits.
fn number(table: &Table<'_>, given: At<String>) -> Option<String> {
    let digits = given.value.strip_prefix('+').unwrap_or_default();
    if !(7..=15).contains(&digits.len()) || !digits.chars().all(|c| c.is_ascii_digit()) {
        table.problem(
            given.span,
            "this is not a telephone number",
            "write it with its country and without spaces: +4915112345678",
        );
        return None;
    }
    Some(given.value)
}

impl Account {
    /// The client for this account.
    ///
    /// # Errors
    /// Fails if the HTTP client cannot be built, or the secret is not set.
    pub(super) fn client(&self) -> Result<Client, String> {
        let base = self.api_url.as_ref().map_or("https://api.twilio.com", Url::as_str).trim_end_matches('/');
        let base = format!("{base}/2010-04-01/Accounts/{}", self.account_sid);
        let user = self.key_sid.clone().unwrap_or_else(|| self.account_sid.clone());
        Ok(Client { client: client()?, base, user, secret: Arc::new(opened(&self.secret)?) })
    }
}

/// Sends requests for one account.
pub(super) struct Client {
    client: reqwest::Client,
    base: String,
    user: String,
    secret: Arc<Secret>,
}

impl Client {
    /// Creates a message or a call.
    pub(super) async fn make(&self, what: &str, form: &[(&str, &str)]) -> Tried {
        let post = self.client.post(format!("{}/{what}.json", self.base)).form(form);
        match ask(post.basic_auth(&self.user, Some(self.secret.open())), "Twilio").await {
            Ok(reply) => meant(&reply),
            Err(tried) => tried,
        }
    }

    /// Fetches a list.
    ///
    /// # Errors
    /// Fails if the list cannot be fetched. The error says why.
    pub(super) async fn list(&self, what: &str, query: &[(&str, &str)]) -> Result<serde_json::Value, String> {
        let get = self.client.get(format!("{}/{what}.json", self.base)).query(query);
        let reply = ask(get.basic_auth(&self.user, Some(self.secret.open())), "Twilio").await;
        let reply = reply.map_err(|tried| tried.why().to_owned())?;
        match meant(&reply) {
            Tried::Sent(_) => Ok(reply.json()),
            failed => Err(failed.why().to_owned()),
        }
    }
}

/// Codes of messages that are too long or empty, and so will be rejected again: 21602 no body, 21617 more than 1,600
/// characters, 32018 more than 4,000 characters of TwiML.
const MALFORMED: [i64; 3] = [21_602, 21_617, 32_018];

/// The result of a response. A 400 contains a code for the cause. Most of these mean that a number cannot be reached,
/// which a person has to fix.
fn meant(reply: &Reply) -> Tried {
    let said = reply.json();
    let (code, text) = (said["code"].as_i64(), first_line(said["message"].as_str().unwrap_or_default()));
    match (reply.status, code) {
        (200..=299, _) => Tried::Sent(said["sid"].as_str().map(str::to_owned)),
        (400, Some(code)) if MALFORMED.contains(&code) => {
            Tried::Never { why: format!("Twilio refuses the message (400, {code}: {text})") }
        }
        (400, Some(code)) => Tried::Refused {
            why: format!(
                "Twilio refuses this number (400, {code}: {text}): twilio.com/docs/api/errors/{code} says what to do"
            ),
        },
        (status @ (401 | 403), Some(code)) => Tried::Refused {
            why: format!(
                "Twilio refuses the account or its key ({status}, {code}: {text}): check both in Twilio's console"
            ),
        },
        _ => meaning(reply, "Twilio", &[401, 403, 404], "check the account and its key in Twilio's console"),
    }
}
