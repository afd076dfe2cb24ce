//! `plugwatch service arm`: tests each channel, and asks a person to confirm that the alert arrived.

use std::path::Path;
use std::process::ExitCode;

use crate::cli::{asking, failed, load, notify};
use crate::clock::Clock;
use crate::config::Config;
use crate::core::time::Time;

pub(super) async fn arm(path: &Path) -> ExitCode {
    let config = match load(path) {
        Ok(config) => config,
        Err(code) => return code,
    };
    if !asking::somebody_is_there() {
        return failed(
            1,
            "Not armed: somebody must confirm that a test alert arrived; run `plugwatch service arm` at a terminal",
        );
    }
    println!(
        "A test alert goes to everyone now. Answer for each channel whether it arrived, and whether you heard it.\n"
    );
    let took = match notify::send_to_all(&config, None).await {
        Ok((took, _)) => took,
        Err(why) => return failed(1, why),
    };
    let mut confirmed: Vec<&str> = Vec::new();
    for way in took.iter().filter(|way| way.wakes) {
        if asking::agree(&format!("Did it arrive through {} at {}?", way.channel, way.recipient), false) {
            confirmed.push(&way.channel);
        }
    }
    confirmed.sort_unstable();
    confirmed.dedup();
    let (fine, said) = said(&config, &confirmed, Clock::system().now());
    println!("\n{said}");
    if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Whether plugwatch can wake someone: a sentence, or one line per missing thing.
fn said(config: &Config, confirmed: &[&str], now: Time) -> (bool, String) {
    let lacks = config.lacks(confirmed);
    let time = now.utc().with_timezone(&config.time_zone).format("%H:%M");
    match lacks.as_slice() {
        [] => (true, format!("Armed at {time}: {} channels can wake you.", confirmed.len())),
        lacks => {
            let lines: Vec<String> = lacks.iter().map(|line| format!("  - {line}")).collect();
            (false, format!("Not armed:\n{}\nThen run: plugwatch service arm", lines.join("\n")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(channels: &str, more: &str) -> Config {
        let text = format!(
            "platform = \"Acme\"\n{channels}\n{more}\n[[dependency]]\nid = \"site\"\ncheck = \"website/page\"\nurl = \
             \"https://acme.example/\"\nwords = [\"Acme\"]\n"
        );
        Config::read("plugwatch.toml", text).unwrap_or_else(|problems| panic!("{problems}"))
    }

    #[test]
    fn two_channels_of_two_companies_and_a_switch_are_armed_and_whatever_is_missing_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("key");
        std::fs::write(&key, "https://hc.example/uuid").unwrap();
        let key = format!("{{ file = {key:?} }}");
        let ntfy = |name: &str, host: &str| {
            format!("[[channel]]\nkind = \"ntfy\"\nname = \"{name}\"\nserver = \"https://{host}/\"\ntopic = \"t\"\n")
        };
        let heartbeat = format!("[heartbeat]\nurl = {key}\n");
        let now = Time::parse("2026-03-03T10:14:00Z").unwrap();
        let both = ntfy("one", "one.example") + &ntfy("two", "two.example");
        let armed = said(&config(&both, &heartbeat), &["one", "two"], now);
        assert_eq!(armed, (true, "Armed at 10:14: 2 channels can wake you.".to_owned()));
        let same = ntfy("one", "one.example") + &ntfy("two", "one.example");
        let lacking = |channels: &str, more: &str, confirmed: &[&str]| said(&config(channels, more), confirmed, now).1;
        assert_eq!(
            lacking(&both, "", &[]),
            "Not armed:\n  - nobody confirmed that a test alert arrived: plugwatch cannot wake you\n  - a dead-man's switch: \
             create a check at healthchecks.io or a similar service, and put its URL into [heartbeat]; otherwise nobody \
             notices if plugwatch or its machine stops\nThen run: plugwatch service arm"
        );
        assert_eq!(
            lacking(&both, &heartbeat, &["two"]),
            "Not armed:\n  - a second channel, from another company: only `two` can wake you, and if it fails, nobody is \
             alerted\nThen run: plugwatch service arm"
        );
        assert_eq!(
            lacking(&same, &heartbeat, &["one", "two"]),
            "Not armed:\n  - a channel from another company: every channel that can wake you depends on one.example\nThen run: \
             plugwatch service arm"
        );
    }
}
