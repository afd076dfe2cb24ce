//! What can be measured: checks over one protocol each, of one kind of answer.

use super::server::{ADDRESSES, Ports};

/// One kind of checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// JSON of 8 KB over HTTP/1.1, connections kept.
    Json,
    /// The same; the server closes each connection.
    JsonNew,
    /// The same over HTTPS, connections kept.
    Https,
    /// The same over HTTP/2.
    Http2,
    /// HTML of 200 KB by its words, as a website: each check over a new connection.
    Words,
    /// The same over HTTPS.
    WordsTls,
    /// HTML of 200 KB by selectors, connections kept.
    Selectors,
    /// A zone at its name servers.
    Names,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 8] = [
        Kind::Json,
        Kind::JsonNew,
        Kind::Https,
        Kind::Http2,
        Kind::Words,
        Kind::WordsTls,
        Kind::Selectors,
        Kind::Names,
    ];

    /// As it is named at a terminal.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Json => "json",
            Kind::JsonNew => "json-new",
            Kind::Https => "https",
            Kind::Http2 => "http2",
            Kind::Words => "words",
            Kind::WordsTls => "words-https",
            Kind::Selectors => "selectors",
            Kind::Names => "dns",
        }
    }

    /// What stands behind the word.
    pub fn about(self) -> &'static str {
        match self {
            Kind::Json => "JSON of 8 KB over HTTP/1.1, connections kept",
            Kind::JsonNew => "JSON of 8 KB, a new connection for each check",
            Kind::Https => "JSON of 8 KB over HTTPS, connections kept",
            Kind::Http2 => "JSON of 8 KB over HTTP/2",
            Kind::Words => "HTML of 200 KB by its words, a new connection for each check",
            Kind::WordsTls => "the same over HTTPS, with the certificate",
            Kind::Selectors => "HTML of 200 KB by selectors, connections kept",
            Kind::Names => "a zone at its name servers",
        }
    }

    /// What the check with this number asks.
    pub fn url(self, ports: &Ports, number: u32) -> String {
        let (scheme, port, what) = match self {
            Kind::Json => ("http", ports.plain, "account"),
            Kind::JsonNew => ("http", ports.closing, "account"),
            Kind::Https => ("https", ports.safe, "account"),
            Kind::Http2 => ("https", ports.safe2, "account"),
            Kind::Words => ("http", ports.plain, "page"),
            Kind::WordsTls => ("https", ports.safe, "page"),
            Kind::Selectors => ("http", ports.plain, "page"),
            Kind::Names => return format!("c{number}.bench"),
        };
        let host = 1 + number % u32::from(ADDRESSES);
        format!("{scheme}://127.0.0.{host}:{port}/{what}/{number}")
    }

    /// The check and its parameters, as the configuration names them.
    pub fn asked(self, ports: &Ports, number: u32) -> String {
        let url = self.url(ports, number);
        match self {
            Kind::Json | Kind::JsonNew | Kind::Https | Kind::Http2 => {
                format!("check = \"bench/account\"\nbase = \"{url}\"")
            }
            Kind::Words | Kind::WordsTls => format!("check = \"website/page\"\nurl = \"{url}\"\nwords = [\"Sign in\"]"),
            Kind::Selectors => format!("check = \"bench/shop\"\nbase = \"{url}\""),
            Kind::Names => format!("check = \"dns/zone\"\ndomain = \"{url}\""),
        }
    }
}

impl std::str::FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Kind, String> {
        let words: Vec<&str> = Kind::ALL.iter().map(|kind| kind.word()).collect();
        let found = Kind::ALL.into_iter().find(|kind| kind.word() == text);
        found.ok_or_else(|| format!("`{text}` is none of {}", words.join(", ")))
    }
}
