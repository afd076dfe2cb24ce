//! `plugwatch catalog new`: writes a first vendor file to edit, with examples that pass.

use std::path::Path;
use std::process::ExitCode;

use super::failed;
use crate::catalog::{Catalog, test_examples};

const TEMPLATE: &str = include_str!("vendor.toml");

pub(super) fn new(folder: &Path, name: &str) -> ExitCode {
    match scaffold(folder, name) {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(why) => failed(2, why),
    }
}

fn scaffold(folder: &Path, name: &str) -> Result<String, String> {
    let id: String =
        name.trim().to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let id = id.trim_matches('_').to_owned();
    if name.contains(['"', '\\', '\'']) || name.chars().any(char::is_control) {
        return Err("the name must not contain quotes, backslashes or control characters".to_owned());
    }
    if id.is_empty() || id.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(format!("`{name}` cannot be turned into an id: it must begin with a letter (A-Z)"));
    }
    let shipped = Catalog::load(None).map_err(|problems| problems.to_string())?;
    if let Some(known) = shipped.vendors.get(&id) {
        return Err(format!("plugwatch already knows {}: see plugwatch catalog show {id}", known.name));
    }
    let path = folder.join(format!("{id}.toml"));
    if path.exists() {
        return Err(format!("{} already exists", path.display()));
    }
    let written = |error: std::io::Error| format!("{} cannot be written: {error}", path.display());
    std::fs::create_dir_all(folder).map_err(written)?;
    // A company that owns no other vendor is listed under its own name.
    if !shipped.parents.contains_key(&id) {
        add_parent(folder, &id, name)?;
    }
    std::fs::write(&path, text(&id, name.trim())).map_err(written)?;
    let catalog =
        Catalog::load(Some(folder)).map_err(|problems| format!("{} was written\n\n{problems}", path.display()))?;
    let tested = test_examples(&catalog);
    if !tested.failed.is_empty() {
        return Err(format!("{} was written, but its examples fail:\n{}", path.display(), tested.failed.join("\n")));
    }
    let shown = folder.display();
    Ok(format!(
        "Written: {}\nReplace the request, and the example answers, with those of {}. Then run: plugwatch catalog test \
         --overlay {shown}\nTo use it, put this at the top of your configuration: catalog = \"{shown}\"",
        path.display(),
        name.trim()
    ))
}

fn text(id: &str, name: &str) -> String {
    TEMPLATE.replace("{id}", id).replace("{host}", &id.replace('_', "-")).replace("{name}", name)
}

/// Your own companies go in a separate file, next to the shipped one.
fn add_parent(folder: &Path, id: &str, name: &str) -> Result<(), String> {
    let path = folder.join("companies").join("_parents.toml");
    let failed = |error: std::io::Error| format!("{} cannot be written: {error}", path.display());
    std::fs::create_dir_all(folder.join("companies")).map_err(failed)?;
    let mut text = std::fs::read_to_string(&path).unwrap_or_default();
    if !text.lines().any(|line| line.starts_with(&format!("{id} ="))) {
        text.push_str(&format!("{id} = {:?}\n", name.trim()));
    }
    std::fs::write(&path, text).map_err(failed)
}
