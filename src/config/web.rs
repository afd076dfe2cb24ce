//! `[web]`: where the status page listens, and what it shows to whom.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use crate::core::words::question::{Key, Secret};
use crate::read::{Table, secret};

/// The status page's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Web {
    /// Where it listens.
    pub listen: Listen,
    /// Whether everybody who can open the page sees vendor names and reasons of public dependencies.
    pub details: bool,
    /// The token for the details view, which shows everything.
    pub details_token: Option<Secret>,
    /// Whether to serve `/metrics`, which name everything that is monitored.
    pub metrics: bool,
    /// The host names under which the page answers; empty for any.
    pub names: Vec<String>,
    /// Proxies whose connections are not counted as those of one visitor.
    pub trusted_proxies: Vec<IpAddr>,
}

/// Where the status page listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    /// An address with a port.
    Tcp(SocketAddr),
    /// A Unix socket.
    Unix(PathBuf),
}

impl Listen {
    /// Whether only this machine can connect to it.
    pub fn is_local(&self) -> bool {
        match self {
            Listen::Tcp(address) => address.ip().is_loopback(),
            Listen::Unix(_) => true,
        }
    }
}

impl std::fmt::Display for Listen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Listen::Tcp(address) => address.fmt(f),
            Listen::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

impl Default for Web {
    fn default() -> Web {
        Web {
            listen: Listen::Tcp(SocketAddr::from(([127, 0, 0, 1], 8787))),
            details: false,
            details_token: None,
            metrics: false,
            names: Vec::new(),
            trusted_proxies: Vec::new(),
        }
    }
}

pub(super) fn read(root: &Table<'_>) -> Web {
    let mut web = Web::default();
    let Some(table) = root.table("web") else { return web };
    if let Some(listen) = table.string("listen") {
        let tcp = || listen.value.parse().ok().map(Listen::Tcp);
        let unix = listen.value.strip_prefix("unix:").filter(|path| !path.is_empty());
        match unix.map(|path| Listen::Unix(path.into())).or_else(tcp) {
            Some(read) => web.listen = read,
            None => {
                let what = format!("`{}` is not an address with a port", listen.value);
                let cure = "for example listen = \"127.0.0.1:8787\", or \"unix:/run/plugwatch/page.sock\"";
                table.problem(listen.span, what, cure);
            }
        }
    }
    read_details(&table, &mut web);
    web.metrics = table.flag("metrics").is_some_and(|flag| flag.value);
    for name in table.strings("names").map(|names| names.value).unwrap_or_default() {
        match url::Host::parse(&name.value) {
            Ok(url::Host::Domain(host)) => web.names.push(host.trim_end_matches('.').to_ascii_lowercase()),
            _ => table.problem(
                name.span,
                format!("`{}` is not a host name", name.value),
                "for example names = [\"status.example.com\"]; addresses are always served",
            ),
        }
    }
    for proxy in table.strings("trusted_proxies").map(|proxies| proxies.value).unwrap_or_default() {
        match proxy.value.parse::<IpAddr>() {
            Ok(address) => web.trusted_proxies.push(address.to_canonical()),
            Err(_) => table.problem(
                proxy.span,
                format!("`{}` is not an address", proxy.value),
                "for example trusted_proxies = [\"127.0.0.1\"]",
            ),
        }
    }
    table.finish();
    web
}

/// The shortest token, in characters; a shorter one could be guessed.
const SHORTEST_TOKEN: usize = 16;

/// `details = true`, or `details = { token = { env = "NAME" } }`.
fn read_details(table: &Table<'_>, web: &mut Web) {
    let Some(given) = table.any("details") else { return };
    if !given.value.is_object() {
        web.details = table.flag("details").is_some_and(|flag| flag.value);
        return;
    }
    let Some(inner) = table.table("details") else { return };
    if let Some(Key::Set(token)) = secret::read(&inner, "token") {
        if token.open().len() < SHORTEST_TOKEN {
            let what = format!("the token of the details view has fewer than {SHORTEST_TOKEN} characters");
            inner.secret_problem(inner.key_span("token"), what, "make one with: openssl rand -hex 16");
        }
        web.details_token = Some(token);
    }
    inner.finish();
}
