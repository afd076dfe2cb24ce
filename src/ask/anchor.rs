//! Reference hosts: checks whether plugwatch's own network works. plugwatch connects to each one, verifies its
//! certificate if the reference host has a name, and sends nothing.

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

/// Reference hosts are nearby, so a slower answer counts as no answer.
const LIMIT: Duration = Duration::from_secs(4);

/// The result for each reference host, in the configured order.
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

/// Whether this machine has no route to the address, as a machine without IPv4 has none to an IPv4 address. The caller
/// then tries the operator's other addresses, by name.
fn has_no_way(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{AddrNotAvailable, HostUnreachable, NetworkUnreachable};
    matches!(error.kind(), NetworkUnreachable | HostUnreachable | AddrNotAvailable)
}
