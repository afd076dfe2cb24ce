//! Fills `{placeholders}` in requests. The only code that opens a secret for a request.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use url::Url;

use super::sign;
use crate::catalog::grammar::request::{Body, Request, head};
use crate::catalog::grammar::vendor::{Ask, Check, Kind};
use crate::core::question::*;
use crate::core::time::Time;

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
    /// A field that should stand in a secret made of JSON does not.
    #[error("there is no `{0}` in the secret `{1}`: is it the whole JSON file?")]
    NotInside(String, String),
    /// The filled URL is none.
    #[error("the address {0} is not a URL")]
    NotAUrl(String),
    /// Nothing can be signed with a key.
    #[error("nothing can be signed with {0}: {1}")]
    Unsigned(String, String),
}

impl Params {
    /// The value of a placeholder, and whether nobody may see it.
    fn text(&self, name: &str) -> Result<(String, bool), FillError> {
        let base = head(name);
        let (text, secret) = match self.secret.get(base) {
            Some(Key::Set(secret)) => (secret.open().to_owned(), true),
            Some(Key::Unset(from)) => return Err(FillError::NeedsKey(base.to_owned(), from.clone())),
            None => match self.public.get(base) {
                Some(Value::String(text)) => (text.clone(), false),
                Some(Value::Null) | None => return Err(FillError::Missing(base.to_owned())),
                Some(other) => (other.to_string(), false),
            },
        };
        let Some((_, field)) = name.split_once('.') else { return Ok((text, secret)) };
        let inside = serde_json::from_str::<Value>(&text).ok();
        let part = inside.as_ref().and_then(|inside| inside.get(field)?.as_str());
        part.map(|part| (part.to_owned(), secret))
            .ok_or_else(|| FillError::NotInside(field.to_owned(), base.to_owned()))
    }
}

/// The question that `check` asks with `params` at `now`. `bust` defeats caches with a value of
/// its own.
///
/// # Errors
/// A secret or parameter is missing, the URL is none, or nothing can be signed with the key.
pub fn question(
    check: &Check,
    params: &Params,
    bust: Option<i64>,
    now: Time,
    timeout: Duration,
) -> Result<Question, FillError> {
    match &check.ask {
        Ask::Http(request) => {
            let mut question = Filler { check, params, now, timeout }.http(request, bust)?;
            question.tls = request.tls;
            Ok(Question::Http(question))
        }
        Ask::Exec(name) => {
            let words =
                params.public.get(name).and_then(Value::as_array).ok_or_else(|| FillError::Missing(name.clone()))?;
            let command = words.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect();
            Ok(Question::Exec(ExecQuestion { command, timeout }))
        }
        Ask::Rdap { domain, base } => {
            let domain = params.text(domain)?.0.trim_end_matches('.').to_lowercase();
            let base = base.as_ref().and_then(|base| params.text(base).ok()).map(|(base, _)| base);
            let registry = format!("registry of {domain}");
            Ok(Question::Rdap(RdapQuestion { domain, registry, base, timeout }))
        }
        Ask::Lookup(what) => {
            let (needed, more) = what.args();
            let given = |name: &&str| Some(((*name).to_owned(), texts(params.public.get(*name)?)));
            let args = needed.iter().chain(more).filter_map(given).collect();
            let timeout = timeout.min(Duration::from_secs(5));
            Ok(Question::Lookup(LookupQuestion { what: *what, args, timeout }))
        }
        Ask::Heard(takes) => {
            let seconds = params.public.get("window").and_then(Value::as_u64).unwrap_or(3_600);
            let name = params.text("name")?.0;
            Ok(Question::Heard(HeardQuestion { takes: *takes, name, window: Duration::from_secs(seconds) }))
        }
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

/// A parameter as a list of texts; names in lower case, without a final dot.
fn texts(value: &Value) -> Vec<String> {
    let text = |item: &Value| match item {
        Value::String(text) => text.trim().trim_end_matches('.').to_lowercase(),
        other => other.to_string(),
    };
    match value {
        Value::Array(items) => items.iter().map(text).collect(),
        one => vec![text(one)],
    }
}

struct Filler<'a> {
    check: &'a Check,
    params: &'a Params,
    now: Time,
    timeout: Duration,
}

impl Filler<'_> {
    fn http(&self, request: &Request, bust: Option<i64>) -> Result<HttpQuestion, FillError> {
        let params = self.with_jwt(request)?;
        let url_param = |name: &str| self.check.param(name).is_some_and(|param| param.kind == Kind::Url);
        let mut url = fill(&request.url, &params, |name, value| if url_param(name) { value } else { encode(&value) })?;
        if let (Some(name), Some(bust)) = (&self.check.cache_buster, bust) {
            let glue = if url.filled.contains('?') { '&' } else { '?' };
            url.filled.push_str(&format!("{glue}{name}={bust}"));
            url.shown.push_str(&format!("{glue}{name}={bust}"));
        }
        let parsed = Url::parse(&url.filled).map_err(|_| FillError::NotAUrl(url.shown.clone()))?;
        let host = parsed.host_str().ok_or_else(|| FillError::NotAUrl(url.shown.clone()))?.to_owned();
        let mut headers = Vec::new();
        for (name, value) in &request.headers {
            let filled = fill(value, &params, |_, value| value)?;
            headers.push(Field { name: name.clone(), secret: filled.secret, value: Secret::new(filled.filled) });
        }
        let (body, media) = body(request, &params)?;
        let given = |field: &Field| field.name.eq_ignore_ascii_case("content-type");
        if let Some(media) = media.filter(|_| !headers.iter().any(given)) {
            headers.push(Field::public("content-type", media));
        }
        if let Some(value) = authorization(request, &params)? {
            headers.push(Field { name: "authorization".to_owned(), value, secret: true });
        }
        let sent = body.as_ref().map_or("", |body| body.open()).as_bytes();
        let signed = self.signature(request, &params, parsed.as_str(), &headers, sent)?;
        headers.extend(signed);
        let token = request.token.as_ref().map(|token| self.http(token, None)).transpose()?;
        Ok(HttpQuestion {
            method: request.method.clone(),
            url: Secret::new(parsed.as_str()),
            shown: url.shown,
            host,
            headers,
            body,
            tls: false,
            timeout: self.timeout,
            token: token.map(Box::new),
            named_by_stranger: false,
        })
    }

    /// The parameters, with the signed token as one of them where the request has one.
    fn with_jwt(&self, request: &Request) -> Result<Cow<'_, Params>, FillError> {
        let Some(jwt) = &request.jwt else { return Ok(Cow::Borrowed(self.params)) };
        let text = |template: &str| fill(template, self.params, |_, value| value).map(|filled| filled.filled);
        let key_id = jwt.key_id.as_deref().map(text).transpose()?;
        let claim = |(name, value): &(String, String)| text(value).map(|value| (name.clone(), value));
        let claims = jwt.claims.iter().map(claim).collect::<Result<_, _>>()?;
        let signed = sign::token(jwt, &text(&jwt.key)?, key_id, claims, self.now);
        let signed = signed.map_err(|wrong| FillError::Unsigned(jwt.key.clone(), wrong))?;
        let mut params = self.params.clone();
        params.secret.insert("jwt".to_owned(), Key::Set(Secret::new(signed)));
        Ok(Cow::Owned(params))
    }

    fn signature(
        &self,
        request: &Request,
        params: &Params,
        url: &str,
        headers: &[Field],
        body: &[u8],
    ) -> Result<Vec<Field>, FillError> {
        let Some(with) = &request.sigv4 else { return Ok(Vec::new()) };
        let text = |template: &str| fill(template, params, |_, value| value).map(|filled| filled.filled);
        let aws = sign::Aws {
            service: with.service.clone(),
            region: text(&with.region)?,
            access_key: text(&with.access_key)?,
            secret_key: text(&with.secret_key)?,
        };
        let amz = headers.iter().filter(|field| field.name.starts_with("x-amz-"));
        let amz: Vec<(&str, &str)> = amz.map(|field| (field.name.as_str(), field.value.open())).collect();
        let signed = sign::aws(&aws, &request.method, url, &amz, body, self.now);
        let signed = signed.map_err(|wrong| FillError::Unsigned(with.secret_key.clone(), wrong))?;
        let field = |(name, value)| Field { name, value: Secret::new(value), secret: true };
        Ok(signed.into_iter().map(field).collect())
    }
}

/// The body and its media type.
fn body(request: &Request, params: &Params) -> Result<(Option<Secret>, Option<&'static str>), FillError> {
    let text = |template: &str| fill(template, params, |_, value| value).map(|filled| filled.filled);
    Ok(match &request.body {
        None => (None, None),
        Some(Body::Text(template)) => (Some(Secret::new(text(template)?)), None),
        Some(Body::Json(value)) => (Some(Secret::new(fill_json(value, &text)?.to_string())), Some("application/json")),
        Some(Body::Form(fields)) => {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            for (name, value) in fields {
                form.append_pair(name, &text(value)?);
            }
            (Some(Secret::new(form.finish())), Some("application/x-www-form-urlencoded"))
        }
    })
}

fn fill_json(value: &Value, text: &impl Fn(&str) -> Result<String, FillError>) -> Result<Value, FillError> {
    Ok(match value {
        Value::String(template) => Value::String(text(template)?),
        Value::Array(items) => Value::Array(items.iter().map(|item| fill_json(item, text)).collect::<Result<_, _>>()?),
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| fill_json(value, text).map(|value| (name.clone(), value));
            Value::Object(fields.iter().map(field).collect::<Result<_, _>>()?)
        }
        other => other.clone(),
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
    secret: bool,
}

fn fill(template: &str, params: &Params, dress: impl Fn(&str, String) -> String) -> Result<Filled, FillError> {
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

/// The names of the placeholders in a template.
pub(in crate::catalog) fn placeholders(template: &str) -> Vec<&str> {
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
