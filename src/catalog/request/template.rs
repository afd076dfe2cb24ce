//! Fills the `{placeholders}` of one text.

use super::value::FillError;
use crate::catalog::grammar::param::Params;

/// A filled text, in the form that is sent and in the form that may be shown.
pub(super) struct Filled {
    pub(super) filled: String,
    pub(super) shown: String,
    pub(super) secret: bool,
}

/// Fills a template. `dress` encodes each value for the text; it also gets the value's name.
pub(super) fn fill(
    template: &str,
    params: &Params,
    dress: impl Fn(&str, String) -> String,
) -> Result<Filled, FillError> {
    let mut out = Filled { filled: String::new(), shown: String::new(), secret: false };
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        let Some(end) = rest[start..].find('}').map(|end| start + end) else { break };
        let name = &rest[start + 1..end];
        out.filled.push_str(&rest[..start]);
        out.shown.push_str(&rest[..start]);
        let (value, secret) = params.text(name)?;
        let value = dress(name, value);
        out.secret |= secret;
        out.shown.push_str(if secret { "***" } else { &value });
        out.filled.push_str(&value);
        rest = &rest[end + 1..];
    }
    out.filled.push_str(rest);
    out.shown.push_str(rest);
    Ok(out)
}

/// Percent-encodes everything except unreserved characters (RFC 3986, section 2.3).
pub(super) fn encode(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    value.bytes().map(|byte| if plain(byte) { (byte as char).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value;

    use super::*;
    use crate::core::words::question::{Key, Secret};

    fn params() -> Params {
        Params {
            public: [("id".to_owned(), Value::from("a/b c"))].into_iter().collect(),
            secret: BTreeMap::from([
                ("token".to_owned(), Key::Set(Secret::new("s3cret"))),
                ("unset".to_owned(), Key::Unset("the variable X".to_owned())),
            ]),
        }
    }

    #[test]
    fn values_are_percent_encoded_and_secrets_not_shown() {
        let filled = fill("https://x/{id}?k={token}", &params(), |_, value| encode(&value)).unwrap();
        assert_eq!(filled.filled, "https://x/a%2Fb%20c?k=s3cret");
        assert_eq!(filled.shown, "https://x/a%2Fb%20c?k=***");
    }

    #[test]
    fn an_unset_secret_is_said_by_name() {
        let error = fill("{unset}", &params(), |_, value| value).err();
        assert_eq!(error, Some(FillError::NeedsKey("unset".to_owned(), "the variable X".to_owned())));
    }

    #[test]
    fn a_secret_does_not_show_in_debug() {
        assert!(!format!("{:?}", params()).contains("s3cret"));
    }
}
