//! An edition of the catalogue as it is downloaded, before and after its signature is checked: as it came, and as its
//! unpacked text.
#![no_main]

use plugwatch::catalog::{Bundle, verify};

/// A key of nobody here: without any, no signature is read.
const KEY: &str = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(bundle) = Bundle::parse(bytes) {
        let _ = bundle.edition();
    }
    let text = String::from_utf8_lossy(bytes);
    let _ = verify(bytes, &text, &[KEY.to_owned()]);
});
