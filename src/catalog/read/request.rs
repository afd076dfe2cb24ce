//! Parses an HTTP request of a vendor file.

use std::time::Duration;

use super::tables::{plain_texts, texts_of};
use crate::catalog::grammar::request::{Body, Jwt, Request, SigV4};
use crate::read::{At, Table};

/// Parses `[check.NAME.request]`, or the `token` within it.
pub(super) fn read(table: &Table<'_>) -> Option<Request> {
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
        acme: table.string("acme").map(|key| key.value),
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
            table.problem(pair.span, "basic_auth must be a user and a password", "write [\"{user}\", \"{password}\"]");
            None
        }
    }
}

fn read_body(table: &Table<'_>) -> Option<Body> {
    let json = table.any("json").map(|json| Body::Json(json.value));
    let form = table.table("form").map(|form| {
        let field = |key: At<String>| form.string(&key.value).map(|value| (key.value, value.value));
        Body::Form(form.keys().into_iter().filter_map(field).collect())
    });
    let text = table.string("body").map(|body| Body::Text(body.value));
    json.or(form).or(text)
}

fn read_jwt(table: &Table<'_>) -> Option<Jwt> {
    let algorithm = table.word("algorithm", &["ES256", "RS256"])?.value;
    let claims = table.table("claims").map(|claims| {
        let claim = |key: At<String>| claims.string(&key.value).map(|value| (key.value, value.value));
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
