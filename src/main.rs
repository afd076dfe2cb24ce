//! The program: arguments in, exit code out. Everything else is the library.

use std::process::ExitCode;

/// musl's own gives each block back with a lock and often a call of the kernel: a check that takes and gives back
/// hundreds of small ones costs several times as much with it.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() -> ExitCode {
    // Two HTTP clients live here; both use ring, and it must be chosen before any TLS.
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        eprintln!("plugwatch: another TLS provider was chosen before ours; this is a fault of the build");
        return ExitCode::FAILURE;
    }
    plugwatch::cli::main()
}
