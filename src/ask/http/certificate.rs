//! The TLS facts of a web address.
//!
//! The HTTP client shows the leaf only, and nothing when the handshake fails. So this is a
//! second connection, over which nothing is sent.

use std::net::SocketAddr;
use std::time::Duration;

use rustls::pki_types::ServerName;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use url::Url;

use super::revocation::{self, Lists};
use crate::ask::net::tls::{self, Chain};
use crate::ask::net::{Net, is_inside};

/// The facts of the TLS connection to `url`, or `None` where there is none.
pub async fn inspect(net: &Net, lists: &Lists, url: &Url, limit: Duration) -> Option<Value> {
    let actual = net.actual(url);
    if actual.scheme() != "https" || !net.allows(&actual) {
        return None;
    }
    let port = actual.port_or_known_default()?;
    let name = ServerName::try_from(url.host_str()?.to_owned()).ok()?;
    let handshake = connect(net, actual.host_str()?.to_owned(), port, name);
    let (mut facts, chain, outside) = tokio::time::timeout(limit, handshake).await.ok()??;
    // Fetching the list is a check of its own, over HTTP. What nobody vouches for names no list.
    // It is rare and large, so it lies in a box of its own.
    let revocation = match facts["valid"] == true {
        true => tokio::time::timeout(limit, Box::pin(revocation::of(net, lists, &chain, outside)))
            .await
            .unwrap_or("unknown"),
        false => "unknown",
    };
    facts["revocation"] = json!(revocation);
    Some(facts)
}

async fn connect(net: &Net, host: String, port: u16, name: ServerName<'static>) -> Option<(Value, Chain, bool)> {
    let addresses: Vec<SocketAddr> =
        tokio::net::lookup_host((host.trim_matches(['[', ']']), port)).await.ok()?.collect();
    let address = addresses.into_iter().find(|address| net.options.guard.allows(address.ip()))?;
    let stream = TcpStream::connect(address).await.ok()?;
    let (facts, chain, _) = tls::shake(net, name, stream).await?;
    Some((facts, chain, !is_inside(address.ip())))
}
