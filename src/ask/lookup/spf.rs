//! Who may send for a domain: SPF (RFC 7208), with everything that it includes. More than ten
//! look-ups in all (section 4.6.4), or an include that is gone, and receivers give up on it.

use std::collections::BTreeMap;

use mail_auth::common::parse::TxtRecordParser;
use mail_auth::spf::{Macro, Mechanism, Qualifier, Spf};
use serde_json::{Value, json};

use crate::ask::dns::{Missing, Walk};
use crate::core::words::question::LookupQuestion;

/// Beyond this nothing is followed; the limit of RFC 7208 is long passed.
const MOST_INCLUDES: usize = 40;

/// What was met while following includes.
#[derive(Default)]
struct Tree {
    domain: String,
    /// Every name that was included, in the order in which it was met first.
    includes: Vec<String>,
    /// Those that stand in the domain's own records: the rest is its vendors' matter.
    own: Vec<String>,
    gone: Vec<String>,
    unanswered: bool,
    /// A record that includes itself, by whatever way.
    circle: bool,
    /// What each included record costs with all below it; `None` while it is being followed.
    costs: BTreeMap<String, Option<usize>>,
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
    let mut tree = Tree { domain: domain.to_owned(), ..Tree::default() };
    tree.costs.insert(domain.to_owned(), None);
    let lookups = match &parsed {
        Some(spf) => follow(walk, spf, domain, &mut tree).await,
        None => 0,
    };
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
        "valid": parsed.is_some() && !tree.circle,
        "lookups": lookups,
        "includes": tree.includes,
        "own": tree.own,
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
    let texts = walk.texts(domain).await;
    let is_spf = |text: &String| {
        let text = text.to_ascii_lowercase();
        text == "v=spf1" || text.starts_with("v=spf1 ")
    };
    texts.map(|texts| texts.into_iter().filter(is_spf).collect())
}

/// The look-ups that a record costs, with everything that it includes, each time anew: receivers
/// count so, too. What stands after `all` is never come to.
async fn follow(walk: &mut Walk<'_>, spf: &Spf, of: &str, tree: &mut Tree) -> usize {
    let mut cost = 0;
    for directive in &spf.directives {
        match &directive.mechanism {
            Mechanism::All => return cost,
            Mechanism::Include { macro_string } => cost += 1 + included(walk, macro_string, of, tree).await,
            Mechanism::A { .. } | Mechanism::Mx { .. } | Mechanism::Ptr { .. } | Mechanism::Exists { .. } => cost += 1,
            Mechanism::Ip4 { .. } | Mechanism::Ip6 { .. } => {}
        }
    }
    match &spf.redirect {
        Some(redirect) => cost + 1 + included(walk, redirect, of, tree).await,
        None => cost,
    }
}

async fn included(walk: &mut Walk<'_>, name: &Macro, of: &str, tree: &mut Tree) -> usize {
    let Some(name) = literal(name) else { return 0 };
    let below = |name: &str| name == tree.domain || name.ends_with(&format!(".{}", tree.domain));
    if below(of) && !below(&name) && !tree.own.contains(&name) {
        tree.own.push(name.clone());
    }
    match tree.costs.get(&name) {
        Some(Some(cost)) => return *cost,
        Some(None) => {
            tree.circle = true;
            return 0;
        }
        None if tree.costs.len() > MOST_INCLUDES => return 0,
        None => {}
    }
    tree.includes.push(name.clone());
    tree.costs.insert(name.clone(), None);
    let parsed = match records(walk, &name).await.as_deref() {
        Ok([one]) => parse(one),
        Ok(_) | Err(Missing::NoName | Missing::NoData) => None,
        Err(Missing::Unanswered) => {
            tree.unanswered = true;
            tree.costs.insert(name, Some(0));
            return 0;
        }
    };
    let cost = match parsed {
        Some(spf) => Box::pin(follow(walk, &spf, &name, tree)).await,
        None => {
            tree.gone.push(name.clone());
            0
        }
    };
    tree.costs.insert(name, Some(cost));
    cost
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
