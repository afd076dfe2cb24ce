//! What people type or press: a domain, an app, hours of the day, a button.
#![no_main]

use chrono_tz::Tz;
use plugwatch::core::time::Time;
use plugwatch::core::time::hours::Hours;
use plugwatch::discover::{Domain, Given};
use plugwatch::say::buttons;

/// The night of 28 March 2027, in which Europe skips an hour.
const NIGHT: Time = Time(1_806_192_000_000);

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = Domain::parse(text);
    let _ = Given::parse(text);
    if let Some((verb, rest)) = buttons::read(text) {
        assert!(text.ends_with(rest), "{text}: {verb:?}");
    }
    for zone in [Tz::UTC, Tz::Europe__Berlin, Tz::Australia__Lord_Howe] {
        let Ok(hours) = Hours::parse(text, zone) else { continue };
        // Finding an end goes through the minutes of a week: a few times are enough.
        for minutes in [0, 95, 150, 700] {
            let now = Time(NIGHT.0 + minutes * 60_000);
            if let Some(end) = hours.end(now) {
                assert!(end > now, "{text}: {end:?} after {now:?}");
            }
        }
    }
});
