//! Reads the scenarios in a folder, or those that ship with the program.

use std::path::Path;

use include_dir::{Dir, include_dir};

use super::scenario::{Scenario, read};
use super::world::World;
use crate::read::{Problem, Problems};

/// The scenarios that ship with the program.
static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/tests/scenarios/drops");
/// The real cases that ship with the program.
static HISTORY: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/tests/scenarios/history");

/// The scenarios in `folder`, or those that ship with the program.
///
/// # Errors
/// Fails if any of them is invalid; all problems are returned.
pub fn load(folder: Option<&Path>) -> Result<Vec<Scenario>, Problems> {
    let files = match folder {
        Some(folder) => read_folder(folder)?,
        None => files_of(&SHIPPED),
    };
    let world = match world_of(&files)? {
        Some(own) => own,
        None => shared()?,
    };
    read_all(files, &world)
}

/// The real cases in `folder`, or those that ship with the program, sorted by number. Their additions to
/// the shared world are in files whose names begin with `_world`.
///
/// # Errors
/// Fails if any of them is invalid, or has no `[case]`; all problems are returned.
pub fn load_history(folder: Option<&Path>) -> Result<Vec<Scenario>, Problems> {
    let files = match folder {
        Some(folder) => read_folder(folder)?,
        None => files_of(&HISTORY),
    };
    let shared = shared()?;
    let world = world_of(&files)?.map_or_else(|| shared.clone(), |own| own.over(&shared));
    let mut scenarios = read_all(files, &world)?;
    let stray = |one: &&Scenario| one.case.is_none();
    if let Some(stray) = scenarios.iter().find(stray) {
        let name = format!("{}.toml", stray.name);
        return Err(Problems(vec![Problem::of_file(&name, "has no `[case]`", "say what really happened")]));
    }
    scenarios.sort_by_key(|one| one.case.as_ref().map_or(0, |case| case.number));
    Ok(scenarios)
}

fn read_all(files: Vec<(String, String)>, world: &World) -> Result<Vec<Scenario>, Problems> {
    let (mut scenarios, mut problems) = (Vec::new(), Vec::new());
    for (name, text) in files.into_iter().filter(|(name, _)| !name.starts_with('_')) {
        match read(&name, text, world) {
            Ok(scenario) => scenarios.push(scenario),
            Err(Problems(found)) => problems.extend(found),
        }
    }
    if problems.is_empty() { Ok(scenarios) } else { Err(Problems(problems)) }
}

fn files_of(folder: &Dir<'_>) -> Vec<(String, String)> {
    let files = folder.files().filter_map(|file| {
        let name = file.path().file_name()?.to_str()?;
        Some((name.to_owned(), file.contents_utf8()?.to_owned()))
    });
    sorted(files)
}

fn read_folder(folder: &Path) -> Result<Vec<(String, String)>, Problems> {
    let name = folder.display().to_string();
    let wrong = |error: std::io::Error| {
        Problems(vec![Problem::of_file(&name, format!("cannot be read: {error}"), "give a folder with scenarios")])
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        let file = path.file_name().and_then(|name| name.to_str()).unwrap_or("").to_owned();
        if file.ends_with(".toml") {
            files.push((file, std::fs::read_to_string(&path).map_err(wrong)?));
        }
    }
    let files = sorted(files.into_iter());
    if files.iter().all(|(name, _)| name.starts_with('_')) {
        return Err(Problems(vec![Problem::of_file(&name, "contains no scenario", "give a folder with scenarios")]));
    }
    Ok(files)
}

fn sorted(files: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    let mut files: Vec<_> = files.filter(|(name, _)| name.ends_with(".toml")).collect();
    files.sort();
    files
}

/// The world in the files whose names begin with `_world`; `None` if there are none.
fn world_of(files: &[(String, String)]) -> Result<Option<World>, Problems> {
    let mut world: Option<World> = None;
    for (name, text) in files.iter().filter(|(name, _)| name.starts_with("_world")) {
        let next = World::read(name, text)?;
        world = Some(world.map_or_else(|| next.clone(), |world| world.over(&next)));
    }
    Ok(world)
}

/// The world that ships with the program.
fn shared() -> Result<World, Problems> {
    Ok(world_of(&files_of(&SHIPPED))?.unwrap_or_default())
}
