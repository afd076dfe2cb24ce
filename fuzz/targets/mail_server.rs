#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| plugwatch::ask::fuzzing::mail_server(bytes));
