//! Lookups by name. One table defines everything about a lookup except how it is performed. The catalogue takes the
//! names of its arguments and facts from here, and `ask::lookup` finds its implementation by the same word.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// The table, passed to the macro `$reader`, which generates code from its rows.
///
/// A row has the word (the name of the asker, of its facts and of its file in `ask::lookup`), the required and the
/// optional arguments, and the facts that the lookup produces.
macro_rules! lookups {
    ($reader:ident) => {
        $reader! {
            /// The answers that resolvers of several operators give to users.
            Resolvers = resolvers {
                needs: [domain], takes: [],
                leaves: [domain, resolvers, count, addresses],
            }
            /// Records for several names in a domain.
            Names = names {
                needs: [domain, wanted], takes: [],
                leaves: [domain, rows],
            }
            /// The network that a domain's addresses belong to.
            Network = network {
                needs: [domain], takes: [],
                leaves: [domain, addresses, networks, asns, failed],
            }
            /// The mail servers of a domain, and whether they accept mail (RFC 5321).
            Smtp = smtp {
                needs: [domain], takes: [mailbox, controls],
                leaves: [domain, servers, count, hosts, control, found],
            }
            /// Which hosts may send mail for a domain (RFC 7208).
            Spf = spf {
                needs: [domain], takes: [],
                leaves: [domain, found, records, valid, lookups, voids, void, crowded, includes, own, gone, all, anyone],
            }
            /// The keys that sign mail (RFC 6376).
            Dkim = dkim {
                needs: [domain, selectors], takes: [],
                leaves: [domain, selectors, count],
            }
            /// How receivers should treat mail that fails authentication (RFC 7489).
            Dmarc = dmarc {
                needs: [domain], takes: [],
                leaves: [domain, found, at, records, valid, policy, pct, reports],
            }
            /// The policy that mail servers must use TLS (RFC 8461).
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
        /// What can be looked up by name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Lookup { $($(#[$doc])* $variant),+ }

        impl Lookup {
            /// Every variant, in the order of its declaration.
            pub const ALL: &'static [Lookup] = &[$(Lookup::$variant),+];

            /// The name of the asker and of its facts.
            pub fn word(self) -> &'static str {
                match self { $(Lookup::$variant => stringify!($word)),+ }
            }

            /// The names of its required and of its optional arguments.
            pub fn args(self) -> (&'static [&'static str], &'static [&'static str]) {
                match self { $(Lookup::$variant => (&[$(stringify!($need)),*], &[$(stringify!($take)),*])),+ }
            }

            /// The names of the facts that it produces, as used in rules.
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

/// One lookup.
#[derive(Clone, Debug)]
pub struct LookupQuestion {
    /// The kind of lookup.
    pub what: Lookup,
    /// Its arguments, each a list of texts, by name.
    pub args: BTreeMap<String, Vec<String>>,
    /// The timeout for one answer from one server.
    pub timeout: Duration,
}

impl LookupQuestion {
    /// The name that is looked up.
    pub fn domain(&self) -> &str {
        self.all("domain").first().map_or("", String::as_str)
    }

    /// An argument; empty if it was not given.
    pub fn all(&self, name: &str) -> &[String] {
        self.args.get(name).map_or(&[], Vec::as_slice)
    }
}
