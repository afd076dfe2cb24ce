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

/// Names of the other lines in that head.
const OTHERS: [&str; 12] =
    ["subject", "betreff", "asunto", "objet", "to", "an", "para", "à", "cc", "reply-to", "antwort an", "kopie"];
/// How the line above such a head begins, if not with dashes.
const RULES: [&str; 4] = ["begin forwarded", "anfang der weitergeleiteten", "début du message", "inicio del mensaje"];
/// How the line above a quoted mail ends, in lower case.
const WROTE: [&str; 6] = [" wrote:", " schrieb:", " a écrit :", " a écrit:", " a écrit\u{a0}:", " escribió:"];
/// The maximum number of lines into which mail programs break that line.
const BROKEN: usize = 3;

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

    /// Whether it is quoted without any date.
    pub(super) fn is_undated(&self) -> bool {
        self.date.is_none()
    }
}

/// The parts of a text.
pub(super) struct Parts {
    /// The sender's own words, without older e-mails.
    pub(super) own: String,
    /// The inner e-mails in its order: the outermost first.
    pub(super) inner: Vec<Inner>,
}

struct Line<'l> {
    quoted: bool,
    text: &'l str,
}

/// Takes a text apart into its sender's own words and the older e-mails in it.
pub(super) fn parts(text: &str) -> Parts {
    let lines: Vec<Line<'_>> = text.lines().map(Line::of).collect();
    let heads: Vec<Head> = heads(&lines);
    let mut theirs = vec![false; lines.len()];
    let mut inner = Vec::new();
    for (n, head) in heads.iter().enumerate() {
        let next = heads.get(n + 1).map_or(lines.len(), |next| next.begins);
        let ends = body_end(&lines, head, next);
        theirs[head.begins..ends].fill(true);
        inner.push(Inner { text: joined(&lines[head.body..ends]), date: head.date.clone() });
    }
    let quoted = |at: &usize| lines[*at].quoted && !theirs[*at];
    let loose: Vec<&str> = (0..lines.len()).filter(quoted).map(|at| lines[at].text).collect();
    let own = (0..lines.len()).filter(|at| !lines[*at].quoted && !theirs[*at]).map(|at| lines[at].text);
    let own = own.collect::<Vec<_>>().join("\n");
    if loose.iter().any(|line| !line.trim().is_empty()) {
        inner.push(Inner { text: loose.join("\n"), date: None });
    }
    Parts { own, inner }
}

impl<'l> Line<'l> {
    fn of(raw: &'l str) -> Line<'l> {
        let quoted = raw.trim_start().starts_with('>');
        Line { quoted, text: raw.trim_start_matches(['>', ' ', '\t', '*']) }
    }
}

fn joined(lines: &[Line<'_>]) -> String {
    lines.iter().map(|line| line.text).collect::<Vec<_>>().join("\n")
}

/// The lines above an inner e-mail.
struct Head {
    begins: usize,
    /// The line after it.
    body: usize,
    date: Option<String>,
}

fn heads(lines: &[Line<'_>]) -> Vec<Head> {
    let mut all: Vec<Head> = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let from = all.last().map_or(0, |head| head.body);
        match block(lines, at, from).or_else(|| wrote(lines, at)) {
            Some(head) => {
                at = head.body.max(at + 1);
                all.push(head);
            }
            None => at += 1,
        }
    }
    all
}

/// The end of the e-mail below a head. If the lines below an unquoted head are quoted, this is the end of the quoted
/// lines.
fn body_end(lines: &[Line<'_>], head: &Head, next: usize) -> usize {
    let full = |at: &usize| !lines[*at].text.trim().is_empty();
    let quoted = (head.body..next).find(full).is_some_and(|first| lines[first].quoted && !lines[head.begins].quoted);
    let end = (head.body..next).find(|at| quoted && full(at) && !lines[*at].quoted);
    end.unwrap_or(next)
}

/// A head of several lines. A sender line begins one only if a date line is close to it, above or below.
fn block(lines: &[Line<'_>], at: usize, from: usize) -> Option<Head> {
    field(lines[at].text, &FROM)?;
    let is_head =
        |line: &Line<'_>| [&FROM[..], &DATES[..], &OTHERS[..]].iter().any(|names| field(line.text, names).is_some());
    let above = lines[from..at].iter().rev().take(BLOCK).take_while(|line| is_head(line)).count();
    let first = at - above;
    let length = lines[first..].iter().take(BLOCK).take_while(|line| !line.text.trim().is_empty()).count();
    let body = first + length;
    let date = lines[first..body].iter().find_map(|line| field(line.text, &DATES)).map(str::to_owned)?;
    let begins = (from..first).rev().find(|at| !lines[*at].text.trim().is_empty());
    let begins = begins.filter(|at| is_rule(lines[*at].text)).unwrap_or(first);
    Some(Head { begins, body, date: Some(date) })
}

/// The line that mail programs draw above an inner e-mail.
fn is_rule(line: &str) -> bool {
    let line = line.to_lowercase();
    line.starts_with("---") || RULES.iter().any(|rule| line.starts_with(rule))
}

/// "On Fri, 5 Mar 2027, Trust wrote:", which may be broken into several lines.
fn wrote(lines: &[Line<'_>], at: usize) -> Option<Head> {
    let starts = ["on ", "am ", "le ", "el ", "den "];
    let first = lines[at].text.to_lowercase();
    if !starts.iter().any(|start| first.starts_with(start)) {
        return None;
    }
    (1..=BROKEN.min(lines.len() - at)).find_map(|count| {
        let whole = lines[at..at + count].iter().map(|line| line.text.trim()).collect::<Vec<_>>().join(" ");
        let lower = whole.to_lowercase();
        // "Am 5. März 2027 schrieb Trust <t@birke.example>:"
        let german = lower.ends_with(':') && lower.contains(" schrieb ");
        (german || WROTE.iter().any(|end| lower.ends_with(end))).then_some(Head {
            begins: at,
            body: at + count,
            date: Some(whole),
        })
    })
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
        parts(text).inner.into_iter().map(one).collect()
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
            "-------- Weitergeleitete Nachricht --------\nBetreff: x\nDatum: Fr, 5. März 2027 10:12:00 +0100\nVon: Trust\nAn: A\n\nIt ends in 8 days.",
            "On Fri, Mar 5, 2027 at 9:12 AM Trust <t@birke.example> wrote:\n> It ends in 8 days.",
            "On Fri, Mar 5, 2027 at 9:12 AM\nTrust <t@birke.example> wrote:\n> It ends in 8 days.",
            "Am 05.03.2027 um 09:12 schrieb Trust <t@birke.example>:\n> It ends in 8 days.",
            "Le 5 mars 2027 à 09:12, Trust <t@birke.example> a écrit :\n> It ends in 8 days.",
            "El vie, 5 mar 2027 a las 9:12, Trust (<t@birke.example>) escribió:\n> It ends in 8 days.",
        ] {
            assert_eq!(
                read(text),
                [(Some("2027-03-05T09:12:00Z".to_owned()), "It ends in 8 days.".to_owned())],
                "{text}"
            );
        }
    }

    #[test]
    fn what_stands_around_a_quote_is_its_senders_own() {
        let apart = parts("Above.\n\nOn Fri, Mar 5, 2027 at 9:12 AM Trust wrote:\n> It ends.\n>\n> Regards\n\nBelow.");
        assert_eq!(apart.own.split_whitespace().collect::<Vec<_>>(), ["Above.", "Below."]);
        assert_eq!(apart.inner[0].text.trim(), "It ends.\n\nRegards");
        let loose = parts("> > It ends.\n> Later?\nYes.");
        assert_eq!((loose.own.as_str(), loose.inner[0].text.as_str()), ("Yes.", "It ends.\nLater?"));
        assert!(loose.inner[0].is_undated());
        assert_eq!(parts("On Friday we wrote: it ends.").own, "On Friday we wrote: it ends.");
    }

    #[test]
    fn a_date_that_cannot_be_is_none() {
        assert_eq!(read("From: Trust\nDate: 5 April 2027 at 09:12\n\nIt ends.")[0].0, None);
        assert_eq!(read("From: Trust\nDate: soon\n\nIt ends.")[0].0, None);
        assert!(read("From: the team\n\nDate: 5 March 2027").is_empty());
    }
}
