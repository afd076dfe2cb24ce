//! The questions that askers answer. Secrets are carried as [`Secret`] and shown as dots.

use std::fmt;
use std::time::Duration;

use url::Url;

use super::check_in::Takes;
pub use super::lookup::{Lookup, LookupQuestion};

/// A text that is never displayed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// The secret itself: for the request, the signature and the redactor only.
    pub fn open(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A secret that the configuration names: set or missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// It is set to this value.
    Set(Secret),
    /// It is not set. Contains the place where it was expected: "the variable NAME", "the file PATH".
    Unset(String),
}

impl Key {
    /// The secret, if it is set.
    pub fn set(&self) -> Option<&Secret> {
        match self {
            Key::Set(secret) => Some(secret),
            Key::Unset(_) => None,
        }
    }
}

/// One question for one asker.
#[derive(Clone, Debug)]
pub enum Question {
    /// An HTTP request, which can record the TLS facts of the connection.
    Http(HttpQuestion),
    /// A walk from the DNS root to the zone's own servers.
    Dns(DnsQuestion),
    /// The registration of a domain, from its registry.
    Rdap(RdapQuestion),
    /// One of the user's own programs.
    Exec(ExecQuestion),
    /// A DNS lookup, which may also query the hosts it finds.
    Lookup(LookupQuestion),
    /// What was reported to plugwatch itself.
    CheckIn(CheckInQuestion),
}

/// Every name under which askers may report facts.
pub fn asker_names() -> Vec<&'static str> {
    let lookups = Lookup::ALL.iter().map(|what| what.word());
    ["tls", "dns", "exec", "heard", "burn", "seen"].into_iter().chain(lookups).collect()
}

impl Question {
    /// The host whose request budget this question uses.
    pub fn host(&self) -> &str {
        match self {
            Question::Http(http) => &http.host,
            Question::Dns(dns) => &dns.domain,
            Question::Rdap(rdap) => &rdap.registry,
            Question::Exec(exec) => exec.command.first().map_or("", String::as_str),
            Question::Lookup(lookup) => lookup.domain(),
            Question::CheckIn(heard) => &heard.name,
        }
    }

    /// What is requested, in words for people, without secrets.
    pub fn shown(&self) -> String {
        match self {
            Question::Http(http) => http.shown.clone(),
            Question::Dns(dns) => format!("{} at its parent and at each of its name servers", dns.domain),
            Question::Rdap(rdap) => format!("{} at its registry", rdap.domain),
            Question::Exec(exec) => exec.command.join(" "),
            Question::Lookup(lookup) => format!("{} of {}", lookup.what, lookup.domain()),
            Question::CheckIn(heard) => format!("what was reported about {}", heard.name),
        }
    }
}

/// An HTTP request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpQuestion {
    /// `GET`, `HEAD` or `POST`.
    pub method: String,
    /// The logical URL. It may contain a secret, so it is never shown.
    pub url: Secret,
    /// The URL with secrets as dots, for people.
    pub shown: String,
    /// The logical host.
    pub host: String,
    /// Header fields.
    pub headers: Vec<Field>,
    /// A body to send.
    pub body: Option<Secret>,
    /// Requests a website as browsers do: records the TLS facts of the connection, and follows redirects within the
    /// page.
    pub tls: bool,
    /// The timeout for the whole request.
    pub timeout: Duration,
    /// A request for an access token, sent first unless an earlier token is still valid. The `access_token` in its
    /// answer is the bearer token of this request (RFC 6749, section 5.1).
    pub token: Option<Box<HttpQuestion>>,
    /// The account key, if the URL is the directory of an ACME server: the request asks for the account with this key
    /// (RFC 8555).
    pub acme: Option<Secret>,
    /// An external party supplied the URL, so it must not lead to a private address.
    pub named_by_stranger: bool,
}

impl HttpQuestion {
    /// A plain request for a page.
    pub fn get(url: &Url, timeout: Duration) -> HttpQuestion {
        HttpQuestion {
            method: "GET".to_owned(),
            url: Secret::new(url.as_str()),
            shown: url.to_string(),
            host: url.host_str().unwrap_or("").to_owned(),
            headers: Vec::new(),
            body: None,
            tls: false,
            timeout,
            token: None,
            acme: None,
            named_by_stranger: false,
        }
    }
}

/// A header field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Secret,
    /// Whether it contains a secret. If so, it is sent only to the origin of the original request.
    pub secret: bool,
}

impl Field {
    /// A field without a secret.
    pub fn public(name: &str, value: &str) -> Field {
        Field { name: name.to_owned(), value: Secret::new(value), secret: false }
    }
}

/// A program to run.
#[derive(Clone, Debug)]
pub struct ExecQuestion {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// The program is stopped after this time.
    pub timeout: Duration,
}

/// The registration of a domain.
#[derive(Clone, Debug)]
pub struct RdapQuestion {
    /// The registered domain.
    pub domain: String,
    /// The name to show for its registry until the real name is known: `registry of DOMAIN`.
    pub registry: String,
    /// The registry's address, if it is not looked up.
    pub base: Option<String>,
    /// The WHOIS query, if it contains more than the name.
    pub line: Option<String>,
    /// The timeout for each request.
    pub timeout: Duration,
}

/// A query for what was reported to plugwatch.
#[derive(Clone, Debug)]
pub struct CheckInQuestion {
    /// The kind of report.
    pub takes: Takes,
    /// The name that the reports are stored under.
    pub name: String,
    /// How far back reports are summed.
    pub window: Duration,
}

impl CheckInQuestion {
    /// The key under which its reports are stored.
    pub fn key(&self) -> String {
        super::check_in::key(self.takes, &self.name)
    }
}

/// A delegation walk.
#[derive(Clone, Debug)]
pub struct DnsQuestion {
    /// The zone, without a trailing dot.
    pub domain: String,
    /// The record types requested from every server of the zone.
    pub types: Vec<String>,
    /// The timeout for one answer from one server.
    pub timeout: Duration,
}
