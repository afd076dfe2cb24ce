//! What can be looked up from names. One table has all that anybody needs to know of a lookup but
//! how it is done: the catalogue reads its arguments and the names of its facts here, and
//! `ask::lookup` finds the file that does it by its word.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// The table, given to the macro `$reader`, which makes of its rows what it needs.
///
/// A row: the word (the asker's name, that of its facts and of its file in `ask::lookup`), the
/// arguments that it needs and those that it may get besides, and the facts that it leaves.
macro_rules! lookups {
    ($reader:ident) => {
        $reader! {
            /// What several resolvers of different operators tell users.
            Resolvers = resolvers {
                needs: [domain], takes: [],
                leaves: [domain, resolvers, count, addresses],
            }
            /// Records of several names of a domain.
            Names = names {
                needs: [domain, wanted], takes: [],
                leaves: [domain, rows],
            }
            /// Whose network an address lies in.
            Network = network {
                needs: [domain], takes: [],
                leaves: [domain, addresses, networks, asns, failed],
            }
            /// Who takes mail for a domain, and whether they do (RFC 5321).
            Smtp = smtp {
                needs: [domain], takes: [mailbox, controls],
                leaves: [domain, servers, count, hosts, control, found],
            }
            /// Who may send for a domain (RFC 7208).
            Spf = spf {
                needs: [domain], takes: [],
                leaves: [domain, found, records, valid, lookups, voids, void, crowded, includes, own, gone, all],
            }
            /// The keys by which mail is signed (RFC 6376).
            Dkim = dkim {
                needs: [domain, selectors], takes: [],
                leaves: [domain, selectors, count],
            }
            /// What receivers shall do with mail that is not ours (RFC 7489).
            Dmarc = dmarc {
                needs: [domain], takes: [],
                leaves: [domain, found, at, records, valid, policy, pct, reports],
            }
            /// The promise that mail servers speak TLS (RFC 8461).
            MtaSts = mta_sts {
                needs: [domain], takes: [],
                leaves: [domain, found, id, valid, mode, mx, max_age, hosts, failed, unreached],
            }
            /// Blocklists (RFC 5782).
            Blocklists = blocklists {
                needs: [domain], takes: [addresses, lists, domain_lists],
                leaves: [domain, lists, listed, count, unasked],
            }
        }
    };
}
pub(crate) use lookups;

macro_rules! declare {
    ($($(#[$doc:meta])* $variant:ident = $word:ident {
        needs: [$($need:ident),*], takes: [$($take:ident),*], leaves: [$($fact:ident),*],
    })+) => {
        /// What can be looked up from names.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Lookup { $($(#[$doc])* $variant),+ }

        impl Lookup {
            /// Every variant, in the order of its declaration.
            pub const ALL: &'static [Lookup] = &[$(Lookup::$variant),+];

            /// The asker's name, and that of its facts.
            pub fn word(self) -> &'static str {
                match self { $(Lookup::$variant => stringify!($word)),+ }
            }

            /// What it needs, and what it may get besides: names of its arguments.
            pub fn args(self) -> (&'static [&'static str], &'static [&'static str]) {
                match self { $(Lookup::$variant => (&[$(stringify!($need)),*], &[$(stringify!($take)),*])),+ }
            }

            /// The names of the facts that it leaves, as rules may use them.
            pub fn facts(self) -> &'static [&'static str] {
                match self { $(Lookup::$variant => &[$(stringify!($fact)),*]),+ }
            }
        }
    };
}
lookups!(declare);

impl fmt::Display for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for Lookup {
    type Err = ();

    fn from_str(word: &str) -> Result<Lookup, ()> {
        Lookup::ALL.iter().copied().find(|what| what.word() == word).ok_or(())
    }
}

/// Something to be looked up.
#[derive(Clone, Debug)]
pub struct LookupQuestion {
    /// What.
    pub what: Lookup,
    /// Its arguments, each a list of texts, by their names.
    pub args: BTreeMap<String, Vec<String>>,
    /// One server gets so long for one answer.
    pub timeout: Duration,
}

impl LookupQuestion {
    /// The name that it is about.
    pub fn domain(&self) -> &str {
        self.all("domain").first().map_or("", String::as_str)
    }

    /// An argument; empty if it was not given.
    pub fn all(&self, name: &str) -> &[String] {
        self.args.get(name).map_or(&[], Vec::as_slice)
    }
}
