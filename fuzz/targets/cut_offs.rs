//! Letters made of the words that their readers know, so that each of them is reached: what counts days, moves a date or
//! takes it back, names several, or belongs to somebody else.
#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use chrono_tz::Tz;
use plugwatch::acts::read_dated;
use plugwatch::core::people::wording;
use plugwatch::core::time::{Time, deadline};

const NOW: Time = Time(1_800_000_000_000);
const FURTHEST: Duration = Duration::from_secs(400 * 86_400);

static WORDS: LazyLock<Vec<String>> =
    LazyLock::new(|| include_str!("../words/letters.txt").lines().map(|word| word.replace("\\n", "\n")).collect());

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // A text as it is, or numbers of words.
    let text = match bytes {
        [0, words @ ..] => words.iter().map(|word| WORDS[usize::from(*word) % WORDS.len()].as_str()).collect::<Vec<_>>().join(" "),
        text => String::from_utf8_lossy(text).into_owned(),
    };
    let _ = wording::of(&text);
    let takes_back = deadline::takes_back(&text);
    for zone in [Tz::UTC, Tz::America__St_Johns] {
        let cut_off = deadline::cut_off(&text, NOW, zone);
        assert_eq!(cut_off, deadline::cut_off(&text, NOW, zone), "{text}");
        match &cut_off {
            Ok(deadline) => {
                assert!(deadline.at > NOW && deadline.at.since(NOW) <= FURTHEST, "{text}: {deadline:?}");
                // What counts as a cut-off is the date that the text names.
                assert_eq!(deadline::read(&text, NOW, zone).as_ref(), Ok(deadline), "{text}");
                // What is taken back is asked about.
                assert!(!takes_back || deadline.assumed.is_empty(), "{text}: {deadline:?}");
            }
            Err(why) => assert!(!why.is_empty(), "{text}"),
        }
        let (received, read) = read_dated(&text, NOW, zone);
        assert!(received <= NOW, "{text}");
        if let Ok(deadline) = read {
            assert!(deadline.at > received && deadline.at.since(received) <= FURTHEST, "{text}: {deadline:?}");
        }
    }
});
