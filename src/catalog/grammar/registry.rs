//! How registries write: the words for what a domain is, the names of lines, and what one registry
//! does otherwise than all others.

use std::collections::BTreeMap;

use regex::RegexSet;

use crate::core::words::verdict::Verdict;

/// What a registry's word says about a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Means {
    /// It is somebody's, and nothing is said against it.
    Registered,
    /// Somebody may not change, move or delete it.
    Locked,
    /// The registry has taken it out of the zone (RFC 5731: `serverHold`).
    ServerHold,
    /// The registrar has (`clientHold`).
    ClientHold,
    /// It was taken out of the zone; the word does not tell by whom.
    Suspended,
    /// It was deleted: it may perhaps be restored.
    Deleted,
    /// It is in no zone, for it has no name servers there.
    NotDelegated,
    /// Name servers are given, and the registry does not say that it has them in its zone.
    Undelegated,
    /// Its term is over.
    Expired,
    /// It is going to end, or to be taken out, unless somebody acts.
    Ending,
    /// Its term is over, and the registry has renewed it for now.
    AutoRenewed,
    /// It may not be renewed.
    RenewalForbidden,
    /// It is on its way to another registrar.
    Transfer,
    /// It is nobody's.
    Free,
    /// It is nobody's, and nobody may have it.
    Reserved,
    /// Something beside the domain's state.
    Nothing,
}

impl Means {
    /// All, with their words.
    pub const ALL: [(&'static str, Means); 16] = [
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
        ("transfer", Means::Transfer),
        ("free", Means::Free),
        ("reserved", Means::Reserved),
        ("nothing", Means::Nothing),
    ];

    /// Its word, in files and in rules.
    pub fn word(self) -> &'static str {
        Means::ALL.iter().find(|(_, means)| *means == self).map_or("nothing", |(word, _)| word)
    }
}

/// In which order a date is written that is numbers only and does not begin with its year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Day, month, year.
    DayFirst,
    /// Month, day, year.
    MonthFirst,
}

/// Words for states: by the letters and digits of the word alone, so that `clientHold`,
/// `CLIENT HOLD` and `client-hold` are one.
#[derive(Clone, Debug, Default)]
pub struct Words(BTreeMap<String, (String, Means)>);

impl Words {
    /// Takes a word in, as it should be shown.
    pub fn add(&mut self, word: &str, means: Means) {
        self.0.insert(squashed(word), (word.to_lowercase(), means));
    }

    /// The word as it is shown, and what it says.
    pub fn find(&self, word: &str) -> Option<(&str, Means)> {
        self.0.get(&squashed(word)).map(|(shown, means)| (shown.as_str(), *means))
    }
}

/// Letters and digits in lower case.
pub fn squashed(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A line that says yes or no to one state (`hold: NO`).
#[derive(Clone, Debug)]
pub struct Flag {
    /// The line's name.
    pub key: String,
    /// Values that say no, squashed.
    pub clear: Vec<String>,
    /// What any other value says; none where nobody knows it well enough.
    pub means: Option<Means>,
}

/// What registries of one kind do otherwise than all others.
#[derive(Clone, Debug, Default)]
pub struct Family {
    /// The ends of names that they answer for.
    pub endings: Vec<String>,
    /// Their answers about a registered domain may come without a word about its state.
    pub stateless: bool,
    /// How they order day and month.
    pub order: Option<Order>,
    /// Names of lines that state something here only.
    pub state_keys: Vec<String>,
    /// The term's end stands beside the state: `Connected (2027/03/31)`, `OK-UNTIL 20270331`.
    pub state_has_end: bool,
    /// Names of lines that state nothing of the domain here.
    pub not_state: Vec<String>,
    /// Words of their own.
    pub words: Words,
    /// Lines that say yes or no.
    pub flags: Vec<Flag>,
    /// States that all their domains have, and that therefore warn of nothing.
    pub usual: Vec<String>,
    /// How the question is put; `{domain}` stands for the name.
    pub query: Option<String>,
}

/// What one registrar sets on all its domains.
#[derive(Clone, Debug)]
pub struct Habit {
    /// Its IANA numbers.
    pub ids: Vec<String>,
    /// Its name begins so, squashed.
    pub names: Vec<String>,
    /// What it sets.
    pub words: Vec<String>,
}

/// The names of lines and the phrases of WHOIS answers; names in lower case, hyphens as blanks.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    /// The domain's own name.
    pub name: Vec<String>,
    /// Names that count only where they are the one that was asked for.
    pub also_name: Vec<String>,
    /// The last word of a line's name that states something.
    pub state: Vec<String>,
    /// What may stand before that word; anything, where the list is empty.
    pub state_prefix: Vec<String>,
    /// Words in a line's name that make it say nothing of the domain's state.
    pub not_state: Vec<String>,
    /// Values of lines that say yes to a hold, squashed.
    pub yes: Vec<String>,
    /// Values that say no, squashed.
    pub no: Vec<String>,
    /// Names of lines with the day on which a domain is deleted.
    pub delete_date: Vec<String>,
    /// Name servers.
    pub server: Vec<String>,
    /// The registrar.
    pub registrar: Vec<String>,
    /// The registrar's IANA number.
    pub registrar_id: Vec<String>,
    /// Parts of a line's name that tell when the term ends.
    pub expiry: Vec<String>,
    /// Parts of a line's name that tell of another end.
    pub not_expiry: Vec<String>,
    /// Parts of a line's name that tell of the beginning.
    pub created: Vec<String>,
    /// Names of lines that only answers in ICANN's format have, which always state something.
    pub icann: Vec<String>,
    /// What stands where there is no date.
    pub no_date: Vec<String>,
    /// Parts of a remark that is no mere remark.
    pub alarm: Vec<String>,
    /// That nobody has the name.
    pub missing: RegexSet,
    /// That the registry does not want to answer now.
    pub refused: RegexSet,
}

/// A registry's answer with what it must read.
#[derive(Clone, Debug)]
pub struct RegistryExample {
    /// A sentence.
    pub name: String,
    /// The domain that was asked for.
    pub domain: String,
    /// When it is read, RFC 3339.
    pub at: Option<String>,
    /// The answer.
    pub body: String,
    /// Whether it came by RDAP.
    pub rdap: bool,
    /// What, and what instead of it, makes it read dropped; empty or two texts.
    pub held: Vec<String>,
    /// What it must read once it has no word about the state: those lines are left out that have this.
    pub bare: Option<String>,
    /// What it must read.
    pub verdict: Verdict,
    /// Why.
    pub reason: String,
    /// The day on which it expires, `2026-12-10`; empty where none is read.
    pub expires: String,
    /// The file and line.
    pub place: String,
}

/// All that is known of registries.
#[derive(Debug, Default)]
pub struct RegistryBook {
    /// Words that all use.
    pub words: Words,
    /// Lines that all use.
    pub lines: Lines,
    /// Those that write otherwise.
    pub families: Vec<Family>,
    /// What registrars set on all their domains.
    pub habits: Vec<Habit>,
    /// Their answers.
    pub examples: Vec<RegistryExample>,
}

impl RegistryBook {
    /// What the registry of a domain does otherwise: by the longest ending that is known.
    pub fn family(&self, domain: &str) -> Option<&Family> {
        let mut ending = domain;
        while let Some((_, rest)) = ending.split_once('.') {
            ending = rest;
            if let Some(family) = self.families.iter().find(|family| family.endings.iter().any(|own| own == ending)) {
                return Some(family);
            }
        }
        None
    }

    /// What a word says, at this registry or at all.
    pub fn means<'b>(&'b self, family: Option<&'b Family>, word: &str) -> Option<(&'b str, Means)> {
        family.and_then(|family| family.words.find(word)).or_else(|| self.words.find(word))
    }

    /// Whether a state is there on all domains of this registry or registrar.
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
    }
}
