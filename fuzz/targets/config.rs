//! Any configuration. Settings that would read other files are skipped, because those files are not part of the input.
#![no_main]

use plugwatch::config::Config;
use plugwatch_fuzz::catalog;

libfuzzer_sys::fuzz_target!(init: drop(plugwatch_fuzz::catalog()), |bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if ["file", "catalog"].iter().any(|word| text.contains(word)) {
        return;
    }
    if let Err(problems) = Config::read_with("fuzz.toml", text, Some(catalog())) {
        // Every problem can be shown, with its place.
        _ = problems.to_string();
    }
});
