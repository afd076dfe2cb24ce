//! Conditions and texts of the catalogue, and the names they use. A condition is compiled when it is first asked:
//! compiled it takes some ten kilobytes, and of all vendors a platform uses a few.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use minijinja::{Error, Expression};

use super::functions::{ENV, FUNCTIONS};

/// An expression that can be compiled.
#[derive(Clone, Debug)]
pub struct Expr {
    text: String,
    compiled: Arc<OnceLock<Option<Expression<'static, 'static>>>>,
}

impl Expr {
    /// One expression, once it was seen to compile.
    ///
    /// # Errors
    /// What the parser says.
    pub fn compile(text: &str) -> Result<Expr, String> {
        ENV.compile_expression(text).map_err(|error| plain(&error))?;
        Ok(Expr { text: text.to_owned(), compiled: Arc::default() })
    }

    /// It, compiled.
    pub(in crate::catalog) fn compiled(&self) -> Option<&Expression<'static, 'static>> {
        // It compiled before, so it does again.
        self.compiled.get_or_init(|| ENV.compile_expression_owned(self.text.clone()).ok()).as_ref()
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Every dotted name it uses, without the functions.
    pub fn names(&self) -> BTreeSet<String> {
        let compiled = ENV.compile_expression(&self.text);
        let names = compiled.map(|compiled| compiled.undeclared_variables(true)).unwrap_or_default();
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
