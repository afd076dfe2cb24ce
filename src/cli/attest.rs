//! `plugwatch attest`: a person's word that somebody still works for us, or left.

use std::path::Path;
use std::process::ExitCode;

use super::named::named;
use super::{failed, load};
use crate::clock::Clock;
use crate::config::{Config, Dependency};
use crate::core::heard::{Report, Takes, Word, key};
use crate::store::Store;

pub(super) async fn attest(path: &Path, name: &str, left: bool, by: Option<String>) -> ExitCode {
    let config = match load(path) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let dependency = match named(&config, name) {
        Ok(dependency) => dependency,
        Err(why) => return failed(2, why),
    };
    let Some(about) = attested(&config, dependency) else {
        let why = format!("{} is not watched by a person's word; its check would be attest/word", dependency.label);
        return failed(2, why);
    };
    let word = if left { Word::Left } else { Word::WithUs };
    let by = by.or_else(|| std::env::var("USER").ok()).unwrap_or_default();
    // It stands in messages, on one line.
    let by = by.chars().filter(|c| !c.is_control()).take(64).collect();
    let report = Report { by, ..Report::of(Clock::system().now(), word) };
    match keep(&config, &about, &report).await {
        Ok(()) => {
            let said = if left { "no longer works for you" } else { "still works for you" };
            println!("kept: {} {said}; `plugwatch run` reads it at its next look", dependency.label);
            ExitCode::SUCCESS
        }
        Err(error) => failed(1, error),
    }
}

/// The name under which a person's word about a dependency is kept.
fn attested(config: &Config, dependency: &Dependency) -> Option<String> {
    let probe = dependency.probes.iter().find(|probe| config.takes(probe) == Some(Takes::Words))?;
    probe.params.public.get("name")?.as_str().map(str::to_owned)
}

async fn keep(config: &Config, about: &str, report: &Report) -> crate::store::Result<()> {
    let store = Store::beside(&config.database).await?;
    let kept = store.hear(&[(key(Takes::Words, about), report.clone())]).await;
    store.close().await;
    kept
}
