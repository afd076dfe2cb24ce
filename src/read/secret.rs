//! Reads secrets, which come from the environment or a file and are never written in plain text.

use super::problem::is_variable;
use super::table::{At, Table};
use crate::core::words::question::{Key, Secret};

/// Reads `key = { env = "NAME" }` or `{ file = "path" }`; `None` if the key is missing or wrong. An unset
/// variable is not a problem: the check then waits for its key.
pub fn read(table: &Table<'_>, key: &str) -> Option<Key> {
    let value = table.any(key)?;
    if value.value.is_string() {
        let cure = format!("write {key} = {{ env = \"{}\" }} or {key} = {{ file = \"/path\" }}", key.to_uppercase());
        table.secret_problem(
            value.span,
            format!("`{key}` is a secret and must not be written here in plain text"),
            cure,
        );
        return None;
    }
    let source = table.table(key)?;
    let (env, file) = (source.string("env"), source.string("file"));
    source.finish();
    match (env, file) {
        (Some(name), None) => variable(table, &name),
        (None, Some(path)) => from_file(table, &path),
        _ => {
            table.problem(value.span, format!("`{key}` needs exactly one source"), "give either `env` or `file`");
            None
        }
    }
}

fn key(text: &str, from: String) -> Key {
    let text = text.trim();
    if text.is_empty() { Key::Unset(from) } else { Key::Set(Secret::new(text)) }
}

fn variable(table: &Table<'_>, name: &At<String>) -> Option<Key> {
    check_name(table, name)?;
    Some(key(&super::variable(table.file(), &name.value), format!("the variable {}", name.value)))
}

/// Reports a problem and returns `None` if this cannot be a variable's name.
pub fn check_name(table: &Table<'_>, name: &At<String>) -> Option<()> {
    if is_variable(&name.value) {
        return Some(());
    }
    let cure = "write only the name, without `$`: capitals, digits and `_`; never write the secret itself here";
    let what = "this is not the name of a variable";
    // `$NAME` is a harmless mistake and is shown; any other text may be the secret itself.
    match is_variable(name.value.trim_start_matches('$')) {
        true => table.problem(name.span.clone(), what, cure),
        false => table.secret_problem(name.span.clone(), what, cure),
    }
    None
}

fn from_file(table: &Table<'_>, path: &At<String>) -> Option<Key> {
    match std::fs::read_to_string(&path.value) {
        Ok(text) => Some(key(&text, format!("the empty file {}", path.value))),
        // If the file cannot be read, the path may be the secret itself, so it is not shown.
        Err(error) => {
            let what = format!("this file cannot be read: {error}");
            let cure = "give the path of a file that holds the secret and that only plugwatch can read; relative paths start \
                        in the folder where plugwatch is started";
            table.secret_problem(path.span.clone(), what, cure);
            None
        }
    }
}
