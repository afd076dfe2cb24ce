#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| plugwatch::ask::fuzzing::name_server(bytes));
