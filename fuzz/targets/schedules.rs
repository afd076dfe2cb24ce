//! Cron expressions, across the nights in which clocks change.
#![no_main]

use chrono_tz::Tz;
use plugwatch::core::time::Time;
use plugwatch::core::time::schedule::Cron;

/// 28 March 2027, 0:00 UTC, and 31 October: the nights in Europe that skip an hour and repeat one.
const NIGHTS: [Time; 2] = [Time(1_806_192_000_000), Time(1_824_940_800_000)];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for zone in [Tz::UTC, Tz::Europe__Berlin, Tz::Australia__Lord_Howe] {
        let Ok(cron) = Cron::parse(text, zone) else { continue };
        for night in NIGHTS {
            let mut now = night;
            for _ in 0..5 {
                let Some(next) = cron.next(now) else { break };
                assert!(next > now, "{text}: {next:?} after {now:?}");
                now = next;
            }
        }
    }
});
