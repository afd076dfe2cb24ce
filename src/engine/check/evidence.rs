//! Which raw answers are kept as evidence, and how secrets are removed from them first.

use std::sync::{LazyLock, Mutex, PoisonError};

use regex::Regex;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::core::probe::history::{DAY, bucket};
use crate::core::time::Time;
use crate::core::words::answer::Answer;
use crate::core::words::question::Secret;
use crate::core::words::verdict::{Reading, Verdict};
use crate::engine::check::secret_fields::{self, FIELDS, is_secret};
use crate::engine::decide::known::Kept;
use crate::store::{Blob, EvidenceRow, Packer};

/// The maximum size of one body in the evidence, in bytes.
const BODY_LIMIT: usize = 256 << 10;
/// The maximum number of entries per probe and day.
const DAILY_CAP: u32 = 50;
/// The minimum length of secrets that are searched for. Shorter ones would match by chance.
const SHORTEST: usize = 4;
/// Why this answer is kept as evidence, if it is: it is the first of a streak, has a new reason, or caused a flip.
pub fn cause(kept: &Kept, reading: &Reading, flipped: bool, at: Time) -> Option<&'static str> {
    let same_day = kept.day == bucket(at, DAY);
    if flipped {
        return Some("flip");
    }
    if same_day && kept.count >= DAILY_CAP {
        return None;
    }
    match &kept.reason {
        None => Some("first"),
        Some(reason) if *reason != reading.reason && reading.verdict != Verdict::Live => Some("reason"),
        Some(_) => None,
    }
}

/// The counters after an entry was added.
pub fn count(kept: &Kept, reading: &Reading, at: Time) -> Kept {
    let day = bucket(at, DAY);
    let count = if kept.day == day { kept.count + 1 } else { 1 };
    Kept { reason: Some(reading.reason.clone()), day, count }
}

/// Removes secrets from answers.
pub struct Redactor {
    /// Each secret of the configuration, in all forms in which it may appear in a text.
    secrets: Vec<String>,
    /// Compresses redacted bodies; `None` if there was not enough memory for the compressor.
    packer: Mutex<Option<Packer>>,
}

impl Redactor {
    /// Creates a redactor for the secrets of a configuration.
    pub fn new(secrets: &[Secret]) -> Redactor {
        let long = secrets.iter().map(Secret::open).filter(|secret| secret.len() >= SHORTEST);
        let forms = long.flat_map(|secret| {
            let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            let spaced = encoded.replace('+', "%20");
            [secret.to_owned(), encoded, spaced]
        });
        let mut secrets: Vec<String> = Vec::new();
        for form in forms {
            if !secrets.contains(&form) {
                secrets.push(form);
            }
        }
        Redactor { secrets, packer: Mutex::new(Packer::new().ok()) }
    }

    /// The evidence entry for an answer, without secrets.
    pub fn row(&self, cause: &str, answer: &Answer, reading: &Reading) -> EvidenceRow {
        let mut redacted = Vec::new();
        let mut facts = json!(answer);
        by_field(&mut facts, &mut String::new(), &mut redacted);
        let facts = self.by_value(facts.to_string(), &mut redacted);
        let mut body = self.redact(&answer.body, &mut redacted);
        body.truncate(BODY_LIMIT);
        EvidenceRow {
            cause: cause.to_owned(),
            verdict: reading.verdict.word().to_owned(),
            reason: reading.reason.clone(),
            facts,
            raw_sha256: Sha256::digest(&answer.body).iter().map(|byte| format!("{byte:02x}")).collect(),
            raw_size: answer.body.len(),
            redacted: json!(redacted).to_string(),
            // A body that cannot be compressed is represented by its hash.
            body: (!body.is_empty()).then(|| self.packed(&body)).flatten(),
        }
    }

    fn packed(&self, body: &[u8]) -> Option<Blob> {
        // Nothing panics while holding the lock, and each body is compressed independently.
        self.packer.lock().unwrap_or_else(PoisonError::into_inner).as_mut()?.pack(body).ok()
    }

    /// A reading without secrets in its texts, because a vendor may quote the key in an error message.
    pub fn quiet(&self, mut reading: Reading) -> Reading {
        let clean = |text: &mut String| *text = self.by_value(std::mem::take(text), &mut Vec::new());
        clean(&mut reading.say);
        reading.hint.iter_mut().for_each(clean);
        for fact in reading.facts.values_mut() {
            if let Value::String(text) = fact {
                clean(text);
            }
        }
        reading
    }

    /// A body as text, without secrets.
    pub fn redacted(&self, body: &[u8]) -> String {
        String::from_utf8_lossy(&self.redact(body, &mut Vec::new())).into_owned()
    }

    fn redact(&self, body: &[u8], redacted: &mut Vec<String>) -> Vec<u8> {
        let text = String::from_utf8_lossy(body).into_owned();
        let text = match secret_fields::are_in(&text) {
            // Most answers have no secret fields. Checking this takes a tenth of the time that parsing the JSON into
            // a tree would take.
            Ok(false) => text,
            Ok(true) => without_fields(text, redacted),
            // The body is not valid JSON, but most of it may be: it is truncated, or a word precedes it.
            Err(_) => by_pattern(text, redacted),
        };
        self.by_value(text, redacted).into_bytes()
    }

    fn by_value(&self, mut text: String, redacted: &mut Vec<String>) -> String {
        for form in &self.secrets {
            if text.contains(form.as_str()) {
                text = text.replace(form.as_str(), "[redacted]");
                redacted.push("a configured secret".to_owned());
            }
        }
        text
    }
}

fn without_fields(text: String, redacted: &mut Vec<String>) -> String {
    let Ok(mut json) = serde_json::from_str::<Value>(&text) else { return by_pattern(text, redacted) };
    let before = redacted.len();
    by_field(&mut json, &mut String::new(), redacted);
    if redacted.len() > before { json.to_string() } else { text }
}

/// Finds secret fields in a body that is not valid JSON: truncated JSON, XML or a form.
fn by_pattern(mut text: String, redacted: &mut Vec<String>) -> String {
    for (what, pattern, instead) in PATTERNS.iter() {
        if pattern.is_match(&text) {
            redacted.push((*what).to_owned());
            text = pattern.replace_all(&text, *instead).into_owned();
        }
    }
    text
}

/// Patterns for secret fields in a body that is not valid JSON, with their replacements. They never change, and are
/// compiled on first use, because compiling costs more than all other processing of an answer.
static PATTERNS: LazyLock<Vec<(&'static str, Regex, &'static str)>> = LazyLock::new(patterns);

fn patterns() -> Vec<(&'static str, Regex, &'static str)> {
    let fields = FIELDS.join("|");
    let patterns = [
        ("fields of broken JSON", format!(r#"(?i)"({fields})"\s*:\s*"[^"]*"?"#), r#""$1":"[redacted]""#),
        ("elements of XML", format!(r"(?i)<({fields})(?:\s[^>]*)?>[^<]+"), "<$1>[redacted]"),
        ("fields of a form", format!(r#"(?i)\b({fields})=[^&\s"'<>]+"#), "$1=[redacted]"),
    ];
    #[expect(clippy::expect_used, reason = "the fields are constants, and a test compiles them")]
    patterns.map(|(what, pattern, with)| (what, Regex::new(&pattern).expect("constant"), with)).into()
}

/// Visits all fields. `path` is the path of `value` and is restored afterwards.
fn by_field(value: &mut Value, path: &mut String, redacted: &mut Vec<String>) {
    let here = path.len();
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                path.push('/');
                path.push_str(name);
                if is_secret(name) && !field.is_null() {
                    *field = Value::from("[redacted]");
                    redacted.push(path.clone());
                } else {
                    by_field(field, path, redacted);
                }
                path.truncate(here);
            }
        }
        Value::Array(items) => {
            for (n, item) in items.iter_mut().enumerate() {
                path.push('/');
                path.push_str(&n.to_string());
                by_field(item, path, redacted);
                path.truncate(here);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(row: &EvidenceRow) -> String {
        String::from_utf8(row.body.as_ref().unwrap().unpacked().unwrap()).unwrap()
    }

    #[test]
    fn secrets_leave_by_field_and_by_value() {
        let body =
            br#"{"sid": "AC1", "auth_token": "t0psecret", "nested": [{"password": "x"}], "note": "key-4711 is ours"}"#;
        let answer = Answer { body: body.to_vec(), ..Answer::default() };
        let reading = Reading::new(Verdict::Dropped, "suspended", "");
        let row = Redactor::new(&[Secret::new("key-4711")]).row("flip", &answer, &reading);
        let kept = kept(&row);
        assert!(!kept.contains("t0psecret") && !kept.contains("key-4711") && !kept.contains("\"x\""), "{kept}");
        assert!(kept.contains("AC1"));
        assert_eq!(row.redacted, r#"["/auth_token","/nested/0/password","a configured secret"]"#);
    }

    #[test]
    fn a_key_that_the_vendor_quotes_stands_in_no_sentence() {
        let said = Reading {
            hint: Some("ask about key-4711".to_owned()),
            facts: [("why".to_owned(), Value::from("consumer key-4711"))].into(),
            ..Reading::new(Verdict::Dropped, "suspended", "key-4711 has been suspended")
        };
        let quiet = Redactor::new(&[Secret::new("key-4711")]).quiet(said);
        assert_eq!(quiet.say, "[redacted] has been suspended");
        assert_eq!(quiet.hint.as_deref(), Some("ask about [redacted]"));
        assert_eq!(quiet.facts["why"], "consumer [redacted]");
    }

    #[test]
    fn lists_of_tokens_and_second_keys_leave_too() {
        let body =
            br#"{"ID": 1, "ApiTokens": ["t0psecret"], "Data": [{"APIKey": "t0psecret", "SecretKey": "t0psecret"}]}"#;
        let answer = Answer { body: body.to_vec(), ..Answer::default() };
        let row = Redactor::new(&[]).row("first", &answer, &Reading::new(Verdict::Live, "x", ""));
        assert!(!kept(&row).contains("t0psecret"));
    }

    #[test]
    fn fields_of_xml_and_of_forms_leave_too() {
        for body in [
            "<Result><SecretAccessKey>t0psecret</SecretAccessKey></Result>",
            "<auth_token type=\"string\">t0psecret</auth_token>",
            "status=ok&access_token=t0psecret&scope=read",
        ] {
            let answer = Answer { body: body.into(), ..Answer::default() };
            let row = Redactor::new(&[]).row("first", &answer, &Reading::new(Verdict::Live, "x", ""));
            assert!(!kept(&row).contains("t0psecret"), "{body}");
        }
    }

    #[test]
    fn a_body_cut_off_after_a_secret_field_keeps_none_of_it() {
        let answer = Answer { body: br#"{"sid": "AC1", "auth_token": "t0psecr"#.to_vec(), ..Answer::default() };
        let row = Redactor::new(&[]).row("first", &answer, &Reading::new(Verdict::Unknown, "x", ""));
        assert_eq!(kept(&row), r#"{"sid": "AC1", "auth_token":"[redacted]""#);
    }

    #[test]
    fn a_streak_keeps_its_first_answer_and_each_new_reason() {
        let mut kept = Kept::default();
        let mut causes = Vec::new();
        for reason in ["listed", "listed", "gone", "gone", "wall", "gone"] {
            let verdict = if reason == "listed" { Verdict::Live } else { Verdict::Unknown };
            let reading = Reading::new(verdict, reason, "");
            let cause = cause(&kept, &reading, false, Time(0));
            if cause.is_some() {
                kept = count(&kept, &reading, Time(0));
            }
            causes.push(cause);
        }
        assert_eq!(causes, [Some("first"), None, Some("reason"), None, Some("reason"), Some("reason")]);
    }
}
