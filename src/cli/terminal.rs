//! What a person at a terminal needs: its width, colours only where they are wanted, progress while something
//! takes long.

use std::io::{IsTerminal, Write};

/// How wide lines may be: the terminal's width, or what `COLUMNS` says; `None` where a program reads.
pub(super) fn width() -> Option<usize> {
    let given = std::env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok());
    let given = given.filter(|columns| *columns > 0);
    if !std::io::stdout().is_terminal() {
        return given;
    }
    given.or_else(|| terminal_size::terminal_size().map(|(columns, _)| usize::from(columns.0)))
}

/// Whether standard error may have colours: at a terminal, unless `NO_COLOR` is set (no-color.org) or the terminal
/// is a dumb one.
pub(super) fn has_colours() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
    std::io::stderr().is_terminal() && !set("NO_COLOR") && !dumb
}

/// Says how far something is that takes longer than a moment; for a person only, and gone when it is over.
pub(super) fn progress(what: &str, done: usize, total: usize) {
    let mut err = std::io::stderr();
    if err.is_terminal() {
        let end = if done == total { "\r\x1b[K" } else { "" };
        // A progress line that cannot be written is no loss.
        let _ = write!(err, "\r{what} {done} of {total}{end}");
        let _ = err.flush();
    }
}

/// The same for work whose length is not known: said once it has begun, and taken away when this is dropped.
pub(super) struct Working(bool);

impl Working {
    /// Says what is being done.
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
