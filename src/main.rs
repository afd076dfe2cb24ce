//! The program: arguments in, exit code out. Everything else is the library.

use std::process::ExitCode;

/// dlmalloc instead of musl's allocator, which takes a lock and often a system call for each block. A check allocates
/// hundreds of small blocks, so musl's allocator would cost several times as much.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() -> ExitCode {
    // Two HTTP clients use ring, which must be installed before any TLS connection.
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        eprintln!("plugwatch: another TLS provider is already installed; this is a bug in the build, please report it");
        return ExitCode::FAILURE;
    }
    plugwatch::cli::main()
}
