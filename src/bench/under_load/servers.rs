//! The process of the test servers, and the orders to it.

use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::server::{Count, Noted, Order, Ports, Reply, Wrong};

/// The process of the test servers. It is killed when this value is dropped.
pub struct Servers {
    /// The ports on which the servers listen.
    pub ports: Ports,
    to: ChildStdin,
    from: Lines<BufReader<ChildStdout>>,
    _process: Child,
}

impl Servers {
    /// Starts the servers with `program bench load --serve`.
    ///
    /// # Errors
    /// Fails if they do not start.
    pub async fn start(program: &Path) -> Result<Servers, String> {
        let mut command = Command::new(program);
        command.args(["bench", "load", "--serve"]).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().map_err(|error| format!("the test servers did not start: {error}"))?;
        let (Some(to), Some(out)) = (process.stdin.take(), process.stdout.take()) else {
            return Err("the test servers have no standard input or output".to_owned());
        };
        let mut from = BufReader::new(out).lines();
        match reply(&mut from).await? {
            Reply::Ports(ports) => Ok(Servers { ports, to, from, _process: process }),
            other => Err(format!("unexpected first line from the test servers: {other:?}")),
        }
    }

    /// Clears the records, and sets which answers are wrong from now on.
    ///
    /// # Errors
    /// Fails if the servers' process is gone.
    pub async fn reset(&mut self, wrong: Wrong) -> Result<(), String> {
        self.told(Order::Reset(wrong)).await.map(drop)
    }

    /// Sets which answers are wrong from now on.
    ///
    /// # Errors
    /// Fails if the servers' process is gone.
    pub async fn set_wrong(&mut self, wrong: Wrong) -> Result<(), String> {
        self.told(Order::Wrong(wrong)).await.map(drop)
    }

    /// Holds all questions (`true`), or answers them again (`false`).
    ///
    /// # Errors
    /// Fails if the servers' process is gone.
    pub async fn freeze(&mut self, frozen: bool) -> Result<(), String> {
        self.told(Order::Freeze(frozen)).await.map(drop)
    }

    /// The counts since the last reset.
    ///
    /// # Errors
    /// Fails if the servers' process is gone.
    pub async fn count(&mut self) -> Result<Count, String> {
        match self.told(Order::Count).await? {
            Reply::Count(count) => Ok(count),
            other => Err(format!("unexpected reply from the test servers: {other:?}")),
        }
    }

    /// The records since the last reset.
    ///
    /// # Errors
    /// Fails if the servers' process is gone.
    pub async fn noted(&mut self) -> Result<Noted, String> {
        match self.told(Order::Noted).await? {
            Reply::Noted(noted) => Ok(*noted),
            other => Err(format!("unexpected reply from the test servers: {other:?}")),
        }
    }

    async fn told(&mut self, order: Order) -> Result<Reply, String> {
        let mut line = serde_json::to_vec(&order).map_err(|error| error.to_string())?;
        line.push(b'\n');
        self.to.write_all(&line).await.map_err(|error| format!("the test servers are gone: {error}"))?;
        reply(&mut self.from).await
    }
}

async fn reply(from: &mut Lines<BufReader<ChildStdout>>) -> Result<Reply, String> {
    let line = from.next_line().await.map_err(|error| format!("the test servers are gone: {error}"))?;
    let line = line.ok_or("the test servers are gone")?;
    serde_json::from_str(&line).map_err(|error| format!("unreadable reply from the test servers: {error}"))
}
