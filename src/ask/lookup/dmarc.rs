//! What receivers shall do with mail that claims to be ours: DMARC (RFC 7489). Without a record
//! of its own, a name follows the nearest name above it that has one.

use mail_auth::common::parse::TxtRecordParser;
use mail_auth::dmarc::{Dmarc, Policy};
use serde_json::{Value, json};

use crate::ask::dns::{Missing, Walk};
use crate::core::words::question::LookupQuestion;

/// The record that counts for the domain.
pub async fn ask(walk: &mut Walk<'_>, question: &LookupQuestion) -> Value {
    let mut at = question.domain();
    let (found, records) = loop {
        let texts = walk.texts(&format!("_dmarc.{at}")).await;
        let is_dmarc = |text: &String| text.trim_start().starts_with("v=DMARC1");
        match texts.map(|texts| texts.into_iter().filter(is_dmarc).collect::<Vec<_>>()) {
            Ok(records) if !records.is_empty() => break ("ok", records),
            Err(Missing::Unanswered) => break ("unanswered", Vec::new()),
            Ok(_) | Err(_) => {}
        }
        match at.split_once('.').filter(|(_, above)| above.contains('.')) {
            Some((_, above)) => at = above,
            None => break ("no_data", Vec::new()),
        }
    };
    let parsed = match records.as_slice() {
        [one] => parse(one),
        _ => None,
    };
    // A name below the one with the record follows its `sp`, if it has one.
    let policy = parsed.as_ref().map(|dmarc| match &dmarc.sp {
        Policy::Unspecified => &dmarc.p,
        _ if at == question.domain() => &dmarc.p,
        sp => sp,
    });
    json!({
        "domain": question.domain(),
        "found": found,
        "at": at,
        "records": records,
        "valid": parsed.is_some(),
        "policy": policy.map_or("", word),
        "reports": parsed.iter().flat_map(|dmarc| &dmarc.rua).map(|uri| uri.uri.as_str()).collect::<Vec<_>>(),
    })
}

/// A record as it is meant.
pub fn parse(record: &str) -> Option<Dmarc> {
    Dmarc::parse(record.as_bytes()).ok()
}

fn word(policy: &Policy) -> &'static str {
    match policy {
        Policy::None => "none",
        Policy::Quarantine => "quarantine",
        Policy::Reject => "reject",
        Policy::Unspecified => "",
    }
}
