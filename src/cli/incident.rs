//! `plugwatch incident`: drafts and published incidents of the public page.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono_tz::Tz;
use clap::Subcommand;

use super::act::{By, open, tell};
use super::{failed, load};
use crate::acts::{Acts, No, Opening, Said};
use crate::clock::Clock;
use crate::core::time::Time;
use crate::store::Store;

#[derive(Subcommand)]
pub(super) enum IncidentCommand {
    /// List drafts and published incidents
    List,
    /// Publish one of the drafts in the list
    Publish {
        /// The draft's id
        draft: String,
        /// The title to publish instead of the draft's
        #[arg(long, default_value = "")]
        title: String,
        /// The first text to publish instead of the draft's, in Markdown
        #[arg(default_value = "")]
        text: String,
        #[command(flatten)]
        by: By,
    },
    /// Publish an incident that no check detected
    Open {
        /// The incident's title
        title: String,
        /// What is wrong and for whom, in Markdown
        text: String,
        /// A dependency on the public page; repeat the option for several
        #[arg(long, required = true, value_name = "DEPENDENCY")]
        affects: Vec<String>,
        /// investigating, identified, monitoring or resolved
        #[arg(long, value_name = "STATE")]
        state: Option<String>,
        /// none, minor, major or critical
        #[arg(long, value_name = "IMPACT")]
        impact: Option<String>,
        #[command(flatten)]
        by: By,
    },
    /// Add an update to a published incident
    Update {
        /// The incident's id
        id: String,
        /// investigating, identified, monitoring or resolved
        state: String,
        /// What is known now, in Markdown
        text: String,
        #[command(flatten)]
        by: By,
    },
    /// Mark a published incident as resolved
    Resolve {
        /// The incident's id
        id: String,
        /// What happened, in Markdown
        #[arg(default_value = "This incident is resolved.")]
        text: String,
        #[command(flatten)]
        by: By,
    },
    /// Publish a post-mortem of an incident that is over
    Postmortem {
        /// The incident's id
        id: String,
        /// A Markdown file; `-` for standard input
        file: PathBuf,
    },
}

pub(super) async fn incident(path: &Path, command: IncidentCommand) -> ExitCode {
    let mut config = match load(path) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let store = match Store::beside(&config.database).await {
        Ok(store) => store,
        Err(error) => return failed(1, error),
    };
    let settled = super::public::settle(&mut config, &store).await;
    store.close().await;
    if let Err(error) = settled {
        return failed(1, error);
    }
    let (acts, store) = match open(&config).await {
        Ok(opened) => opened,
        Err(why) => return failed(1, why),
    };
    let said = perform(&acts, config.time_zone, command).await;
    store.close().await;
    tell(said)
}

async fn perform(acts: &Acts, zone: Tz, command: IncidentCommand) -> Said {
    let now = Clock::system().now();
    match command {
        IncidentCommand::List => list(acts, zone, now).await,
        IncidentCommand::Publish { draft, title, text, by } => {
            acts.publish(&by.person(), &draft, &title, &text, now).await
        }
        IncidentCommand::Open { title, text, affects, state, impact, by } => {
            acts.open_incident(&by.person(), &Opening { title, affects, state, impact, words: text }, now).await
        }
        IncidentCommand::Update { id, state, text, by } => {
            acts.update_incident(&by.person(), &id, &state, &text, now).await
        }
        IncidentCommand::Resolve { id, text, by } => {
            acts.update_incident(&by.person(), &id, "resolved", &text, now).await
        }
        IncidentCommand::Postmortem { id, file } => acts.postmortem(&id, &read(&file)?).await,
    }
}

fn read(file: &Path) -> Result<String, No> {
    let read =
        if file == Path::new("-") { std::io::read_to_string(std::io::stdin()) } else { std::fs::read_to_string(file) };
    read.map_err(|error| No(format!("{} cannot be read: {error}", file.display())))
}

async fn list(acts: &Acts, zone: Tz, now: Time) -> Said {
    let mut lines = Vec::new();
    for draft in acts.drafts().await? {
        lines.push(format!("draft      {}  {}  since {}", draft.cause, draft.title, draft.began_at.local(zone, now)));
        lines.push(format!("           {}", draft.words));
    }
    for one in acts.published().await? {
        lines.push(format!(
            "{:<13} {}  {}  since {}",
            one.state().word(),
            one.public_id,
            one.title,
            one.began_at.local(zone, now)
        ));
    }
    Ok(if lines.is_empty() { "No drafts, and nothing published.".to_owned() } else { lines.join("\n") })
}
