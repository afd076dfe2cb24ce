//! Pages, as read by every check that parses them.
#![no_main]

use plugwatch_fuzz::{checks, judge_as};

libfuzzer_sys::fuzz_target!(init: drop(plugwatch_fuzz::catalog()), |bytes: &[u8]| {
    for check in checks().into_iter().filter(|check| !check.selects.is_empty() || check.id == "website/page") {
        judge_as(check, bytes, "text/html", "", 200);
    }
});
