//! Commands by which a person responds to an alert. They do the same as the Telegram bot, for the day on
//! which Telegram is the vendor that dropped you.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::{failed, load};
use crate::acts::{Acts, Known, No, Person, Said};
use crate::clock::Clock;
use crate::config::Config;
use crate::ids::Ids;
use crate::store::Store;

/// The person who acts.
#[derive(Args)]
pub(super) struct By {
    /// Your name, for the record [default: the user who runs this command]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

impl By {
    pub(super) fn person(&self) -> Person {
        let user = || std::env::var("USER").ok().filter(|user| !user.is_empty());
        let number = || format!("user {}", rustix::process::getuid().as_raw());
        let name = self.by.clone().or_else(user).unwrap_or_else(number);
        Person::new(&name, "terminal")
    }
}

/// The action, with its arguments.
pub(super) enum ActionKind {
    Ack(Option<String>),
    Mute { dependency: String, lasts: String, why: String },
    Unmute(String),
    Maintenance { dependency: String, lasts: String, why: String },
    Accept(String),
    ItWasUs { dependency: String, why: String },
    FalseAlarm { dependency: String, why: String },
    Attest { dependency: String, left: bool },
}

pub(super) async fn act(path: &Path, by: &By, deed: ActionKind) -> ExitCode {
    let config = match load(path) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let (acts, store) = match open(&config).await {
        Ok(opened) => opened,
        Err(why) => return failed(1, why),
    };
    let said = perform(&acts, &by.person(), deed).await;
    store.close().await;
    tell(said)
}

/// Opens the history (the database) of a configuration for changes, while `plugwatch run` may be running.
pub(super) async fn open(config: &Config) -> Result<(Acts, Arc<Store>), String> {
    let store = Arc::new(Store::beside(&config.database).await.map_err(|error| error.to_string())?);
    let acts = Acts::new(store.clone(), Arc::new(Known::of(config)), Ids::Random);
    Ok((acts, store))
}

async fn perform(acts: &Acts, who: &Person, deed: ActionKind) -> Said {
    let now = Clock::system().now();
    match deed {
        ActionKind::Ack(name) => acts.ack(who, name.as_deref(), now).await,
        ActionKind::Mute { dependency, lasts, why } => acts.mute(who, &dependency, &lasts, &why, now).await,
        ActionKind::Unmute(dependency) => acts.unmute(who, &dependency, now).await,
        ActionKind::Maintenance { dependency, lasts, why } => {
            acts.maintenance(who, &dependency, &lasts, &why, now).await
        }
        ActionKind::Accept(dependency) => acts.accept(who, &dependency, now).await,
        ActionKind::ItWasUs { dependency, why } => acts.it_was_us(who, &dependency, &why, now).await,
        ActionKind::FalseAlarm { dependency, why } => acts.false_alarm(who, &dependency, &why, now).await,
        ActionKind::Attest { dependency, left } => acts.attest(who, &dependency, left, now).await,
    }
}

/// Prints the answer. A refusal that the person can correct ends with exit code 2, like a wrong argument.
pub(super) fn tell(said: Said) -> ExitCode {
    match said {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(No(why)) => failed(2, why),
    }
}
