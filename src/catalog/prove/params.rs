//! The parameters that an example gives, and those that it leaves to their defaults.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::catalog::grammar::check::Check;
use crate::catalog::grammar::param::{Param, Params};
use crate::core::words::question::{Key, Secret};

/// The given parameters, with defaults where there are none, and a word in place of each secret.
pub(super) fn params_of(check: &Check, given: &BTreeMap<String, Value>) -> Params {
    let default = |param: &Param| Some((param.name.clone(), param.default.clone()?));
    let mut public: BTreeMap<_, _> = check.params.iter().filter_map(default).collect();
    public.extend(given.clone());
    let secrets = check.params.iter().filter(|param| param.secret);
    let secret = secrets.map(|param| (param.name.clone(), Key::Set(Secret::new("secret")))).collect();
    Params { public, secret }
}
