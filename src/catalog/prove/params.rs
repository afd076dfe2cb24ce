//! The parameters that an example gives, and the defaults of the others.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::catalog::grammar::check::Check;
use crate::catalog::grammar::param::{Param, Params};
use crate::catalog::grammar::values::Values;
use crate::core::words::question::{Key, Secret};

/// Finds values in an example that no configuration could contain: a name that the check does not have, or a text
/// that its pattern rejects.
pub(super) fn impossible(check: &Check, given: &BTreeMap<String, Value>) -> Vec<String> {
    let wrong = |(name, value): (&String, &Value)| {
        let Some(param) = check.param(name) else { return Some(format!("no check has the parameter `{name}`")) };
        let pattern = param.pattern.as_ref()?;
        let all = value.as_array().map_or_else(|| vec![value], |items| items.iter().collect());
        let refused = all.into_iter().filter_map(Value::as_str).find(|text| !pattern.is_match(text))?;
        Some(format!("`{name}` = \"{refused}\" does not match {pattern}"))
    };
    given.iter().filter_map(wrong).collect()
}

/// The given parameters, with defaults for the others and a placeholder for each secret.
pub(super) fn params_of(check: &Check, given: &BTreeMap<String, Value>) -> Params {
    let default = |param: &Param| Some((param.name.clone(), param.default.clone()?));
    let mut public: Values = check.params.iter().filter_map(default).collect();
    public.extend(given.clone());
    let secrets = check.params.iter().filter(|param| param.secret);
    let secret = secrets.map(|param| (param.name.clone(), Key::Set(Secret::new("secret")))).collect();
    Params { public, secret }
}
