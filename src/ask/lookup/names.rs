//! Records of several names of one domain, each looked up separately: where hosts point to, and the domain's TXT
//! records.

use std::str::FromStr;

use hickory_proto::rr::{RData, RecordType};
use serde_json::{Value, json};

use crate::ask::dns::{Missing, Walk, plain};
use crate::core::words::question::LookupQuestion;

/// The maximum number of records reported for one name.
const MOST: usize = 200;

/// Looks up each entry of `wanted`, such as `A www.example.com`.
pub async fn ask(walk: &mut Walk<'_>, question: &LookupQuestion) -> Value {
    let mut rows = Vec::new();
    for wanted in question.all("wanted") {
        let Some((kind, name)) = wanted.split_once(' ') else { continue };
        let Ok(record_type) = RecordType::from_str(kind) else { continue };
        let looked = walk.look_up(name, record_type).await;
        let outcome = looked.found.as_ref().map_or_else(|missing: &Missing| missing.word(), |_| "found");
        let found = looked.found.as_deref().unwrap_or_default();
        let records: Vec<String> = found.iter().take(MOST).map(text).collect();
        rows.push(json!({
            "name": name, "kind": kind, "outcome": outcome, "aliases": looked.aliases, "records": records,
            "total": found.len(),
        }));
    }
    json!({ "domain": question.domain(), "rows": rows })
}

fn text(data: &RData) -> String {
    match data {
        RData::TXT(txt) => txt.txt_data.iter().map(|part| String::from_utf8_lossy(part)).collect(),
        RData::NS(name) => plain(&name.0),
        RData::MX(mx) => format!("{} {}", mx.preference, plain(&mx.exchange)),
        other => other.to_string(),
    }
}
