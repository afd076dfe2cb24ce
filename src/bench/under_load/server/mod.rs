//! The servers that a load is measured against. They run in a process of their own, are told what to do by
//! lines of JSON on its standard input, and answer each with a line. They end with their input, and by
//! themselves after some time.

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

/// No measurement takes longer; servers that were forgotten end by themselves.
const LONGEST: Duration = Duration::from_secs(7_200);

/// How many loopback addresses the servers have.
pub const ADDRESSES: u8 = 16;

/// What answers are made of, and where they are noted.
pub struct Answers {
    ledger: Arc<Ledger>,
    bodies: Bodies,
}

/// Where the servers listen, each on all addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ports {
    /// HTTP/1.1.
    pub plain: u16,
    /// HTTP/1.1 that closes each connection after one answer.
    pub closing: u16,
    /// HTTP/1.1 within TLS.
    pub safe: u16,
    /// HTTP/2 within TLS.
    pub safe2: u16,
    /// Name servers.
    pub names: u16,
}

/// What the servers are told.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Forget what was noted, and answer from now on with so many wrong ones.
    Reset(Wrong),
    /// The same without forgetting anything.
    Wrong(Wrong),
    /// Let questions wait, or answer them again.
    Freeze(bool),
    /// Say how much there was.
    Count,
    /// Say everything that was noted.
    Noted,
}

/// What they say.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// Where they listen: the first line.
    Ports(Ports),
    /// It is done.
    Done,
    /// How much there was.
    Count(Count),
    /// Everything.
    Noted(Box<Noted>),
}

/// Runs the servers until the input ends.
///
/// # Errors
/// No address is free, or nobody reads what is said.
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

/// The lines of the input, read on a thread of their own; it ends with the process.
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
