//! What is attached to a letter: texts and calendar entries are read, anything else is named as unread.

use mail_parser::{Message, MessagePart, MimeHeaders, PartType};

/// As much of one attached text is read: a letter, not a log.
const LONGEST: usize = 64 << 10;
/// The most attachments that are read or named.
const MOST: usize = 8;

/// What was read, and the names of what was not.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Attached {
    pub(super) texts: Vec<String>,
    pub(super) unread: Vec<String>,
}

/// Reads the attachments of an e-mail. A mail that is attached as a whole is not among them.
pub(super) fn read(mail: &Message<'_>) -> Attached {
    let mut all = Attached::default();
    for part in mail.attachments().filter(|part| part.message().is_none()).take(MOST) {
        match text(part) {
            Some(text) => all.texts.push(text),
            None => all.unread.push(name(part)),
        }
    }
    all
}

fn text(part: &MessagePart<'_>) -> Option<String> {
    let kind = part.content_type()?;
    let (PartType::Text(text), "text") = (&part.body, kind.ctype()) else { return None };
    let end = text.char_indices().map(|(at, _)| at).take_while(|at| *at <= LONGEST).last().unwrap_or(0);
    let text = if text.len() > LONGEST { &text[..end] } else { text };
    match kind.subtype()? {
        "plain" => Some(text.to_owned()),
        "calendar" => Some(calendar(text)),
        _ => None,
    }
}

fn name(part: &MessagePart<'_>) -> String {
    let kind = part.content_type().map(|kind| match kind.subtype() {
        Some(subtype) => format!("{}/{subtype}", kind.ctype()),
        None => kind.ctype().to_owned(),
    });
    let name = part.attachment_name().map(str::to_owned).or(kind);
    name.unwrap_or_else(|| "an attachment without a name".to_owned())
}

/// A calendar's entries as sentences (RFC 5545): what it is called, when it begins, and its description.
fn calendar(text: &str) -> String {
    let whole = text.replace("\r\n ", "").replace("\r\n\t", "").replace("\n ", "").replace("\n\t", "");
    let (mut all, mut entry) = (Vec::new(), Entry::default());
    for line in whole.lines() {
        let Some((key, value)) = line.split_once(':') else { continue };
        let (name, params) = key.split_once(';').unwrap_or((key, ""));
        match name.to_ascii_uppercase().as_str() {
            "BEGIN" => entry = Entry::default(),
            "END" => all.extend(std::mem::take(&mut entry).sentence()),
            "SUMMARY" => entry.what = plain(value),
            "DESCRIPTION" => entry.about = plain(value),
            // The end of a task is its deadline.
            "DUE" => entry.at = moment(value, params),
            "DTSTART" => entry.at = entry.at.or_else(|| moment(value, params)),
            _ => {}
        }
    }
    all.join("\n")
}

#[derive(Default)]
struct Entry {
    what: String,
    about: String,
    at: Option<String>,
}

impl Entry {
    fn sentence(self) -> Option<String> {
        let at = self.at?;
        let about = if self.about.is_empty() { String::new() } else { format!("\n{}", self.about) };
        Some(format!("{} on {at}.{about}", self.what.trim_end_matches('.')))
    }
}

/// `20270319T170000Z` as a letter would write it: `2027-03-19 17:00 UTC`.
fn moment(value: &str, params: &str) -> Option<String> {
    let value = value.trim();
    let digits = |from: usize, until: usize| {
        value.get(from..until).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let day = format!("{}-{}-{}", digits(0, 4)?, digits(4, 6)?, digits(6, 8)?);
    if value.get(8..9) != Some("T") {
        return Some(day);
    }
    let zone = params.split(';').find_map(|param| param.strip_prefix("TZID=")).unwrap_or_default();
    let zone = if value.ends_with('Z') { "UTC" } else { zone.trim_matches('"') };
    Some(format!("{day} {}:{} {zone}", digits(9, 11)?, digits(11, 13)?).trim_end().to_owned())
}

/// A text value without its escapes.
fn plain(value: &str) -> String {
    value.replace("\\n", "\n").replace("\\N", "\n").replace("\\,", ",").replace("\\;", ";").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calendar_entry_is_read_as_a_sentence_with_its_hour_and_zone() {
        let text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;TZID=Europe/Berlin:20270319T170000\r\nSUMMARY:Your shop\r\n  \
            is closed\r\nDESCRIPTION:See the\\nterms\\, page 2\r\nEND:VEVENT\r\nEND:VCALENDAR";
        assert_eq!(calendar(text), "Your shop is closed on 2027-03-19 17:00 Europe/Berlin.\nSee the\nterms, page 2");
        assert_eq!(moment("20270319T170000Z", "").as_deref(), Some("2027-03-19 17:00 UTC"));
        assert_eq!(moment("20270319", "VALUE=DATE").as_deref(), Some("2027-03-19"));
        assert_eq!(moment("soon", ""), None);
        assert_eq!(
            calendar("BEGIN:VTODO\nDTSTART:20270301\nDUE:20270319\nSUMMARY:Close.\nEND:VTODO"),
            "Close on 2027-03-19."
        );
    }
}
