//! The keys by which our mail is signed: DKIM (RFC 6376). A selector usually leads by an alias
//! into a mail vendor's zone: if the vendor drops us, what it leads to is gone.

use hickory_proto::rr::RecordType;
use mail_auth::common::parse::TxtRecordParser;
use mail_auth::common::verify::DomainKey;
use mail_auth::dkim::DkimError;
use serde_json::{Value, json};

use crate::ask::dns::{Missing, Walk, texts_of};
use crate::core::words::question::LookupQuestion;

/// Looks at every selector.
pub async fn ask(walk: &mut Walk<'_>, question: &LookupQuestion) -> Value {
    let mut selectors = Vec::new();
    for selector in question.all("selectors") {
        selectors.push(one(walk, selector, question.domain()).await);
    }
    let count = |outcome: &str| selectors.iter().filter(|row| row["outcome"] == outcome).count();
    json!({
        "domain": question.domain(),
        "count": {
            "total": selectors.len(), "valid": count("valid"), "revoked": count("revoked"), "missing": count("missing"),
            "target_gone": count("target_gone"), "target_empty": count("target_empty"),
            "vendor_gone": count("vendor_gone"), "broken": count("broken"), "unanswered": count("unanswered"),
        },
        "selectors": selectors,
    })
}

async fn one(walk: &mut Walk<'_>, selector: &str, domain: &str) -> Value {
    let name = format!("{selector}._domainkey.{domain}");
    let looked = walk.look_up(&name, RecordType::TXT).await;
    // Said by a top-level domain, it is about the vendor's own domain, and so about everybody.
    let lapsed = looked.said_by.as_ref().is_some_and(|zone| !zone.contains('.'));
    let outcome = match texts_of(&looked) {
        Ok(texts) => outcome(&texts),
        Err(Missing::Unanswered) => "unanswered",
        Err(_) if looked.aliases.is_empty() => "missing",
        Err(Missing::NoName) if lapsed => "vendor_gone",
        Err(Missing::NoName) => "target_gone",
        Err(Missing::NoData) => "target_empty",
    };
    json!({ "selector": selector, "outcome": outcome, "target": looked.aliases.last() })
}

/// What the texts of a selector are worth.
pub fn outcome(texts: &[String]) -> &'static str {
    match texts.first().map(|text| DomainKey::parse(text.as_bytes())) {
        Some(Ok(_)) => "valid",
        // An empty `p=` (section 3.6.1).
        Some(Err(mail_auth::Error::Dkim(DkimError::RevokedPublicKey))) => "revoked",
        Some(Err(_)) => "broken",
        None => "missing",
    }
}
