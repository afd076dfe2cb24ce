//! The project's terms as types: verdict, fault, proof, reading, fact.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::core::time::Time;

/// Makes an enum with one fixed word per variant, for use in files, JSON and the store.
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
    /// The result of a check, a probe or a dependency.
    Verdict {
        /// The vendor's service works for the customer: this account, listing or name.
        Live = "live",
        /// The vendor's service works for the customer, with a warning.
        Degraded = "degraded",
        /// The vendor's service works for nobody, or cannot be reached.
        Outage = "outage",
        /// The vendor no longer serves this customer.
        Dropped = "dropped",
        /// The check could not be made, or its answer could not be read.
        Unknown = "unknown",
    }
}

impl Verdict {
    /// How bad the verdict is, for finding the worst: higher is worse. `Unknown` has the lowest value.
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
    /// Who is responsible. This decides whether the reader should wait, call a lawyer or replace a key.
    Fault {
        /// The vendor decided against the customer.
        VendorDecision = "vendor_decision",
        /// The vendor has an outage for everybody.
        VendorBreakdown = "vendor_breakdown",
        /// On the user's side: key, network, configuration or application.
        Ours = "ours",
        /// It is not known yet.
        Unclear = "unclear",
    }
}

words! {
    /// The kind of evidence for a verdict.
    Proof {
        /// Stated by the vendor or the registry.
        Stated = "stated",
        /// Inferred from several observations.
        Inferred = "inferred",
        /// From a letter, or reported by a person.
        Told = "told",
    }
}

words! {
    /// What a check's `live` proves.
    Proves {
        /// The account is in good standing, by a field in the vendor's API.
        Standing = "standing",
        /// The key works.
        Access = "access",
        /// The listing or service is visible from outside.
        Presence = "presence",
        /// The user's own systems, or a person, reported it.
        Reported = "reported",
    }
}

words! {
    /// What a check's `dropped` is based on.
    Basis {
        /// The vendor's statement about this customer, in an answer that identifies the customer. No control is
        /// needed.
        OwnStatement = "own_statement",
        /// Something that used to exist is missing. Controls are mandatory.
        Absence = "absence",
    }
}

words! {
    /// A probe's role in its dependency.
    Role {
        /// A deciding probe: whether the vendor's service works for the customer.
        Serves = "serves",
        /// A deciding probe: the owner's view of the account.
        Standing = "standing",
        /// It can make the dependency degraded, but never worse.
        Warning = "warning",
        /// It never affects the verdict. It is shown, and may be evidence for other checks.
        Witness = "witness",
    }
}

impl Role {
    /// Whether the probe decides the state of its dependency.
    pub fn decides(self) -> bool {
        matches!(self, Role::Serves | Role::Standing)
    }
}

words! {
    /// How critical a dependency is.
    Criticality {
        /// The platform stops without the dependency.
        Critical = "critical",
        /// Users soon notice if the dependency fails.
        High = "high",
        /// A failure can wait until morning.
        Normal = "normal",
    }
}

/// Named values found in an answer and kept as history.
pub type Facts = BTreeMap<String, serde_json::Value>;

/// One judged answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The verdict of this answer.
    pub verdict: Verdict,
    /// The reason code, one snake_case word from the catalogue.
    pub reason: String,
    /// Who is responsible.
    pub fault: Fault,
    /// The kind of evidence.
    pub proof: Proof,
    /// What a `dropped` here is based on.
    pub basis: Basis,
    /// One sentence for people. It never contains a secret.
    pub say: String,
    /// What to do about it, if the catalogue says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Facts to keep; only from answers whose identity is proven.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: Facts,
    /// When the announced event, such as a certificate's expiry, happens, if the answer says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
    /// How long the vendor asked clients to wait.
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
            until: None,
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
