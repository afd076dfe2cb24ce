//! The shipped catalogue against its own examples.

use plugwatch::catalog::{Catalog, test_examples};

#[test]
fn every_example_reads_as_it_says_and_every_rule_has_one() {
    let catalog = Catalog::load(None).unwrap_or_else(|problems| panic!("{problems}"));
    let tested = test_examples(&catalog);
    assert!(tested.failed.is_empty(), "{}", tested.failed.join("\n"));
    assert!(tested.passed > 80, "only {} examples ran", tested.passed);
}
