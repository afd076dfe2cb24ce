//! Vendors' status pages, in every supported format.
#![no_main]

use plugwatch_fuzz::{checks, judge_as};

libfuzzer_sys::fuzz_target!(init: drop(plugwatch_fuzz::catalog()), |bytes: &[u8]| {
    for check in checks().into_iter().filter(|check| check.id.starts_with("status/")) {
        judge_as(check, bytes, "application/json", "", 200);
    }
});
