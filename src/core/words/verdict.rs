//! The words of the project as types: verdict, fault, proof, reading, fact.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Makes an enum with one fixed word per variant, used in files, JSON and the store.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::serde::Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every variant, in the order of its declaration.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The fixed word for this variant.
            pub fn word(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.pad(self.word()) }
        }

        impl std::str::FromStr for $name {
            type Err = ();
            fn from_str(word: &str) -> Result<Self, ()> {
                match word { $($word => Ok($name::$variant),)+ _ => Err(()) }
            }
        }
    };
}
pub(crate) use words;

words! {
    /// What a check, a probe or a dependency comes to.
    Verdict {
        /// The vendor serves us, said about *our* account, listing or name.
        Live = "live",
        /// It serves us, with a warning sign.
        Degraded = "degraded",
        /// Nobody is served, or nobody can be reached.
        Outage = "outage",
        /// The vendor no longer serves us.
        Dropped = "dropped",
        /// We could not look, or could not read the answer.
        Unknown = "unknown",
    }
}

impl Verdict {
    /// How bad it is, for "the worst of": higher is worse. `Unknown` is no badness at all.
    pub fn badness(self) -> u8 {
        match self {
            Verdict::Unknown => 0,
            Verdict::Live => 1,
            Verdict::Degraded => 2,
            Verdict::Outage => 3,
            Verdict::Dropped => 4,
        }
    }
}

words! {
    /// Whose doing it is; it decides whether the reader waits, calls a lawyer or mends a key.
    Fault {
        /// The vendor decided against us.
        VendorDecision = "vendor_decision",
        /// The vendor is broken for everybody.
        VendorBreakdown = "vendor_breakdown",
        /// Ours to mend: key, network, configuration, our own application.
        Ours = "ours",
        /// Not known yet.
        Unclear = "unclear",
    }
}

words! {
    /// What a verdict rests on.
    Proof {
        /// The vendor's or the registry's own words.
        Stated = "stated",
        /// Concluded from several things seen.
        Inferred = "inferred",
        /// A notice received, or a person's word.
        Told = "told",
    }
}

words! {
    /// What a `live` of a check proves.
    Proves {
        /// The account is in good order, by the vendor's own field.
        Standing = "standing",
        /// The key works.
        Access = "access",
        /// Seen from outside.
        Presence = "presence",
        /// Your own systems, or a person, report it.
        Reported = "reported",
    }
}

words! {
    /// What a `dropped` of a check rests on.
    Basis {
        /// The vendor says so about us, our identity echoed. No control is needed.
        OwnStatement = "own_statement",
        /// Something is not there any more. Controls are compulsory.
        Absence = "absence",
    }
}

words! {
    /// What a probe counts for within its dependency.
    Role {
        /// Decides: the vendor serves us here.
        Serves = "serves",
        /// Decides: the owner's view of the account.
        Standing = "standing",
        /// Can make the dependency degraded, never worse.
        Warning = "warning",
        /// Never counts; it is shown and may speak for others.
        Witness = "witness",
    }
}

impl Role {
    /// Whether it decides how its dependency stands.
    pub fn decides(self) -> bool {
        matches!(self, Role::Serves | Role::Standing)
    }
}

words! {
    /// How much hangs on a dependency.
    Criticality {
        /// The platform stops without it.
        Critical = "critical",
        /// Users notice soon.
        High = "high",
        /// It can wait for the morning.
        Normal = "normal",
    }
}

/// A named thing an answer tells, kept as history.
pub type Facts = BTreeMap<String, serde_json::Value>;

/// One judged answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// What this one answer comes to.
    pub verdict: Verdict,
    /// Why, as one fixed snake_case word of the catalogue.
    pub reason: String,
    /// Whose doing it is.
    pub fault: Fault,
    /// What it rests on.
    pub proof: Proof,
    /// What a `dropped` here rests on.
    pub basis: Basis,
    /// One sentence for people. It never holds a secret.
    pub say: String,
    /// What to do about it, where the catalogue knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Facts worth keeping; only from answers whose identity is proven.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: Facts,
    /// The vendor asked us to stay away for this long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<Duration>,
}

impl Reading {
    /// A reading with the usual fault and proof of its verdict.
    pub fn new(verdict: Verdict, reason: &str, say: impl Into<String>) -> Reading {
        let fault = match verdict {
            Verdict::Dropped => Fault::VendorDecision,
            Verdict::Outage => Fault::VendorBreakdown,
            _ => Fault::Unclear,
        };
        Reading {
            verdict,
            reason: reason.to_owned(),
            fault,
            proof: if verdict == Verdict::Outage { Proof::Inferred } else { Proof::Stated },
            basis: Basis::OwnStatement,
            say: say.into(),
            hint: None,
            facts: Facts::new(),
            retry_after: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        for verdict in Verdict::ALL {
            assert_eq!(verdict.word().parse::<Verdict>(), Ok(*verdict));
        }
        assert!("green".parse::<Verdict>().is_err());
    }
}
