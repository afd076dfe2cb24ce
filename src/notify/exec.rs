//! Runs a user's program, with the message as JSON on its standard input and the main parts in its environment. Exit
//! code 0 means that the message was delivered.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::message::{Message, Tried};
use super::settings::{self, Read, Sender, Trying};
use super::shared::Shared;
use super::webhook::body;
use crate::read::Table;

/// The timeout of a run.
const PATIENCE: Duration = Duration::from_secs(30);

/// The program to run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The program and its arguments.
    pub command: Vec<String>,
}

/// Parses `command`.
pub(super) fn read(table: &Table<'_>) -> Read {
    let Some(command) = table.strings("command") else {
        if table.any("command").is_none() {
            table.missing("command", "[\"/usr/local/bin/tell-me\", \"--loud\"]");
        }
        return None;
    };
    if command.value.first().is_none_or(|program| program.value.trim().is_empty()) {
        table.problem(command.span, "there is no program to run", "command = [\"/usr/local/bin/tell-me\"]");
        return None;
    }
    let program = &command.value[0];
    if program.value.contains('/') && !std::path::Path::new(&program.value).exists() {
        let what = format!("there is no program {}", program.value);
        table.problem(program.span.clone(), what, "give its path on this machine");
        return None;
    }
    Some(Arc::new(Settings { command: command.value.into_iter().map(|part| part.value).collect() }))
}

impl settings::Settings for Settings {
    fn recipients(&self) -> Vec<String> {
        vec![self.command.first().cloned().unwrap_or_default()]
    }

    fn sender(&self, _shared: &Shared) -> Result<Arc<dyn Sender>, String> {
        Ok(Arc::new(Exec { command: self.command.clone() }))
    }
}

/// Runs one program.
struct Exec {
    command: Vec<String>,
}

impl Exec {
    /// Runs the program once, and kills it at the timeout.
    async fn run_once(&self, message: &Message) -> Tried {
        let Some((program, arguments)) = self.command.split_first() else {
            return Tried::Never { why: "`command` is empty".to_owned() };
        };
        let mut command = Command::new(program);
        command.args(arguments).env_clear().kill_on_drop(true).stdin(Stdio::piped()).stdout(Stdio::null());
        command.stderr(Stdio::piped());
        // The variables that a program needs to run, but none of plugwatch's own.
        for name in ["PATH", "HOME", "LANG", "TZ"] {
            if let Ok(value) = std::env::var(name) {
                command.env(name, value);
            }
        }
        command.env("PLUGWATCH_ID", &message.id).env("PLUGWATCH_REASON", message.reason.word());
        command.env("PLUGWATCH_LEVEL", message.level.word()).env("PLUGWATCH_TITLE", &message.title);
        command.env("PLUGWATCH_SHORT", &message.short);
        command.env("PLUGWATCH_INCIDENT", message.thread.as_deref().unwrap_or(""));
        match tokio::time::timeout(PATIENCE, run(command, body(message).into_bytes())).await {
            Ok(tried) => tried,
            Err(_) => {
                Tried::Retry { after: None, why: format!("{program} did not end within {} s", PATIENCE.as_secs()) }
            }
        }
    }
}

impl Sender for Exec {
    fn send<'m>(&'m self, message: &'m Message) -> Trying<'m> {
        Box::pin(self.run_once(message))
    }

    fn reads_digests(&self) -> bool {
        false
    }
}

/// The result if the program did not start. A person has to fix a program that is missing or not executable, while a
/// lack of system resources will soon be over.
fn not_run(program: &str, error: &std::io::Error) -> Tried {
    use std::io::ErrorKind::{NotFound, PermissionDenied};
    let why = format!("{program} cannot be run: {error}");
    match error.kind() {
        NotFound | PermissionDenied => Tried::Refused { why },
        _ => Tried::Retry { after: None, why },
    }
}

async fn run(mut command: Command, body: Vec<u8>) -> Tried {
    let program = command.as_std().get_program().to_string_lossy().into_owned();
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return not_run(&program, &error),
    };
    if let Some(mut stdin) = child.stdin.take() {
        // A program that does not read its input may still succeed.
        let _ = stdin.write_all(&body).await;
    }
    match child.wait_with_output().await {
        Ok(output) if output.status.success() => Tried::Sent(None),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            let said = super::http::first_line(said.trim());
            let how =
                output.status.code().map_or("was ended by a signal".to_owned(), |code| format!("ended with {code}"));
            let said = if said.is_empty() { said } else { format!(": {said}") };
            Tried::Retry { after: None, why: format!("{program} {how}{said}") }
        }
        Err(error) => Tried::Retry { after: None, why: format!("{program} was lost: {error}") },
    }
}
