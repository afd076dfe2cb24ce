//! The program's log, on standard error: as lines for people, or as JSON for collectors.

use tracing_subscriber::EnvFilter;

use super::terminal;

/// How much is logged: a level, or directives of tracing-subscriber.
const LEVEL: &str = "PLUGWATCH_LOG";
/// `text`, the default, or `json`: an object on each line.
const FORMAT: &str = "PLUGWATCH_LOG_FORMAT";

/// Starts the log; `usual` is the level if the variable is not set. A level such as `debug` applies to
/// plugwatch only, so it shows checks and not every statement of the database; libraries log at that level
/// only if the variable names them.
pub(super) fn start(usual: &str) {
    let wish = std::env::var(LEVEL).unwrap_or_default();
    let format = std::env::var(FORMAT).unwrap_or_default();
    let (filter, wrong) = match filter(&wish, usual) {
        Ok(filter) => (filter, None),
        Err(wrong) => (EnvFilter::new(usual), Some(wrong)),
    };
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    match format.trim() {
        // Log collectors expect an event's fields at the same level as its message.
        "json" => log.json().flatten_event(true).with_current_span(false).with_span_list(false).init(),
        _ => log.with_ansi(terminal::has_colours()).init(),
    }
    if let Some(wrong) = wrong {
        tracing::warn!("{LEVEL}=\"{wish}\" has no effect ({wrong}); use error, warn, info, debug or trace");
    }
    if !matches!(format.trim(), "" | "text" | "json") {
        tracing::warn!("{FORMAT}=\"{format}\" has no effect; use text or json");
    }
}

fn filter(wish: &str, usual: &str) -> Result<EnvFilter, String> {
    match wish.trim() {
        "" => Ok(EnvFilter::new(usual)),
        level @ ("error" | "warn" | "info" | "debug" | "trace") => {
            EnvFilter::try_new(format!("warn,plugwatch={level}")).map_err(|error| error.to_string())
        }
        // A bare word would be read as a module's name, and would silence everything else.
        word if word.chars().all(char::is_alphanumeric) => Err("it is not a level".to_owned()),
        other => EnvFilter::try_new(other).map_err(|error| error.to_string()),
    }
}
