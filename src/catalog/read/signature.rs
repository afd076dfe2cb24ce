//! Verifies who published a catalogue: a minisign signature (jedisct1.github.io/minisign) by a trusted key.

use minisign_verify::{PublicKey, Signature};

/// The project's keys. An installation can trust other keys instead.
const SHIPPED_KEYS: &str = include_str!("../../../config/catalog.keys");

/// The keys that this program trusts by default.
pub fn shipped_keys() -> Vec<String> {
    keys_in(SHIPPED_KEYS)
}

/// The keys in a text: one per line, without comments.
pub fn keys_in(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    // A minisign key file starts with a comment line of its own.
    lines.filter(|line| !line.starts_with("untrusted comment:")).map(str::to_owned).collect()
}

/// Verifies that one of the keys signed these bytes, with minisign's usual signature over a hash. Returns the comment
/// that was signed with them.
///
/// # Errors
/// Fails if no trusted key signed them. The error says what to do.
pub fn verify(bytes: &[u8], signature: &str, keys: &[String]) -> Result<String, String> {
    if keys.is_empty() {
        return Err(
            "this plugwatch trusts no key for catalogues yet: pass the one that you trust with --key".to_owned()
        );
    }
    let signature = Signature::decode(signature).map_err(|error| format!("its signature cannot be read: {error}"))?;
    for key in keys {
        let key = PublicKey::from_base64(key).map_err(|error| format!("the key {key} cannot be read: {error}"))?;
        if key.verify(bytes, &signature, false).is_ok() {
            return Ok(signature.trusted_comment().to_owned());
        }
    }
    Err("none of the keys that this plugwatch trusts signed it, or it was changed afterwards".to_owned())
}
