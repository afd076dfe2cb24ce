//! Questions to a person at the terminal.

use std::io::{BufRead, IsTerminal, Write};

/// Whether somebody is there to answer.
pub(super) fn somebody_is_there() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// What a person answers; `usual` if they only press enter, nothing at the end of input.
pub(super) fn ask(question: &str, usual: &str) -> String {
    let hint = if usual.is_empty() { String::new() } else { format!(" [{usual}]") };
    print!("{question}{hint}: ");
    // A question that cannot be shown cannot be answered either.
    let _ = std::io::stdout().flush();
    let mut line = String::new();
    match std::io::stdin().lock().read_line(&mut line) {
        Ok(n) if n > 0 && !line.trim().is_empty() => line.trim().to_owned(),
        _ => usual.to_owned(),
    }
}

/// A secret: what is typed is not shown. Nothing where none is given.
pub(super) fn ask_secret(question: &str) -> String {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    let stdin = std::io::stdin();
    let shown = tcgetattr(&stdin);
    if let Ok(shown) = &shown {
        let mut hidden = shown.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        // A terminal that cannot hide it still takes it.
        _ = tcsetattr(&stdin, OptionalActions::Now, &hidden);
    }
    let answer = ask(question, "");
    if let Ok(shown) = &shown {
        _ = tcsetattr(&stdin, OptionalActions::Now, shown);
        println!();
    }
    answer
}

/// A yes or a no; whatever else is answered is asked again, and is no in the end.
pub(super) fn agree(question: &str, usual: bool) -> bool {
    for _ in 0..3 {
        let answer = ask(&format!("{question} (y/n)"), if usual { "y" } else { "n" });
        match answer.to_lowercase().as_str() {
            "y" | "yes" => return true,
            "n" | "no" => return false,
            _ => println!("Please answer y or n."),
        }
    }
    false
}
