//! Runs one of the user's programs: a Nagios plugin, or any program that ends with one of its exit codes.
//!
//! The convention (monitoring-plugins.org, "Plugin Output"): 0 is OK, 1 a warning, 2 critical, 3 unknown. The first
//! line of output is for people; the text after a `|` holds numbers.

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::process::{Child, ChildStdout, Command};

use crate::clock::Stopwatch;
use crate::core::words::answer::{Answer, Failure};
use crate::core::words::question::ExecQuestion;

/// The number of bytes of output that are kept.
const MOST: u64 = 64 << 10;
/// How long a killed program's last output is waited for.
const AFTERWARDS: Duration = Duration::from_secs(2);

/// Runs the program without a shell and with a clean environment. At the timeout, kills it and everything that it
/// started.
pub async fn ask(question: &ExecQuestion) -> Answer {
    let asked = question.command.join(" ");
    let watch = Stopwatch::start();
    let Some((program, arguments)) = question.command.split_first() else {
        return Answer::failed(asked, Failure::NotAsked, "the check names no program to run");
    };
    let mut command = Command::new(program);
    command.args(arguments).env_clear().env("LC_ALL", "C").env("PATH", "/usr/local/bin:/usr/bin:/bin");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0).kill_on_drop(true);
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return Answer::failed(asked, Failure::NotAsked, format!("{program} cannot be run: {error}")),
    };
    let (group, mut output, mut stdout) = (child.id(), Vec::new(), child.stdout.take());
    let ended = tokio::time::timeout(question.timeout, run(&mut child, stdout.as_mut(), &mut output)).await;
    let took_ms = watch.ms();
    if ended.is_err() {
        // The process was not reaped yet, so its id still belongs to it. Its output ends when the last process of its
        // group is gone.
        kill(group);
        _ = tokio::time::timeout(AFTERWARDS, run(&mut child, stdout.as_mut(), &mut output)).await;
    }
    match ended {
        Ok(Ok(code)) => {
            let said = facts(code, &output);
            // The program's output is kept as evidence.
            Answer { body: output, ..Answer::of(asked, took_ms, "exec", said) }
        }
        Ok(Err(error)) => Answer { took_ms, ..Answer::failed(asked, Failure::ExecFailed, error.to_string()) },
        Err(_) => Answer { took_ms, ..Answer::failed(asked, Failure::ExecTimeout, "") },
    }
}

async fn run(
    child: &mut Child,
    stdout: Option<&mut ChildStdout>,
    output: &mut Vec<u8>,
) -> std::io::Result<Option<i32>> {
    if let Some(stdout) = stdout {
        AsyncReadExt::take(&mut *stdout, MOST).read_to_end(output).await?;
        // The rest is read and dropped: a full pipe would block the program until the timeout.
        tokio::io::copy(stdout, &mut tokio::io::sink()).await?;
    }
    Ok(child.wait().await?.code())
}

fn kill(group: Option<u32>) {
    let group = group.and_then(|id| rustix::process::Pid::from_raw(i32::try_from(id).ok()?));
    if let Some(group) = group {
        // Usually no process is left to kill.
        _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
}

/// The facts from a program's exit code and output.
pub fn facts(code: Option<i32>, output: &[u8]) -> Value {
    let text = String::from_utf8_lossy(output);
    let first = text.lines().next().unwrap_or("");
    let (line, numbers) = first.split_once('|').unwrap_or((first, ""));
    json!({ "code": code, "line": line.trim(), "text": text.trim_end(), "perf": numbers_of(numbers) })
}

/// The performance data (`'label'=value[UOM];warn;crit;min;max`, separated by spaces). Anything else is left out.
fn numbers_of(text: &str) -> Value {
    let mut all = serde_json::Map::new();
    let mut rest = text.trim();
    while let Some((label, after)) = label(rest) {
        let (item, next) = after.split_once(' ').unwrap_or((after, ""));
        let value = item.split(';').next().unwrap_or("");
        let digits = value.find(|c: char| !(c.is_ascii_digit() || "+-.".contains(c))).unwrap_or(value.len());
        if let Ok(number) = value[..digits].parse::<f64>() {
            all.insert(label, json!(number));
        }
        rest = next.trim_start();
    }
    Value::Object(all)
}

fn label(text: &str) -> Option<(String, &str)> {
    match text.strip_prefix('\'') {
        Some(quoted) => {
            let end = quoted.find("'=")?;
            Some((quoted[..end].replace("''", "'"), &quoted[end + 2..]))
        }
        None => text.split_once('=').map(|(label, after)| (label.trim().to_owned(), after)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_and_its_numbers_are_read_as_plugins_write_them() {
        let facts =
            facts(Some(2), b"DISK CRITICAL: 3 % free | /=26632781824B;243497277849;; 'a b'=1.5s bare 'x''y'=U\nmore\n");
        assert_eq!((facts["code"].as_i64(), facts["line"].as_str()), (Some(2), Some("DISK CRITICAL: 3 % free")));
        assert_eq!(facts["perf"], json!({ "/": 26_632_781_824.0, "a b": 1.5 }));
    }

    #[test]
    fn a_bare_pipe_and_nonsense_break_nothing() {
        for text in ["text with | pipe", "|", "'", "x=|y=='", "\u{0}"] {
            assert!(facts(None, text.as_bytes())["perf"].is_object(), "{text}");
        }
    }
}
