//! The command line, with one file per command. Exit codes: 0 success; 1 something is wrong; 2 the
//! configuration or the arguments are wrong.

mod act;
mod add;
mod asking;
mod bench;
mod bench_history;
mod bench_load;
mod bench_page;
mod build;
mod catalog;
mod catalog_new;
mod catalog_update;
mod check;
mod config;
mod coverage;
mod demo;
mod doctor;
mod drill;
mod explain;
mod history;
mod import;
mod incident;
mod init;
mod json;
mod keys;
mod log;
mod map;
mod named;
mod notice;
mod notify;
mod public;
mod replay;
mod report;
mod run;
mod service;
mod shell;
mod terminal;
mod trial;
mod why;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use act::{ActionKind, By};
use json::For;
use notice::NoticeCommand;

use crate::bench::Settings;
use crate::config::Config;

/// Know who pulled the plug, within minutes, and be able to prove it.
#[derive(Parser)]
#[command(name = "plugwatch", version, about, after_help = EXIT_CODES)]
struct Arguments {
    /// The configuration file [default: plugwatch.toml, or else config/plugwatch.toml, or else
    /// /etc/plugwatch/plugwatch.toml]
    #[arg(long, short, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

/// The text below the help.
const EXIT_CODES: &str = "\
Exit codes: 0 success; 1 something is wrong (status: something is out or dropped, or shows the wrong page; check: something \
does not work; doctor: something must be fixed); 2 the configuration or the arguments are wrong. docs/COMMANDS.md lists them all.";

#[derive(Subcommand)]
enum Command {
    /// Find what your platform depends on, from its domain, and write a configuration
    Init(init::Init),
    /// Check a vendor once, then add it to the configuration
    Add(add::Add),
    /// Add vendors from a CSV list to the configuration, monitored or not
    Import(import::Import),
    /// List how each dependency is monitored, and which ones are not
    Coverage(coverage::How),
    /// List the keys in the configuration: purpose, minimum permissions, age and last use
    Keys(keys::How),
    /// Check plugwatch itself (clock, DNS, disk, permissions, keys, channels) and explain what to fix
    Doctor(doctor::How),
    /// Monitor everything (the default)
    Run,
    /// Check everything once and print a table; nothing is stored
    Check {
        /// Check one dependency only and explain the result: the request, the answer, the rule that
        /// decided, and the permission that the key lacks
        #[arg(long, value_name = "DEPENDENCY", conflicts_with = "json")]
        explain: Option<String>,
        #[command(flatten)]
        how: For,
    },
    /// Show the current state, worst first; exits with 1 if something is out or dropped, or shows the wrong page
    Status(For),
    /// Show the reasons for a dependency's state: checks, evidence, what people reported
    Why {
        /// The dependency's id or name, or a part that matches no other
        dependency: String,
        #[command(flatten)]
        how: For,
    },
    /// Acknowledge an alert: you are working on it, and nobody else is called
    Ack {
        /// A dependency, an incident or a drill (pw-...) [default: everything that is open]
        what: Option<String>,
        #[command(flatten)]
        by: By,
    },
    /// Silence a dependency for a while, except for drops and announced cut-offs
    Mute {
        /// The dependency, or `all`
        dependency: String,
        /// How long: 30m, 2h, 1d
        lasts: String,
        /// The reason
        #[arg(default_value = "")]
        why: String,
        #[command(flatten)]
        by: By,
    },
    /// End a mute
    Unmute {
        /// The dependency, or `all`
        dependency: String,
        #[command(flatten)]
        by: By,
    },
    /// Start maintenance: it holds back alerts about outages until it ends, but not about drops
    Maintenance {
        /// The dependency, or `all`
        dependency: String,
        /// How long: 30m, 2h; `over` ends the maintenance now
        lasts: String,
        /// What you are doing
        #[arg(default_value = "")]
        why: String,
        #[command(flatten)]
        by: By,
    },
    /// Accept a change, or an open warning, as the new normal
    Accept {
        /// The dependency
        dependency: String,
        #[command(flatten)]
        by: By,
    },
    /// Record that you caused a dependency's last incident: it does not count as a loss
    ItWasUs {
        /// The dependency
        dependency: String,
        /// What you did
        #[arg(default_value = "")]
        why: String,
        #[command(flatten)]
        by: By,
    },
    /// Record that a dependency's last incident was a false alarm, for the report
    FalseAlarm {
        /// The dependency
        dependency: String,
        /// What happened instead
        #[arg(default_value = "")]
        why: String,
        #[command(flatten)]
        by: By,
    },
    /// Record that a supplier still works for you, or has left: no program can check this
    Attest {
        /// The dependency's id or name, or a part that matches no other
        dependency: String,
        /// The supplier no longer works for you
        #[arg(long)]
        left: bool,
        #[command(flatten)]
        by: By,
    },
    /// Enter, list, confirm and answer vendors' letters
    #[command(subcommand)]
    Notice(NoticeCommand),
    /// Manage incidents on the public page: drafts, updates, post-mortems
    #[command(subcommand)]
    Incident(incident::IncidentCommand),
    /// Show what depends on which company, and how much of it is critical
    Map(map::How),
    /// Show what stops if a company drops you, what keeps working, and how long moving takes
    Whatif {
        /// The company, such as `amazon`
        company: String,
        #[command(flatten)]
        how: For,
    },
    /// Send a test alert, marked as a drill, and see who acknowledges it
    Drill {
        /// The dependency
        dependency: String,
        /// How long to wait for acknowledgements
        #[arg(long, default_value = "15m", value_name = "SPAN")]
        wait: String,
        #[command(flatten)]
        by: By,
    },
    /// Test the notification channels
    #[command(subcommand)]
    Notify(NotifyCommand),
    /// Run plugwatch as a service on this machine
    #[command(subcommand)]
    Service(service::ServiceCommand),
    /// Print the report as it would be sent now
    Report(report::How),
    /// Show what happened to one dependency, or list all incidents
    History {
        /// The dependency's id or name, or a part that matches no other
        dependency: Option<String>,
        #[command(flatten)]
        how: For,
    },
    /// Play a weekend in which a platform loses its vendors, in about a minute
    Demo(demo::How),
    /// Test plugwatch's judgement with scenarios whose outcome is known
    #[command(subcommand)]
    Bench(bench::BenchCommand),
    /// List, test and update the vendors that plugwatch knows
    Catalog {
        /// A folder with your own vendor files, which replace shipped ones of the same name
        #[arg(long, global = true, value_name = "DIR")]
        overlay: Option<PathBuf>,
        #[command(subcommand)]
        command: catalog::CatalogCommand,
    },
    /// Check the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print the completions of a shell: bash, zsh, fish
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write the man pages
    Man {
        /// The folder
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

#[derive(Subcommand)]
enum NotifyCommand {
    /// Send a test message through every channel to everyone, and show whether it arrived
    Test {
        /// Test only this channel
        #[arg(long, value_name = "NAME")]
        channel: Option<String>,
    },
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// Show what is wrong with the configuration, and which probes it would add and retire
    Check(For),
}

/// The error message for wrong arguments, which start with the program's name. Runs no command. A test checks the
/// documentation's commands with this.
pub fn wrong_arguments(arguments: &[String]) -> Option<String> {
    Arguments::try_parse_from(arguments).err().filter(clap::Error::use_stderr).map(|error| error.to_string())
}

/// Runs the program.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // `plugwatch catalog list | head` must end without an error. `run` must continue when the reader of its log ends.
    if !matches!(arguments.command, None | Some(Command::Run)) {
        sigpipe::reset();
    }
    let quiet =
        matches!(arguments.command, Some(Command::Demo(_) | Command::Bench(_) | Command::Init(_) | Command::Add(_)));
    log::start(if quiet { "warn,plugwatch=error" } else { "warn,plugwatch=info" });
    // One thread sends requests and decides; pages that are slow to parse go to other threads. Passing every
    // answer between threads would cost more than processing it.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("plugwatch: cannot start its runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(dispatch(arguments))
}

async fn dispatch(arguments: Arguments) -> ExitCode {
    let given = arguments.config;
    let config = given.clone().unwrap_or_else(usual_config);
    match arguments.command.unwrap_or(Command::Run) {
        Command::Init(args) => init::init(given.as_deref(), args).await,
        Command::Add(_) if given.is_none() && !Path::new(init::USUAL).exists() => failed(
            2,
            "there is no plugwatch.toml here; create one with `plugwatch init your-domain.com`, or name a file with -c",
        ),
        Command::Add(args) => add::add(&config, args).await,
        Command::Import(args) => import::import(&config, &args),
        Command::Coverage(how) => coverage::coverage(&config, how).await,
        Command::Keys(how) => keys::keys(&config, how).await,
        Command::Doctor(how) => doctor::doctor(&config, how).await,
        Command::Run => run::run(&config).await,
        Command::Check { explain: None, how } => check::check(&config, how.json).await,
        Command::Check { explain: Some(dependency), .. } => explain::explain(&config, &dependency).await,
        Command::Status(how) => why::status(&config, how.json).await,
        Command::Why { dependency, how } => why::why(&config, &dependency, how.json).await,
        Command::History { dependency, how } => history::history(&config, dependency.as_deref(), how.json).await,
        Command::Notice(command) => notice::notice(&config, command).await,
        Command::Incident(command) => incident::incident(&config, command).await,
        Command::Drill { dependency, wait, by } => drill::drill(&config, &dependency, &wait, &by).await,
        Command::Map(how) => map::map(&config, how).await,
        Command::Whatif { company, how } => map::whatif(&config, &company, how.json).await,
        Command::Report(how) => report::report(&config, how).await,
        Command::Notify(NotifyCommand::Test { channel }) => notify::test(&config, channel.as_deref()).await,
        Command::Service(command) => service::service(&config, command).await,
        Command::Demo(how) => demo::demo(how).await,
        Command::Catalog { overlay, command } => catalog::catalog(&config, overlay.as_deref(), command).await,
        Command::Bench(bench::BenchCommand::Drops { folder, only, show, events }) => {
            bench::drops(folder.as_deref(), only.as_deref(), show, events.as_deref()).await
        }
        Command::Bench(bench::BenchCommand::History { folder, show }) => {
            bench_history::history(folder.as_deref(), show).await
        }
        Command::Bench(bench::BenchCommand::Simulate { seed, runs, days, dependencies, events }) => {
            bench::simulation(Settings { seed, days, dependencies }, runs, events.as_deref()).await
        }
        Command::Bench(bench::BenchCommand::Decide { idle, failing }) => bench::decide(&idle, failing),
        Command::Bench(bench::BenchCommand::Load(args)) => bench_load::load(args).await,
        Command::Bench(bench::BenchCommand::Page { dependencies }) => bench_page::page(dependencies).await,
        Command::Bench(bench::BenchCommand::Replay { logs }) => replay::replay_all(&logs).await,
        Command::Config(ConfigCommand::Check(how)) => config::check(&config, how.json).await,
        Command::Completions { shell } => shell::completions(shell),
        Command::Man { folder } => shell::man(&folder),
        other => by_a_person(&config, other).await,
    }
}

/// The configuration in this folder, or else the example in a checkout, or else the service's. In the last case, the
/// service's folder becomes the current one.
fn usual_config() -> PathBuf {
    let usual = [init::USUAL, "config/plugwatch.toml"];
    if let Some(here) = usual.into_iter().find(|path| Path::new(path).exists()) {
        return here.into();
    }
    if Path::new(service::CONFIG).exists() && std::env::set_current_dir(service::STATE).is_ok() {
        return service::CONFIG.into();
    }
    "config/plugwatch.toml".into()
}

/// Runs a command by which a person responds to an alert.
async fn by_a_person(config: &Path, command: Command) -> ExitCode {
    let (by, deed) = match command {
        Command::Ack { what, by } => (by, ActionKind::Ack(what)),
        Command::Mute { dependency, lasts, why, by } => (by, ActionKind::Mute { dependency, lasts, why }),
        Command::Unmute { dependency, by } => (by, ActionKind::Unmute(dependency)),
        Command::Maintenance { dependency, lasts, why, by } => (by, ActionKind::Maintenance { dependency, lasts, why }),
        Command::Accept { dependency, by } => (by, ActionKind::Accept(dependency)),
        Command::ItWasUs { dependency, why, by } => (by, ActionKind::ItWasUs { dependency, why }),
        Command::FalseAlarm { dependency, why, by } => (by, ActionKind::FalseAlarm { dependency, why }),
        Command::Attest { dependency, left, by } => (by, ActionKind::Attest { dependency, left }),
        _ => return failed(2, "this command cannot be used here"),
    };
    act::act(config, &by, deed).await
}

/// Loads the configuration, or returns the exit code.
fn load(path: &Path) -> Result<Config, ExitCode> {
    Config::load(path).map_err(|problems| failed(2, wrong(&problems)))
}

fn wrong(problems: &crate::read::Problems) -> String {
    format!("the configuration is wrong\n\n{problems}; nothing was started")
}

/// Prints the error, and returns the exit code.
fn failed(code: u8, what: impl std::fmt::Display) -> ExitCode {
    eprintln!("plugwatch: {what}");
    ExitCode::from(code)
}
