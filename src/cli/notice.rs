//! `plugwatch notice`: reports and handles vendors' letters from a terminal.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono_tz::Tz;
use clap::Subcommand;
use serde_json::{Value, json};

use super::act::{By, open, tell};
use super::json::For;
use super::{failed, load};
use crate::acts::{Acts, Brought, No, Said};
use crate::clock::Clock;
use crate::config::Config;
use crate::core::people::notice::Letter;
use crate::core::time::deadline;
use crate::core::time::{Time, human};
use crate::store::Store;

#[derive(Subcommand)]
pub(super) enum NoticeCommand {
    /// Enter a vendor's letter: from now on, the dependencies that it concerns are shown as ending
    Add {
        /// The dependencies that it concerns, or a company with everything that depends on it [default: the
        /// vendors that the letter names]
        about: Vec<String>,
        /// The letter's text
        #[arg(long, value_name = "TEXT")]
        text: Option<String>,
        /// The letter as a file: an e-mail, a text, a picture; - for standard input
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
        /// When the letter takes effect, such as "Sun 10 Jan 23:59 PST" [default: the time in its
        /// text]
        #[arg(long, value_name = "WHEN")]
        effective: Option<String>,
        /// When the letter arrived, with its time zone [default: now]
        #[arg(long, value_name = "WHEN")]
        received: Option<String>,
        /// The vendor has already stopped serving you
        #[arg(long)]
        left: bool,
        #[command(flatten)]
        by: By,
    },
    /// List all letters, except withdrawn ones
    List {
        #[command(flatten)]
        how: For,
    },
    /// Print a letter in its original form
    Show {
        /// The letter's id, pw-...
        id: String,
    },
    /// Set the time at which a letter takes effect
    Effective {
        /// The letter's id, pw-...
        id: String,
        /// The time, with its time zone
        when: String,
        #[command(flatten)]
        by: By,
    },
    /// Confirm the time that plugwatch read in a letter
    Confirm {
        /// The letter's id, pw-...
        id: String,
        #[command(flatten)]
        by: By,
    },
    /// Record that you have answered the vendor
    Answered {
        /// The letter's id, pw-...
        id: String,
        #[command(flatten)]
        by: By,
    },
    /// Withdraw a letter that turned out not to be a notice
    Withdraw {
        /// The letter's id, pw-...
        id: String,
        #[command(flatten)]
        by: By,
    },
}

pub(super) async fn notice(path: &Path, command: NoticeCommand) -> ExitCode {
    let config = match load(path) {
        Ok(config) => config,
        Err(code) => return code,
    };
    if let NoticeCommand::Show { id } = &command {
        return show(&config, id).await;
    }
    let (acts, store) = match open(&config).await {
        Ok(opened) => opened,
        Err(why) => return failed(1, why),
    };
    let said = perform(&acts, &store, &config, command).await;
    store.close().await;
    tell(said)
}

async fn perform(acts: &Acts, store: &Store, config: &Config, command: NoticeCommand) -> Said {
    let now = Clock::system().now();
    match command {
        NoticeCommand::Add { about, text, file, effective, received, left, by } => {
            let received = received.map(|text| past(&text, config)).transpose()?;
            let (bytes, text) = letter(text, file)?;
            let brought = Brought { bytes, text, about, received, effective, left, ..Brought::default() };
            let (letter, said) = acts.bring(&by.person(), brought, now).await?;
            let id = letter.public_id;
            Ok(format!(
                "{said}\n\nNext: plugwatch notice confirm {id}, effective {id} \"...\", answered {id}, or withdraw {id}"
            ))
        }
        NoticeCommand::List { how } => list(store, config.time_zone, now, how.json).await,
        NoticeCommand::Effective { id, when, by } => acts.effective(&by.person(), &id, &when, now).await,
        NoticeCommand::Confirm { id, by } => acts.confirm(&by.person(), &id, now).await,
        NoticeCommand::Answered { id, by } => acts.answered(&by.person(), &id, now).await,
        NoticeCommand::Withdraw { id, by } => acts.withdraw(&by.person(), &id, now).await,
        NoticeCommand::Show { .. } => Ok(String::new()),
    }
}

/// The letter's bytes, and its text if the bytes are text.
fn letter(text: Option<String>, file: Option<PathBuf>) -> Result<(Vec<u8>, String), No> {
    let Some(file) = file else { return Ok((Vec::new(), text.unwrap_or_default())) };
    let mut bytes = Vec::new();
    let read = if file.as_os_str() == "-" {
        std::io::stdin().lock().read_to_end(&mut bytes)
    } else {
        std::fs::File::open(&file).and_then(|mut file| file.read_to_end(&mut bytes))
    };
    read.map_err(|error| No(format!("{} cannot be read: {error}", file.display())))?;
    let words = text.or_else(|| String::from_utf8(bytes.clone()).ok()).unwrap_or_default();
    Ok((bytes, words))
}

/// Reads a time in the past: exact, or in the forms that letters use.
fn past(text: &str, config: &Config) -> Result<Time, No> {
    let long_ago = Time(Clock::system().now().0 - 300 * 86_400_000);
    let read = Time::parse(text)
        .map(Ok)
        .unwrap_or_else(|| deadline::read(text, long_ago, config.time_zone).map(|deadline| deadline.at));
    read.map_err(|why| No(format!("`{text}`: {why}; write it like \"2027-01-09T16:10:00-08:00\"")))
}

/// Lists the letters: first those that have not taken effect yet, the soonest at the top.
async fn list(store: &Store, zone: Tz, now: Time, json: bool) -> Said {
    let mut letters = store.letters().await?;
    let ahead = |letter: &Letter| letter.notice.effective.filter(|at| *at > now);
    letters.sort_by_key(|letter| (ahead(letter).is_none(), ahead(letter), std::cmp::Reverse(letter.notice.received)));
    if json {
        let all: Vec<Value> = letters.iter().map(as_json).collect();
        return Ok(format!("{:#}", json!({ "schema": "plugwatch.notices/1", "notices": all })));
    }
    let line = |letter: &Letter| {
        let hour = match letter.notice.effective {
            _ if letter.notice.left => "the vendor has left".to_owned(),
            None => "no date yet".to_owned(),
            Some(at) if at > now => format!("effective {}, in {}", at.local(zone, now), human(at.since(now))),
            Some(at) => format!("effective {}, {} ago", at.local(zone, now), human(now.since(at))),
        };
        let said = |who: &Option<(String, Time)>, what: &str| {
            who.as_ref().map_or(format!("not {what}"), |(by, _)| format!("{what} by {by}"))
        };
        format!(
            "{}  {}  {}; {hour}, {}, {}: {}",
            letter.public_id,
            letter.notice.received.local(zone, now),
            letter.notice.dependencies.join(", "),
            said(&letter.confirmed, "confirmed"),
            said(&letter.answered, "answered"),
            letter.notice.text
        )
    };
    let lines: Vec<String> = letters.iter().map(line).collect();
    Ok(if lines.is_empty() { "There are no letters.".to_owned() } else { lines.join("\n") })
}

fn as_json(letter: &Letter) -> Value {
    let by = |who: &Option<(String, Time)>| {
        who.as_ref().map(|(by, at)| json!({ "by": by, "at": (at.0 > 0).then(|| at.rfc3339()) }))
    };
    let notice = &letter.notice;
    json!({
        "id": letter.public_id, "dependencies": notice.dependencies, "received_at": notice.received.rfc3339(),
        "effective_at": notice.effective.map(Time::rfc3339), "left": notice.left, "text": notice.text,
        "confirmed": by(&letter.confirmed), "answered": by(&letter.answered),
    })
}

async fn show(config: &Config, id: &str) -> ExitCode {
    use std::io::Write;
    let store = match Store::view(&config.database).await {
        Ok(store) => store,
        Err(error) => return failed(1, error),
    };
    let bytes = store.letter_bytes(id).await;
    store.close().await;
    match bytes {
        Ok(Some(bytes)) => match std::io::stdout().lock().write_all(&bytes) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failed(1, error),
        },
        Ok(None) => failed(2, format!("there is no letter `{id}`; `plugwatch notice list` shows all of them")),
        Err(error) => failed(1, error),
    }
}
