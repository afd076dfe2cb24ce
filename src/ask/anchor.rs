//! Anchors: does our own network work? A connection to each, with its certificate
//! checked where the anchor has a name; nothing is sent.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::net::Net;
use crate::core::anchors::Anchor;

/// Anchors are near; slower is down for this purpose.
const LIMIT: Duration = Duration::from_secs(4);

/// Which anchors answered, in their order.
pub async fn ask(net: &Net) -> Vec<bool> {
    let asked = net
        .options
        .anchors
        .iter()
        .map(|anchor| async move { matches!(timeout(LIMIT, reach(net, anchor)).await, Ok(Some(()))) });
    join_all(asked).await
}

async fn reach(net: &Net, anchor: &Anchor) -> Option<()> {
    if !net.options.guard.allows(anchor.address.ip()) {
        return None;
    }
    let stream = TcpStream::connect(anchor.address).await.ok()?;
    let Some(name) = &anchor.name else { return Some(()) };
    let name = ServerName::try_from(name.clone()).ok()?;
    let config = ClientConfig::builder().with_root_certificates(net.roots.clone()).with_no_client_auth();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.ok().map(|_| ())
}
