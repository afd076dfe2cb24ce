//! Builds the question of a check from a probe's parameters.

use std::time::Duration;

use serde_json::Value;

use super::fill::Filler;
use super::value::FillError;
use crate::catalog::grammar::ask::Ask;
use crate::catalog::grammar::check::Check;
use crate::catalog::grammar::param::Params;
use crate::core::time::Time;
use crate::core::words::question::{
    CheckInQuestion, DnsQuestion, ExecQuestion, LookupQuestion, Question, RdapQuestion,
};

/// The question of `check` with `params` at `now`. `bust` is a unique value that prevents cached answers.
///
/// # Errors
/// Fails if a secret or parameter is missing, the URL is not valid, or the key cannot sign.
pub fn question(
    check: &Check,
    params: &Params,
    bust: Option<i64>,
    now: Time,
    timeout: Duration,
) -> Result<Question, FillError> {
    match &check.ask {
        Ask::Http(request) => {
            let mut question = Filler { check, params, now, timeout }.http(request, bust)?;
            question.tls = request.tls;
            Ok(Question::Http(question))
        }
        Ask::Exec(name) => {
            let words =
                params.public.get(name).and_then(Value::as_array).ok_or_else(|| FillError::Missing(name.clone()))?;
            let command = words.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect();
            Ok(Question::Exec(ExecQuestion { command, timeout }))
        }
        Ask::Rdap { domain, base, lines } => {
            let domain = params.text(domain)?.0.trim_end_matches('.').to_lowercase();
            let base = base.as_ref().and_then(|base| params.text(base).ok()).map(|(base, _)| base);
            let registry = format!("registry of {domain}");
            // Uses the longest suffix that has its own query.
            let of = |ending: &str| domain.strip_suffix(ending).is_some_and(|rest| rest.ends_with('.'));
            let line = lines.iter().filter(|(ending, _)| of(ending)).max_by_key(|(ending, _)| ending.len());
            let line = line.map(|(_, line)| line.replace("{domain}", &domain));
            Ok(Question::Rdap(RdapQuestion { domain, registry, base, line, timeout }))
        }
        Ask::Lookup(what) => {
            let (needed, more) = what.args();
            let given = |name: &&str| Some(((*name).to_owned(), texts(params.public.get(name)?)));
            let args = needed.iter().chain(more).filter_map(given).collect();
            let timeout = timeout.min(Duration::from_secs(5));
            Ok(Question::Lookup(LookupQuestion { what: *what, args, timeout }))
        }
        Ask::CheckIn(takes) => {
            let seconds = params.public.get("window").and_then(Value::as_u64).unwrap_or(3_600);
            let name = params.text("name")?.0;
            Ok(Question::CheckIn(CheckInQuestion { takes: *takes, name, window: Duration::from_secs(seconds) }))
        }
        Ask::Dns { domain, types } => {
            let domain = params.text(domain)?.0.trim_end_matches('.').to_lowercase();
            Ok(Question::Dns(DnsQuestion {
                domain,
                types: types.clone(),
                timeout: timeout.min(Duration::from_secs(3)),
            }))
        }
    }
}

/// A parameter as a list of names in lower case, without a final dot.
fn texts(value: &Value) -> Vec<String> {
    let text = |item: &Value| match item {
        Value::String(text) => text.trim().trim_end_matches('.').to_lowercase(),
        other => other.to_string(),
    };
    match value {
        Value::Array(items) => items.iter().map(text).collect(),
        one => vec![text(one)],
    }
}
