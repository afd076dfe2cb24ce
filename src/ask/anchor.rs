//! Anchors: does our own network work? A TCP connection to each, nothing sent.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::net::Net;

/// Anchors are near; slower is down for this purpose.
const LIMIT: Duration = Duration::from_secs(4);

/// Which anchors answered, in their order.
pub async fn ask(net: &Net) -> Vec<bool> {
    join_all(net.options.anchors.iter().map(|anchor| async move {
        net.options.guard.allows(anchor.ip()) && matches!(timeout(LIMIT, TcpStream::connect(anchor)).await, Ok(Ok(_)))
    }))
    .await
}
