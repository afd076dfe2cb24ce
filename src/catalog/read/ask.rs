//! Parses how a check makes its request.

use super::request;
use super::tables::plain_texts;
use crate::catalog::grammar::ask::Ask;
use crate::core::words::question::{Lookup, asker_names};
use crate::read::{At, Table};

/// Parses the `ask` of a check, and the table of the asker that it names.
pub(super) fn read(table: &Table<'_>) -> Option<Ask> {
    let ask = table.need_string("ask", "\"http\"")?;
    match ask.value.as_str() {
        "http" => {
            let Some(request) = table.table("request") else {
                table.missing("request", "{ url = \"https://...\" }");
                return None;
            };
            request::read(&request).map(Box::new).map(Ask::Http)
        }
        "dns" => {
            let dns = table.table("dns")?;
            let domain = dns.need_string("domain", "\"domain\"")?.value;
            let types = dns.strings("types").map(plain_texts).unwrap_or_else(|| vec!["SOA".into(), "A".into()]);
            dns.finish();
            Some(Ask::Dns { domain, types })
        }
        "exec" => {
            let exec = table.table("exec")?;
            let command = exec.need_string("command", "\"command\"")?.value;
            exec.finish();
            Some(Ask::Exec(command))
        }
        "rdap" => {
            let rdap = table.table("rdap")?;
            let domain = rdap.need_string("domain", "\"domain\"")?.value;
            let base = rdap.string("base").map(|base| base.value);
            rdap.finish();
            Some(Ask::Rdap { domain, base, lines: Vec::new() })
        }
        "heard" => {
            let heard = table.table("heard")?;
            let takes = heard.word("takes", &["pings", "counts", "words"])?.value;
            heard.finish();
            with_args(table, &ask, Ask::CheckIn(takes), &["name"])
        }
        other => match other.parse::<Lookup>() {
            Ok(what) => with_args(table, &ask, Ask::Lookup(what), what.args().0),
            Err(()) => {
                let known = format!("askers are: http, rdap, {}", asker_names().join(", "));
                table.problem(ask.span, format!("there is no asker `{other}`"), known);
                None
            }
        },
    }
}

/// Returns `ask` if the check has a parameter for each of the asker's arguments; otherwise, reports the first missing
/// one.
fn with_args(table: &Table<'_>, word: &At<String>, ask: Ask, args: &[&str]) -> Option<Ask> {
    let params = table.table("params");
    let there = |arg: &&str| params.as_ref().is_some_and(|params| params.any(arg).is_some());
    match args.iter().find(|arg| !there(arg)) {
        None => Some(ask),
        Some(lacking) => {
            let what = format!("the asker `{}` needs a parameter `{lacking}`", word.value);
            table.problem(word.span.clone(), what, format!("add it: {lacking} = {{ about = \"...\" }}"));
            None
        }
    }
}
