//! Pages in any character set, as named by the header, the page or its first bytes: the first line is the header's
//! value, the rest is the page.
#![no_main]

use plugwatch_fuzz::judge;

libfuzzer_sys::fuzz_target!(init: drop(plugwatch_fuzz::catalog()), |bytes: &[u8]| {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (named, page) = bytes.split_at(end);
    judge("website/page", page, &format!("text/html; charset={}", String::from_utf8_lossy(named)), "");
    judge("website/page", bytes, "", "");
});
