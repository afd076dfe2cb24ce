//! Compiled dependencies may be distributed: their licences and sources are allowed. `deny.toml` has the same rules for
//! cargo-deny.

use std::process::Command;

use serde_json::Value;

/// Licences that only require attribution; MPL-2.0 also requires publishing changes of its own files.
const ALLOWED: [&str; 12] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MPL-2.0",
    "Unicode-3.0",
    "Zlib",
];

/// Whether an SPDX expression allows an allowed choice: `AND` needs all licences, `OR` one.
fn is_allowed(expression: &str) -> bool {
    // Old manifests use a slash instead of `OR`.
    let expression = expression.replace('/', " OR ");
    let mut rest = expression.trim().to_owned();
    while let Some(open) = rest.rfind('(') {
        let close = open + rest[open..].find(')').unwrap();
        let inner = if is_allowed(&rest[open + 1..close]) { "MIT" } else { "none" };
        rest = format!("{}{inner}{}", &rest[..open], &rest[close + 1..]);
    }
    let one = |license: &str| ALLOWED.contains(&license.trim());
    rest.split(" OR ").any(|all| all.split(" AND ").all(one))
}

#[test]
fn an_expression_is_allowed_if_a_choice_of_it_is() {
    assert!(
        is_allowed("MIT OR GPL-3.0")
            && is_allowed("(MIT OR Apache-2.0) AND Unicode-3.0")
            && is_allowed("MIT/Apache-2.0")
    );
    assert!(is_allowed("Apache-2.0 WITH LLVM-exception OR GPL-2.0"));
    assert!(!is_allowed("GPL-3.0") && !is_allowed("MIT AND GPL-3.0") && !is_allowed("(GPL-2.0 OR LGPL-3.0) AND MIT"));
}

fn metadata() -> Value {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = Command::new(cargo);
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    // Packages for other systems are not downloaded.
    let platform = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    command.args(["metadata", "--locked", "--offline", "--format-version", "1", "--filter-platform", &platform]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn everything_that_is_built_with_has_a_licence_that_is_allowed_and_comes_from_the_registry() {
    let found = metadata();
    let packages = found["packages"].as_array().unwrap();
    assert!(packages.len() > 300, "{}", packages.len());
    let mut wrong = Vec::new();
    for package in packages.iter().filter(|package| package["name"] != "plugwatch") {
        let (name, version) = (&package["name"], &package["version"]);
        let license = package["license"].as_str().unwrap_or_default();
        if !is_allowed(license) {
            wrong.push(format!("{name} {version}: the licence `{license}`"));
        }
        // A mirror has another address here; the lock file names the registry itself.
        let source = package["source"].as_str().unwrap_or_default();
        if !source.starts_with("registry+") && !source.starts_with("sparse+") {
            wrong.push(format!("{name} {version}: it comes from `{source}`"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn cargo_deny_allows_the_same_licences() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/deny.toml")).unwrap();
    let allowed: Vec<&str> = text
        .split_once("allow = [")
        .unwrap()
        .1
        .split_once(']')
        .unwrap()
        .0
        .lines()
        .filter_map(|line| Some(line.trim().trim_matches(',').trim_matches('"')).filter(|line| !line.is_empty()))
        .collect();
    assert_eq!(allowed, ALLOWED);
}
