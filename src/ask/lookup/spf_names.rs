//! The names in an SPF record (RFC 7208, section 4.6.4). The numbers of look-ups that find nothing, and of mail
//! servers per name, are limited too.

use std::ops::AddAssign;

use hickory_proto::rr::RecordType;
use mail_auth::spf::{Macro, Mechanism, Variable};

use crate::ask::dns::{Missing, Walk};

/// The maximum number of names that are looked up, far beyond the RFC's limits.
const MOST: usize = 60;

/// The cost of a record for a receiver.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// The number of mechanisms that need a look-up.
    pub lookups: usize,
    /// The number of look-ups that find nothing.
    pub voids: usize,
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Cost) {
        self.lookups += other.lookups;
        self.voids += other.voids;
    }
}

/// The names that were looked up for one question.
#[derive(Default)]
pub struct Names {
    asked: usize,
    /// The names that found nothing, in the order of first appearance.
    pub void: Vec<String>,
    /// The names that have more than ten mail servers.
    pub crowded: Vec<String>,
}

impl Names {
    /// The cost of a mechanism that is not an include. `of` is the name whose record it is in.
    pub async fn cost(&mut self, walk: &mut Walk<'_>, mechanism: &Mechanism, of: &str) -> Cost {
        let (name, mx) = match mechanism {
            Mechanism::A { macro_string, .. } | Mechanism::Exists { macro_string } => (macro_string, false),
            Mechanism::Mx { macro_string, .. } => (macro_string, true),
            // The name of an address depends on the sender.
            Mechanism::Ptr { .. } => return Cost { lookups: 1, voids: 0 },
            _ => return Cost::default(),
        };
        let name = match name {
            Macro::None => Some(of.to_owned()),
            name => literal(name, of),
        };
        let void = match name {
            Some(name) if self.asked < MOST => self.look(walk, &name, mx).await,
            _ => false,
        };
        Cost { lookups: 1, voids: usize::from(void) }
    }

    /// Looks up a name, and notes whether it finds nothing.
    async fn look(&mut self, walk: &mut Walk<'_>, name: &str, mx: bool) -> bool {
        self.asked += 1;
        let found = match mx {
            true => walk.look_up(name, RecordType::MX).await.found.map(|servers| servers.len()),
            false => walk.addresses_of(name).await.map(|addresses| addresses.len()),
        };
        // Receivers stop at an `mx` with more than ten mail servers.
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

/// The name, if it contains no macro except `%{d}` (the domain of the record): other macros depend on the mail.
pub fn literal(name: &Macro, of: &str) -> Option<String> {
    match name {
        Macro::Literal(text) => Some(String::from_utf8_lossy(text).trim_end_matches('.').to_lowercase()),
        Macro::Variable { letter: Variable::Domain, num_parts: 0, reverse: false, .. } => Some(of.to_owned()),
        Macro::List(parts) => {
            let parts: Option<Vec<String>> = parts.iter().map(|part| part_of(part, of)).collect();
            parts.map(|parts| parts.concat().trim_end_matches('.').to_owned())
        }
        _ => None,
    }
}

/// A part of a name, with its dots.
fn part_of(part: &Macro, of: &str) -> Option<String> {
    match part {
        Macro::Literal(text) => Some(String::from_utf8_lossy(text).to_lowercase()),
        Macro::List(_) => None,
        other => literal(other, of),
    }
}
