//! A letter as a person brings it: a text, a picture, or an e-mail with its text and date.

use mail_parser::decoders::html::html_to_text;
use mail_parser::{Message, MessageParser, PartType};

use super::attached::{self, Attached};
use super::{dated, forward};
use crate::core::time::Time;

/// A letter that a person reports.
#[derive(Clone, Debug, Default)]
pub struct Brought {
    /// Its original bytes: the text, the e-mail, the photo.
    pub bytes: Vec<u8>,
    /// Its text, as far as it has any.
    pub text: String,
    /// The dependencies it concerns, if the person named them: ids, labels or companies.
    pub about: Vec<String>,
    /// When it arrived, if not now.
    pub received: Option<Time>,
    /// When it takes effect, in the person's words, if given.
    pub effective: Option<String>,
    /// The vendor has already stopped serving the platform.
    pub left: bool,
    /// Whether to keep it even if it is not known what it concerns. The person is then asked.
    pub ask: bool,
    /// The names of what is attached to it and was not read.
    pub unread: Vec<String>,
}

/// Takes the text and date of an e-mail.
pub(super) fn opened(brought: Brought, now: Time) -> Brought {
    let Some(mail) = MessageParser::default().parse(&brought.bytes).filter(|mail| mail.date().is_some()) else {
        return brought;
    };
    // If another e-mail is attached, that one is the letter.
    let mail = forward::attached(&mail).unwrap_or(&mail);
    let written = mail.date().map(|date| Time(date.to_timestamp() * 1_000)).filter(|at| *at <= now);
    let Attached { texts, unread } = attached::read(mail);
    let words = words(mail, written.unwrap_or(now));
    let words = match (words, texts.is_empty()) {
        (words, true) => words,
        (words, false) => Some(words.into_iter().chain(texts).collect::<Vec<_>>().join("\n\n")),
    };
    let subject = mail.subject().map(|subject| format!("{subject}\n")).unwrap_or_default();
    let sender = mail.from().and_then(|from| from.first()?.address().map(str::to_owned)).unwrap_or_default();
    // A person's own text next to the file has priority.
    let own = std::str::from_utf8(&brought.bytes).is_ok_and(|text| text != brought.text) && !brought.text.is_empty();
    let text = match words {
        Some(words) if !own => format!("{subject}{words}\n{sender}"),
        _ => brought.text,
    };
    Brought { text, received: brought.received.or(written), unread, ..brought }
}

/// The text of its plain part, or of its HTML part if only that one has a date: "please view this in a browser".
fn words(mail: &Message<'_>, written: Time) -> Option<String> {
    let plain = mail.body_text(0).map(|text| text.into_owned()).filter(|text| !text.trim().is_empty());
    let html = mail.html_bodies().find_map(|part| match &part.body {
        PartType::Html(html) => Some(html_to_text(&shown(html))),
        _ => None,
    });
    let named = |text: &String| dated::names_a_time(text, written);
    match (plain, html) {
        (Some(plain), Some(html)) if !named(&plain) && named(&html) => Some(html),
        (Some(plain), _) => Some(plain),
        (None, html) => html,
    }
}

/// HTML without the elements that nobody sees, such as the preview that mail programs show in a list.
fn shown(html: &str) -> String {
    let (mut shown, mut rest) = (String::with_capacity(html.len()), html);
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        shown.push_str(before);
        let end = tag.find('>').map_or(tag.len(), |end| end + 1);
        let open = tag[..end].to_lowercase().replace([' ', '\n'], "");
        let name: String = tag[1..end].chars().take_while(char::is_ascii_alphanumeric).collect();
        let hidden = open.contains("display:none") && !name.is_empty();
        let close = format!("</{name}");
        match tag.find(&close).filter(|_| hidden) {
            Some(until) => rest = &tag[until..],
            None => {
                shown.push_str(&tag[..end]);
                rest = &tag[end..];
            }
        }
    }
    shown + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(parts: &str) -> String {
        let head = "From: Trust <trust@birke.example>\nDate: Fri, 5 Mar 2027 10:00:00 +0000\nSubject: Your shop\n";
        let mail =
            format!("{head}MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=b\n\n{parts}--b--\n");
        let brought = Brought { bytes: mail.into_bytes(), ..Brought::default() };
        opened(brought, Time::parse("2027-03-09T12:00:00Z").unwrap()).text
    }

    fn with(attached: &str) -> Brought {
        let head = "From: Trust <trust@birke.example>\nDate: Fri, 5 Mar 2027 10:00:00 +0000\nSubject: Your shop\n";
        let body = "--b\nContent-Type: text/plain\n\nSee the notice.\n";
        let mail =
            format!("{head}MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n{body}{attached}--b--\n");
        opened(Brought { bytes: mail.into_bytes(), ..Brought::default() }, Time::parse("2027-03-09T12:00:00Z").unwrap())
    }

    #[test]
    fn an_attached_text_is_read_and_anything_else_is_named() {
        let text = "--b\nContent-Type: text/plain; name=notice.txt\nContent-Disposition: attachment; \
            filename=notice.txt\n\nYour shop closes on 19 March 2027.\n";
        let scan = "--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=notice.pdf\n\n%PDF\n";
        let brought = with(&format!("{text}{scan}"));
        assert!(brought.text.contains("See the notice.") && brought.text.contains("closes on 19 March 2027"));
        assert_eq!(brought.unread, ["notice.pdf"]);
        let invited = with(
            "--b\nContent-Type: text/calendar; method=REQUEST\nContent-Disposition: attachment; filename=end.ics\n\n\
             BEGIN:VEVENT\nDTSTART:20270319T170000Z\nSUMMARY:Your shop is closed\nEND:VEVENT\n",
        );
        assert!(invited.text.contains("Your shop is closed on 2027-03-19 17:00 UTC."), "{}", invited.text);
    }

    const HTML: &str = "--b\nContent-Type: text/html; charset=utf-8\n\n<p style=\"display: none\">Sale until 1 May 2027</p>\
        <p>Your shop closes on <b>March</b>&nbsp;19<sup>th</sup>, 2027.</p>\n";

    #[test]
    fn the_html_part_is_read_if_the_plain_one_names_no_date() {
        let stub = "--b\nContent-Type: text/plain\n\nPlease view this mail in a browser.\n";
        let read = text(&format!("{stub}{HTML}"));
        assert!(read.contains("19th, 2027") && !read.contains("May"), "{read}");
        let plain = "--b\nContent-Type: text/plain\n\nYour shop closes on 12 March 2027.\n";
        let read = text(&format!("{plain}{HTML}"));
        assert!(read.contains("12 March") && !read.contains("19th"), "{read}");
    }
}
