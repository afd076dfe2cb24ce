//! The measured program: its CPU time, memory and disk writes.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// How long the program may take to end.
const END: Duration = Duration::from_secs(20);

/// Ticks in a second of CPU time: the kernel reports 100 to programs, whatever it uses itself (time(7)).
const TICKS: f64 = 100.0;

/// A program under load.
pub struct Subject {
    process: Child,
    pid: i32,
}

/// The CPU time and disk writes of the program, according to the kernel.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// Seconds of CPU time, in the program and in the kernel on its behalf.
    pub cpu: f64,
    /// Bytes that it caused to be written to the disk.
    pub written: u64,
}

impl Subject {
    /// Starts `program` with these arguments. Its standard error goes to `log`.
    ///
    /// # Errors
    /// Fails if the program does not start.
    pub fn start(program: &Path, arguments: &[&str], log: &Path) -> Result<Subject, String> {
        let log = std::fs::File::create(log).map_err(|error| error.to_string())?;
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).kill_on_drop(true);
        let started = command.spawn().map_err(|error| format!("{} did not start: {error}", program.display()));
        let process = started?;
        let pid = process.id().and_then(|id| i32::try_from(id).ok()).ok_or("the program ended at once")?;
        Ok(Subject { process, pid })
    }

    /// The CPU time (seconds) and disk writes (bytes) of the program since its start.
    ///
    /// # Errors
    /// Fails if the program is gone.
    pub fn usage(&self) -> Result<Usage, String> {
        let stat = self.read("stat")?;
        // The program's name, in parentheses, can contain any character (proc(5)).
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
        let ticks = |n: usize| fields.get(n).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
        let cpu = (ticks(11) + ticks(12)) / TICKS;
        let written = number(&self.read("io")?, "write_bytes:").unwrap_or(0);
        Ok(Usage { cpu, written })
    }

    /// Bytes of memory, with the program's part of shared pages (PSS).
    ///
    /// # Errors
    /// Fails if the program is gone.
    pub fn memory(&self) -> Result<u64, String> {
        Ok(number(&self.read("smaps_rollup")?, "Pss:").unwrap_or(0) * 1_024)
    }

    /// Ends the program with SIGTERM, and waits for its end.
    ///
    /// # Errors
    /// Fails if the program does not end in time, or ends with an error.
    pub async fn end(mut self) -> Result<(), String> {
        let pid = Pid::from_raw(self.pid).ok_or("the program has no process id")?;
        kill_process(pid, Signal::TERM).map_err(|error| format!("the program is gone: {error}"))?;
        let ended = timeout(END, self.process.wait()).await.map_err(|_| "the program did not end in time")?;
        match ended {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("the program ended with {status}")),
            Err(error) => Err(error.to_string()),
        }
    }

    fn read(&self, file: &str) -> Result<String, String> {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.pid))
            .map_err(|error| format!("the program is gone: {error}"))
    }
}

/// The number after a name at the beginning of a line.
fn number(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_behind_its_name() {
        assert_eq!(number("rchar: 1\nwrite_bytes: 4096\ncancelled_write_bytes: 7\n", "write_bytes:"), Some(4_096));
        assert_eq!(number("Rss:   10 kB\nPss:    24 kB\n", "Pss:"), Some(24));
        assert_eq!(number("Rss: 10 kB", "Pss:"), None);
    }
}
