//! The table of a mail channel: the server, the security, the sender and the recipients.

use std::sync::Arc;

use crate::core::words::question::Key;
use crate::core::words::verdict::words;
use crate::notify::settings::Read;
use crate::read::{At, Table, secret};

/// A mail server, with sender and recipients.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The server's name.
    pub server: String,
    /// Its port.
    pub port: u16,
    /// The connection's security.
    pub security: Security,
    /// The user and the password to log in with.
    pub login: Option<(String, Key)>,
    /// The sender's address.
    pub from: String,
    /// The recipients' addresses.
    pub to: Vec<String>,
    /// A private certificate authority, PEM.
    pub authority: Option<String>,
}

words! {
    /// The security of a connection to a mail server.
    Security {
        /// Implicit TLS, from the first byte.
        Tls = "tls",
        /// STARTTLS; if the server does not offer it, nothing is sent.
        StartTls = "starttls",
        /// No encryption; allowed only if the server is on this machine.
        None = "none",
    }
}

impl Security {
    /// The usual port (RFC 8314).
    fn port(self) -> u16 {
        match self {
            Security::Tls => 465,
            Security::StartTls => 587,
            Security::None => 25,
        }
    }
}

/// Parses the server, the login and the addresses.
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
        let what = "unencrypted mail can be read and changed in transit";
        table.problem(server.span, what, "use security = \"starttls\" or \"tls\"; \"none\" is for localhost");
        return None;
    }
    let from = from?.value;
    Some(Arc::new(Settings { server: server.value, port: port?, security, login: login?, from, to: to?, authority }))
}

/// Parses the login. The outer `None` is a mistake in the table; the inner one is a server without a login.
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

/// Checks an address such as `ops@example.com` or `Ops <ops@example.com>`. Only the server can apply the exact rules,
/// so this only reports text that cannot be an address at all.
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
