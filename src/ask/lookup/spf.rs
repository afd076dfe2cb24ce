//! Finds out who may send mail for a domain: SPF (RFC 7208), with all includes. Receivers treat the whole record as
//! broken if it needs more than ten look-ups, if more than two of them find nothing (section 4.6.4), or if an included
//! record is missing.

use std::collections::BTreeMap;

use mail_auth::common::parse::TxtRecordParser;
use mail_auth::spf::{Macro, Mechanism, Qualifier, Spf};
use serde_json::{Value, json};

use super::spf_names::{Cost, Names, literal};
use super::spf_terms::well_formed;
use crate::ask::dns::{Missing, Walk};
use crate::core::words::question::LookupQuestion;

/// The maximum number of includes that are followed, far beyond the limit of RFC 7208.
const MOST_INCLUDES: usize = 40;

/// The results of following the includes.
#[derive(Default)]
struct Tree {
    domain: String,
    /// Every included name, in the order of first appearance.
    includes: Vec<String>,
    /// The ones included by the domain's own records; the others are its vendors' responsibility.
    own: Vec<String>,
    gone: Vec<String>,
    unanswered: bool,
    /// Whether a record includes itself, directly or through others.
    circle: bool,
    /// The cost of each included record with all its includes; `None` while it is being followed.
    costs: BTreeMap<String, Option<Cost>>,
    /// The names in mechanisms other than includes.
    names: Names,
}

/// Finds the domain's record, and the total of everything that it includes.
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
    let cost = match &parsed {
        Some(spf) => follow(walk, spf, domain, &mut tree).await,
        None => Cost::default(),
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
        "lookups": cost.lookups,
        "voids": cost.voids,
        "void": tree.names.void,
        "crowded": tree.names.crowded,
        "includes": tree.includes,
        "own": tree.own,
        "gone": tree.gone,
        "all": parsed.as_ref().map_or("", all),
        "anyone": parsed.as_ref().is_some_and(anyone),
    })
}

/// Parses a record as receivers do.
pub fn parse(record: &str) -> Option<Spf> {
    if well_formed(record) { Spf::parse(record.as_bytes()).ok() } else { None }
}

async fn records(walk: &mut Walk<'_>, domain: &str) -> Result<Vec<String>, Missing> {
    let texts = walk.texts(domain).await;
    let is_spf = |text: &String| {
        let text = text.to_ascii_lowercase();
        text == "v=spf1" || text.starts_with("v=spf1 ")
    };
    texts.map(|texts| texts.into_iter().filter(is_spf).collect())
}

/// The look-ups that a record needs with all its includes. A record that is included twice counts twice, as receivers
/// count it. Mechanisms after `all` are never evaluated.
async fn follow(walk: &mut Walk<'_>, spf: &Spf, of: &str, tree: &mut Tree) -> Cost {
    let mut cost = Cost::default();
    for directive in &spf.directives {
        match &directive.mechanism {
            Mechanism::All => return cost,
            Mechanism::Include { macro_string } => cost += included(walk, macro_string, of, tree).await,
            other => cost += tree.names.cost(walk, other, of).await,
        }
    }
    if let Some(redirect) = &spf.redirect {
        cost += included(walk, redirect, of, tree).await;
    }
    cost
}

/// The cost of one include and everything below it.
async fn included(walk: &mut Walk<'_>, name: &Macro, of: &str, tree: &mut Tree) -> Cost {
    let mut cost = Cost { lookups: 1, voids: 0 };
    let Some(name) = literal(name, of) else { return cost };
    let below = |name: &str| name == tree.domain || name.ends_with(&format!(".{}", tree.domain));
    if below(of) && !below(&name) && !tree.own.contains(&name) {
        tree.own.push(name.clone());
    }
    match tree.costs.get(&name) {
        Some(Some(below)) => cost += *below,
        Some(None) => tree.circle = true,
        None if tree.costs.len() > MOST_INCLUDES => {}
        None => {
            tree.includes.push(name.clone());
            tree.costs.insert(name.clone(), None);
            let below = record_of(walk, &name, tree).await;
            tree.costs.insert(name, Some(below));
            cost += below;
        }
    }
    cost
}

/// The cost of an included name's record.
async fn record_of(walk: &mut Walk<'_>, name: &str, tree: &mut Tree) -> Cost {
    let found = records(walk, name).await;
    let parsed = match found.as_deref() {
        Ok([one]) => parse(one),
        Ok(_) | Err(Missing::NoName | Missing::NoData) => None,
        Err(Missing::Unanswered) => {
            tree.unanswered = true;
            return Cost::default();
        }
    };
    match parsed {
        Some(spf) => Box::pin(follow(walk, &spf, name, tree)).await,
        None => {
            tree.gone.push(name.to_owned());
            Cost { lookups: 0, voids: usize::from(found.is_err()) }
        }
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

/// Whether the record itself lets every address send, by `all` or by address ranges that leave none out.
fn anyone(spf: &Spf) -> bool {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for directive in spf.directives.iter().filter(|directive| directive.qualifier == Qualifier::Pass) {
        match &directive.mechanism {
            Mechanism::All => return all(spf) == "+all",
            Mechanism::Ip6 { mask: 0, .. } => return true,
            Mechanism::Ip4 { addr, mask } => {
                let first = u32::from(*addr) & mask;
                ranges.push((u64::from(first), u64::from(first | !mask)));
            }
            _ => {}
        }
    }
    ranges.sort_unstable();
    let free = ranges.iter().try_fold(0, |free, (first, last)| (*first <= free).then(|| free.max(last + 1)));
    free == Some(1 << 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_lets_everybody_send_is_told() {
        let of = |record: &str| parse(record).is_some_and(|spf| anyone(&spf));
        for record in [
            "v=spf1 +all",
            "v=spf1 ip4:192.0.2.1 all",
            "v=spf1 ip4:0.0.0.0/0 -all",
            "v=spf1 ip4:128.0.0.0/1 ip4:192.0.2.1 ip4:0.0.0.0/1 -all",
            "v=spf1 ip6:::/0 ~all",
        ] {
            assert!(of(record), "{record}");
        }
        for record in [
            "v=spf1 -all",
            "v=spf1 -all +all",
            "v=spf1 ?ip4:0.0.0.0/0 -all",
            "v=spf1 ip4:0.0.0.0/1 -all",
            "v=spf1 ip4:128.0.0.0/1 -all",
            "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ~all",
        ] {
            assert!(!of(record), "{record}");
        }
    }
}
