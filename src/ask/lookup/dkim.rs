//! The keys that sign the domain's mail: DKIM (RFC 6376). A selector is usually an alias into a mail vendor's zone: if
//! the vendor drops the account, the alias's target disappears.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hickory_proto::rr::RecordType;
use mail_auth::common::parse::TxtRecordParser;
use mail_auth::common::verify::DomainKey;
use mail_auth::dkim::DkimError;
use serde_json::{Value, json};
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::tags;
use crate::ask::dns::{Missing, Walk, texts_of};
use crate::core::words::question::LookupQuestion;

/// RSA keys with fewer bits count as no key (RFC 8301, section 3.2).
const WEAK: usize = 1024;

/// Checks every selector.
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
            "vendor_gone": count("vendor_gone"), "broken": count("broken"), "several": count("several"), "weak": count("weak"), "unanswered": count("unanswered"),
        },
        "selectors": selectors,
    })
}

async fn one(walk: &mut Walk<'_>, selector: &str, domain: &str) -> Value {
    let name = format!("{selector}._domainkey.{domain}");
    let looked = walk.look_up(&name, RecordType::TXT).await;
    // If a top-level domain's zone says so, the vendor's own domain is gone, so all its customers are affected.
    let lapsed = looked.said_by.as_ref().is_some_and(|zone| !zone.contains('.'));
    let (outcome, strength) = match texts_of(&looked) {
        Ok(texts) => outcome(&texts),
        Err(Missing::Unanswered) => ("unanswered", None),
        Err(_) if looked.aliases.is_empty() => ("missing", None),
        Err(Missing::NoName) if lapsed => ("vendor_gone", None),
        Err(Missing::NoName) => ("target_gone", None),
        Err(Missing::NoData) => ("target_empty", None),
    };
    let mut row = json!({ "selector": selector, "outcome": outcome, "target": looked.aliases.last() });
    if let Some(strength) = strength {
        row["strength"] = json!(strength);
    }
    row
}

/// The outcome for a selector's TXT records, and its key's type and size: `RSA 2048`, `Ed25519`.
pub fn outcome(texts: &[String]) -> (&'static str, Option<String>) {
    let text = match texts {
        [] => return ("missing", None),
        [one] => one,
        // Receivers may use any one of them (section 3.6.2.2).
        _ => return ("several", None),
    };
    match DomainKey::parse(text.as_bytes()) {
        // An empty `p=` revokes the key (section 3.6.1).
        Err(mail_auth::Error::Dkim(DkimError::RevokedPublicKey)) => ("revoked", None),
        Err(_) => ("broken", None),
        Ok(_) => key(text).unwrap_or(("broken", None)),
    }
}

/// Validates the key in the tags as a receiver's library would: a public key in DER form, or the 32 bytes of an
/// Ed25519 key (RFC 8463).
fn key(text: &str) -> Option<(&'static str, Option<String>)> {
    let tags = tags::read(text)?;
    let tag = |name: &str| tags::of(&tags, name);
    // `v` must come first and be `DKIM1`; `s` names the services that may use the key.
    let first = tag("v").is_none_or(|version| version == "DKIM1" && tags.first().is_some_and(|(name, _)| name == "v"));
    let services = tag("s").unwrap_or("*").split(':').any(|service| matches!(service.trim(), "*" | "email"));
    let hashes = tag("h").is_none_or(|hashes| hashes.split(':').any(|hash| hash.trim().eq_ignore_ascii_case("sha256")));
    if !first || !services || !hashes {
        return None;
    }
    let bytes = STANDARD.decode(tag("p")?.split_ascii_whitespace().collect::<String>()).ok()?;
    if tag("k").is_some_and(|kind| kind.eq_ignore_ascii_case("ed25519")) {
        return (bytes.len() == 32).then(|| ("valid", Some("Ed25519".to_owned())));
    }
    let (rest, spki) = SubjectPublicKeyInfo::from_der(&bytes).ok()?;
    let PublicKey::RSA(rsa) = spki.parsed().ok().filter(|_| rest.is_empty())? else { return None };
    let modulus: &[u8] = &rsa.modulus[rsa.modulus.iter().position(|byte| *byte != 0)?..];
    let bits = modulus.len() * 8 - modulus.first()?.leading_zeros() as usize;
    Some((if bits < WEAK { "weak" } else { "valid" }, Some(format!("RSA {bits}"))))
}

#[cfg(test)]
mod tests {
    use rcgen::{KeyPair, PublicKeyData};

    use super::*;

    fn one(text: &str) -> (&'static str, Option<String>) {
        outcome(&[text.to_owned()])
    }

    /// The key of RFC 8463, appendix A.
    const ED25519: &str = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    /// A 1024-bit key, made for this test.
    const RSA: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC/O4I+A2fAyqLY38BZmhHx4QhApQ7VYdy48mRXSrr/Tmrkd/7R+1180gDI8A6hjeXIZePX2KucGQob9X8cpNQneK8gfctWlqjLh4TAsbN6YFtoE4ZWcTm1lMsL/xLl3v6FGPVwzepTcU+gci2GBGmmX0tCc1z74Y1FaanDFEtk2QIDAQAB";

    #[test]
    fn a_key_is_one_that_a_receiver_can_use_and_its_strength_is_told() {
        assert_eq!(one(ED25519), ("valid", Some("Ed25519".into())));
        assert_eq!(one(&format!("v=DKIM1; k=rsa; p={RSA}")), ("valid", Some("RSA 1024".into())));
        assert_eq!(one(&format!("k=rsa; t=y; s=email; h=sha256; p={}", RSA.replace("Tmrk", "Tm rk"))).0, "valid");
        assert_eq!(one("v=DKIM1; p="), ("revoked", None));
    }

    #[test]
    fn half_a_key_and_other_bytes_are_none() {
        let cut = format!("v=DKIM1; k=rsa; p={}", &RSA[..160]);
        let curve = KeyPair::generate().unwrap();
        let curve = format!("v=DKIM1; k=rsa; p={}", STANDARD.encode(curve.subject_public_key_info()));
        for text in [
            &cut,
            &curve,
            "v=DKIM1; k=rsa; p=AAAA",
            "v=DKIM1; k=ed25519; p=AAAA",
            "v=spf1 -all",
            "v=DKIM1; k=rsa;\" \"p=AAAA",
            &format!("v=DKIM2; p={RSA}"),
            &format!("v=DKIM1\\; k=rsa\\; p={RSA}"),
            &format!("p={RSA}; v=DKIM1"),
            &format!("v=DKIM1; s=tlsrpt; p={RSA}"),
            &format!("v=DKIM1; h=sha1; p={RSA}"),
            &format!("v=DKIM1; p={RSA}AAAA"),
            &format!("v=DKIM1; k=dsa; p={RSA}"),
        ] {
            assert_eq!(one(text).0, "broken", "{text}");
        }
    }

    #[test]
    fn a_key_that_receivers_find_too_short_is_weak() {
        let short = "v=DKIM1; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBANv7c/CsiyiBc8sSnx2IwP/4uqoYLcuTQZvN71Tz6d8FTN/sjp8tG4nO140SP96p2n5rGX+J1awB6INlbdkEaO8CAwEAAQ==";
        assert_eq!(one(short), ("weak", Some("RSA 512".into())));
    }

    #[test]
    fn two_texts_are_several_in_either_order() {
        let (good, other) = (ED25519.to_owned(), "v=spf1 -all".to_owned());
        assert_eq!(outcome(&[good.clone(), other.clone()]).0, "several");
        assert_eq!(outcome(&[other, good]).0, "several");
        assert_eq!(outcome(&[]).0, "missing");
    }
}
