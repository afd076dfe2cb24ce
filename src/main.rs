//! The program: arguments in, exit code out. Everything else is the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Two HTTP clients live here; both use ring, and it must be chosen before any TLS.
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        eprintln!("plugwatch: another TLS provider was chosen before ours; this is a fault of the build");
        return ExitCode::FAILURE;
    }
    plugwatch::cli::main()
}
