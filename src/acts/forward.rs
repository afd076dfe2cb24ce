//! Finds forwarded letters in a text: the date of the inner e-mail counts, not the time of forwarding.

use chrono_tz::Tz;
use mail_parser::Message;

use crate::core::time::{Time, deadline};

/// Names of the date line above an inner e-mail: in English, German, Spanish and French.
const DATES: [&str; 8] = ["date", "sent", "datum", "gesendet", "fecha", "enviado", "envoyé", "enviado el"];
/// Names of the sender line next to it.
const FROM: [&str; 4] = ["from", "von", "de", "expéditeur"];
/// The most lines in the head of an inner e-mail.
const BLOCK: usize = 8;
/// The greatest age of an inner e-mail, in days.
const OLDEST_DAYS: i64 = 300;

/// An inner e-mail in a text.
pub(super) struct Inner {
    /// Its text, up to the next inner e-mail.
    pub(super) text: String,
    /// Its date as written, if it has one.
    date: Option<String>,
}

impl Inner {
    /// When it was written, if its date is readable and before `outer`.
    pub(super) fn written(&self, outer: Time, zone: Tz) -> Option<Time> {
        let date = self.date.as_deref()?;
        let long_ago = Time(outer.0 - OLDEST_DAYS * 86_400_000);
        let at = deadline::read(date, long_ago, zone).ok()?.at;
        Some(at).filter(|at| *at <= outer)
    }
}

/// The inner e-mails of a text, in its order: the outermost first.
pub(super) fn inner(text: &str) -> Vec<Inner> {
    let lines: Vec<&str> = text.lines().map(|line| line.trim_start_matches(['>', ' ', '\t', '*'])).collect();
    let begins: Vec<usize> =
        (0..lines.len()).filter(|at| field(lines[*at], &FROM).is_some() && has_date(&lines, *at)).collect();
    let ends = begins.iter().skip(1).copied().chain([lines.len()]);
    begins.iter().zip(ends).map(|(from, until)| block(&lines[*from..until])).collect()
}

/// A sender line starts an inner e-mail only if a date line is close to it.
fn has_date(lines: &[&str], at: usize) -> bool {
    head(&lines[at..]).any(|line| field(line, &DATES).is_some())
}

/// The lines of a head, up to the first blank one.
fn head<'l>(lines: &'l [&'l str]) -> impl Iterator<Item = &'l str> {
    lines.iter().take(BLOCK).copied().take_while(|line| !line.trim().is_empty())
}

fn block(lines: &[&str]) -> Inner {
    let date = head(lines).find_map(|line| field(line, &DATES)).map(str::to_owned);
    let length = head(lines).count();
    Inner { text: lines[length..].join("\n"), date }
}

/// The value after a name, such as `Date:`, `Fecha:` or `Date :`.
fn field<'l>(line: &'l str, names: &[&str]) -> Option<&'l str> {
    let (name, value) = line.split_once(':')?;
    let name = name.trim_matches([' ', '*', '\u{a0}', '\u{202f}']).to_lowercase();
    let value = value.trim_matches([' ', '*', '\u{a0}']);
    (names.contains(&name.as_str()) && !value.is_empty()).then_some(value)
}

/// An e-mail that is attached as a whole.
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
