//! Checks the mail servers of a domain (RFC 5321): banner, EHLO, STARTTLS with its certificate and, if a mailbox is
//! given, whether they still accept it. plugwatch never sends mail in this check.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures_util::future::join_all;
use hickory_proto::rr::{RData, RecordType};
use rustls::pki_types::ServerName;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::ask::dns::{Missing, Walk, plain};
use crate::ask::net::tls::Strictness;
use crate::ask::net::{Net, dial};
use crate::core::words::question::LookupQuestion;

/// The maximum number of mail servers that are tried.
const MOST: usize = 5;
/// The maximum number of addresses tried per server, alternating between IPv6 and IPv4.
const MOST_ADDRESSES: usize = 6;
/// The maximum length of a reply, in bytes.
const REPLY: u64 = 16 << 10;
/// The timeout for one conversation: servers may wait before they greet (RFC 5321, section 4.5.3.2, allows minutes).
const TALK: Duration = Duration::from_secs(20);

/// The mail servers of a domain by preference. If the domain has no MX record but an address, it is its own mail
/// server (section 5.1).
pub async fn exchangers(walk: &mut Walk<'_>, domain: &str) -> Result<Vec<(u16, String)>, Missing> {
    let mut hosts = match walk.look_up(domain, RecordType::MX).await.found {
        Ok(found) => found.iter().filter_map(exchanger).collect::<Vec<_>>(),
        Err(Missing::NoData) => match walk.addresses_of(domain).await {
            Ok(_) => vec![(0, domain.to_owned())],
            Err(Missing::Unanswered) => return Err(Missing::Unanswered),
            Err(_) => return Err(Missing::NoData),
        },
        Err(missing) => return Err(missing),
    };
    hosts.sort();
    Ok(hosts)
}

fn exchanger(data: &RData) -> Option<(u16, String)> {
    match data {
        RData::MX(mx) => Some((mx.preference, plain(&mx.exchange))),
        _ => None,
    }
}

/// Talks to every mail server of the domain, and to the control hosts if none of them can be reached.
pub async fn ask(walk: &mut Walk<'_>, question: &LookupQuestion) -> Value {
    let net = walk.net();
    let found = exchangers(walk, question.domain()).await;
    let word = found.as_ref().err().map_or("ok", |missing| missing.word());
    let hosts = found.unwrap_or_default();
    // RFC 7505: a null MX, a single dot, says that the domain accepts no mail.
    let word = if hosts.iter().any(|(_, host)| host.is_empty()) { "null_mx" } else { word };
    let mut places = Vec::new();
    for (preference, host) in hosts.iter().filter(|(_, host)| !host.is_empty()).take(MOST) {
        places.push((*preference, host.clone(), walk.all_addresses_of(host).await));
    }
    let mailbox = question.all("mailbox").first().map(String::as_str);
    let servers: Vec<Value> =
        join_all(places.iter().map(|(preference, host, found)| server(net, *preference, host, found, mailbox))).await;
    let count = |outcome: &str| servers.iter().filter(|row| row["outcome"] == outcome).count();
    let silent = count("silent") + count("closed");
    let control = if silent > 0 && silent == servers.len() { control(walk, question).await } else { "not_asked" };
    json!({
        "domain": question.domain(),
        "found": word,
        "hosts": hosts.iter().map(|(_, host)| host).collect::<Vec<_>>(),
        "control": control,
        "count": {
            "total": servers.len(), "served": count("served"), "turned_away": count("turned_away"), "busy": count("busy"),
            "silent": silent, "broken": count("broken"), "no_address": count("no_address"),
            "no_way": count("no_way"), "unanswered": count("unanswered"),
            "accepted": servers.iter().filter(|row| row["mailbox"] == "accepted").count(),
            "mailbox_gone": servers.iter().filter(|row| row["mailbox"] == "gone").count(),
            "no_tls": servers.iter().filter(|row| row["outcome"] == "served" && row["starttls"] == false).count(),
            "bad_tls": servers.iter().filter(|row| row["tls"]["valid"] == false).count(),
        },
        "servers": servers,
    })
}

/// Whether any mail server can be reached from here: many networks block the port.
async fn control(walk: &mut Walk<'_>, question: &LookupQuestion) -> &'static str {
    for host in question.all("controls") {
        let said = server(walk.net(), 0, host, &walk.all_addresses_of(host).await, None).await;
        if said["code"].as_u64().is_some_and(|code| code > 0) {
            return "answers";
        }
    }
    "silent"
}

async fn server(
    net: &Net,
    preference: u16,
    host: &str,
    found: &Result<Vec<IpAddr>, Missing>,
    mailbox: Option<&str>,
) -> Value {
    let mut said = json!({ "host": host, "preference": preference, "outcome": "no_way", "code": 0, "text": "" });
    let addresses = match found {
        Ok(addresses) => addresses.iter().filter(|ip| net.options.guard.allows(**ip)),
        Err(missing) => {
            said["outcome"] = json!(if *missing == Missing::Unanswered { "unanswered" } else { "no_address" });
            return said;
        }
    };
    // Every address may be tried (RFC 5321, section 5.1).
    let place = |ip: &IpAddr| SocketAddr::new(*ip, net.options.smtp_port);
    let places: Vec<SocketAddr> =
        dial::by_turns(addresses.map(place).collect()).into_iter().take(MOST_ADDRESSES).collect();
    let first = once(net, places.clone(), host, mailbox, said.clone()).await;
    // Some servers refuse every first attempt (greylisting, or Postfix's postscreen: 450 after its tests, 421 when
    // full) and accept the second. plugwatch retries once, as mail senders do.
    if waits(&first) { better(first.clone(), once(net, places, host, mailbox, said).await) } else { first }
}

/// One conversation, with the first of these addresses that answers.
async fn once(net: &Net, places: Vec<SocketAddr>, host: &str, mailbox: Option<&str>, mut said: Value) -> Value {
    let stream = match reach(places).await {
        Ok(stream) => stream,
        Err(outcome) => {
            said["outcome"] = json!(outcome);
            return said;
        }
    };
    said["address"] = json!(stream.peer_addr().map(|address| address.ip().to_string()).unwrap_or_default());
    said["outcome"] = json!("broken");
    // Everything that was said before the connection ended counts.
    let talked = timeout(TALK, talk(net, stream, host, mailbox, &mut said)).await;
    if talked.is_err() && said["code"] == 0 {
        said["outcome"] = json!("silent");
    }
    said
}

/// Whether the server asked the client to try again later.
fn waits(said: &Value) -> bool {
    said["outcome"] == "busy" || said["mailbox"] == "later"
}

/// The second conversation, unless only the first one succeeded.
fn better(first: Value, second: Value) -> Value {
    if first["outcome"] == "served" && second["outcome"] != "served" { first } else { second }
}

async fn reach(places: Vec<SocketAddr>) -> Result<TcpStream, &'static str> {
    match timeout(TALK / 4, dial::first(places)).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => Err("closed"),
        // No route, such as to an IPv6 address from a machine that has none.
        Ok(Err(_)) => Err("no_way"),
        Err(_) => Err("silent"),
    }
}

/// A server's reply to a command: its code and its text (section 4.2).
struct Reply {
    code: u16,
    text: String,
}

struct Talk<S> {
    stream: BufReader<S>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Talk<S> {
    fn new(stream: S) -> Talk<S> {
        Talk { stream: BufReader::new(stream) }
    }

    async fn reply(&mut self) -> Option<Reply> {
        let mut text = String::new();
        let mut limited = (&mut self.stream).take(REPLY);
        loop {
            let mut line = Vec::new();
            limited.read_until(b'\n', &mut line).await.ok().filter(|size| *size > 0)?;
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            let code = line.get(..3)?.parse().ok()?;
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(line.get(4..).unwrap_or(""));
            if line.as_bytes().get(3) != Some(&b'-') {
                return Some(Reply { code, text });
            }
        }
    }

    async fn say(&mut self, line: &str) -> Option<Reply> {
        self.stream.get_mut().write_all(format!("{line}\r\n").as_bytes()).await.ok()?;
        self.reply().await
    }
}

async fn talk(net: &Net, stream: TcpStream, host: &str, mailbox: Option<&str>, said: &mut Value) -> Option<()> {
    let mut talk = Talk::new(stream);
    if !greet(&mut talk, said).await? {
        return after_hello(&mut talk, mailbox, said).await;
    }
    let go = talk.say("STARTTLS").await?;
    if go.code != 220 {
        said["tls"] = json!({ "valid": false, "verdict": "refused" });
        return None;
    }
    let name = ServerName::try_from(host.to_owned()).ok()?;
    let (seen, stream) = net.shaker.shake(name, talk.stream.into_inner(), Strictness::Recorded).await;
    said["tls"] = seen.map_or_else(|| json!({ "valid": false, "verdict": "tls_failed" }), |seen| seen.facts);
    let mut talk = Talk::new(stream.ok()?);
    talk.say("EHLO [127.0.0.1]").await.filter(|reply| reply.code == 250)?;
    after_hello(&mut talk, mailbox, said).await
}

/// Reads the banner and sends EHLO. Returns whether the server offers TLS.
async fn greet<S: AsyncRead + AsyncWrite + Unpin>(talk: &mut Talk<S>, said: &mut Value) -> Option<bool> {
    let banner = talk.reply().await?;
    note(said, &banner);
    if banner.code != 220 {
        return None;
    }
    // A host name would reveal one more fact about the user; an address literal is always valid.
    let mut hello = talk.say("EHLO [127.0.0.1]").await?;
    // A server that does not know EHLO is greeted with HELO (RFC 5321, section 3.2).
    let extended = !matches!(hello.code, 500..=504);
    if !extended {
        hello = talk.say("HELO [127.0.0.1]").await?;
    }
    note(said, &hello);
    if hello.code != 250 {
        return None;
    }
    said["outcome"] = json!("served");
    let starttls = extended && hello.text.lines().any(|line| line.trim().eq_ignore_ascii_case("STARTTLS"));
    said["starttls"] = json!(starttls);
    Some(starttls)
}

/// A whole conversation without TLS.
#[cfg(fuzzing)]
pub async fn converse<S: AsyncRead + AsyncWrite + Unpin>(stream: S, said: &mut Value) -> Option<()> {
    let mut talk = Talk::new(stream);
    greet(&mut talk, said).await?;
    after_hello(&mut talk, Some("me@example.org"), said).await
}

/// Asks whether the mailbox is accepted, and ends the conversation properly.
async fn after_hello<S>(talk: &mut Talk<S>, mailbox: Option<&str>, said: &mut Value) -> Option<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    if let Some(mailbox) = mailbox {
        let from = talk.say("MAIL FROM:<>").await?;
        // A refusal of the sender says nothing about the mailbox.
        let from_code = from.code;
        let (to, outcome) = match from.code {
            250 => {
                let to = talk.say(&format!("RCPT TO:<{mailbox}>")).await?;
                let outcome = of_mailbox(&to);
                (to, outcome)
            }
            400..=499 => (from, "later"),
            _ => (from, "refused"),
        };
        said["mailbox"] = json!(outcome);
        said["mailbox_asked"] = json!(from_code == 250);
        said["mailbox_code"] = json!(to.code);
        said["mailbox_text"] = json!(to.text);
        talk.say("RSET").await?;
    }
    talk.say("QUIT").await.map(|_| ())
}

/// RFC 3463: X.1.1 no such mailbox, X.2.1 mailbox disabled. Any other refusal is about plugwatch as a client, or
/// passes.
fn of_mailbox(reply: &Reply) -> &'static str {
    let enhanced = reply.text.split_whitespace().next().unwrap_or("");
    match (reply.code, enhanced) {
        (250 | 251, _) => "accepted",
        (550..=559, "5.1.1" | "5.1.10" | "5.2.1") => "gone",
        (400..=499, _) => "later",
        _ => "refused",
    }
}

fn note(said: &mut Value, reply: &Reply) {
    let outcome = match reply.code {
        200..=299 => "broken",
        // X.7: a policy, so about the client (RFC 3463); the server itself works.
        400..=499 if reply.text.starts_with("4.7.") => "turned_away",
        400..=499 => "busy",
        _ => "turned_away",
    };
    said["code"] = json!(reply.code);
    said["text"] = json!(reply.text.lines().next().unwrap_or(""));
    said["outcome"] = json!(outcome);
}
