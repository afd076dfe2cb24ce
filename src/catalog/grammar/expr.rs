//! Conditions and texts of the catalogue, and the names they use. A compiled condition takes about 10 KB and a
//! platform uses only a few vendors, so conditions are compiled on first use.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use minijinja::{Error, Expression};

use super::functions::{ENV, FUNCTIONS};

/// An expression that is known to compile.
#[derive(Clone, Debug)]
pub struct Expr {
    text: String,
    compiled: Arc<OnceLock<Option<Expression<'static, 'static>>>>,
}

impl Expr {
    /// Checks that an expression compiles.
    ///
    /// # Errors
    /// Fails if the expression does not compile. The error is the parser's message.
    pub fn compile(text: &str) -> Result<Expr, String> {
        ENV.compile_expression(text).map_err(|error| plain(&error))?;
        Ok(Expr { text: text.to_owned(), compiled: Arc::default() })
    }

    /// The compiled expression.
    pub(in crate::catalog) fn compiled(&self) -> Option<&Expression<'static, 'static>> {
        // The expression compiled when the file was loaded, so this cannot fail.
        self.compiled.get_or_init(|| ENV.compile_expression_owned(self.text.clone()).ok()).as_ref()
    }

    /// The source text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Every dotted name that it uses, without functions.
    pub fn names(&self) -> BTreeSet<String> {
        let compiled = ENV.compile_expression(&self.text);
        let names = compiled.map(|compiled| compiled.undeclared_variables(true)).unwrap_or_default();
        names.into_iter().filter(|name| !FUNCTIONS.contains(&name.as_str())).collect()
    }
}

/// The names that a message text uses.
///
/// # Errors
/// Fails if the text cannot be parsed. The error is the parser's message.
pub fn template_names(template: &str) -> Result<BTreeSet<String>, String> {
    let parsed = ENV.template_from_str(template).map_err(|error| plain(&error))?;
    let names = parsed.undeclared_variables(true).into_iter();
    Ok(names.filter(|name| !FUNCTIONS.contains(&name.as_str())).collect())
}

fn plain(error: &Error) -> String {
    error.detail().map_or_else(|| error.kind().to_string(), str::to_owned)
}
