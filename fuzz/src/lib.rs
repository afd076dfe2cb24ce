//! Shared code of the targets: the catalogue, and answers to its checks.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use plugwatch::catalog::{Catalog, Check, Params};
use plugwatch::core::words::answer::{Answer, HttpFacts};
use plugwatch::core::time::Time;

static CATALOG: LazyLock<Arc<Catalog>> = LazyLock::new(|| Arc::new(Catalog::load(None).unwrap_or_default()));

/// The catalogue, loaded once, before the first input, so that its time is not counted for an input.
pub fn catalog() -> Arc<Catalog> {
    CATALOG.clone()
}

/// Every check over HTTP.
pub fn checks() -> Vec<&'static Check> {
    let all = CATALOG.vendors.values().flat_map(|vendor| vendor.checks.values());
    all.filter(|check| check.ask.is_http()).collect()
}

/// Judges a body as a 200 answer to one check.
pub fn judge(check: &str, body: &[u8], media: &str, step: &str) {
    if let Some((_, check)) = CATALOG.check(check) {
        judge_as(check, body, media, step, 200);
    }
}

/// Judges a body as an answer; the sentence for people must not be cut off.
pub fn judge_as(check: &Check, body: &[u8], media: &str, step: &str, status: u16) {
    let mut params = Params::default();
    for param in check.params.iter().filter(|param| !param.secret) {
        params.public.extend(param.default.clone().map(|value| (param.name.clone(), value)));
    }
    if let Some(example) = check.examples.first() {
        params.public.extend(example.params.clone());
    }
    let facts = HttpFacts {
        status,
        url: "https://www.example.org/".to_owned(),
        host: "www.example.org".to_owned(),
        path: "/".to_owned(),
        content_type: media.to_owned(),
        headers: BTreeMap::from([("content-type".to_owned(), media.to_owned())]),
        size: body.len() as u64,
        redirects: 0,
    };
    let answer = Answer {
        step: step.to_owned(),
        http: (step != "whois").then_some(facts),
        body: body.to_vec(),
        ..Answer::default()
    };
    let reading = CATALOG.judge(check, &params, &answer, Time(1_800_000_000_000));
    assert!(!reading.reason.is_empty(), "{reading:?}");
}
