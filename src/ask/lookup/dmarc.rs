//! The policy for mail that claims to come from the domain: DMARC (RFC 7489). A name without its own record follows the
//! nearest name above it that has one. A public suffix's record counts only if it marks itself as one (`psd=y`, RFC
//! 9091).

use mail_auth::common::parse::TxtRecordParser;
use mail_auth::dmarc::{Dmarc, Policy};
use serde_json::{Value, json};

use super::tags;
use crate::ask::dns::{Missing, Walk};
use crate::core::words::question::LookupQuestion;

const KNOWN: [&str; 3] = ["none", "quarantine", "reject"];

/// Finds the record that applies to the domain.
pub async fn ask(walk: &mut Walk<'_>, question: &LookupQuestion) -> Value {
    let mut at = question.domain();
    let (found, records) = loop {
        let texts = walk.texts(&format!("_dmarc.{at}")).await;
        let counts = |text: &String| is_dmarc(text) && (at.contains('.') || is_public(text));
        match texts.map(|texts| texts.into_iter().filter(counts).collect::<Vec<_>>()) {
            Ok(records) if !records.is_empty() => break ("ok", records),
            Err(Missing::Unanswered) => break ("unanswered", Vec::new()),
            Ok(_) | Err(_) => {}
        }
        match at.split_once('.') {
            Some((_, above)) => at = above,
            None => break ("no_data", Vec::new()),
        }
    };
    let parsed = match records.as_slice() {
        [one] => parse(one),
        _ => None,
    };
    let policy = parsed.as_ref().map(|own| policy(own, at == question.domain()));
    json!({
        "domain": question.domain(),
        "found": found,
        "at": at,
        "records": records,
        "valid": parsed.is_some(),
        "policy": policy.unwrap_or(""),
        "pct": parsed.as_ref().map_or(100, |own| own.pct),
        "reports": parsed.iter().flat_map(|own| &own.dmarc.rua).map(|uri| uri.uri.as_str()).collect::<Vec<_>>(),
    })
}

/// A record, parsed as receivers do.
pub struct Record {
    dmarc: Dmarc,
    /// The values of `p=` and `sp=`, in lower case.
    policies: [Option<String>; 2],
    /// The percentage of mail that the policy applies to.
    pct: u64,
}

/// Section 6.4: the tag name `v` in any case and with blanks around it, and its value exactly `DMARC1`.
fn is_dmarc(text: &str) -> bool {
    let rest = text.trim_start().strip_prefix(['v', 'V']).map(str::trim_start);
    rest.and_then(|rest| rest.strip_prefix('=')).is_some_and(|rest| rest.trim_start().starts_with("DMARC1"))
}

fn is_public(text: &str) -> bool {
    tags::read(text).is_some_and(|tags| tags::of(&tags, "psd").is_some_and(|psd| psd.eq_ignore_ascii_case("y")))
}

/// Parses a record leniently; `None` if receivers ignore it.
pub fn parse(record: &str) -> Option<Record> {
    // A record that does not start with its version is discarded (RFC 7489, section 6.6.3).
    if record.starts_with(char::is_whitespace) {
        return None;
    }
    // Malformed tags are skipped; only the version and the policy must be valid (section 6.3).
    let proper: Vec<&str> = record.split(';').filter(|part| tags::read(part).is_some()).collect();
    let tags = tags::read(&proper.join(";"))?;
    let own = |name: &str| tags::of(&tags, name).map(str::to_ascii_lowercase);
    if tags.first()? != &("v".to_owned(), "DMARC1".to_owned()) {
        return None;
    }
    // The library requires tags in lower case, without blanks before the `=`.
    let plain: Vec<String> = tags.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let dmarc = Dmarc::parse(plain.join("; ").as_bytes()).ok()?;
    let pct = own("pct").and_then(|pct| pct.parse().ok()).filter(|pct| *pct <= 100).unwrap_or(100);
    Some(Record { dmarc, policies: [own("p"), own("sp")], pct })
}

/// The policy that receivers apply; empty if the record has no valid policy. A name below the one with the record
/// follows its `sp`, if it has one.
fn policy(record: &Record, own: bool) -> &'static str {
    let known = |policy: &Option<String>| policy.as_deref().is_some_and(|word| KNOWN.contains(&word));
    let [p, sp] = &record.policies;
    if !known(p) || sp.is_some() && !known(sp) {
        return "";
    }
    word(if own { &record.dmarc.p } else { &record.dmarc.sp })
}

fn word(policy: &Policy) -> &'static str {
    match policy {
        Policy::None => "none",
        Policy::Quarantine => "quarantine",
        Policy::Reject => "reject",
        Policy::Unspecified => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<&'static str> {
        assert!(is_dmarc(text), "{text}");
        parse(text).map(|record| policy(&record, true))
    }

    #[test]
    fn a_record_is_read_as_receivers_do() {
        for text in [
            "v=DMARC1; p=reject",
            "v  =   DMARC1;p=reject; rua=mailto:a@example.org; fo=1:s:d;",
            "V=DMARC1;P=reject",
            "v=DMARC1;p=ReJEct",
            "v=DMARC1; sp=none; p=reject",
            "v=DMARC1; p = reject ;",
            "v=DMARC1; p=reject; x=unknown",
            "v=DMARC1; p=reject; rua",
            "v=DMARC1; p=reject; \\ = x; sp:none",
        ] {
            assert_eq!(read(text), Some("reject"), "{text}");
        }
        assert_eq!(parse("v=DMARC1; p=reject; pct=0").unwrap().pct, 0);
        assert_eq!(parse("v=DMARC1; p=reject; pct=many").unwrap().pct, 100);
    }

    #[test]
    fn what_receivers_make_nothing_of_is_no_policy() {
        for text in ["v=DMARC1 p=reject", "v=DMARC1; p=none; p=reject", " v=DMARC1; p=reject"] {
            assert_eq!(read(text), None, "{text}");
        }
        for text in [
            "v=DMARC1; p=quarentine",
            "v=DMARC1; rua=mailto:a@example.org",
            "v=DMARC1; p=reject; sp=rejct",
            "v=DMARC1; p=",
            "v=DMARC1; p:reject",
            "v=DMARC1; p=reject rua=x; p",
        ] {
            assert!(read(text).is_none_or(str::is_empty), "{text}");
        }
        for text in ["v=dmarc1; p=reject", "v=spf1 -all", "dmarc", "p=reject; v=DMARC1"] {
            assert!(!is_dmarc(text), "{text}");
        }
    }

    #[test]
    fn a_name_below_follows_sp() {
        let record = parse("v=DMARC1; p=reject; sp=quarantine").unwrap();
        assert_eq!((policy(&record, true), policy(&record, false)), ("reject", "quarantine"));
        let record = parse("v=DMARC1; p=reject").unwrap();
        assert_eq!(policy(&record, false), "reject");
    }

    #[test]
    fn an_ending_s_record_counts_only_where_it_says_so() {
        assert!(is_public("v=DMARC1; p=reject; psd=y"));
        assert!(!is_public("v=DMARC1; p=reject"));
    }
}
