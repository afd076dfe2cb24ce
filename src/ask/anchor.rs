//! Reference hosts: does our own network work? A connection to each, with its certificate
//! checked where the reference host has a name; nothing is sent.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::net::{Net, dial, failure};
use crate::core::probe::reference_hosts::Anchor;
use crate::core::words::answer::Failure;

/// Reference hosts are near; slower is down for this purpose.
const LIMIT: Duration = Duration::from_secs(4);

/// How each reference host answered, in their order.
pub async fn ask(net: &Net) -> Vec<Result<(), Failure>> {
    let asked =
        net.options.anchors.iter().map(|anchor| async move {
            timeout(LIMIT, reach(net, anchor)).await.unwrap_or(Err(Failure::ConnectTimeout))
        });
    join_all(asked).await
}

async fn reach(net: &Net, anchor: &Anchor) -> Result<(), Failure> {
    if !net.options.guard.allows(anchor.address.ip()) {
        return Err(Failure::AddressRefused);
    }
    let failed = |error: std::io::Error| failure::of_connection(&error);
    let stream = match (TcpStream::connect(anchor.address).await, &anchor.name) {
        (Err(error), Some(name)) if has_no_way(&error) => {
            let options = &net.options;
            dial::dial(options.guard, &options.hosts, name, anchor.address.port()).await.map_err(failed)?
        }
        (stream, _) => stream.map_err(failed)?,
    };
    let Some(name) = &anchor.name else { return Ok(()) };
    let name = ServerName::try_from(name.clone()).map_err(|_| Failure::NotAsked)?;
    let config = ClientConfig::builder().with_root_certificates(net.roots.clone()).with_no_client_auth();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.map(|_| ()).map_err(failed)
}

/// A machine without IPv4 has no way to an IPv4 address; the operator's others, found by name, will do.
fn has_no_way(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{AddrNotAvailable, HostUnreachable, NetworkUnreachable};
    matches!(error.kind(), NetworkUnreachable | HostUnreachable | AddrNotAvailable)
}
