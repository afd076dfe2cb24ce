//! Registries' answers: IANA's lists, and RDAP and WHOIS answers about a domain.
#![no_main]

use plugwatch_fuzz::judge;

libfuzzer_sys::fuzz_target!(init: drop(plugwatch_fuzz::catalog()), |bytes: &[u8]| {
    plugwatch::ask::fuzzing::registries(bytes);
    judge("domain/registration", bytes, "application/rdap+json", "");
    judge("domain/registration", bytes, "", "whois");
});
