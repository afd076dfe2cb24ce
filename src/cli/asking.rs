//! Questions to a person at the terminal.

use std::io::{BufRead, IsTerminal, Write};

/// Whether standard input and output are terminals, so that a person can answer.
pub(super) fn somebody_is_there() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// A person's answer: `usual` if they only press Enter, or at the end of input.
pub(super) fn ask(question: &str, usual: &str) -> String {
    let hint = if usual.is_empty() { String::new() } else { format!(" [{usual}]") };
    print!("{question}{hint}: ");
    // If the question cannot be shown, the person cannot answer it either, so this error is ignored.
    let _ = std::io::stdout().flush();
    let mut line = String::new();
    match std::io::stdin().lock().read_line(&mut line) {
        Ok(n) if n > 0 && !line.trim().is_empty() => line.trim().to_owned(),
        _ => usual.to_owned(),
    }
}

/// Asks for a secret without showing what is typed. Empty if none is given.
pub(super) fn ask_secret(question: &str) -> String {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    let stdin = std::io::stdin();
    let shown = tcgetattr(&stdin);
    if let Ok(shown) = &shown {
        let mut hidden = shown.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        // If the terminal cannot hide the input, the secret is read nevertheless.
        _ = tcsetattr(&stdin, OptionalActions::Now, &hidden);
    }
    let answer = ask(question, "");
    if let Ok(shown) = &shown {
        _ = tcsetattr(&stdin, OptionalActions::Now, shown);
        println!();
    }
    answer
}

/// Asks for yes or no. After three answers that are neither, the result is no.
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
