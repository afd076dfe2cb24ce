//! Conditions and texts of the catalogue, compiled, with the names they use.

use std::collections::BTreeSet;
use std::sync::Arc;

use minijinja::{Error, Expression};

use super::functions::{ENV, FUNCTIONS};

/// A compiled expression with its text.
#[derive(Clone, Debug)]
pub struct Expr {
    text: String,
    pub(in crate::catalog) compiled: Arc<Expression<'static, 'static>>,
}

impl Expr {
    /// Compiles one expression.
    ///
    /// # Errors
    /// What the parser says.
    pub fn compile(text: &str) -> Result<Expr, String> {
        let compiled = ENV.compile_expression_owned(text.to_owned()).map_err(|error| plain(&error))?;
        Ok(Expr { text: text.to_owned(), compiled: Arc::new(compiled) })
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Every dotted name it uses, without the functions.
    pub fn names(&self) -> BTreeSet<String> {
        let names = self.compiled.undeclared_variables(true);
        names.into_iter().filter(|name| !FUNCTIONS.contains(&name.as_str())).collect()
    }
}

/// Whether a message text can be parsed, and which names it uses.
///
/// # Errors
/// What the parser says.
pub fn template_names(template: &str) -> Result<BTreeSet<String>, String> {
    let parsed = ENV.template_from_str(template).map_err(|error| plain(&error))?;
    let names = parsed.undeclared_variables(true).into_iter();
    Ok(names.filter(|name| !FUNCTIONS.contains(&name.as_str())).collect())
}

fn plain(error: &Error) -> String {
    error.detail().map_or_else(|| error.kind().to_string(), str::to_owned)
}
