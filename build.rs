//! The catalogue, the scenarios and the migrations are compiled in: a change of theirs is a
//! change of the program.

fn main() {
    for folder in ["config/catalog", "config/registries", "tests/scenarios/drops", "migrations"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
