//! Sees a panic. That rests on unwinding: no profile in `Cargo.toml` may say `panic = "abort"`.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;

/// Runs to the end, or until it panics.
///
/// # Errors
/// The panic's message.
pub async fn guarded<F: Future>(future: F) -> Result<F::Output, String> {
    // Who comes back to what a panic left behind is told so: that is the caller's to judge.
    AssertUnwindSafe(future).catch_unwind().await.map_err(|panic| panic_text(panic.as_ref()))
}

/// What a panic said.
pub fn panic_text(panic: &(dyn Any + Send)) -> String {
    let fixed = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = fixed.or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "a panic without a message".to_owned())
}
