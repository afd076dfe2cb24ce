//! Separate threads for the page, so that visitors' requests delay no check, and `/healthz` can still report that
//! monitoring has stalled.

use tokio::runtime::{Builder, Handle, Runtime};

/// Two threads, so that one long page does not delay other responses. Requests are answered from memory and a few
/// rows, so more threads would only take time from the monitoring.
const THREADS: usize = 2;

/// The nice value of these threads (nice(2)): if many visitors request the page at once, a check that is due takes
/// precedence.
const NICE: i32 = 5;

fn yield_to_checks() {
    // On Linux, this applies to this thread alone. If it fails, the page is served nevertheless.
    if let Err(error) = rustix::process::setpriority_process(None, NICE) {
        tracing::debug!(%error, "the page's threads could not get a lower priority than checks: {error}");
    }
}

/// A runtime with its own threads. Dropping it ends everything that runs there.
pub struct Threads {
    handle: Handle,
    runtime: Option<Runtime>,
}

impl Threads {
    /// Starts the threads.
    ///
    /// # Errors
    /// Fails if the system cannot start threads.
    pub fn start() -> Result<Threads, String> {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(THREADS).thread_name("status page").on_thread_start(yield_to_checks).enable_all();
        let built = builder.build();
        let runtime = built.map_err(|error| format!("the status page's threads cannot be started: {error}"))?;
        Ok(Threads { handle: runtime.handle().clone(), runtime: Some(runtime) })
    }

    /// The handle for starting tasks there.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        // The caller may be inside another runtime, where blocking is not allowed.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
