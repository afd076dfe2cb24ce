//! Commands by which a person does something about what was told: the same as in Telegram, for
//! the day on which Telegram is what dropped us.

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

/// Who does it.
#[derive(Args)]
pub(super) struct By {
    /// Your name, for the record; if not given, the user who runs this
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

/// What is done.
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

/// Acts on the configuration's history, beside a program that runs.
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

/// Prints the answer. What a person can put right is 2, as a wrong argument is.
pub(super) fn tell(said: Said) -> ExitCode {
    match said {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(No(why)) => failed(2, why),
    }
}
