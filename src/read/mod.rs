//! Reads TOML files and collects *all* problems, each with its place and what to do.
//!
//! The configuration and the catalogue are both read with this module, which depends on neither.

mod problem;
pub mod secret;
mod table;
mod value;
mod variable;

pub use problem::{Problem, Problems, anonymous, is_variable};
pub use table::{At, Table};
pub use value::{duration, duration_text, to_json};
pub use variable::{CREDENTIALS, credential, variable};

use std::cell::RefCell;
use std::collections::BTreeSet;

use toml::Spanned;
use toml::de::DeTable;

/// A file being read: its text, and the problems found so far.
#[derive(Debug)]
pub struct Source {
    /// The file's name, as people know it.
    pub name: String,
    /// Its whole text.
    pub text: String,
    problems: RefCell<Vec<Problem>>,
    /// Lines with syntax errors. Further problems there have the same cause, and are dropped.
    broken: RefCell<BTreeSet<usize>>,
}

impl Source {
    /// A file's text under its name.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Source {
        Source { name: name.into(), text: text.into(), problems: RefCell::default(), broken: RefCell::default() }
    }

    /// Parses the text. Syntax errors become problems, and the rest is still read.
    pub fn parse(&self) -> Spanned<DeTable<'_>> {
        let (table, errors) = DeTable::parse_recoverable(&self.text);
        for error in errors {
            let span = error.span().unwrap_or(0..0);
            self.problem(span.clone(), error.message().trim(), "see https://toml.io for how TOML is written");
            self.broken.borrow_mut().insert(problem::line_of(&self.text, span.start));
        }
        table
    }

    /// Records a problem at a range of bytes.
    pub fn problem(&self, span: std::ops::Range<usize>, what: impl Into<String>, cure: impl Into<String>) {
        self.note(Problem::at(&self.name, &self.text, span, what.into(), cure.into()));
    }

    /// Records a problem at a secret: the text there is not shown, whatever its key is called.
    pub fn secret_problem(&self, span: std::ops::Range<usize>, what: impl Into<String>, cure: impl Into<String>) {
        self.note(Problem::at(&self.name, &self.text, span, what.into(), cure.into()).veiled());
    }

    /// Records a problem at a key whose value is not shown.
    pub fn keyed_problem(&self, span: std::ops::Range<usize>, what: impl Into<String>, cure: impl Into<String>) {
        self.note(Problem::at(&self.name, &self.text, span, what.into(), cure.into()).without_value());
    }

    fn note(&self, problem: Problem) {
        let mut problems = self.problems.borrow_mut();
        let again = problems
            .iter()
            .any(|old| (old.line, old.column, &old.what) == (problem.line, problem.column, &problem.what));
        if !again && !self.broken.borrow().contains(&problem.line) {
            problems.push(problem);
        }
    }

    /// The problems found so far, in the order of the file.
    pub fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| (problem.line, problem.column));
        problems
    }

    /// Whether no problem was found so far.
    pub fn is_fine(&self) -> bool {
        self.problems.borrow().is_empty()
    }
}
