//! The formats of registries' answers: their words for a domain's state, the names of their lines, and how some
//! registries differ from all others.

use std::collections::BTreeMap;

use regex::RegexSet;

use crate::core::words::verdict::Verdict;

/// The meaning of a registry's word for a domain's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Means {
    /// The domain is registered, without restrictions.
    Registered,
    /// Changes, transfers or deletion are locked.
    Locked,
    /// The registry has removed the domain from the zone (RFC 5731: `serverHold`).
    ServerHold,
    /// The registrar has removed the domain from the zone (`clientHold`).
    ClientHold,
    /// The domain was removed from the zone; the word does not say by whom.
    Suspended,
    /// The domain was deleted; it may still be possible to restore it.
    Deleted,
    /// The domain is not in the zone, because it has no name servers.
    NotDelegated,
    /// Name servers are listed, but the registry does not say that they are in its zone.
    Undelegated,
    /// Its registration has expired.
    Expired,
    /// The domain will end or be removed from the zone unless someone acts.
    Ending,
    /// The registration has expired, and the registry has renewed it for the time being.
    AutoRenewed,
    /// Renewal is forbidden.
    RenewalForbidden,
    /// The domain is disputed. It stays in the zone until the dispute is decided.
    Disputed,
    /// The domain was requested, but the registry has not created it yet (RFC 5731: `pendingCreate`).
    Requested,
    /// It is being transferred to another registrar.
    Transfer,
    /// It is not registered.
    Free,
    /// The domain is not registered and cannot be registered.
    Reserved,
    /// The word is not about the domain's state.
    Nothing,
}

impl Means {
    /// All meanings, with their names.
    pub const ALL: [(&'static str, Means); 18] = [
        ("registered", Means::Registered),
        ("locked", Means::Locked),
        ("server_hold", Means::ServerHold),
        ("client_hold", Means::ClientHold),
        ("suspended", Means::Suspended),
        ("deleted", Means::Deleted),
        ("not_delegated", Means::NotDelegated),
        ("undelegated", Means::Undelegated),
        ("expired", Means::Expired),
        ("ending", Means::Ending),
        ("auto_renewed", Means::AutoRenewed),
        ("renewal_forbidden", Means::RenewalForbidden),
        ("disputed", Means::Disputed),
        ("requested", Means::Requested),
        ("transfer", Means::Transfer),
        ("free", Means::Free),
        ("reserved", Means::Reserved),
        ("nothing", Means::Nothing),
    ];

    /// The name that files and rules use.
    pub fn word(self) -> &'static str {
        Means::ALL.iter().find(|(_, means)| *means == self).map_or("nothing", |(word, _)| word)
    }
}

/// The order of day and month in numeric dates that do not start with the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Day, month, year.
    DayFirst,
    /// Month, day, year.
    MonthFirst,
}

/// Words for states. Only letters and digits are compared, so `clientHold`, `CLIENT HOLD` and `client-hold` are the
/// same.
#[derive(Clone, Debug, Default)]
pub struct Words(BTreeMap<String, (String, Means)>);

impl Words {
    /// Adds a word, in the spelling that is shown.
    pub fn add(&mut self, word: &str, means: Means) {
        self.0.insert(squashed(word), (word.to_lowercase(), means));
    }

    /// The word as it is shown, and its meaning.
    pub fn find(&self, word: &str) -> Option<(&str, Means)> {
        self.0.get(&squashed(word)).map(|(shown, means)| (shown.as_str(), *means))
    }
}

/// The letters and digits of a word, in lower case.
pub fn squashed(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A line with a yes-or-no value for one state (`hold: NO`).
#[derive(Clone, Debug)]
pub struct Flag {
    /// The line's name.
    pub key: String,
    /// Values that mean "no", normalised (lower case, without spaces).
    pub clear: Vec<String>,
    /// The meaning of any other value; `None` if it is not known well enough.
    pub means: Option<Means>,
}

/// How a group of registries differs from all others.
#[derive(Clone, Debug, Default)]
pub struct Family {
    /// The domain suffixes that they are responsible for.
    pub endings: Vec<String>,
    /// Whether the group includes all registries that no other file names, except those of countries.
    pub generic: bool,
    /// Whether their answers about a registered domain may lack a state.
    pub stateless: bool,
    /// Whether an undelegated domain counts as out of the zone while its term lasts, even if name servers are listed.
    pub undelegated_is_out: bool,
    /// The order of day and month.
    pub order: Option<Order>,
    /// Line names that give a state only at these registries.
    pub state_keys: Vec<String>,
    /// Whether the expiry date is next to the state, as in `Connected (2027/03/31)` or `OK-UNTIL 20270331`.
    pub state_has_end: bool,
    /// Line names that do not give the domain's state at these registries.
    pub not_state: Vec<String>,
    /// These registries' own words for states.
    pub words: Words,
    /// Lines with yes-or-no values.
    pub flags: Vec<Flag>,
    /// States that all their domains have, so that they do not cause a warning.
    pub usual: Vec<String>,
    /// The query; `{domain}` stands for the name.
    pub query: Option<String>,
}

/// The states that one registrar sets on all its domains.
#[derive(Clone, Debug)]
pub struct Habit {
    /// The registrar's IANA ids.
    pub ids: Vec<String>,
    /// Prefixes of the registrar's name, normalised.
    pub names: Vec<String>,
    /// The states that it sets.
    pub words: Vec<String>,
}

/// The line names and phrases of WHOIS answers; names in lower case, with blanks for hyphens.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    /// The domain's own name.
    pub name: Vec<String>,
    /// Lines that give the domain's name only if their value is the requested name.
    pub also_name: Vec<String>,
    /// The last word of a line's name that gives a state.
    pub state: Vec<String>,
    /// What may precede that word; anything, if the list is empty.
    pub state_prefix: Vec<String>,
    /// Words in a line's name which show that it is not about the domain's state.
    pub not_state: Vec<String>,
    /// Values that confirm a hold, normalised.
    pub yes: Vec<String>,
    /// Values that deny a hold, normalised.
    pub no: Vec<String>,
    /// Line names for the day on which a domain is deleted.
    pub delete_date: Vec<String>,
    /// Line names for the day on which a domain leaves the zone.
    pub zone_date: Vec<String>,
    /// Line names for name servers.
    pub server: Vec<String>,
    /// Line names for the registrar.
    pub registrar: Vec<String>,
    /// Line names for the registrar's IANA id.
    pub registrar_id: Vec<String>,
    /// Parts of line names for the expiry date.
    pub expiry: Vec<String>,
    /// Parts of line names for other end dates.
    pub not_expiry: Vec<String>,
    /// Parts of line names for the creation date.
    pub created: Vec<String>,
    /// Line names that occur only in answers in ICANN's format, which always give a state.
    pub icann: Vec<String>,
    /// Values that mean that there is no date.
    pub no_date: Vec<String>,
    /// Parts of a remark which show that it is important.
    pub alarm: Vec<String>,
    /// Phrases which say that the name is not registered.
    pub missing: RegexSet,
    /// Phrases which say that the registry is temporarily refusing to answer.
    pub refused: RegexSet,
}

/// A registry's answer with its expected verdict.
#[derive(Clone, Debug)]
pub struct RegistryExample {
    /// What the example shows, as a phrase.
    pub name: String,
    /// The requested domain.
    pub domain: String,
    /// The time at which the answer is judged (RFC 3339).
    pub at: Option<String>,
    /// The answer.
    pub body: String,
    /// Whether it came over RDAP.
    pub rdap: bool,
    /// A text in the answer and its replacement, with which the verdict must be `dropped`; empty or two texts.
    pub held: Vec<String>,
    /// Text whose lines are removed from the answer; without them, no state must be found.
    pub bare: Option<String>,
    /// The expected verdict.
    pub verdict: Verdict,
    /// The expected reason.
    pub reason: String,
    /// The expected expiry date, such as `2026-12-10`; empty if none must be found.
    pub expires: String,
    /// The file and line, for messages.
    pub place: String,
}

/// Everything that is known about registries.
#[derive(Debug, Default)]
pub struct RegistryBook {
    /// Words that all registries use.
    pub words: Words,
    /// Lines that all registries use.
    pub lines: Lines,
    /// Groups of registries that differ.
    pub families: Vec<Family>,
    /// The states that registrars set on all their domains.
    pub habits: Vec<Habit>,
    /// Examples of their answers.
    pub examples: Vec<RegistryExample>,
}

impl RegistryBook {
    /// How the registry of a domain differs, found by the longest known suffix.
    pub fn family(&self, domain: &str) -> Option<&Family> {
        let mut ending = domain;
        while let Some((_, rest)) = ending.split_once('.') {
            ending = rest;
            if let Some(family) = self.families.iter().find(|family| family.endings.iter().any(|own| own == ending)) {
                return Some(family);
            }
        }
        // Country codes have two letters. A suffix that begins with `xn--` may be of either kind.
        let generic = ending.len() > 2 && !ending.starts_with("xn--");
        self.families.iter().find(|family| generic && family.generic)
    }

    /// The meaning of a word, at this registry or in general.
    pub fn means<'b>(&'b self, family: Option<&'b Family>, word: &str) -> Option<(&'b str, Means)> {
        family.and_then(|family| family.words.find(word)).or_else(|| self.words.find(word))
    }

    /// Whether all domains of this registry or registrar have this state.
    pub fn is_usual(&self, family: Option<&Family>, registrar: &str, id: &str, word: &str) -> bool {
        let name = squashed(registrar);
        let sets = |words: &[String]| words.iter().any(|own| own == word);
        let his = |habit: &&Habit| {
            habit.ids.iter().any(|own| own == id) || habit.names.iter().any(|own| name.starts_with(own.as_str()))
        };
        family.is_some_and(|family| sets(&family.usual))
            || self.habits.iter().filter(his).any(|habit| sets(&habit.words))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_the_same_in_every_spelling() {
        let mut words = Words::default();
        words.add("client hold", Means::ClientHold);
        for spelling in ["clientHold", "CLIENT HOLD", "Client-Hold", "client_hold", "CLIENTHOLD"] {
            assert_eq!(words.find(spelling), Some(("client hold", Means::ClientHold)), "{spelling}");
        }
        assert_eq!(words.find("client"), None);
    }

    #[test]
    fn the_longest_known_ending_tells_whose_registry_it_is() {
        let family = |ending: &str| Family { endings: vec![ending.to_owned()], ..Family::default() };
        let book = RegistryBook { families: vec![family("uk"), family("gov.uk")], ..RegistryBook::default() };
        let of = |domain: &str| book.family(domain).map(|family| family.endings[0].clone());
        assert_eq!(of("example.gov.uk").as_deref(), Some("gov.uk"));
        assert_eq!(of("example.co.uk").as_deref(), Some("uk"));
        assert_eq!((of("example.org"), of("uk")), (None, None));
        let generic = Family { generic: true, endings: vec!["generic".to_owned()], ..Family::default() };
        let book = RegistryBook { families: vec![family("uk"), generic], ..RegistryBook::default() };
        let of = |domain: &str| book.family(domain).map(|family| family.endings[0].clone());
        assert_eq!(of("example.org").as_deref(), Some("generic"));
        assert_eq!((of("example.uk").as_deref(), of("example.fr"), of("example.xn--p1ai")), (Some("uk"), None, None));
    }
}
