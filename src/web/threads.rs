//! Separate threads for the page, so that visitors' requests delay no check, and `/healthz` can still report that
//! monitoring has stalled.

use tokio::runtime::{Builder, Handle, Runtime};

/// Two threads, so that one long page does not delay other responses. Requests are answered from memory and a few
/// rows, so more threads would only take time from the monitoring.
const THREADS: usize = 2;

/// As nice as this are they (nice(2)): where everybody asks for the page at once, a check that is due takes the processor
/// from them.
const NICE: i32 = 5;

fn yield_to_checks() {
    // For this thread alone, on Linux. Without it the page is served all the same.
    if let Err(error) = rustix::process::setpriority_process(None, NICE) {
        tracing::debug!(%error, "the page's threads are as urgent as checks: {error}");
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
    /// If the system cannot start threads.
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
