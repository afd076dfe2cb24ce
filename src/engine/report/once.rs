//! Avoids repetition. Each line of the report has a subject; of two lines with the same subject, only the one in the
//! more important section is kept.

use std::collections::BTreeSet;

use chrono::NaiveDate;

/// The subject of a line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    /// An incident, by public id.
    Incident(String),
    /// A dependency, by id, that cannot be checked.
    Blind(String),
    /// A dependency, by id, that needs a repair, a switch to its fallback, or a question to a person.
    Repair(String),
    /// Steps to leave a dependency, by id.
    Leave(String),
    /// A vendor's letter, by public id.
    Letter(String),
    /// An end on a day: of a dependency, by id, or of what was entered as text.
    Ends(String, NaiveDate),
    /// Whether test messages are delivered.
    ChannelTest,
    /// Whether people and fallbacks were drilled.
    Drill,
}

/// One line or task with its subject.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line<T> {
    /// The subject. The line is left out if an earlier line covered it.
    is: Subject,
    /// Further subjects that it covers, so that they are not repeated below.
    covers: Vec<Subject>,
    says: T,
}

impl<T> Line<T> {
    pub(super) fn new(is: Subject, says: T) -> Line<T> {
        Line { is, covers: Vec::new(), says }
    }

    /// Adds further subjects that it covers.
    pub(super) fn covering(mut self, also: impl IntoIterator<Item = Subject>) -> Line<T> {
        self.covers.extend(also);
        self
    }
}

/// The subjects covered so far. Sections are processed in order of importance.
#[derive(Debug, Default)]
pub(super) struct Said(BTreeSet<Subject>);

impl Said {
    /// The lines whose subjects were not covered before, in order.
    pub(super) fn first<T>(&mut self, lines: impl IntoIterator<Item = Line<T>>) -> Vec<T> {
        let mut kept = Vec::new();
        for line in lines {
            if self.0.insert(line.is) {
                self.0.extend(line.covers);
                kept.push(line.says);
            }
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_lines_about_the_same_the_earlier_one_is_kept() {
        let incident = |id: &str, says: &'static str| Line::new(Subject::Incident(id.to_owned()), says);
        let mut said = Said::default();
        assert_eq!(said.first([incident("pw-1", "dropped since Friday"), incident("pw-1", "again")]).len(), 1);
        assert_eq!(said.first([incident("pw-1", "dropped, still open"), incident("pw-2", "outage")]), ["outage"]);
    }

    #[test]
    fn what_a_line_covers_is_not_said_further_down() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 31).unwrap();
        let ends = || Subject::Ends("website".to_owned(), day);
        let blind = || Subject::Blind("mail".to_owned());
        let repair = |id: &str| Subject::Repair(id.to_owned());
        let mut said = Said::default();
        let todo = said.first([
            Line::new(repair("website"), "renew the certificate").covering([ends()]),
            Line::new(repair("mail"), "give a new key").covering([blind()]),
        ]);
        assert_eq!(todo.len(), 2);
        assert_eq!(said.first([Line::new(blind(), "cannot be checked")]), <[&str; 0]>::default());
        assert_eq!(said.first([Line::new(ends(), "certificate ends")]), <[&str; 0]>::default());
    }

    #[test]
    fn what_a_left_out_line_covers_may_still_be_said() {
        let (incident, blind) = (Subject::Incident("pw-1".to_owned()), Subject::Blind("mail".to_owned()));
        let mut said = Said::default();
        said.first([Line::new(incident.clone(), "first")]);
        assert!(said.first([Line::new(incident, "again").covering([blind.clone()])]).is_empty());
        assert_eq!(said.first([Line::new(blind, "cannot be checked")]), ["cannot be checked"]);
    }
}
