//! The catalogue, the scenarios and the migrations are compiled in, so changing them must rebuild the program.

fn main() {
    for folder in ["config/catalog", "config/registries", "tests/scenarios/drops", "migrations"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
