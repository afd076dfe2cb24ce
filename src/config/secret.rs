//! Secrets come from the environment or a file, never in clear.

use crate::core::question::Secret;
use crate::read::Table;

/// Reads `key = { env = "NAME" }` or `{ file = "path" }`.
///
/// The outer `None` means that the key is not there or wrong; the inner one that
/// the variable is not set, so the check waits for its key.
pub fn read(table: &Table<'_>, key: &str) -> Option<Option<Secret>> {
    let value = table.any(key)?;
    if value.value.is_string() {
        let cure = format!("write {key} = {{ env = \"{}\" }} or {key} = {{ file = \"/path\" }}", key.to_uppercase());
        table.problem(value.span, format!("`{key}` is a secret and must not stand here in clear"), cure);
        return None;
    }
    let source = table.table(key)?;
    let (env, file) = (source.string("env"), source.string("file"));
    source.finish();
    match (env, file) {
        (Some(name), None) => Some(
            std::env::var(&name.value).ok().filter(|text| !text.trim().is_empty()).map(|text| Secret::new(text.trim())),
        ),
        (None, Some(path)) => match std::fs::read_to_string(&path.value) {
            Ok(text) => Some(Some(Secret::new(text.trim()))),
            Err(error) => {
                table.problem(
                    path.span,
                    format!("the secret's file cannot be read: {error}"),
                    "create it, readable for plugwatch only",
                );
                None
            }
        },
        _ => {
            table.problem(value.span, format!("`{key}` needs one source"), "give either `env` or `file`");
            None
        }
    }
}
