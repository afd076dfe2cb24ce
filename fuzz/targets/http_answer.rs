//! Any HTTP answer to any check: the first two bytes choose check and status, the rest is the body.
#![no_main]

use plugwatch_fuzz::{checks, judge_as};

const STATUSES: [u16; 8] = [200, 200, 200, 400, 401, 403, 404, 503];

libfuzzer_sys::fuzz_target!(init: drop(plugwatch_fuzz::catalog()), |bytes: &[u8]| {
    let [check, status, body @ ..] = bytes else { return };
    let checks = checks();
    let check = checks[usize::from(*check) % checks.len()];
    judge_as(check, body, "application/json", "", STATUSES[usize::from(*status) % STATUSES.len()]);
});
