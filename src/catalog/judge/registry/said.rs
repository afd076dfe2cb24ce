//! The facts that both kinds of answers have: states, the expiry, and the registrar.

use serde_json::{Value, json};

use super::dates::{Dated, read};
use super::states::States;
use crate::catalog::grammar::registry::{Family, Means, Order, RegistryBook, squashed};
use crate::core::time::Time;

/// The maximum length of an unreadable text that is shown.
const SHOWN: usize = 40;

/// The facts found about one domain.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// The domain's name.
    pub name: Option<String>,
    /// Its states.
    pub states: States,
    /// Whether there is a record of it at all, if no state is given.
    pub record: bool,
    /// Name servers, sorted.
    pub servers: Vec<String>,
    /// The registrar's name.
    pub registrar: Option<String>,
    /// The registrar's IANA number.
    pub registrar_id: Option<String>,
    /// The expiry date.
    pub ends: Ends,
    /// Facts that only one of the two protocols has.
    pub more: Vec<(&'static str, Value)>,
}

/// The expiry date of a registration.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Ends {
    /// The date.
    pub at: Option<Dated>,
    /// The text in place of the date, if it cannot be read as one.
    pub unread: Option<String>,
}

impl Ends {
    /// The rank of a date next to a state: a separate line for the expiry takes precedence.
    pub(super) const BESIDE_STATE: u8 = 3;

    /// Chooses the expiry among texts with their ranks: the readable one with the lowest rank.
    pub(super) fn of(mut texts: Vec<(u8, String)>, order: Option<Order>, book: &RegistryBook) -> Ends {
        texts.sort_by_key(|(rank, _)| *rank);
        let said = |text: &&(u8, String)| !book.lines.no_date.contains(&squashed(&text.1)) && !text.1.trim().is_empty();
        let texts: Vec<&(u8, String)> = texts.iter().filter(said).collect();
        let at = texts.iter().find_map(|(_, text)| read(text, order));
        let unread = texts.first().filter(|_| at.is_none()).map(|(_, text)| text.trim().chars().take(SHOWN).collect());
        Ends { at, unread }
    }

    /// How clearly a date's name means the expiry: lower is clearer; `None` if it means something else.
    pub(super) fn rank(name: &str, book: &RegistryBook) -> Option<u8> {
        let has = |parts: &[String]| parts.iter().any(|part| name.contains(part.as_str()));
        if !has(&book.lines.expiry) || has(&book.lines.not_expiry) {
            return None;
        }
        Some(if name.contains("registrar") { 2 } else { u8::from(!name.starts_with("registry")) })
    }
}

impl Said {
    /// The facts that rules read; missing ones are left out.
    pub(super) fn facts(self, domain: &str, book: &RegistryBook, family: Option<&Family>, now: Time) -> Value {
        let found = &self.states.found;
        let (registrar, id) = (self.registrar.as_deref().unwrap_or(""), self.registrar_id.as_deref().unwrap_or(""));
        let warns = |word: &str| !book.is_usual(family, registrar, id, word);
        let means = found.iter().filter_map(|(word, means)| Some((word, (*means)?)));
        let means = means.filter(|(word, means)| *means != Means::RenewalForbidden || warns(word));
        let mut means: Vec<&str> = means.map(|(_, means)| self.really(means).word()).collect();
        means.sort_unstable();
        means.dedup();
        let strange: Vec<&String> = found.iter().filter(|(_, means)| means.is_none()).map(|(word, _)| word).collect();
        let expires = self.ends.at.map(Dated::time);
        let mut facts = json!({
            "name": self.name,
            "ours": self.name.as_ref().map(|name| *name == host(domain)),
            "status": found.iter().map(|(word, _)| word).collect::<Vec<_>>(),
            "means": means,
            "strange": strange,
            "stated": self.states.says_something(),
            "record": self.record,
            "name_servers": self.servers,
            "registrar": self.registrar,
            "registrar_id": self.registrar_id,
            "expires": expires.map(Time::rfc3339),
            "expires_assumed": matches!(self.ends.at, Some(Dated::Either(_))),
            "expires_unread": self.ends.unread,
            "days_left": expires.map(|at| days(at, now)),
        });
        if let Some(fields) = facts.as_object_mut() {
            fields.extend(self.more.into_iter().map(|(name, value)| (name.to_owned(), value)));
            fields.retain(|_, value| !value.is_null());
        }
        facts
    }

    /// `Undelegated` without any name servers means the same as `NotDelegated`.
    fn really(&self, means: Means) -> Means {
        if means == Means::Undelegated && self.servers.is_empty() { Means::NotDelegated } else { means }
    }
}

/// Days from `now` until `at`.
fn days(at: Time, now: Time) -> f64 {
    (at.0 - now.0) as f64 / 86_400_000.0
}

/// A name as in DNS: lower case, without a final dot, in ASCII form.
pub(super) fn host(text: &str) -> String {
    let name = text.trim().trim_end_matches('.').to_lowercase();
    idna::domain_to_ascii(&name).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book() -> RegistryBook {
        let mut book = RegistryBook::default();
        book.lines.expiry = vec!["expir".to_owned()];
        book.lines.not_expiry = vec!["option".to_owned()];
        book.lines.no_date = vec!["null".to_owned()];
        book
    }

    #[test]
    fn the_registry_s_date_goes_before_the_registrar_s() {
        let rank = |name: &str| Ends::rank(name, &book());
        assert_eq!(rank("registry expiry date"), Some(0));
        assert_eq!(rank("expires on"), Some(1));
        assert_eq!(rank("registrar registration expiration date"), Some(2));
        assert_eq!((rank("option expiration date"), rank("created")), (None, None));
    }

    #[test]
    fn a_date_that_cannot_be_read_is_kept_as_it_stands() {
        let of = |text: &str| Ends::of(vec![(1, text.to_owned())], None, &book());
        assert_eq!(of("in the spring").unread.as_deref(), Some("in the spring"));
        assert_eq!(of("null"), Ends::default());
        assert_eq!(of(" "), Ends::default());
        assert!(of("2026-12-10").at.is_some());
    }
}
