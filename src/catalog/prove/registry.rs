//! Runs the examples of registries. Each must result in its expected verdict; with a word for removal from the zone,
//! it must result in `dropped`; without any state, nothing may be concluded.

use std::collections::BTreeMap;

use serde_json::json;

use super::params::params_of;
use super::tested::Tested;
use crate::catalog::grammar::catalog::Catalog;
use crate::catalog::grammar::registry::RegistryExample;
use crate::core::time::Time;
use crate::core::words::answer::{Answer, HttpFacts};
use crate::core::words::verdict::{Reading, Verdict};

/// The check that judges registries' answers.
const CHECK: &str = "domain/registration";

/// Runs the examples of all registries.
pub(super) fn test(catalog: &Catalog, tested: &mut Tested) {
    for example in &catalog.registries.examples {
        let Some(reading) = read(catalog, example, &example.body) else { return };
        let expires = reading.facts.get("expires").and_then(|fact| fact.as_str()).unwrap_or("").to_owned();
        let sees_facts = matches!(reading.verdict, Verdict::Live | Verdict::Degraded);
        let wanted = (example.verdict, example.reason.as_str());
        expect(example, "", &reading, wanted, tested);
        let right = expires.starts_with(&example.expires) && example.expires.is_empty() == expires.is_empty();
        if sees_facts && !right {
            let line = format!(
                "{}: \"{}\" expires on \"{expires}\", not \"{}\"",
                example.place, example.name, example.expires
            );
            tested.failed.push(line);
        }
        held(catalog, example, tested);
        bare(catalog, example, tested);
    }
}

/// Tests the example with a word for removal from the zone.
fn held(catalog: &Catalog, example: &RegistryExample, tested: &mut Tested) {
    let [what, instead] = &example.held[..] else { return };
    let body = example.body.replace(what, instead);
    if body == example.body {
        tested.failed.push(format!("{}: \"{}\" has no \"{what}\"", example.place, example.name));
    } else if let Some(reading) = read(catalog, example, &body) {
        let reason = reading.reason.clone();
        expect(example, ", held,", &reading, (Verdict::Dropped, &reason), tested);
    }
}

/// Tests the example without the words for its state.
fn bare(catalog: &Catalog, example: &RegistryExample, tested: &mut Tested) {
    let Some(part) = &example.bare else { return };
    let body: String =
        example.body.lines().filter(|line| !line.contains(part.as_str())).flat_map(|line| [line, "\n"]).collect();
    if let Some(reading) = read(catalog, example, &body) {
        expect(example, ", without its state,", &reading, (Verdict::Unknown, "unrecognised"), tested);
    }
}

fn read(catalog: &Catalog, example: &RegistryExample, body: &str) -> Option<Reading> {
    let (_, check) = catalog.check(CHECK)?;
    let params = params_of(check, &BTreeMap::from([("domain".to_owned(), json!(example.domain))]));
    let http = HttpFacts { status: 200, ..HttpFacts::default() };
    let answer = match example.rdap {
        true => Answer { http: Some(http), body: body.as_bytes().to_vec(), ..Answer::default() },
        false => Answer { step: "whois".to_owned(), body: body.as_bytes().to_vec(), ..Answer::default() },
    };
    let at = example.at.as_deref().and_then(Time::parse).unwrap_or_default();
    Some(catalog.judge(check, &params, &answer, at))
}

fn expect(example: &RegistryExample, how: &str, got: &Reading, wanted: (Verdict, &str), tested: &mut Tested) {
    if (got.verdict, got.reason.as_str()) == wanted {
        tested.passed += 1;
        return;
    }
    tested.failed.push(format!(
        "{}: \"{}\"{how} should read {} ({}), reads {} ({}): {}",
        example.place, example.name, wanted.0, wanted.1, got.verdict, got.reason, got.say
    ));
}
