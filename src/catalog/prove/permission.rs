//! Tests the patterns that find the permission that a key lacks.

use super::tested::Tested;
use crate::catalog::grammar::permission::Permission;

/// Tests every pattern with its own example.
pub(super) fn test(permissions: &[Permission], tested: &mut Tested) {
    for permission in permissions {
        match permission.find(&permission.example) {
            Some(found) if found == permission.lacks => tested.passed += 1,
            found => tested.failed.push(format!(
                "_permissions.toml: {} should lack {}, lacks {}",
                permission.of,
                permission.lacks,
                found.unwrap_or_else(|| "nothing".to_owned())
            )),
        }
    }
}
