//! The fields whose values are never kept, and a check whether an answer contains any of them.

use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};

/// JSON fields whose values are never kept, whichever vendor sends them.
pub(super) const FIELDS: [&str; 20] = [
    "auth_token",
    "authorization",
    "api_key",
    "apikey",
    "password",
    "secret",
    "token",
    "access_token",
    "refresh_token",
    "smtp_password",
    "apitokens",
    "secretkey",
    "client_secret",
    "private_key",
    "id_token",
    "secretaccesskey",
    "sessiontoken",
    "x-auth-token",
    "x-api-key",
    "set-cookie",
];

/// Whether a field's value is never kept.
pub(super) fn is_secret(name: &str) -> bool {
    if name.is_ascii() {
        return FIELDS.iter().any(|field| field.eq_ignore_ascii_case(name));
    }
    FIELDS.contains(&name.to_lowercase().as_str())
}

/// Whether a JSON text contains secret fields. Does not build a tree of values.
///
/// # Errors
/// Fails if the text is not JSON.
pub(super) fn are_in(json: &str) -> serde_json::Result<bool> {
    let mut found = false;
    let mut reader = serde_json::Deserializer::from_str(json);
    Fields(&mut found).deserialize(&mut reader)?;
    reader.end()?;
    Ok(found)
}

/// Visits every value of a text, and records whether any field is secret.
struct Fields<'a>(&'a mut bool);

impl<'de> DeserializeSeed<'de> for Fields<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any value")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut fields: M) -> Result<(), M::Error> {
        while let Some(secret) = fields.next_key_seed(Name)? {
            *self.0 |= secret;
            fields.next_value_seed(Fields(self.0))?;
        }
        Ok(())
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut items: S) -> Result<(), S::Error> {
        while items.next_element_seed(Fields(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// Reads the name of a field and returns whether it is secret.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, name: D) -> Result<bool, D::Error> {
        name.deserialize_str(self)
    }
}

impl Visitor<'_> for Name {
    type Value = bool;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the name of a field")
    }

    fn visit_str<E>(self, name: &str) -> Result<bool, E> {
        Ok(is_secret(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_field_is_found_at_any_depth_and_in_any_case() {
        assert!(are_in(r#"[1, {"a": [{"b": {"Auth_Token": "x"}}]}]"#).unwrap());
        assert!(are_in(r#"{"pass\u0077ord": "x"}"#).unwrap(), "an escape hides no name");
        assert!(!are_in(r#"{"a": "token", "b": [true, null, -1, 1.5, "secret"], "tokens": {}}"#).unwrap());
    }

    #[test]
    fn what_is_not_json_is_an_error() {
        assert!(are_in(r#"{"sid": "AC1", "auth_token": "t0psecr"#).is_err());
        assert!(are_in(r#"{"sid": 1} and more"#).is_err());
    }
}
