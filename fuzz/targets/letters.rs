//! Letters, as mails and as texts, and the dates in them.
#![no_main]

use std::time::Duration;

use chrono_tz::Tz;
use plugwatch::acts::read_letter;
use plugwatch::core::time::{Time, deadline};

const NOW: Time = Time(1_800_000_000_000);
/// Later dates are not taken as an end.
const FURTHEST: Duration = Duration::from_secs(400 * 86_400);

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let (text, received) = read_letter(bytes, NOW);
    let received = received.unwrap_or(NOW);
    assert!(received <= NOW);
    for zone in [Tz::UTC, Tz::America__St_Johns, Tz::Pacific__Kiritimati] {
        if let Ok(deadline) = deadline::read(&text, received, zone) {
            assert!(deadline.at > received, "{deadline:?}");
            assert!(!deadline.read_back(NOW).is_empty());
            assert!(deadline.at.since(received) <= FURTHEST, "{deadline:?}");
        }
    }
});
