//! What the public page shows where the configuration says nothing about it.

use crate::config::Config;
use crate::store::Store;

/// Settles it, and says so.
///
/// # Errors
/// The database does not answer.
pub(super) async fn settle(config: &mut Config, store: &Store) -> crate::store::Result<Option<String>> {
    if config.says_public() {
        return Ok(None);
    }
    let how = "write public = \"Website\" at what strangers may see";
    if !store.showed_everything().await? {
        return Ok(Some(format!("the public page shows nothing: no dependency has `public`; {how}")));
    }
    config.show_as_before();
    Ok(Some(format!(
        "the public page still shows every dependency, as before, because none has `public`; {how}: from then on it \
         shows nothing else"
    )))
}
