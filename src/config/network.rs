//! The network: reference hosts, overrides, limits.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use url::Url;

use crate::core::probe::reference_hosts;
use crate::core::probe::reference_hosts::Anchor;
use crate::read::{At, Problem, Problems, Source, Table};

/// Three operators with independent networks: Cloudflare, Google, Quad9.
const ANCHORS: [&str; 3] = ["one.one.one.one@1.1.1.1:443", "dns.google@8.8.8.8:443", "dns.quad9.net@9.9.9.9:443"];

/// The most widely used resolvers: Cloudflare, Google, Quad9, OpenDNS.
const RESOLVERS: [&str; 4] = ["1.1.1.1", "8.8.8.8", "9.9.9.9", "208.67.222.222"];

/// The network's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// Reference hosts of independent operators, which show whether plugwatch's own network works.
    pub anchors: Vec<Anchor>,
    /// Origins, and the addresses that replace them.
    pub overrides: BTreeMap<String, String>,
    /// Root servers for delegation walks; empty for the default ones.
    pub dns_roots: Vec<IpAddr>,
    /// The port of every name server.
    pub dns_port: u16,
    /// Resolvers of different operators, which show what users see.
    pub resolvers: Vec<IpAddr>,
    /// The port on which mail servers receive mail from other servers.
    pub smtp_port: u16,
    /// The port of every WHOIS server.
    pub whois_port: u16,
    /// The timeout of one request.
    pub timeout: Duration,
    /// Connect to this machine only.
    pub loopback_only: bool,
    /// Whether to follow redirects from a public host to a private address.
    pub private_redirects: bool,
    /// Certificate authorities in addition to the default ones, as DER.
    pub extra_roots: Vec<Vec<u8>>,
}

impl Default for Network {
    fn default() -> Network {
        Network {
            anchors: ANCHORS.iter().filter_map(|anchor| anchor.parse().ok()).collect(),
            overrides: BTreeMap::new(),
            dns_roots: Vec::new(),
            dns_port: 53,
            resolvers: RESOLVERS.iter().filter_map(|address| address.parse().ok()).collect(),
            smtp_port: 25,
            whois_port: 43,
            timeout: Duration::from_secs(20),
            loopback_only: false,
            private_redirects: false,
            extra_roots: Vec::new(),
        }
    }
}

impl Network {
    /// Reads a file that contains only `[network]` and `[override]`.
    ///
    /// # Errors
    /// Returns every problem of the file.
    pub fn load(path: &Path) -> Result<(Network, String), Problems> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            Problems(vec![Problem::of_file(&name, format!("cannot be read: {error}"), "give another file")])
        })?;
        let source = Source::new(name, text.clone());
        let parsed = source.parse();
        let root = Table::root(&source, &parsed);
        let network = read(&root);
        root.finish();
        let problems = source.into_problems();
        if problems.is_empty() { Ok((network, text)) } else { Err(Problems(problems)) }
    }
}

pub(super) fn read(root: &Table<'_>) -> Network {
    let mut network = Network { overrides: read_overrides(root), ..Network::default() };
    let Some(table) = root.table("network") else { return network };
    if let Some(list) = table.strings("anchors") {
        let cure = "for example anchors = [\"one.one.one.one@1.1.1.1:443\", \"dns.google@8.8.8.8:443\", \"dns.quad9.net@9.9.9.9:443\"]";
        let what = "an anchor: write name@IP:port";
        let anchors: Vec<Anchor> = parsed(&table, &list.value, what, cure);
        for (n, item) in list.value.iter().enumerate() {
            if list.value[..n].iter().any(|before| before.value == item.value) {
                let what = format!("`{}` is listed twice, but counts only once", item.value);
                table.problem(item.span.clone(), what, "name another operator");
            }
        }
        if list.value.len() < reference_hosts::LEAST {
            let what = format!(
                "{} anchors are not enough; at least {} independent ones are needed",
                list.value.len(),
                reference_hosts::LEAST
            );
            table.problem(list.span, what, cure);
        }
        network.anchors = anchors;
    }
    if let Some(list) = table.strings("dns_roots") {
        network.dns_roots = parsed(&table, &list.value, "an address", "for example dns_roots = [\"198.41.0.4\"]");
    }
    if let Some(list) = table.strings("resolvers") {
        let cure = "for example resolvers = [\"1.1.1.1\", \"8.8.8.8\", \"9.9.9.9\"]";
        network.resolvers = parsed(&table, &list.value, "an address", cure);
        let distinct: BTreeSet<&IpAddr> = network.resolvers.iter().collect();
        if distinct.len() < 2 || distinct.len() < list.value.len() {
            table.problem(list.span, "at least two different resolvers are needed", cure);
        }
    }
    read_port(&table, "dns_port", &mut network.dns_port);
    read_port(&table, "smtp_port", &mut network.smtp_port);
    read_port(&table, "whois_port", &mut network.whois_port);
    if let Some(timeout) = table.duration("timeout") {
        let fine = (Duration::from_secs(1)..=Duration::from_secs(60)).contains(&timeout.value);
        if !fine {
            table.problem(
                timeout.span,
                "a timeout must be between one second and one minute",
                "for example timeout = \"20s\"",
            );
        }
        network.timeout = if fine { timeout.value } else { network.timeout };
    }
    network.loopback_only = table.flag("loopback_only").is_some_and(|flag| flag.value);
    network.private_redirects = table.flag("private_redirects").is_some_and(|flag| flag.value);
    network.extra_roots = table.string("ca_file").map(|file| read_roots(&table, &file)).unwrap_or_default();
    table.finish();
    network
}

fn read_port(table: &Table<'_>, key: &str, port: &mut u16) {
    let Some(given) = table.count(key) else { return };
    match u16::try_from(given.value) {
        Ok(given) => *port = given,
        Err(_) => table.problem(given.span, "a port is at most 65535", format!("for example {key} = {port}")),
    }
}

fn parsed<T: std::str::FromStr>(table: &Table<'_>, list: &[At<String>], what: &str, cure: &str) -> Vec<T> {
    list.iter()
        .filter_map(|item| {
            let read = item.value.parse().ok();
            if read.is_none() {
                table.problem(item.span.clone(), format!("`{}` is not {what}", item.value), cure);
            }
            read
        })
        .collect()
}

fn read_overrides(root: &Table<'_>) -> BTreeMap<String, String> {
    let Some(table) = root.table("override") else { return BTreeMap::new() };
    let mut overrides = BTreeMap::new();
    for key in table.keys() {
        let Some(base) = table.string(&key.value) else { continue };
        let is_url = |text: &str| Url::parse(text).is_ok_and(|url| url.host_str().is_some());
        if Url::parse(&key.value).is_ok_and(|url| !matches!(url.path(), "" | "/") || url.query().is_some()) {
            let what = format!("`{}` has a path, but only scheme, host and port are compared", key.value);
            table.problem(key.span.clone(), what, "remove the path; the right-hand side can have one");
        }
        for (text, span) in [(&key.value, &key.span), (&base.value, &base.span)] {
            if !is_url(text) {
                let cure = "for example \"https://itunes.apple.com\" = \"http://127.0.0.1:8080\"";
                table.problem(span.clone(), format!("`{text}` is not an origin"), cure);
            }
        }
        overrides.insert(key.value.trim_end_matches('/').to_owned(), base.value);
    }
    overrides
}

/// The certificates of a PEM file.
fn read_roots(table: &Table<'_>, file: &At<String>) -> Vec<Vec<u8>> {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;
    let read = CertificateDer::pem_file_iter(Path::new(&file.value))
        .and_then(|items| items.map(|item| item.map(|der| der.to_vec())).collect::<Result<Vec<_>, _>>());
    read.unwrap_or_else(|error| {
        table.problem(
            file.span.clone(),
            format!("no certificate can be read from this file: {error}"),
            "give a PEM file",
        );
        Vec::new()
    })
}
