//! The demo: a weekend in which an invented platform loses its vendors.
//!
//! It runs the real pipeline: askers, catalogue, core, store and outbox of `plugwatch run`. Only the base URLs point
//! to a stage on loopback, and the clock is moved by hand, so that three days pass in a minute.

mod stage;
mod story;

pub use stage::Stage;
pub use story::{Step, Story};

use std::path::Path;

use tokio::net::TcpListener;

/// The demo's configuration, with the stage's addresses filled in.
pub fn configuration(folder: &Path, stage: &str, anchors: &[String; 3]) -> String {
    include_str!("plugwatch.toml")
        .replace("{folder}", &folder.display().to_string())
        .replace("{stage}", stage)
        .replace("{anchor0}", &anchors[0])
        .replace("{anchor1}", &anchors[1])
        .replace("{anchor2}", &anchors[2])
}

/// Three listeners in place of independent reference hosts.
///
/// # Errors
/// Fails if no port can be opened on loopback.
pub async fn anchors() -> std::io::Result<[String; 3]> {
    Ok([anchor().await?, anchor().await?, anchor().await?])
}

async fn anchor() -> std::io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    tokio::spawn(async move {
        // A reference host only accepts connections.
        while listener.accept().await.is_ok() {}
    });
    Ok(address)
}
