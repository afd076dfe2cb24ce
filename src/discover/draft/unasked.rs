//! Entries for vendors that were found but cannot be checked from outside. They are dependencies nevertheless.

use super::super::conclude::{Certainty, Finding};
use super::{Drafting, Entry, NOT_VISIBLE, SEEN_ONCE, State, line, slug};
use crate::catalog::Catalog;
use crate::core::words::verdict::Criticality;

impl Drafting<'_> {
    /// An entry for every finding with a known company that no other entry covers. If there is only one sign,
    /// which may be an old record, the entry says so.
    pub(super) fn unasked(&self, entries: &[Entry]) -> Vec<Entry> {
        let alone = self.found.iter().filter(|finding| stands_alone(finding, entries));
        alone.filter_map(|finding| self.entry_of(finding)).collect()
    }

    fn entry_of(&self, finding: &Finding) -> Option<Entry> {
        let company = finding.company.clone()?;
        let mut entry = unasked_entry(self.catalog, &finding.service, Some(company));
        entry.found = vec![line(finding)];
        if finding.certainty == Certainty::Suggested {
            entry.state = State::Off(SEEN_ONCE.to_owned());
        }
        Some(entry)
    }
}

/// A dependency that cannot be checked from outside, with the slug of the company behind it if known.
pub fn unasked_entry(catalog: &Catalog, service: &str, company: Option<String>) -> Entry {
    let mut entry = Entry::new(catalog, &slug(service), service, "");
    // Nobody has said how critical it is.
    entry.usual.criticality = Criticality::Normal;
    entry.rides_on = company.into_iter().collect();
    entry.state = State::Off(NOT_VISIBLE.to_owned());
    entry.sure = true;
    entry
}

/// Whether no entry covers a finding.
pub(in crate::discover) fn stands_alone(finding: &Finding, entries: &[Entry]) -> bool {
    let named = format!("{} (", finding.service);
    !entries.iter().any(|entry| entry.found.iter().any(|line| line.starts_with(&named)))
}
