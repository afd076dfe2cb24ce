//! Threads for the page alone: what strangers ask delays no check, and a monitoring loop that stands
//! still does not silence `/healthz`, which says so.

use tokio::runtime::{Builder, Handle, Runtime};

/// Two, so that a long page holds up no other answer; what is asked is answered from memory and from
/// a few rows, so more would only take time from the monitoring.
const THREADS: usize = 2;

/// A runtime with threads of its own. Dropped, it ends with everything that runs there.
pub struct Threads {
    handle: Handle,
    runtime: Option<Runtime>,
}

impl Threads {
    /// Starts them.
    ///
    /// # Errors
    /// The system gives no threads.
    pub fn start() -> Result<Threads, String> {
        let built = Builder::new_multi_thread().worker_threads(THREADS).thread_name("status page").enable_all().build();
        let runtime = built.map_err(|error| format!("the status page's threads cannot be started: {error}"))?;
        Ok(Threads { handle: runtime.handle().clone(), runtime: Some(runtime) })
    }

    /// Where to start what is to run there.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        // Whoever drops this may be within another runtime, where nobody may wait.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
