//! A problem in a file, with its place, a caret and what to do.

use std::fmt;
use std::ops::Range;

/// One problem in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub file: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// The line's text.
    pub text: String,
    /// How many characters the caret marks.
    pub width: usize,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub cure: String,
}

impl Problem {
    /// The problem at a range of bytes of `source`.
    pub fn at(file: &str, source: &str, span: Range<usize>, what: String, cure: String) -> Problem {
        let start = floor(source, span.start.min(source.len()));
        let before = &source[..start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let text = veiled(source[line_start..].lines().next().unwrap_or(""));
        let column = source[line_start..start].chars().count();
        let end = floor(source, span.end.clamp(start, source.len()));
        let marked = source[start..end].lines().next().unwrap_or("").chars().count();
        let width = marked.min(text.chars().count().saturating_sub(column)).max(1);
        let (text, what) = (anonymous(&text), anonymous(&what));
        Problem { file: file.to_owned(), line: line_of(source, start), column: column + 1, text, width, what, cure }
    }

    /// Hides a text value after the equals sign. Numbers and flags are not secrets, so they stay.
    pub fn without_value(mut self) -> Problem {
        if let Some((key, value)) = self.text.split_once('=')
            && value.trim_start().starts_with(['"', '\'', '{', '['])
        {
            let stars: String = value.chars().map(|c| if c.is_whitespace() || c == '"' { c } else { '*' }).collect();
            self.text = format!("{key}={stars}");
        }
        self
    }

    /// Hides the marked text.
    pub fn veiled(mut self) -> Problem {
        let shown = |(n, c): (usize, char)| {
            let within = n + 1 >= self.column && n + 1 < self.column + self.width;
            if within && c != '"' && !c.is_whitespace() { '*' } else { c }
        };
        self.text = self.text.chars().enumerate().map(shown).collect();
        self
    }

    /// A problem of a whole file, without a line.
    pub fn of_file(file: &str, what: impl Into<String>, cure: impl Into<String>) -> Problem {
        let (what, cure) = (what.into(), cure.into());
        Problem { file: file.to_owned(), line: 0, column: 0, text: String::new(), width: 0, what, cure }
    }
}

/// The line of a byte, counted from 1.
pub(super) fn line_of(source: &str, at: usize) -> usize {
    source.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

/// Hides the value of a key whose name suggests a secret, because problems are shown on screens and in logs.
fn veiled(line: &str) -> String {
    let Some((key, value)) = line.split_once('=') else { return line.to_owned() };
    let name = key.to_lowercase();
    if value.trim_start().starts_with('{') {
        return veiled_source(line);
    }
    if !sounds_secret(&name) {
        return line.to_owned();
    }
    let stars: String = value.chars().map(|c| if c.is_whitespace() || c == '"' { c } else { '*' }).collect();
    format!("{key}={stars}")
}

/// Whether a key's name suggests a secret.
pub(super) fn sounds_secret(name: &str) -> bool {
    const SOUNDS: [&str; 6] = ["token", "secret", "passw", "key", "auth", "credential"];
    SOUNDS.iter().any(|sound| name.contains(sound))
}

/// A text without the user names and passwords in its URLs (RFC 3986, section 3.2.1), at the same length.
pub fn anonymous(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let end = after.find(['/', '"', '`', ' ', '?', '#']).unwrap_or(after.len());
        let (authority, more) = after.split_at(end);
        match authority.rsplit_once('@') {
            Some((secret, host)) => {
                out.push_str(&"*".repeat(secret.chars().count()));
                out.push('@');
                out.push_str(host);
            }
            None => out.push_str(authority),
        }
        rest = more;
    }
    out + rest
}

/// Hides the name in `{ env = "..." }`, if it could be the secret itself.
fn veiled_source(line: &str) -> String {
    let Some((before, after)) = line.split_once("env") else { return line.to_owned() };
    let mut parts = after.splitn(3, '"');
    let (Some(glue), Some(name), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return line.to_owned();
    };
    let harmless = is_variable(name.trim_start_matches('$'));
    let name = if harmless { name.to_owned() } else { "*".repeat(name.chars().count()) };
    format!("{before}env{glue}\"{name}\"{rest}")
}

/// Whether a text can be the name of an environment variable: capitals, digits and `_`. A secret pasted there
/// nearly always contains other characters.
pub fn is_variable(name: &str) -> bool {
    let fine = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_') && name.chars().all(fine)
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            writeln!(f, "{}: {}", self.file, self.what)?;
            return writeln!(f, "  = {}", self.cure);
        }
        let number = self.line.to_string();
        let gutter = " ".repeat(number.len());
        writeln!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.what)?;
        writeln!(f, "{gutter} |")?;
        writeln!(f, "{number} | {}", self.text)?;
        writeln!(f, "{gutter} | {}{}", " ".repeat(self.column - 1), "^".repeat(self.width))?;
        writeln!(f, "{gutter} = {}", self.cure)
    }
}

/// All problems of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.0 {
            writeln!(f, "{problem}")?;
        }
        let count = self.0.len();
        write!(f, "{count} problem{} found", if count == 1 { "" } else { "s" })
    }
}
