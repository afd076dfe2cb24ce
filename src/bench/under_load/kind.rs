//! The kinds of checks that can be measured: each has one protocol and one type of answer.

use super::server::{ADDRESSES, Ports};

/// A kind of check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 8 KB of JSON over HTTP/1.1 on kept connections.
    Json,
    /// 8 KB of JSON over HTTP/1.1; the server closes each connection.
    JsonNew,
    /// 8 KB of JSON over HTTPS on kept connections.
    Https,
    /// 8 KB of JSON over HTTP/2.
    Http2,
    /// 200 KB of HTML, checked for words like a website: a new connection for each check.
    Words,
    /// 200 KB of HTML over HTTPS, checked for words.
    WordsTls,
    /// 200 KB of HTML, read by selectors, on kept connections.
    Selectors,
    /// A DNS zone at its name servers.
    Names,
}

impl Kind {
    /// All kinds.
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

    /// The word for the kind on the command line.
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

    /// A description of the kind.
    pub fn about(self) -> &'static str {
        match self {
            Kind::Json => "JSON of 8 KB over HTTP/1.1, reused connections",
            Kind::JsonNew => "JSON of 8 KB, a new connection for each check",
            Kind::Https => "JSON of 8 KB over HTTPS, reused connections",
            Kind::Http2 => "JSON of 8 KB over HTTP/2",
            Kind::Words => "HTML of 200 KB, searched for words, a new connection for each check",
            Kind::WordsTls => "the same over HTTPS, with the certificate",
            Kind::Selectors => "HTML of 200 KB, searched with selectors, reused connections",
            Kind::Names => "a zone, queried at its name servers",
        }
    }

    /// The URL or domain that the check with this number queries.
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

    /// The check and its parameters, as lines of the configuration.
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
        found.ok_or_else(|| format!("unknown kind `{text}`: use one of {}", words.join(", ")))
    }
}
