//! Catches panics. This relies on unwinding: no profile in `Cargo.toml` may set `panic = "abort"`.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;

/// Runs a future until it completes or panics.
///
/// # Errors
/// Fails if it panics: the panic's message.
pub async fn guarded<F: Future>(future: F) -> Result<F::Output, String> {
    // Whether state is still usable after a panic is for the caller to judge.
    AssertUnwindSafe(future).catch_unwind().await.map_err(|panic| panic_text(panic.as_ref()))
}

/// The message of a panic.
pub fn panic_text(panic: &(dyn Any + Send)) -> String {
    let fixed = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = fixed.or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "a panic without a message".to_owned())
}
