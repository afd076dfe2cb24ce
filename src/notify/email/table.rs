//! What the table of a mail channel says: a server, how it is spoken to, who writes to whom.

use std::sync::Arc;

use crate::core::words::question::Key;
use crate::core::words::verdict::words;
use crate::notify::settings::Read;
use crate::read::{At, Table, secret};

/// A mail server, and who writes to whom through it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The server's name.
    pub server: String,
    /// Its port.
    pub port: u16,
    /// How it is spoken to.
    pub security: Security,
    /// Who signs in, with which password.
    pub login: Option<(String, Key)>,
    /// Who writes.
    pub from: String,
    /// To whom.
    pub to: Vec<String>,
    /// A certificate authority of one's own, PEM.
    pub authority: Option<String>,
}

words! {
    /// How a mail server is spoken to.
    Security {
        /// TLS from the first byte.
        Tls = "tls",
        /// STARTTLS; without it nothing is sent.
        StartTls = "starttls",
        /// None: on this machine only.
        None = "none",
    }
}

impl Security {
    /// The port that goes with it (RFC 8314).
    fn port(self) -> u16 {
        match self {
            Security::Tls => 465,
            Security::StartTls => 587,
            Security::None => 25,
        }
    }
}

/// Reads the server, the login, and the addresses.
pub(in crate::notify) fn read(table: &Table<'_>) -> Read {
    let server = table.need_string("server", "\"smtp.example.com\"");
    let security = table.word("security", &["tls", "starttls", "none"]).map(|word| word.value);
    let security = security.unwrap_or(Security::StartTls);
    let port = match table.count("port") {
        Some(port) => u16::try_from(port.value).ok().or_else(|| {
            table.problem(port.span, "a port is at most 65535", "for example port = 587");
            None
        }),
        None => Some(security.port()),
    };
    let login = read_login(table);
    let from = table.need_string("from", "\"plugwatch <alerts@example.com>\"");
    let from = from.filter(|from| check(table, from));
    let to = read_to(table);
    let authority = read_authority(table);
    let server = server?;
    let here = ["localhost", "127.0.0.1", "::1"].contains(&server.value.as_str());
    if security == Security::None && !here {
        let what = "unencrypted mail can be read and changed on its way";
        table.problem(server.span, what, "use security = \"starttls\" or \"tls\"; \"none\" is for localhost");
        return None;
    }
    let from = from?.value;
    Some(Arc::new(Settings { server: server.value, port: port?, security, login: login?, from, to: to?, authority }))
}

/// The outer nothing is a mistake, the inner one a server that wants no login.
fn read_login(table: &Table<'_>) -> Option<Option<(String, Key)>> {
    let user = table.string("user");
    let password = table.any("password").map(|given| (given.span, secret::read(table, "password")));
    match (user, password) {
        (None, None) => Some(None),
        (Some(user), Some((_, password))) => Some(Some((user.value, password?))),
        (Some(user), None) => {
            table.problem(
                user.span,
                "a user without a password",
                "add password = { env = \"PLUGWATCH_SMTP_PASSWORD\" }",
            );
            None
        }
        (None, Some((span, _))) => {
            table.problem(span, "a password without a user", "add user = \"...\"");
            None
        }
    }
}

fn read_to(table: &Table<'_>) -> Option<Vec<String>> {
    let Some(to) = table.strings("to") else {
        if table.any("to").is_none() {
            table.missing("to", "[\"ops@example.com\"]");
        }
        return None;
    };
    let fine = to.value.iter().filter(|address| check(table, address)).count() == to.value.len();
    fine.then(|| to.value.into_iter().map(|address| address.value).collect())
}

/// `ops@example.com` or `Ops <ops@example.com>`: what follows the rules in full is known only to
/// the server; what cannot be an address at all is said here.
fn check(table: &Table<'_>, given: &At<String>) -> bool {
    let bare = given.value.rsplit_once('<').map_or(given.value.as_str(), |(_, rest)| rest.trim_end_matches('>'));
    let parts = bare.trim().split_once('@');
    let fine = parts.is_some_and(|(name, domain)| {
        !name.is_empty() && !domain.is_empty() && !domain.contains('@') && !bare.trim().contains(char::is_whitespace)
    });
    if !fine {
        table.problem(
            given.span.clone(),
            format!("`{}` is not an e-mail address", given.value),
            "for example \"ops@example.com\" or \"plugwatch <alerts@example.com>\"",
        );
    }
    fine
}

fn read_authority(table: &Table<'_>) -> Option<String> {
    let file = table.string("ca_file")?;
    match std::fs::read_to_string(&file.value) {
        Ok(pem) if pem.contains("BEGIN CERTIFICATE") => Some(pem),
        Ok(_) => {
            table.problem(file.span, format!("`{}` contains no certificate", file.value), "it must be a PEM file");
            None
        }
        Err(error) => {
            let cure = "relative paths start in the folder where plugwatch is started";
            table.problem(file.span, format!("`{}` cannot be read: {error}", file.value), cure);
            None
        }
    }
}
