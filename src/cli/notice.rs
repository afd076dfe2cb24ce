//! `plugwatch notice`: vendors' letters, brought from a terminal.

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
    /// Report a letter: what it concerns is shown as ending from now on
    Add {
        /// What it concerns: dependencies, or a company with everything that depends on it; if not given,
        /// the vendors that the letter names
        about: Vec<String>,
        /// What it says
        #[arg(long, value_name = "TEXT")]
        text: Option<String>,
        /// The letter itself: a mail, a text, a picture; - for standard input
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
        /// When it takes effect, such as "Sun 10 Jan 23:59 PST"; if not given, it is read from the text
        #[arg(long, value_name = "WHEN")]
        effective: Option<String>,
        /// When it came, with its time zone; if not given, now
        #[arg(long, value_name = "WHEN")]
        received: Option<String>,
        /// They have already stopped serving you
        #[arg(long)]
        left: bool,
        #[command(flatten)]
        by: By,
    },
    /// List all notices that were not withdrawn
    List {
        #[command(flatten)]
        how: For,
    },
    /// Print a letter as it came
    Show {
        /// Its id, pw-...
        id: String,
    },
    /// Say when it takes effect
    Effective {
        /// Its id, pw-...
        id: String,
        /// When, with its time zone
        when: String,
        #[command(flatten)]
        by: By,
    },
    /// Confirm the time that plugwatch read in it
    Confirm {
        /// Its id, pw-...
        id: String,
        #[command(flatten)]
        by: By,
    },
    /// Say that you are answering the vendor
    Answered {
        /// Its id, pw-...
        id: String,
        #[command(flatten)]
        by: By,
    },
    /// Say that it was not a notice
    Withdraw {
        /// Its id, pw-...
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
            let brought = Brought { bytes, text, about, received, effective, left, ask: false };
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

/// Its bytes, and what of them is text.
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

/// A time that has passed, exact or as letters name it.
fn past(text: &str, config: &Config) -> Result<Time, No> {
    let long_ago = Time(Clock::system().now().0 - 300 * 86_400_000);
    let read = Time::parse(text)
        .map(Ok)
        .unwrap_or_else(|| deadline::read(text, long_ago, config.time_zone).map(|deadline| deadline.at));
    read.map_err(|why| No(format!("`{text}`: {why}; write it like \"2027-01-09T16:10:00-08:00\"")))
}

/// Those that are still to come first, the soonest on top.
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
            _ if letter.notice.left => "they have left".to_owned(),
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
    Ok(if lines.is_empty() { "there are no notices".to_owned() } else { lines.join("\n") })
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
        Ok(None) => failed(2, format!("there is no notice `{id}`; `plugwatch notice list` shows all of them")),
        Err(error) => failed(1, error),
    }
}
