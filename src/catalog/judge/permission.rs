//! Finds in an answer the permission that a key lacks.

use crate::catalog::grammar::permission::Permission;
use crate::core::words::answer::Answer;

/// The permission that an answer says is lacking, in the vendor's own word for it.
pub fn lacking(permissions: &[Permission], answer: &Answer) -> Option<String> {
    let headers = answer.http.iter().flat_map(|http| &http.headers);
    let headers: String = headers.map(|(name, value)| format!("{name}: {value}\n")).collect();
    let text = headers + &String::from_utf8_lossy(&answer.body);
    permissions.iter().find_map(|permission| permission.find(&text))
}
