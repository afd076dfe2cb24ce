//! Tests the whole catalogue: each example must result in its expected verdict, each rule must be reached by at least
//! one example, and each documented value must reach a rule.

use super::examples::{any_check, run_all, unsaid};
use super::tested::Tested;
use super::{permission, registry, words};
use crate::catalog::grammar::catalog::Catalog;

/// Runs every example of every check, and the examples of the shared rules.
pub fn test_examples(catalog: &Catalog) -> Tested {
    let mut tested = Tested::default();
    for check in catalog.vendors.values().flat_map(|vendor| vendor.checks.values()) {
        let reached = run_all(catalog, check, &check.examples, &mut tested);
        tested.failed.extend(unsaid(check));
        words::test(catalog, check, &check.examples, &mut tested);
        for rule in check.rules.iter().filter(|rule| !reached.contains(&rule.place)) {
            tested.failed.push(format!("{}: no example reaches this rule (`{}`)", rule.place, rule.reason));
        }
    }
    let any = any_check();
    words::test_shared(catalog, &any, &mut tested);
    let reached = run_all(catalog, &any, &catalog.http_examples, &mut tested);
    for rule in catalog.http_rules.iter().filter(|rule| !reached.contains(&rule.place)) {
        tested.failed.push(format!("{}: no example reaches this rule (`{}`)", rule.place, rule.reason));
    }
    permission::test(&catalog.permissions, &mut tested);
    registry::test(catalog, &mut tested);
    tested
}
