//! A site's redirects, and the cookies that it sets on the way.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| plugwatch::ask::fuzzing::redirects(bytes));
