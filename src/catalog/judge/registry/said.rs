//! The facts that both RDAP and WHOIS answers contain: states, the expiry, and the registrar.

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
    /// Whether the registry has a record of the domain, if no state is given.
    pub record: bool,
    /// Name servers, sorted.
    pub servers: Vec<String>,
    /// The registrar's name.
    pub registrar: Option<String>,
    /// The registrar's IANA number.
    pub registrar_id: Option<String>,
    /// The expiry date.
    pub ends: Ends,
    /// Facts that only one of the two protocols provides.
    pub more: Vec<(&'static str, Value)>,
}

/// The expiry date of a registration.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Ends {
    /// The date.
    pub at: Option<Dated>,
    /// The text that should be the date, if it cannot be parsed.
    pub unread: Option<String>,
}

impl Ends {
    /// The rank of a date next to a state. A separate line for the expiry takes precedence.
    pub(super) const BESIDE_STATE: u8 = 3;
    /// The ranks of the registrar's date: the usual one, and the one that counts only if the date is sooner.
    pub(super) const REGISTRAR: u8 = 2;
    pub(super) const REGISTRAR_IF_SOONER: u8 = 4;

    /// Chooses the expiry among ranked texts: the readable one with the lowest rank, or the registrar's if that is
    /// sooner. A registry extends the term automatically at its end, so the registrar's date shows what was paid for
    /// (RFC 9083, section 10.2.3). In WHOIS, that line is a copy of the registrar's date that is often years old.
    pub(super) fn of(mut texts: Vec<(u8, String)>, order: Option<Order>, book: &RegistryBook) -> Ends {
        texts.sort_by_key(|(rank, _)| *rank);
        let said = |text: &&(u8, String)| !book.lines.no_date.contains(&squashed(&text.1)) && !text.1.trim().is_empty();
        let texts: Vec<&(u8, String)> = texts.iter().filter(said).collect();
        let at = texts.iter().find_map(|(_, text)| read(text, order));
        let registrar =
            texts.iter().filter(|(rank, _)| *rank == Ends::REGISTRAR_IF_SOONER).find_map(|(_, text)| read(text, order));
        let at = [at, registrar].into_iter().flatten().min_by_key(|date| date.time());
        let unread = texts.first().filter(|_| at.is_none()).map(|(_, text)| text.trim().chars().take(SHOWN).collect());
        Ends { at, unread }
    }

    /// How clearly a date's name means the expiry. Lower is clearer; `None` if it means something else.
    pub(super) fn rank(name: &str, book: &RegistryBook) -> Option<u8> {
        let has = |parts: &[String]| parts.iter().any(|part| name.contains(part.as_str()));
        if !has(&book.lines.expiry) || has(&book.lines.not_expiry) {
            return None;
        }
        Some(if name.contains("registrar") { Ends::REGISTRAR } else { u8::from(!name.starts_with("registry")) })
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
        let mut means: Vec<&str> = means.map(|(_, means)| self.really(means, family, now).word()).collect();
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

    /// The actual meaning of a state. `Undelegated` without name servers means the same as `NotDelegated`; at some
    /// registries, it does so even with name servers.
    fn really(&self, means: Means, family: Option<&Family>, now: Time) -> Means {
        let lasts = self.ends.at.is_none_or(|end| end.time() > now);
        let out = self.servers.is_empty() || lasts && family.is_some_and(|family| family.undelegated_is_out);
        if means == Means::Undelegated && out { Means::NotDelegated } else { means }
    }
}

/// When a domain will leave the registry or the zone before its term ends, and what that means: it will end, or it
/// has left the zone, unless a state says that it is in good standing. `None` for the ordinary end of a term.
pub(super) fn leaves(
    deleted: Option<Time>,
    out: Option<Time>,
    ends: &Ends,
    fine: bool,
    now: Time,
) -> Option<(String, Means)> {
    let early = |at: &Time| ends.at.is_none_or(|end| *at <= end.time());
    let day = |at: Time| at.utc().format("%Y-%m-%d").to_string();
    if let Some(at) = out.filter(|at| *at <= now) {
        return Some((
            format!("out of the zone since {}", day(at)),
            if fine { Means::Ending } else { Means::Suspended },
        ));
    }
    let when = |at: Time| if at > now { "to be deleted on" } else { "deleted on" };
    let deleted = deleted.filter(early).map(|at| (at, format!("{} {}", when(at), day(at))));
    let out = out.filter(early).map(|at| (at, format!("out of the zone on {}", day(at))));
    [out, deleted].into_iter().flatten().min_by_key(|(at, _)| *at).map(|(_, text)| (text, Means::Ending))
}

/// Days from `now` until `at`.
fn days(at: Time, now: Time) -> f64 {
    (at.0 - now.0) as f64 / 86_400_000.0
}

/// A name in its DNS form: lower case, without a final dot, in ASCII.
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
        assert_eq!(rank("registrar registration expiration date"), Some(Ends::REGISTRAR));
        assert_eq!((rank("option expiration date"), rank("created")), (None, None));
    }

    #[test]
    fn the_sooner_of_the_registry_s_and_the_registrar_s_end_counts() {
        let of = |registry: &str, registrar: &str| {
            let texts = vec![(1, registry.to_owned()), (Ends::REGISTRAR_IF_SOONER, registrar.to_owned())];
            Ends::of(texts, None, &book()).at.map(|at| at.time().rfc3339()[..10].to_owned())
        };
        assert_eq!(of("2027-12-05", "2026-12-05").as_deref(), Some("2026-12-05"));
        assert_eq!(of("2026-12-05", "2027-12-05").as_deref(), Some("2026-12-05"));
        assert_eq!(of("2027-12-05", "null").as_deref(), Some("2027-12-05"));
        assert_eq!(of("in the spring", "2027-12-05").as_deref(), Some("2027-12-05"));
    }

    #[test]
    fn a_domain_may_leave_before_its_term_ends() {
        let day = |text: &str| read(text, None).map(Dated::time);
        let of = |deleted: &str, out: &str| {
            let ends = Ends { at: read("2027-06-01", None), unread: None };
            let text = leaves(day(deleted), day(out), &ends, false, day("2026-12-01").unwrap_or_default());
            text.map(|(text, means)| format!("{} ({})", text, means.word()))
        };
        assert_eq!(of("2026-12-20", "").as_deref(), Some("to be deleted on 2026-12-20 (ending)"));
        assert_eq!(of("2026-12-20", "2026-12-10").as_deref(), Some("out of the zone on 2026-12-10 (ending)"));
        assert_eq!(of("2026-12-20", "2026-11-10").as_deref(), Some("out of the zone since 2026-11-10 (suspended)"));
        assert_eq!(of("2026-11-28", "").as_deref(), Some("deleted on 2026-11-28 (ending)"));
        assert_eq!(of("2027-08-01", "2027-07-01"), None);
        assert_eq!(of("", ""), None);
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
