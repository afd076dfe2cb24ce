//! Posts to `/in/`.
#![no_main]

use plugwatch::core::time::Time;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| plugwatch::web::read_reports(bytes, Time(1_800_000_000_000)));
