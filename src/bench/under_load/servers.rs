//! The servers in their own process, and what they are told.

use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::server::{Count, Noted, Order, Ports, Reply, Wrong};

/// The process, with where it listens. It ends with this value.
pub struct Servers {
    /// Where they listen.
    pub ports: Ports,
    to: ChildStdin,
    from: Lines<BufReader<ChildStdout>>,
    _process: Child,
}

impl Servers {
    /// Starts them with `program`, which knows how to be them.
    ///
    /// # Errors
    /// They did not start.
    pub async fn start(program: &Path) -> Result<Servers, String> {
        let mut command = Command::new(program);
        command.args(["bench", "load", "--serve"]).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().map_err(|error| format!("the servers did not start: {error}"))?;
        let (Some(to), Some(out)) = (process.stdin.take(), process.stdout.take()) else {
            return Err("the servers have no input or output".to_owned());
        };
        let mut from = BufReader::new(out).lines();
        match reply(&mut from).await? {
            Reply::Ports(ports) => Ok(Servers { ports, to, from, _process: process }),
            other => Err(format!("the servers began with {other:?}")),
        }
    }

    /// Forgets what was noted, and sets what is wrong from now on.
    ///
    /// # Errors
    /// They are gone.
    pub async fn reset(&mut self, wrong: Wrong) -> Result<(), String> {
        self.told(Order::Reset(wrong)).await.map(drop)
    }

    /// Sets what is wrong from now on.
    ///
    /// # Errors
    /// They are gone.
    pub async fn set_wrong(&mut self, wrong: Wrong) -> Result<(), String> {
        self.told(Order::Wrong(wrong)).await.map(drop)
    }

    /// Holds questions, or answers them again.
    ///
    /// # Errors
    /// They are gone.
    pub async fn freeze(&mut self, frozen: bool) -> Result<(), String> {
        self.told(Order::Freeze(frozen)).await.map(drop)
    }

    /// How much there was.
    ///
    /// # Errors
    /// They are gone.
    pub async fn count(&mut self) -> Result<Count, String> {
        match self.told(Order::Count).await? {
            Reply::Count(count) => Ok(count),
            other => Err(format!("the servers said {other:?}")),
        }
    }

    /// Everything that was noted.
    ///
    /// # Errors
    /// They are gone.
    pub async fn noted(&mut self) -> Result<Noted, String> {
        match self.told(Order::Noted).await? {
            Reply::Noted(noted) => Ok(*noted),
            other => Err(format!("the servers said {other:?}")),
        }
    }

    async fn told(&mut self, order: Order) -> Result<Reply, String> {
        let mut line = serde_json::to_vec(&order).map_err(|error| error.to_string())?;
        line.push(b'\n');
        self.to.write_all(&line).await.map_err(|error| format!("the servers are gone: {error}"))?;
        reply(&mut self.from).await
    }
}

async fn reply(from: &mut Lines<BufReader<ChildStdout>>) -> Result<Reply, String> {
    let line = from.next_line().await.map_err(|error| format!("the servers are gone: {error}"))?;
    let line = line.ok_or("the servers are gone")?;
    serde_json::from_str(&line).map_err(|error| format!("the servers said what nobody understands: {error}"))
}
