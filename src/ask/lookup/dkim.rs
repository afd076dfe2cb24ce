//! The keys by which our mail is signed: DKIM (RFC 6376). A selector usually leads by an alias
//! into a mail vendor's zone: if the vendor drops us, what it leads to is gone.

use mail_auth::common::parse::TxtRecordParser;
use mail_auth::common::verify::DomainKey;
use mail_auth::dkim::DkimError;
use serde_json::{Value, json};

use super::super::dns::{Missing, Walk};
use crate::core::question::LookupQuestion;

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
            "target_gone": count("target_gone"), "broken": count("broken"), "unanswered": count("unanswered"),
        },
        "selectors": selectors,
    })
}

async fn one(walk: &mut Walk<'_>, selector: &str, domain: &str) -> Value {
    let name = format!("{selector}._domainkey.{domain}");
    let (aliases, texts) = walk.texts(&name).await;
    let outcome = match &texts {
        Ok(texts) => outcome(texts),
        Err(Missing::Unanswered) => "unanswered",
        Err(_) if aliases.is_empty() => "missing",
        Err(_) => "target_gone",
    };
    json!({ "selector": selector, "outcome": outcome, "target": aliases.last() })
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
