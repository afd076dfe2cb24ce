//! Fills `{placeholders}` in requests. The only code that opens a secret for a request.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use url::Url;

use super::vendor::{Ask, Check, Kind, Request};
use crate::core::question::{DnsQuestion, HttpQuestion, Key, Question, Secret};

/// The parameters of one probe.
#[derive(Clone, Debug, Default)]
pub struct Params {
    /// What anybody may see.
    pub public: BTreeMap<String, Value>,
    /// What nobody may see.
    pub secret: BTreeMap<String, Key>,
}

/// Why a request could not be filled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FillError {
    /// A secret is not set: the check waits for its key.
    #[error("the secret `{0}` is not set: {1} gives none")]
    NeedsKey(String, String),
    /// A parameter is not given.
    #[error("the parameter `{0}` is not given")]
    Missing(String),
    /// The filled URL is none.
    #[error("the address {0} is not a URL")]
    NotAUrl(String),
}

impl Params {
    /// Those with public values only.
    pub fn public(public: BTreeMap<String, Value>) -> Params {
        Params { public, secret: BTreeMap::new() }
    }

    fn text(&self, name: &str) -> Result<(String, bool), FillError> {
        match self.secret.get(name) {
            Some(Key::Set(secret)) => return Ok((secret.open().to_owned(), true)),
            Some(Key::Unset(from)) => return Err(FillError::NeedsKey(name.to_owned(), from.clone())),
            None => {}
        }
        match self.public.get(name) {
            Some(Value::String(text)) => Ok((text.clone(), false)),
            Some(Value::Null) | None => Err(FillError::Missing(name.to_owned())),
            Some(other) => Ok((other.to_string(), false)),
        }
    }
}

/// The question that `check` asks with `params`. `bust` defeats caches with a value of its own.
///
/// # Errors
/// A secret or parameter is missing, or the URL is none.
pub fn question(check: &Check, params: &Params, bust: Option<i64>, timeout: Duration) -> Result<Question, FillError> {
    match &check.ask {
        Ask::Http(request) => http(check, request, params, bust, timeout).map(Question::Http),
        Ask::Dns { domain, types } => {
            let domain = params.text(domain)?.0.trim_end_matches('.').to_lowercase();
            Ok(Question::Dns(DnsQuestion {
                domain,
                types: types.clone(),
                timeout: timeout.min(Duration::from_secs(3)),
            }))
        }
    }
}

fn http(
    check: &Check,
    request: &Request,
    params: &Params,
    bust: Option<i64>,
    timeout: Duration,
) -> Result<HttpQuestion, FillError> {
    let url_param = |name: &str| check.param(name).is_some_and(|param| param.kind == Kind::Url);
    let mut url = fill(&request.url, params, |name, value| if url_param(name) { value } else { encode(&value) })?;
    if let (Some(name), Some(bust)) = (&check.cache_buster, bust) {
        let glue = if url.filled.contains('?') { '&' } else { '?' };
        url.filled.push_str(&format!("{glue}{name}={bust}"));
        url.shown.push_str(&format!("{glue}{name}={bust}"));
    }
    let parsed = Url::parse(&url.filled).map_err(|_| FillError::NotAUrl(url.shown.clone()))?;
    let host = parsed.host_str().ok_or_else(|| FillError::NotAUrl(url.shown.clone()))?.to_owned();
    let mut headers = Vec::new();
    for (name, value) in &request.headers {
        headers.push((name.clone(), Secret::new(fill(value, params, |_, value| value)?.filled)));
    }
    if let Some(authorization) = authorization(request, params)? {
        headers.push(("authorization".to_owned(), authorization));
    }
    let body = request.body.as_ref().map(|body| fill(body, params, |_, value| value)).transpose()?;
    Ok(HttpQuestion {
        method: request.method.clone(),
        url: Secret::new(parsed.as_str()),
        shown: url.shown,
        host,
        headers,
        body: body.map(|body| Secret::new(body.filled)),
        tls: request.tls,
        timeout,
    })
}

fn authorization(request: &Request, params: &Params) -> Result<Option<Secret>, FillError> {
    let raw = |template: &str| fill(template, params, |_, value| value).map(|filled| filled.filled);
    if let Some((user, password)) = &request.basic_auth {
        let pair = format!("{}:{}", raw(user)?, raw(password)?);
        return Ok(Some(Secret::new(format!("Basic {}", BASE64_STANDARD.encode(pair)))));
    }
    let bearer = request.bearer.as_ref().map(|token| raw(token)).transpose()?;
    Ok(bearer.map(|token| Secret::new(format!("Bearer {token}"))))
}

struct Filled {
    filled: String,
    shown: String,
}

fn fill(template: &str, params: &Params, dress: impl Fn(&str, String) -> String) -> Result<Filled, FillError> {
    let mut out = Filled { filled: String::new(), shown: String::new() };
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        let Some(end) = rest[start..].find('}').map(|end| start + end) else { break };
        let name = &rest[start + 1..end];
        out.filled.push_str(&rest[..start]);
        out.shown.push_str(&rest[..start]);
        let (value, secret) = params.text(name)?;
        let value = dress(name, value);
        out.shown.push_str(if secret { "***" } else { &value });
        out.filled.push_str(&value);
        rest = &rest[end + 1..];
    }
    out.filled.push_str(rest);
    out.shown.push_str(rest);
    Ok(out)
}

/// The names of the placeholders in a template.
pub(super) fn placeholders(template: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = template;
    while let Some((_, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else { break };
        names.push(name);
        rest = after;
    }
    names
}

/// Percent-encodes everything but unreserved characters (RFC 3986, section 2.3).
fn encode(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    value.bytes().map(|byte| if plain(byte) { (byte as char).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params() -> Params {
        Params {
            public: BTreeMap::from([("id".to_owned(), Value::from("a/b c"))]),
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
