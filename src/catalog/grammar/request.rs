//! An HTTP request as written in a vendor file, with `{placeholders}`.

use std::time::Duration;

use serde_json::Value;

/// An HTTP request with `{placeholders}`.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// `GET`, `HEAD` or `POST`.
    pub method: String,
    /// The URL.
    pub url: String,
    /// Header fields.
    pub headers: Vec<(String, String)>,
    /// User and password.
    pub basic_auth: Option<(String, String)>,
    /// A bearer token.
    pub bearer: Option<String>,
    /// A body to send.
    pub body: Option<Body>,
    /// Whether to record TLS facts as well.
    pub tls: bool,
    /// A signed token, which replaces the placeholder `{jwt}` (RFC 7519).
    pub jwt: Option<Jwt>,
    /// The signature, if the request is signed with AWS Signature Version 4.
    pub sigv4: Option<SigV4>,
    /// Set if the URL is an ACME directory: the key of the account to check (RFC 8555).
    pub acme: Option<String>,
    /// A request that is made first. The `access_token` in its answer is the bearer token (RFC 6749).
    pub token: Option<Box<Request>>,
}

/// The body of a request.
#[derive(Clone, Debug)]
pub enum Body {
    /// Sent as it is.
    Text(String),
    /// As JSON. Placeholders are replaced in every text.
    Json(Value),
    /// As a form.
    Form(Vec<(String, String)>),
}

/// A JSON Web Token.
#[derive(Clone, Debug)]
pub struct Jwt {
    /// `ES256` or `RS256`.
    pub algorithm: jsonwebtoken::Algorithm,
    /// The private key, as PEM.
    pub key: String,
    /// The key's id, for the token's header.
    pub key_id: Option<String>,
    /// Claims other than `iat` and `exp`.
    pub claims: Vec<(String, String)>,
    /// How long the token is valid.
    pub lasts: Duration,
}

/// The parts of an AWS signature.
#[derive(Clone, Debug)]
pub struct SigV4 {
    /// The service name that the signature uses, such as `ses`.
    pub service: String,
    /// The region.
    pub region: String,
    /// The access key's id.
    pub access_key: String,
    /// The secret key.
    pub secret_key: String,
}

impl Request {
    /// Every placeholder in the request.
    pub fn placeholders(&self) -> Vec<String> {
        let mut texts: Vec<&str> = vec![&self.url];
        texts.extend(self.headers.iter().map(|(_, value)| value.as_str()));
        texts.extend(self.bearer.as_deref());
        texts.extend(self.acme.as_deref());
        texts.extend(self.basic_auth.iter().flat_map(|(user, password)| [user.as_str(), password]));
        match &self.body {
            Some(Body::Text(text)) => texts.push(text),
            Some(Body::Form(fields)) => texts.extend(fields.iter().map(|(_, value)| value.as_str())),
            Some(Body::Json(value)) => json_texts(value, &mut texts),
            None => {}
        }
        if let Some(jwt) = &self.jwt {
            texts.extend([Some(jwt.key.as_str()), jwt.key_id.as_deref()].into_iter().flatten());
            texts.extend(jwt.claims.iter().map(|(_, value)| value.as_str()));
        }
        if let Some(sign) = &self.sigv4 {
            texts.extend([&sign.region, &sign.access_key, &sign.secret_key].map(String::as_str));
        }
        let own = |name: &&str| *name != "jwt" || self.jwt.is_none();
        let mut names: Vec<String> =
            texts.into_iter().flat_map(placeholders).filter(own).map(|name| head(name).to_owned()).collect();
        names.extend(self.token.iter().flat_map(|token| token.placeholders()));
        names
    }
}

/// The parameter of a placeholder: for `{account.client_email}`, this is `account`.
pub(in crate::catalog) fn head(name: &str) -> &str {
    name.split_once('.').map_or(name, |(head, _)| head)
}

fn json_texts<'v>(value: &'v Value, texts: &mut Vec<&'v str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(items) => items.iter().for_each(|item| json_texts(item, texts)),
        Value::Object(fields) => fields.values().for_each(|field| json_texts(field, texts)),
        _ => {}
    }
}

/// The names of the placeholders in a template.
fn placeholders(template: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = template;
    while let Some((_, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else { break };
        names.push(name);
        rest = after;
    }
    names
}
