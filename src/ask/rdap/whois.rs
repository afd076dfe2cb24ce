//! WHOIS (RFC 3912), for registries that do not offer RDAP: one line out, text back. IANA's own WHOIS server names the
//! server that is responsible for a top-level domain.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use url::Url;

use super::registries::Registries;
use crate::ask::dns::Walk;
use crate::ask::net::{Net, dial};
use crate::clock::Stopwatch;
use crate::core::words::answer::{Answer, Failure};
use crate::core::words::question::RdapQuestion;

/// IANA's WHOIS server, which names every registry's server.
const IANA: &str = "whois.iana.org";
/// The maximum number of bytes read.
const MOST: u64 = 64 << 10;

/// The registry's text about the domain, marked as the step `whois`.
pub async fn ask(net: &Net, registries: &Registries, question: &RdapQuestion, urgent: bool) -> Answer {
    let watch = Stopwatch::start();
    let asked = format!("{} at its registry, by WHOIS", question.domain);
    let ending = question.domain.rsplit('.').next().unwrap_or("");
    let said = match server_of(net, registries, ending, question, urgent).await {
        Ok(Some(server)) => {
            put(net, &server, question.line.as_ref().unwrap_or(&question.domain), question, urgent).await
        }
        Ok(None) => {
            let detail = format!("IANA's list names neither an RDAP nor a WHOIS server for .{ending}");
            return Answer::failed(asked, Failure::NotAsked, detail);
        }
        Err(failure) => Err(failure),
    };
    let took_ms = watch.ms();
    match said {
        Ok(text) => Answer { asked, step: "whois".to_owned(), took_ms, body: text.into_bytes(), ..Answer::default() },
        Err(failure) => Answer { took_ms, ..Answer::failed(asked, failure, "") },
    }
}

/// The registry's server, looked up at IANA once a day.
async fn server_of(
    net: &Net,
    registries: &Registries,
    ending: &str,
    question: &RdapQuestion,
    urgent: bool,
) -> Result<Option<String>, Failure> {
    let known = registries.whois(ending, net.clock.now());
    if known.is_some() {
        return Ok(known);
    }
    let server = server_in(&put(net, IANA, ending, question, urgent).await?);
    if let Some(server) = &server {
        registries.note_whois(ending, server, net.clock.now());
    }
    Ok(server)
}

/// Finds `whois: whois.nic.io` in IANA's answer about a top-level domain.
pub fn server_in(text: &str) -> Option<String> {
    let line = text.lines().find_map(|line| line.strip_prefix("whois:"))?;
    Some(line.trim().to_lowercase()).filter(|server| !server.is_empty())
}

async fn put(net: &Net, server: &str, line: &str, question: &RdapQuestion, urgent: bool) -> Result<String, Failure> {
    if !net.gate.pass(server, urgent).await {
        return Err(Failure::ToldToWait);
    }
    let mut places = places(net, server, question).await.ok_or(Failure::DnsFailed)?;
    places.retain(|place| net.options.guard.allows(place.ip()));
    if places.is_empty() {
        return Err(Failure::AddressRefused);
    }
    let talk = async {
        let mut stream = dial::first(places).await.map_err(|error| match error.kind() {
            std::io::ErrorKind::ConnectionRefused => Failure::ConnectRefused,
            _ => Failure::ConnectFailed,
        })?;
        stream.write_all(format!("{line}\r\n").as_bytes()).await.map_err(|_| Failure::ConnectionReset)?;
        let mut text = Vec::new();
        stream.take(MOST).read_to_end(&mut text).await.map_err(|_| Failure::ConnectionReset)?;
        // Old servers send Latin-1; rules read ASCII only.
        Ok(String::from_utf8_lossy(&text).into_owned())
    };
    timeout(question.timeout, talk).await.unwrap_or(Err(Failure::ConnectTimeout))
}

/// The addresses of a server: from an override of `whois://SERVER`, or by its name from the root down, all of them.
async fn places(net: &Net, server: &str, question: &RdapQuestion) -> Option<Vec<SocketAddr>> {
    if let Some(base) = net.options.overrides.get(&format!("whois://{server}")) {
        let base = Url::parse(base).ok()?;
        let host = base.host_str()?.trim_matches(['[', ']']).parse().ok()?;
        return Some(vec![SocketAddr::new(host, base.port().unwrap_or(net.options.whois_port))]);
    }
    let mut walk = Walk::new(net, server, question.timeout).ok()?;
    let found = walk.all_addresses_of(server).await.ok()?;
    let places = found.into_iter().map(|ip| SocketAddr::new(ip, net.options.whois_port)).collect();
    Some(dial::by_turns(places)).filter(|places| !places.is_empty())
}
