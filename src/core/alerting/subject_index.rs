//! An index of subjects that belong together, so that a decision about one of a thousand does not search them all.

use std::collections::HashMap;
use std::sync::Arc;

use super::subject::{Event, Subject};

/// Subjects by what they have in common. Numbers are positions in the platform's order.
#[derive(Clone, Debug)]
pub struct SubjectIndex<'a> {
    names: Arc<Names<'a>>,
    lost: Vec<usize>,
}

#[derive(Debug, Default)]
struct Names<'a> {
    by_id: HashMap<&'a str, usize>,
    by_domain: HashMap<&'a str, Vec<usize>>,
    by_company: HashMap<&'a str, Vec<usize>>,
    by_letter: HashMap<usize, Vec<usize>>,
    by_need: HashMap<&'a str, Vec<usize>>,
    by_account: HashMap<&'a str, Vec<usize>>,
}

impl<'a> SubjectIndex<'a> {
    /// Builds the index of these subjects.
    pub fn of(subjects: &[Subject<'a>]) -> SubjectIndex<'a> {
        let mut names = Names::default();
        for (number, subject) in subjects.iter().enumerate() {
            if let Some(domain) = subject.domain {
                names.by_domain.entry(domain).or_default().push(number);
            }
            match subject.event() {
                Some(Event::Company(company)) => names.by_company.entry(company).or_default().push(number),
                Some(Event::Letter(letter)) => names.by_letter.entry(letter).or_default().push(number),
                None => {}
            }
            for need in subject.needs {
                names.by_need.entry(need).or_default().push(number);
            }
            for account in &subject.accounts {
                names.by_account.entry(account).or_default().push(number);
            }
            names.by_id.insert(subject.id, number);
        }
        SubjectIndex { names: Arc::new(names), lost: lost(subjects) }
    }

    /// The same index after more was reported about the same subjects.
    pub fn told(&self, subjects: &[Subject<'_>]) -> SubjectIndex<'a> {
        SubjectIndex { names: self.names.clone(), lost: lost(subjects) }
    }

    /// The position of the subject with this id.
    pub fn position(&self, id: &str) -> Option<usize> {
        self.names.by_id.get(id).copied()
    }

    /// The positions of the subjects that concern this domain.
    pub fn about(&self, domain: &str) -> &[usize] {
        self.names.by_domain.get(domain).map_or(&[], Vec::as_slice)
    }

    /// The positions of the subjects that may belong to this account.
    pub fn in_account(&self, id: &str) -> &[usize] {
        self.names.by_account.get(id).map_or(&[], Vec::as_slice)
    }

    /// The positions of the subjects that need this one directly.
    pub fn needing(&self, id: &str) -> &[usize] {
        self.names.by_need.get(id).map_or(&[], Vec::as_slice)
    }

    /// The positions of the subjects whose trouble would belong to this event.
    pub fn of_event(&self, event: Event<'_>) -> &[usize] {
        let found = match event {
            Event::Company(company) => self.names.by_company.get(company),
            Event::Letter(letter) => self.names.by_letter.get(&letter),
        };
        found.map_or(&[], Vec::as_slice)
    }

    /// The positions of all subjects with a known loss, however old.
    pub fn lost(&self) -> &[usize] {
        &self.lost
    }
}

fn lost(subjects: &[Subject<'_>]) -> Vec<usize> {
    let all = subjects.iter().enumerate().filter(|(_, subject)| subject.notified.lost_at.is_some());
    all.map(|(number, _)| number).collect()
}
