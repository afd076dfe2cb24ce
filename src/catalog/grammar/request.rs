//! An HTTP request as a vendor file writes it, with `{placeholders}`.

use std::time::Duration;

use serde_json::Value;

use crate::catalog::read::load::plain_texts;
use crate::catalog::read::rule::texts_of;
use crate::catalog::request::fill::placeholders;
use crate::read::Table;

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
    /// Also record TLS facts.
    pub tls: bool,
    /// A signed token that `{jwt}` stands for (RFC 7519).
    pub jwt: Option<Jwt>,
    /// Signed the way of AWS, version 4.
    pub sigv4: Option<SigV4>,
    /// Asked first; the `access_token` of its answer is the bearer token (RFC 6749).
    pub token: Option<Box<Request>>,
}

/// What a request sends.
#[derive(Clone, Debug)]
pub enum Body {
    /// As it stands.
    Text(String),
    /// As JSON; every text in it is filled.
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
    /// Claims besides `iat` and `exp`.
    pub claims: Vec<(String, String)>,
    /// How long it is good for.
    pub lasts: Duration,
}

/// What an AWS signature is made of.
#[derive(Clone, Debug)]
pub struct SigV4 {
    /// The name that the service signs by, such as `ses`.
    pub service: String,
    /// The region.
    pub region: String,
    /// The access key's id.
    pub access_key: String,
    /// The secret key.
    pub secret_key: String,
}

impl Request {
    /// Every name in braces anywhere in it.
    pub fn placeholders(&self) -> Vec<String> {
        let mut texts: Vec<&str> = vec![&self.url];
        texts.extend(self.headers.iter().map(|(_, value)| value.as_str()));
        texts.extend(self.bearer.as_deref());
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

/// The parameter of a placeholder: `{account.client_email}` opens a part of `account`.
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

/// Reads `[check.NAME.request]`, or the `token` within it.
pub(in crate::catalog) fn read(table: &Table<'_>) -> Option<Request> {
    let url = table.need_string("url", "\"https://api.example.com/{id}\"")?.value;
    let body = read_body(table);
    let usual = if body.is_some() { "POST" } else { "GET" };
    let request = Request {
        method: table.string("method").map_or_else(|| usual.to_owned(), |method| method.value),
        url,
        headers: table.table("headers").map(|headers| texts_of(&headers)).unwrap_or_default(),
        basic_auth: read_pair(table),
        bearer: table.string("bearer").map(|bearer| bearer.value),
        body,
        tls: table.flag("tls").is_some_and(|tls| tls.value),
        jwt: table.table("jwt").and_then(|jwt| read_jwt(&jwt)),
        sigv4: table.table("sigv4").and_then(|sign| read_sigv4(&sign)),
        token: table.table("token").and_then(|token| read(&token)).map(Box::new),
    };
    table.finish();
    Some(request)
}

fn read_pair(table: &Table<'_>) -> Option<(String, String)> {
    let pair = table.strings("basic_auth")?;
    match plain_texts(pair.clone()).as_slice() {
        [user, password] => Some((user.clone(), password.clone())),
        _ => {
            table.problem(pair.span, "basic_auth is a user and a password", "write [\"{user}\", \"{password}\"]");
            None
        }
    }
}

fn read_body(table: &Table<'_>) -> Option<Body> {
    let json = table.any("json").map(|json| Body::Json(json.value));
    let form = table.table("form").map(|form| {
        let field = |key: crate::read::At<String>| form.string(&key.value).map(|value| (key.value, value.value));
        Body::Form(form.keys().into_iter().filter_map(field).collect())
    });
    let text = table.string("body").map(|body| Body::Text(body.value));
    json.or(form).or(text)
}

fn read_jwt(table: &Table<'_>) -> Option<Jwt> {
    let algorithm = table.word("algorithm", &["ES256", "RS256"])?.value;
    let claims = table.table("claims").map(|claims| {
        let claim = |key: crate::read::At<String>| claims.string(&key.value).map(|value| (key.value, value.value));
        claims.keys().into_iter().filter_map(claim).collect()
    });
    let jwt = Jwt {
        algorithm,
        key: table.need_string("key", "\"{private_key}\"")?.value,
        key_id: table.string("key_id").map(|id| id.value),
        claims: claims.unwrap_or_default(),
        lasts: table.duration("lasts").map_or(Duration::from_secs(1_200), |lasts| lasts.value),
    };
    table.finish();
    Some(jwt)
}

fn read_sigv4(table: &Table<'_>) -> Option<SigV4> {
    let text = |key: &str, example: &str| table.need_string(key, example).map(|text| text.value);
    let sign = SigV4 {
        service: text("service", "\"ses\"")?,
        region: text("region", "\"{region}\"")?,
        access_key: text("access_key", "\"{access_key_id}\"")?,
        secret_key: text("secret_key", "\"{secret_access_key}\"")?,
    };
    table.finish();
    Some(sign)
}
