//! Decides what the public page shows if the configuration does not.

use crate::config::Config;
use crate::store::Store;

/// Decides what the page shows. Returns a note for the operator if the configuration does not decide it.
///
/// # Errors
/// Fails if the database cannot be read.
pub(super) async fn settle(config: &mut Config, store: &Store) -> crate::store::Result<Option<String>> {
    if config.says_public() {
        return Ok(None);
    }
    let how = "set public = \"Website\" for each dependency that strangers may see";
    if !store.showed_everything().await? {
        return Ok(Some(format!("the public page shows nothing: no dependency has `public`; {how}")));
    }
    config.show_as_before();
    Ok(Some(format!(
        "the public page still shows every dependency, as before, because none has `public`; {how}; from then on, the \
         page shows only those"
    )))
}
