//! Output for a person at a terminal: its width, colours if allowed, and progress of long work.

use std::io::{IsTerminal, Write};

/// The maximum width of lines: `COLUMNS`, or the terminal's width; `None` if another program reads the
/// output.
pub(super) fn width() -> Option<usize> {
    let given = std::env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok());
    let given = given.filter(|columns| *columns > 0);
    if !std::io::stdout().is_terminal() {
        return given;
    }
    given.or_else(|| terminal_size::terminal_size().map(|(columns, _)| usize::from(columns.0)))
}

/// Whether standard error may have colours: at a terminal, unless `NO_COLOR` is set (no-color.org) or `TERM`
/// is `dumb`.
pub(super) fn has_colours() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
    std::io::stderr().is_terminal() && !set("NO_COLOR") && !dumb
}

/// Shows progress of long work at a terminal, and removes it at the end.
pub(super) fn progress(what: &str, done: usize, total: usize) {
    let mut err = std::io::stderr();
    if err.is_terminal() {
        let end = if done == total { "\r\x1b[K" } else { "" };
        // If a progress line cannot be written, nothing is lost.
        let _ = write!(err, "\r{what} {done} of {total}{end}");
        let _ = err.flush();
    }
}

/// Progress of work of unknown length: shown when it begins, removed when this value is dropped.
pub(super) struct Working(bool);

impl Working {
    /// Shows what is being done.
    pub(super) fn on(what: &str) -> Working {
        let mut err = std::io::stderr();
        let shown = err.is_terminal();
        if shown {
            let _ = write!(err, "\r{what} ...");
            let _ = err.flush();
        }
        Working(shown)
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        if self.0 {
            let mut err = std::io::stderr();
            let _ = write!(err, "\r\x1b[K");
            let _ = err.flush();
        }
    }
}
