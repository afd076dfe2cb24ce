//! What the names in an SPF record lead to (RFC 7208, section 4.6.4): look-ups that find nothing, and
//! mail servers by the dozen, are limited as well.

use std::ops::AddAssign;

use hickory_proto::rr::RecordType;
use mail_auth::spf::{Macro, Mechanism};

use crate::ask::dns::{Missing, Walk};

/// Beyond this no name is looked up; the limits are long passed.
const MOST: usize = 60;

/// What a record costs a receiver.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// Mechanisms that need look-ups.
    pub lookups: usize,
    /// Look-ups that find nothing.
    pub voids: usize,
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Cost) {
        self.lookups += other.lookups;
        self.voids += other.voids;
    }
}

/// Names that were looked up for one question.
#[derive(Default)]
pub struct Names {
    asked: usize,
    /// Those that led nowhere, in the order in which they were met.
    pub void: Vec<String>,
    /// Those that have more than ten mail servers.
    pub crowded: Vec<String>,
}

impl Names {
    /// What a mechanism costs that is no include; `of` is the name whose record it stands in.
    pub async fn cost(&mut self, walk: &mut Walk<'_>, mechanism: &Mechanism, of: &str) -> Cost {
        let (name, mx) = match mechanism {
            Mechanism::A { macro_string, .. } | Mechanism::Exists { macro_string } => (macro_string, false),
            Mechanism::Mx { macro_string, .. } => (macro_string, true),
            // Which name an address has depends on who sends.
            Mechanism::Ptr { .. } => return Cost { lookups: 1, voids: 0 },
            _ => return Cost::default(),
        };
        let name = match name {
            Macro::None => Some(of.to_owned()),
            name => literal(name),
        };
        let void = match name {
            Some(name) if self.asked < MOST => self.look(walk, &name, mx).await,
            _ => false,
        };
        Cost { lookups: 1, voids: usize::from(void) }
    }

    /// Whether a name leads to nothing.
    async fn look(&mut self, walk: &mut Walk<'_>, name: &str, mx: bool) -> bool {
        self.asked += 1;
        let found = match mx {
            true => walk.look_up(name, RecordType::MX).await.found.map(|servers| servers.len()),
            false => walk.addresses_of(name).await.map(|addresses| addresses.len()),
        };
        // More than ten names behind one `mx`, and receivers give up.
        if mx && found.as_ref().is_ok_and(|servers| *servers > 10) && !self.crowded.iter().any(|own| own == name) {
            self.crowded.push(name.to_owned());
        }
        let void = matches!(found, Err(Missing::NoName | Missing::NoData));
        if void && !self.void.iter().any(|own| own == name) {
            self.void.push(name.to_owned());
        }
        void
    }
}

/// A name without macros: what a macro stands for depends on the mail.
pub fn literal(name: &Macro) -> Option<String> {
    match name {
        Macro::Literal(text) => Some(String::from_utf8_lossy(text).trim_end_matches('.').to_lowercase()),
        _ => None,
    }
}
