//! Reads from the sources which file uses which: `use` trees and paths in code, with `crate::` and `super::` resolved.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The files of a crate by their module path (`core::time`), and the modules that each of them uses.
pub struct Modules {
    /// By module path: whether the file is a folder's `mod.rs`, which declares and re-exports.
    pub files: BTreeMap<String, bool>,
    /// By module path: the modules that it uses, without its unit tests.
    pub uses: BTreeMap<String, BTreeSet<String>>,
}

impl Modules {
    /// Reads these files, given with their texts.
    pub fn of<'t>(files: impl Iterator<Item = (&'t Path, &'t str)> + Clone) -> Modules {
        let names = files.clone().map(|(path, _)| (name(path), path.ends_with("mod.rs")));
        let mut modules = Modules { files: names.collect(), uses: BTreeMap::new() };
        for (path, text) in files {
            let own = name(path);
            let code = code(text);
            let paths = used(&code).into_iter().chain(inline(&code));
            let targets = paths.filter_map(|path| modules.target(&own, &path)).filter(|target| *target != own);
            let targets: BTreeSet<String> = targets.collect();
            modules.uses.insert(own, targets);
        }
        modules
    }

    /// The module that defines `path`, as seen from the module `own`.
    fn target(&self, own: &str, path: &str) -> Option<String> {
        let mut segments: Vec<&str> = path.split("::").map(str::trim).collect();
        let mut base: Vec<&str> = own.split("::").filter(|segment| !segment.is_empty()).collect();
        match *segments.first()? {
            "crate" => {
                segments.remove(0);
                base.clear();
            }
            "super" => {
                while segments.first() == Some(&"super") {
                    segments.remove(0);
                    base.pop();
                }
            }
            _ => return None,
        }
        base.extend(segments);
        while !base.is_empty() {
            let module = base.join("::");
            if self.files.contains_key(&module) {
                return Some(module);
            }
            base.pop();
        }
        None
    }

    /// Files that use each other in a circle, except `mod.rs`, which declares the files below it.
    pub fn circles(&self) -> Vec<Vec<String>> {
        let mut found: Vec<Vec<String>> = Vec::new();
        let reaches = |from: &String| {
            let (mut seen, mut next) = (BTreeSet::new(), vec![from.clone()]);
            while let Some(module) = next.pop() {
                let used = self.uses.get(&module).into_iter().flatten();
                let files = used.filter(|used| self.files.get(*used) == Some(&false));
                next.extend(files.filter(|used| seen.insert((*used).clone())).cloned());
            }
            seen
        };
        let reached: BTreeMap<&String, BTreeSet<String>> =
            self.files.iter().filter(|(_, folder)| !**folder).map(|(file, _)| (file, reaches(file))).collect();
        for (file, seen) in &reached {
            if seen.contains(*file) && !found.iter().flatten().any(|other| other == *file) {
                let back = |other: &&String| reached.get(other).is_some_and(|seen| seen.contains(*file));
                found.push(seen.iter().filter(back).cloned().collect());
            }
        }
        found
    }
}

/// The module path of a file: both `core/time.rs` and `core/time/mod.rs` are `core::time`.
fn name(path: &Path) -> String {
    let path = path.with_extension("");
    let mut segments: Vec<String> = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if matches!(segments.last().map(String::as_str), Some("mod" | "lib" | "main")) && segments.len() > 1 {
        segments.pop();
    }
    segments.join("::")
}

/// The text without comments and unit tests.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    text.lines().map(|line| line.split("//").next().unwrap()).collect::<Vec<_>>().join("\n")
}

/// The paths of all `use` declarations, with trees expanded.
fn used(code: &str) -> Vec<String> {
    let mut all = Vec::new();
    for declaration in code.split("use ").skip(1) {
        let Some(tree) = declaration.split(';').next() else { continue };
        all.extend(leaves(tree.trim()));
    }
    all
}

fn leaves(tree: &str) -> Vec<String> {
    let Some((before, rest)) = tree.split_once('{') else { return vec![tree.to_owned()] };
    let inner = rest.rsplit_once('}').map_or(rest, |(inner, _)| inner);
    let (mut depth, mut parts, mut part) = (0, Vec::new(), String::new());
    for c in inner.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(std::mem::take(&mut part));
                continue;
            }
            _ => {}
        }
        part.push(c);
    }
    parts.push(part);
    let parts = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty());
    parts.flat_map(leaves).map(|leaf| format!("{before}{leaf}")).collect()
}

/// Paths in code that begin with `crate::` or `super::`.
fn inline(code: &str) -> Vec<String> {
    let mut all = Vec::new();
    for begin in ["crate::", "super::"] {
        for (at, _) in code.match_indices(begin) {
            let joined = code[..at].ends_with("::") || code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            if !joined {
                let is_path = |c: &char| c.is_alphanumeric() || matches!(c, '_' | ':');
                all.push(code[at..].chars().take_while(is_path).collect::<String>().trim_end_matches(':').to_owned());
            }
        }
    }
    all
}

#[test]
fn trees_and_parents_are_resolved() {
    let files = [
        ("core/mod.rs", "pub mod time;"),
        ("core/time.rs", "use super::model::{Verdict, words::{self, Word}};"),
        ("core/model.rs", "fn f() { crate::core::time::now() } // use crate::web::serve;"),
        ("web/serve.rs", "use crate::core::time::Time;\n#[cfg(test)]\nmod tests { use crate::bot; }"),
        ("bot.rs", ""),
    ];
    let modules = Modules::of(files.iter().map(|(path, text)| (Path::new(*path), *text)));
    let uses = |module: &str| modules.uses[module].iter().cloned().collect::<Vec<_>>();
    assert_eq!(uses("core::time"), ["core::model"]);
    assert_eq!(uses("core::model"), ["core::time"]);
    assert_eq!(uses("web::serve"), ["core::time"]);
    assert_eq!(modules.circles(), [["core::model", "core::time"]]);
}
