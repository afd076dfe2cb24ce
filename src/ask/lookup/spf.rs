//! Who may send for a domain: SPF (RFC 7208), with everything that it includes. More than ten
//! look-ups in all (section 4.6.4), or an include that is gone, and receivers give up on it.

use std::collections::BTreeSet;

use mail_auth::common::parse::TxtRecordParser;
use mail_auth::spf::{Macro, Mechanism, Qualifier, Spf};
use serde_json::{Value, json};

use super::super::dns::{Missing, Walk};
use crate::core::question::LookupQuestion;

/// Beyond this nothing is followed; the limit of RFC 7208 is long passed.
const MOST_INCLUDES: usize = 40;

/// What was met while following includes.
#[derive(Default)]
struct Tree {
    lookups: usize,
    includes: Vec<String>,
    gone: Vec<String>,
    unanswered: bool,
    seen: BTreeSet<String>,
}

/// The record of the domain and the sum of all that it includes.
pub async fn ask(walk: &mut Walk<'_>, question: &LookupQuestion) -> Value {
    let domain = question.domain();
    let found = records(walk, domain).await;
    let missing = found.as_ref().err().map(|missing| missing.word());
    let records = found.unwrap_or_default();
    let parsed = match records.as_slice() {
        [one] => parse(one),
        _ => None,
    };
    let mut tree = Tree::default();
    tree.seen.insert(domain.to_owned());
    if let Some(spf) = &parsed {
        follow(walk, spf, &mut tree).await;
    }
    let found = match missing {
        Some(word) => word,
        None if records.is_empty() => "no_data",
        None if tree.unanswered => "unanswered",
        None => "ok",
    };
    json!({
        "domain": domain,
        "found": found,
        "records": records,
        "valid": parsed.is_some(),
        "lookups": tree.lookups,
        "includes": tree.includes,
        "gone": tree.gone,
        "all": parsed.as_ref().map_or("", all),
    })
}

/// The library passes over words that are none; receivers do not (section 4.6.1).
pub fn parse(record: &str) -> Option<Spf> {
    let terms = || record.split_ascii_whitespace().skip(1);
    if terms().all(is_term) { Spf::parse(record.as_bytes()).ok() } else { None }
}

/// A mechanism that RFC 7208 knows, or any modifier: unknown ones are allowed.
fn is_term(term: &str) -> bool {
    const MECHANISMS: [&str; 8] = ["all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"];
    let bare = term.trim_start_matches(['+', '-', '~', '?']);
    let end = bare.find([':', '/', '=']).unwrap_or(bare.len());
    bare[end..].starts_with('=') || MECHANISMS.contains(&bare[..end].to_ascii_lowercase().as_str())
}

async fn records(walk: &mut Walk<'_>, domain: &str) -> Result<Vec<String>, Missing> {
    let (_, texts) = walk.texts(domain).await;
    let is_spf = |text: &String| {
        let text = text.to_ascii_lowercase();
        text == "v=spf1" || text.starts_with("v=spf1 ")
    };
    texts.map(|texts| texts.into_iter().filter(is_spf).collect())
}

async fn follow(walk: &mut Walk<'_>, spf: &Spf, tree: &mut Tree) {
    let mut next = Vec::new();
    for directive in &spf.directives {
        match &directive.mechanism {
            Mechanism::Include { macro_string } => {
                tree.lookups += 1;
                next.extend(literal(macro_string));
            }
            Mechanism::A { .. } | Mechanism::Mx { .. } | Mechanism::Ptr { .. } | Mechanism::Exists { .. } => {
                tree.lookups += 1;
            }
            Mechanism::All | Mechanism::Ip4 { .. } | Mechanism::Ip6 { .. } => {}
        }
    }
    // Beside `all`, a redirect says nothing (section 6.1).
    let has_all = spf.directives.iter().any(|directive| directive.mechanism == Mechanism::All);
    if let Some(redirect) = spf.redirect.as_ref().filter(|_| !has_all) {
        tree.lookups += 1;
        next.extend(literal(redirect));
    }
    for name in next {
        include(walk, name, tree).await;
    }
}

async fn include(walk: &mut Walk<'_>, name: String, tree: &mut Tree) {
    if tree.includes.len() >= MOST_INCLUDES || !tree.seen.insert(name.clone()) {
        return;
    }
    tree.includes.push(name.clone());
    let parsed = match records(walk, &name).await {
        Ok(records) => records.first().and_then(|record| parse(record)),
        Err(Missing::Unanswered) => {
            tree.unanswered = true;
            return;
        }
        Err(Missing::NoName | Missing::NoData) => None,
    };
    match parsed {
        Some(spf) => Box::pin(follow(walk, &spf, tree)).await,
        None => tree.gone.push(name),
    }
}

/// A name without macros: what a macro stands for depends on the mail.
fn literal(name: &Macro) -> Option<String> {
    match name {
        Macro::Literal(text) => Some(String::from_utf8_lossy(text).trim_end_matches('.').to_lowercase()),
        _ => None,
    }
}

fn all(spf: &Spf) -> &'static str {
    let last = spf.directives.iter().find(|directive| directive.mechanism == Mechanism::All);
    match last.map(|directive| &directive.qualifier) {
        Some(Qualifier::Pass) => "+all",
        Some(Qualifier::Fail) => "-all",
        Some(Qualifier::SoftFail) => "~all",
        Some(Qualifier::Neutral) => "?all",
        None => "",
    }
}
