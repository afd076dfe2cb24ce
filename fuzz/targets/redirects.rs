//! Where a site sends its visitors, and the cookies that it gives them on the way.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| plugwatch::ask::fuzzing::redirects(bytes));
