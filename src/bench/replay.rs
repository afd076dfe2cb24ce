//! Replays an event log: the same events must lead to the same decisions, byte for byte.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use super::configuration::Files;
use super::simulation::configuration;
use crate::config::Config;
use crate::engine::{Logged, Replay};

/// The result of a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// The number of events in the log, without decisions and ids.
    pub events: usize,
    /// The number of decisions that were the same as in the log.
    pub decisions: usize,
}

/// The kind of run that wrote the log, with what is needed to rebuild its configuration.
enum Of {
    Scenario(Files),
    Simulation(usize),
}

impl Of {
    fn configuration(&self, text: &str, folder: &Path) -> Result<Config, String> {
        match self {
            Of::Scenario(files) => files.configuration(text, folder),
            Of::Simulation(count) => {
                let text = configuration(*count, &folder.join("simulation.db").display().to_string());
                Config::read("simulation.toml", text).map_err(|problems| problems.to_string())
            }
        }
    }
}

/// Replays the log at `path` with a database in `folder`.
///
/// # Errors
/// Fails if a decision differs (the error has the line and both decisions), or the log cannot be read.
pub async fn replay(path: &Path, folder: &Path) -> Result<Replayed, String> {
    let ids = events(path)?.filter_map(|event| match event {
        Ok((_, Logged::Id { id })) => Some(Ok(id)),
        Ok(_) => None,
        Err(why) => Some(Err(why)),
    });
    let mut replay = Replay::new(folder, ids.collect::<Result<_, _>>()?);
    let (mut of, mut count) = (None, 0);
    for event in events(path)? {
        let (line, event) = event?;
        match event {
            Logged::Scenario { name, catalog, secrets } => of = Some(Of::Scenario(Files { name, catalog, secrets })),
            Logged::Simulation { dependencies } => of = Some(Of::Simulation(dependencies)),
            Logged::Config { text } => {
                let of = of.as_ref().ok_or_else(|| format!("line {line}: the log does not say whose it is"))?;
                replay.configure(of.configuration(&text, folder)?);
            }
            Logged::Id { .. } => {}
            event => {
                count += usize::from(!matches!(event, Logged::Decided { .. }));
                replay.feed(event).await.map_err(|why| format!("line {line}: {why}"))?;
            }
        }
    }
    Ok(Replayed { events: count, decisions: replay.end().await? })
}

/// The events with their line numbers.
fn events(path: &Path) -> Result<impl Iterator<Item = Result<(usize, Logged), String>>, String> {
    let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(BufReader::new(file).lines().enumerate().map(|(n, line)| {
        let line = line.map_err(|error| format!("line {}: {error}", n + 1))?;
        let event = serde_json::from_str(&line).map_err(|error| format!("line {}: no event: {error}", n + 1))?;
        Ok((n + 1, event))
    }))
}
