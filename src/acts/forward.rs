//! Forwarded letters: what counts is when the inner mail was written, not when somebody passed it on.

use chrono_tz::Tz;
use mail_parser::Message;

use crate::core::time::{Time, deadline};

/// What stands above an inner mail, and names its date: in English, German, Spanish and French.
const DATES: [&str; 8] = ["date", "sent", "datum", "gesendet", "fecha", "enviado", "envoyé", "enviado el"];
/// The lines beside it.
const FROM: [&str; 4] = ["from", "von", "de", "expéditeur"];
/// Lines of one block stand within so many.
const BLOCK: usize = 8;
/// An inner mail is not older.
const OLDEST_DAYS: i64 = 300;

/// An inner mail of a text.
pub(super) struct Inner {
    /// What it says, up to the next inner mail.
    pub(super) text: String,
    /// Its date as it is written, where one stands there.
    date: Option<String>,
}

impl Inner {
    /// When it was written, if its date can be read and lies before `outer`.
    pub(super) fn written(&self, outer: Time, zone: Tz) -> Option<Time> {
        let date = self.date.as_deref()?;
        let long_ago = Time(outer.0 - OLDEST_DAYS * 86_400_000);
        let at = deadline::read(date, long_ago, zone).ok()?.at;
        Some(at).filter(|at| *at <= outer)
    }
}

/// The inner mails of a text, the one that was forwarded first on top.
pub(super) fn inner(text: &str) -> Vec<Inner> {
    let lines: Vec<&str> = text.lines().map(|line| line.trim_start_matches(['>', ' ', '\t', '*'])).collect();
    let begins: Vec<usize> =
        (0..lines.len()).filter(|at| field(lines[*at], &FROM).is_some() && has_date(&lines, *at)).collect();
    let ends = begins.iter().skip(1).copied().chain([lines.len()]);
    begins.iter().zip(ends).map(|(from, until)| block(&lines[*from..until])).collect()
}

/// A block of an inner mail's head has a date close to its sender.
fn has_date(lines: &[&str], at: usize) -> bool {
    head(&lines[at..]).any(|line| field(line, &DATES).is_some())
}

/// The lines of a head: up to the first blank one.
fn head<'l>(lines: &'l [&'l str]) -> impl Iterator<Item = &'l str> {
    lines.iter().take(BLOCK).copied().take_while(|line| !line.trim().is_empty())
}

fn block(lines: &[&str]) -> Inner {
    let date = head(lines).find_map(|line| field(line, &DATES)).map(str::to_owned);
    let length = head(lines).count();
    Inner { text: lines[length..].join("\n"), date }
}

/// What stands behind `Date:`, `Fecha:`, `Date :`.
fn field<'l>(line: &'l str, names: &[&str]) -> Option<&'l str> {
    let (name, value) = line.split_once(':')?;
    let name = name.trim_matches([' ', '*', '\u{a0}', '\u{202f}']).to_lowercase();
    let value = value.trim_matches([' ', '*', '\u{a0}']);
    (names.contains(&name.as_str()) && !value.is_empty()).then_some(value)
}

/// A mail that is attached whole.
pub(super) fn attached<'m>(mail: &'m Message<'m>) -> Option<&'m Message<'m>> {
    mail.attachments().find_map(|part| part.message()).filter(|inner| inner.date().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(Option<String>, String)> {
        let outer = Time::parse("2027-03-09T12:00:00Z").unwrap();
        let one =
            |inner: Inner| (inner.written(outer, chrono_tz::UTC).map(|at| at.rfc3339()), inner.text.trim().to_owned());
        inner(text).into_iter().map(one).collect()
    }

    #[test]
    fn the_heads_of_inner_mails_are_read_as_mail_programs_write_them() {
        for text in [
            "See below\n\n---------- Forwarded message ---------\nFrom: Trust <trust@birke.example>\nDate: Fri, Mar 5, 2027 at 9:12 AM\nSubject: x\nTo: <a@b.example>\n\nIt ends in 8 days.",
            "-----Original Message-----\nFrom: Trust\nSent: Friday, March 5, 2027 9:12 AM\nTo: A\nSubject: x\n\nIt ends in 8 days.",
            "> Begin forwarded message:\n>\n> From: Trust <t@birke.example>\n> Subject: x\n> Date: 5 March 2027 at 09:12:00 GMT\n> To: a\n>\n> It ends in 8 days.",
            "Von: Trust\nGesendet: Freitag, 5. März 2027 09:12\nAn: A\nBetreff: x\n\nIt ends in 8 days.",
            "De: Trust\nEnviado: viernes, 5 de marzo de 2027 9:12\nPara: A\nAsunto: x\n\nIt ends in 8 days.",
            "De : Trust\nEnvoyé : vendredi 5 mars 2027 09:12\nÀ : A\nObjet : x\n\nIt ends in 8 days.",
            "*From:* Trust\n*Date:* Fri, 5 Mar 2027 10:12:00 +0100\n\nIt ends in 8 days.",
        ] {
            assert_eq!(
                read(text),
                [(Some("2027-03-05T09:12:00Z".to_owned()), "It ends in 8 days.".to_owned())],
                "{text}"
            );
        }
    }

    #[test]
    fn a_date_that_cannot_be_is_none() {
        assert_eq!(read("From: Trust\nDate: 5 April 2027 at 09:12\n\nIt ends.")[0].0, None);
        assert_eq!(read("From: Trust\nDate: soon\n\nIt ends.")[0].0, None);
        assert!(read("From: the team\n\nDate: 5 March 2027").is_empty());
    }
}
