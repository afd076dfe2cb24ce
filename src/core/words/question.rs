//! What an asker is asked. Secrets travel as [`Secret`] and show as dots.

use std::fmt;
use std::time::Duration;

use url::Url;

use super::check_in::Takes;
pub use super::lookup::{Lookup, LookupQuestion};

/// A text that never shows itself.
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

/// A secret that the configuration names: set, or looked for in vain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// It is set.
    Set(Secret),
    /// It is not; where it was looked for: "the variable NAME", "the file PATH".
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
    /// Over HTTP, with the TLS facts of the connection where wanted.
    Http(HttpQuestion),
    /// A walk from the root to a zone's own servers.
    Dns(DnsQuestion),
    /// A domain at its registry.
    Rdap(RdapQuestion),
    /// A program of the user's.
    Exec(ExecQuestion),
    /// Looked up in the DNS, and perhaps at what was found there.
    Lookup(LookupQuestion),
    /// What was reported to plugwatch itself.
    CheckIn(CheckInQuestion),
}

/// Every name under which askers may leave facts.
pub fn asker_names() -> Vec<&'static str> {
    let lookups = Lookup::ALL.iter().map(|what| what.word());
    ["tls", "dns", "exec", "heard", "burn", "seen"].into_iter().chain(lookups).collect()
}

impl Question {
    /// The host whose budget this question uses up.
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

    /// What is asked, as a person would repeat it, without secrets.
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
    /// The logical URL; it may hold a secret, so it is never shown.
    pub url: Secret,
    /// The URL with secrets as dots, for people.
    pub shown: String,
    /// The logical host.
    pub host: String,
    /// Header fields.
    pub headers: Vec<Field>,
    /// A body to send.
    pub body: Option<Secret>,
    /// A website, asked as browsers ask: the TLS facts of the connection are recorded, and a page that
    /// sends its readers on is followed.
    pub tls: bool,
    /// Everything together takes no longer.
    pub timeout: Duration,
    /// Asked first, unless its answer of before is still good: the `access_token` of its
    /// answer is the bearer token of this request (RFC 6749, section 5.1).
    pub token: Option<Box<HttpQuestion>>,
    /// The URL is the directory of an ACME server, and its account with this key is asked for (RFC 8555).
    pub acme: Option<Secret>,
    /// Somebody outside named the URL, and it must not lead to a private address.
    pub named_by_stranger: bool,
}

impl HttpQuestion {
    /// A plain question for a page.
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
    /// Whether a secret stands in it: then it goes to the origin that was asked, and nowhere else.
    pub secret: bool,
}

impl Field {
    /// A field that anybody may see.
    pub fn public(name: &str, value: &str) -> Field {
        Field { name: name.to_owned(), value: Secret::new(value), secret: false }
    }
}

/// A program to run.
#[derive(Clone, Debug)]
pub struct ExecQuestion {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// It is ended after this.
    pub timeout: Duration,
}

/// A domain at its registry.
#[derive(Clone, Debug)]
pub struct RdapQuestion {
    /// The registered domain.
    pub domain: String,
    /// What stands for its registry until it is known: `registry of DOMAIN`.
    pub registry: String,
    /// The registry's address, where it is not looked up.
    pub base: Option<String>,
    /// What its WHOIS is asked, where that is more than the name.
    pub line: Option<String>,
    /// Each request takes no longer.
    pub timeout: Duration,
}

/// What others reported about something.
#[derive(Clone, Debug)]
pub struct CheckInQuestion {
    /// What was to be reported.
    pub takes: Takes,
    /// The name under which they reported.
    pub name: String,
    /// Only what was heard since then is summed up.
    pub window: Duration,
}

impl CheckInQuestion {
    /// Where its reports are kept.
    pub fn key(&self) -> String {
        super::check_in::key(self.takes, &self.name)
    }
}

/// A delegation walk.
#[derive(Clone, Debug)]
pub struct DnsQuestion {
    /// The zone, without a trailing dot.
    pub domain: String,
    /// The record types asked of every server of the zone.
    pub types: Vec<String>,
    /// One server gets so long for one answer.
    pub timeout: Duration,
}
