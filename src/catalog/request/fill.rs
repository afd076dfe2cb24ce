//! Fills the `{placeholders}` of an HTTP request and signs it.

use std::borrow::Cow;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use url::Url;

use super::sign;
use super::template::{encode, fill};
use super::value::FillError;
use crate::catalog::grammar::check::Check;
use crate::catalog::grammar::param::{Kind, Params};
use crate::catalog::grammar::request::{Body, Request};
use crate::core::time::Time;
use crate::core::words::question::{Field, HttpQuestion, Key, Secret};

/// Fills the requests of one probe.
pub(super) struct Filler<'a> {
    pub(super) check: &'a Check,
    pub(super) params: &'a Params,
    pub(super) now: Time,
    pub(super) timeout: Duration,
}

impl Filler<'_> {
    /// The question of a request, including its token request.
    pub(super) fn http(&self, request: &Request, bust: Option<i64>) -> Result<HttpQuestion, FillError> {
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
        let key = |template: &String| fill(template, &params, |_, value| value).map(|key| Secret::new(key.filled));
        let acme = request.acme.as_ref().map(key).transpose()?;
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
            acme,
            named_by_stranger: false,
        })
    }

    /// The parameters, with the signed token as one of them if the request has one.
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
