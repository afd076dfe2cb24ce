//! The sentence with which a vendor refuses a key. Often, only this sentence shows whether the account is suspended
//! or the key is wrong.

use serde_json::Value;

use super::context::json_of;
use crate::core::words::answer::Answer;
use crate::core::words::text::clean;

/// The places where vendors put the sentence, the most specific first: Google and OpenAI, OAuth (RFC 6749), lists of
/// errors, FastAPI, problem details (RFC 9457), and plain names. JSON pointers (RFC 6901).
const PLACES: [&str; 18] = [
    "/error/message",
    "/error_description",
    "/errors/0/message",
    "/errors/0/detail",
    "/errors/0/description",
    "/errors/0/title",
    "/error/detail",
    "/message",
    "/Message",
    "/ErrorMessage",
    "/error_message",
    "/detail/message",
    "/detail",
    "/description",
    "/error",
    "/errors/0",
    "/errors",
    "/title",
];
/// The maximum length of the quotation, because the same message also has a title and a hint.
const LONGEST: usize = 160;
/// A run of letters and digits of at least this length may be a key: no word in a sentence is that long and contains
/// digits.
const KEY: usize = 16;

/// The vendor's sentence, without anything that may be a key; `None` if it is missing or a single word.
pub(super) fn sentence(answer: &Answer) -> Option<String> {
    let json: Value = json_of(answer)?;
    let texts = PLACES.iter().filter_map(|place| json.pointer(place).and_then(Value::as_str));
    // A single word is a code, which rules handle better.
    let said = texts.map(|text| clean(&without_keys(text), LONGEST)).find(|text| text.contains(' '))?;
    Some(said.trim_end_matches(['.', '!', ' ', ':', ';', ',']).replace('"', "'"))
}

/// Removes keys. Vendors sometimes quote the key that they refuse, in full or in part.
fn without_keys(text: &str) -> String {
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '*' | '+' | '=');
    let mut out = String::new();
    let mut run = String::new();
    for c in text.chars().chain(['\n']) {
        if inside(c) {
            run.push(c);
            continue;
        }
        let key = run.contains('*') || run.len() >= KEY && run.contains(|c: char| c.is_ascii_digit());
        out.push_str(if key { "…" } else { &run });
        run.clear();
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::words::answer::HttpFacts;

    fn said(body: &str) -> Option<String> {
        let answer = Answer { http: Some(HttpFacts::default()), body: body.into(), ..Answer::default() };
        sentence(&answer)
    }

    #[test]
    fn each_vendor_is_quoted_in_its_own_place() {
        for body in [
            r#"{"error": {"message": "Your account is suspended.", "code": 403}}"#,
            r#"{"error": "invalid_client", "error_description": "Your account is suspended"}"#,
            r#"{"errors": [{"code": "10009", "title": "Authentication failed", "detail": "Your account is suspended."}]}"#,
            r#"{"code": "unauthorized", "message": "Your account is suspended."}"#,
            r#"{"detail": {"status": "x", "message": "Your account is suspended."}}"#,
            r#"{"errors": ["Your account is suspended!"]}"#,
            r#"{"ErrorCode": "mj-0001", "ErrorMessage": "Your account is suspended."}"#,
        ] {
            assert_eq!(said(body).as_deref(), Some("Your account is suspended"), "{body}");
        }
    }

    #[test]
    fn a_single_word_is_not_quoted_nor_is_what_is_no_json() {
        for body in
            [r#"{"error": "unauthorized"}"#, r#"{"message": ""}"#, "<html>Your account is suspended</html>", "[]"]
        {
            assert_eq!(said(body), None, "{body}");
        }
    }

    #[test]
    fn a_key_in_it_is_left_out_and_what_is_long_is_cut() {
        let keyed =
            r#"{"error": {"message": "Consumer 'api_key:AIzaSyAhTarnL1PaQn_yu_uVf0gia9wUyJx8RSI' is \"suspended\"."}}"#;
        assert_eq!(said(keyed).as_deref(), Some("Consumer 'api_key:…' is 'suspended'"));
        let masked = r#"{"error": {"message": "Incorrect API key provided: sk-12*****cd. See https://platform.example.com/keys."}}"#;
        let wanted = "Incorrect API key provided: …. See https://platform.example.com/keys";
        assert_eq!(said(masked).as_deref(), Some(wanted));
        let long = format!(r#"{{"message": "{}"}}"#, "your account is suspended ".repeat(100));
        assert!(said(&long).is_some_and(|said| said.chars().count() <= LONGEST + 1 && said.ends_with('…')));
    }
}
