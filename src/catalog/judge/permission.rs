//! Finds the permission that a key lacks in an answer.

use crate::catalog::grammar::permission::Permission;
use crate::core::words::answer::Answer;

/// The missing permission, in the vendor's words.
pub fn lacking(permissions: &[Permission], answer: &Answer) -> Option<String> {
    let headers = answer.http.iter().flat_map(|http| &http.headers);
    let headers: String = headers.map(|(name, value)| format!("{name}: {value}\n")).collect();
    let text = headers + &String::from_utf8_lossy(&answer.body);
    permissions.iter().find_map(|permission| permission.find(&text))
}
