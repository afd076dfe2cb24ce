//! Messages to the service manager: started, alive, stopping (systemd's `sd_notify(3)`: datagrams to the
//! socket in `NOTIFY_SOCKET`). Without that variable, nothing is sent.

use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Stopwatch;

/// The longest wait for a manager that does not read, so that it cannot delay the end.
const LAST_WORD: Duration = Duration::from_secs(5);

/// A service manager that accepts messages.
#[derive(Debug)]
pub struct ServiceManager {
    socket: UnixDatagram,
    to: SocketAddr,
    /// How often it expects a heartbeat, if at all.
    every: Option<Duration>,
    signed: Mutex<Signed>,
}

#[derive(Debug, Default)]
struct Signed {
    ready: bool,
    last: Option<Stopwatch>,
}

/// The environment variables that say how to reach it.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// `NOTIFY_SOCKET`: a path, or `@` and an abstract name.
    pub socket: Option<String>,
    /// `WATCHDOG_USEC`: the manager acts if it receives no heartbeat for this time, in microseconds.
    pub watchdog_usec: Option<String>,
    /// `WATCHDOG_PID`: the process that the watchdog is meant for.
    pub watchdog_pid: Option<String>,
}

impl Environment {
    /// The variables of this process.
    pub fn of_this_program() -> Environment {
        let variable = |name: &str| std::env::var(name).ok();
        Environment {
            socket: variable("NOTIFY_SOCKET"),
            watchdog_usec: variable("WATCHDOG_USEC"),
            watchdog_pid: variable("WATCHDOG_PID"),
        }
    }

    /// The interval between signs of life: half of what is allowed, as `sd_watchdog_enabled(3)` recommends.
    fn every(&self) -> Option<Duration> {
        let own = std::process::id().to_string();
        let ours = self.watchdog_pid.as_ref().is_none_or(|pid| *pid == own);
        let usec: u64 = self.watchdog_usec.as_ref()?.parse().ok()?;
        (ours && usec > 0).then(|| Duration::from_micros(usec / 2))
    }
}

impl ServiceManager {
    /// The service manager that started this program, if it accepts messages.
    ///
    /// # Errors
    /// Fails if its socket cannot be used; the message is a sentence.
    pub fn find(environment: &Environment) -> Result<Option<ServiceManager>, String> {
        let Some(name) = environment.socket.as_deref().filter(|name| !name.is_empty()) else { return Ok(None) };
        let to = match name.strip_prefix('@') {
            Some(name) => SocketAddr::from_abstract_name(name),
            None => SocketAddr::from_pathname(name),
        };
        let socket = UnixDatagram::unbound();
        match (to, socket) {
            (Ok(to), Ok(socket)) => {
                // A manager that does not read must not delay monitoring.
                socket.set_nonblocking(true).map_err(|error| error.to_string())?;
                Ok(Some(ServiceManager { socket, to, every: environment.every(), signed: Mutex::default() }))
            }
            (Err(error), _) | (_, Err(error)) => Err(format!("NOTIFY_SOCKET {name} cannot be used: {error}")),
        }
    }

    /// Says that monitoring is alive: the first call reports that the service has started, later ones reset
    /// the watchdog when a heartbeat is due.
    pub fn alive(&self) {
        let mut signed = self.signed.lock().unwrap_or_else(PoisonError::into_inner);
        if !signed.ready {
            signed.ready = true;
            self.tell("READY=1\nSTATUS=Monitoring.");
        }
        let due = |every| signed.last.as_ref().is_none_or(|last| last.elapsed() >= every);
        if self.every.is_some_and(due) {
            signed.last = Some(Stopwatch::start());
            self.tell("WATCHDOG=1");
        }
    }

    /// Says that the service is stopping. This is sent once, so it may wait behind signs of life that were
    /// not read yet.
    pub fn stopping(&self) {
        let patient = self.socket.set_write_timeout(Some(LAST_WORD)).and_then(|()| self.socket.set_nonblocking(false));
        if let Err(error) = patient {
            tracing::debug!(%error, "the service manager may not notice that plugwatch is stopping: {error}");
        }
        self.tell("STOPPING=1\nSTATUS=Stopping.");
    }

    fn tell(&self, what: &str) {
        if let Err(error) = self.socket.send_to_addr(what.as_bytes(), &self.to) {
            tracing::debug!(%error, "could not notify the service manager: {error}");
        }
    }
}
