//! The test servers of the load bench. They run in a separate process, which reads orders as lines of JSON from its
//! standard input, and answers each with a line. It ends when its input ends, or after two hours.

mod body;
mod counted;
mod http1;
mod http2;
mod ledger;
mod listen;
mod names;
mod tls;

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

pub use ledger::{Answered, Call, Count, Noted, Wrong};
pub use tls::AUTHORITY;

use body::Bodies;
use ledger::Ledger;

/// The maximum run time: longer than any measurement, so that abandoned servers end by themselves.
const LONGEST: Duration = Duration::from_secs(7_200);

/// The number of the servers' loopback addresses.
pub const ADDRESSES: u8 = 16;

/// The bodies of the answers, and the ledger that records them.
pub struct Answers {
    ledger: Arc<Ledger>,
    bodies: Bodies,
}

/// The servers' ports; each is open on all addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ports {
    /// HTTP/1.1.
    pub plain: u16,
    /// HTTP/1.1 that closes each connection after one answer.
    pub closing: u16,
    /// HTTP/1.1 over TLS.
    pub safe: u16,
    /// HTTP/2 over TLS.
    pub safe2: u16,
    /// The name servers (DNS over UDP).
    pub names: u16,
}

/// An order to the servers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Clear the records, and set which answers are wrong from now on.
    Reset(Wrong),
    /// Set which answers are wrong from now on.
    Wrong(Wrong),
    /// Hold all questions (`true`), or answer them again (`false`).
    Freeze(bool),
    /// Send the counts.
    Count,
    /// Send the records.
    Noted,
}

/// A reply of the servers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// The ports; this is the first line.
    Ports(Ports),
    /// The order was carried out.
    Done,
    /// The counts since the last reset.
    Count(Count),
    /// The records since the last reset.
    Noted(Box<Noted>),
}

/// Runs the servers until the input ends.
///
/// # Errors
/// Fails if no port is free, an order is invalid, or a reply cannot be written.
pub async fn serve() -> Result<(), String> {
    let answers = Arc::new(Answers { ledger: Arc::new(Ledger::new()), bodies: Bodies::new() });
    let ports = listen::all(&answers).await?;
    tokio::time::timeout(LONGEST, obey(&answers.ledger, ports)).await.unwrap_or(Ok(()))
}

async fn obey(ledger: &Ledger, ports: Ports) -> Result<(), String> {
    say(&Reply::Ports(ports))?;
    let mut orders = orders();
    while let Some(line) = orders.recv().await {
        let order: Order = serde_json::from_str(&line).map_err(text)?;
        say(&done(ledger, order))?;
    }
    Ok(())
}

/// The lines of the input, read on a separate thread, which ends with the process.
fn orders() -> mpsc::UnboundedReceiver<String> {
    let (to, from) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lines() {
            let sent = line.map(|line| to.send(line));
            if !matches!(sent, Ok(Ok(()))) {
                break;
            }
        }
    });
    from
}

fn done(ledger: &Ledger, order: Order) -> Reply {
    match order {
        Order::Reset(wrong) => {
            ledger.reset();
            ledger.set_wrong(wrong);
            Reply::Done
        }
        Order::Wrong(wrong) => {
            ledger.set_wrong(wrong);
            Reply::Done
        }
        Order::Freeze(frozen) => {
            ledger.freeze(frozen);
            Reply::Done
        }
        Order::Count => Reply::Count(ledger.count()),
        Order::Noted => Reply::Noted(Box::new(ledger.noted())),
    }
}

fn say(reply: &Reply) -> Result<(), String> {
    let mut line = serde_json::to_vec(reply).map_err(text)?;
    line.push(b'\n');
    let mut out = std::io::stdout().lock();
    out.write_all(&line).and_then(|()| out.flush()).map_err(text)
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
