//! Signatures over requests: JSON Web Tokens and AWS's version 4.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Map, Value};

use crate::catalog::grammar::request::Jwt;
use crate::core::time::Time;

/// Signs a token.
///
/// The time of issue is rounded down to half of the token's life, and the signature is deterministic (RFC 6979), so
/// the same token results within that time. Apple refuses keys whose tokens are renewed more often than every 20
/// minutes.
///
/// # Errors
/// Fails if the key is not valid.
pub(super) fn token(
    jwt: &Jwt,
    key: &str,
    key_id: Option<String>,
    claims: Vec<(String, String)>,
    now: Time,
) -> Result<String, String> {
    let lasts = jwt.lasts.as_secs().max(2);
    let half = lasts / 2;
    let issued = (now.0 / 1_000).unsigned_abs() / half * half;
    let mut all: Map<String, Value> = claims.into_iter().map(|(name, value)| (name, value.into())).collect();
    all.insert("iat".to_owned(), issued.into());
    all.insert("exp".to_owned(), (issued + lasts).into());
    let key = match jwt.algorithm {
        jsonwebtoken::Algorithm::ES256 => EncodingKey::from_ec_pem(key.as_bytes()),
        _ => EncodingKey::from_rsa_pem(key.as_bytes()),
    };
    let key = key.map_err(|_| "it is not a private key in PEM form for this algorithm".to_owned())?;
    let header = Header { kid: key_id, ..Header::new(jwt.algorithm) };
    jsonwebtoken::encode(&header, &all, &key).map_err(|error| format!("signing failed: {error}"))
}

/// The parts of an AWS signature, filled in.
pub(super) struct Aws {
    pub service: String,
    pub region: String,
    pub access_key: String,
    pub secret_key: String,
}

/// The header fields that a signature adds.
///
/// # Errors
/// Fails if the request cannot be signed. The error says why.
pub(super) fn aws(
    with: &Aws,
    method: &str,
    url: &str,
    amz: &[(&str, &str)],
    body: &[u8],
    now: Time,
) -> Result<Vec<(String, String)>, String> {
    let identity = Credentials::new(&with.access_key, &with.secret_key, None, None, "plugwatch").into();
    let at = SystemTime::UNIX_EPOCH + Duration::from_millis(now.0.unsigned_abs());
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(&with.region)
        .name(&with.service)
        .time(at)
        .settings(SigningSettings::default())
        .build()
        .map_err(|error| error.to_string())?;
    // Only the host and AWS's own fields are signed, because proxies may change all others.
    let request = SignableRequest::new(method, url, amz.iter().copied(), SignableBody::Bytes(body));
    let request = request.map_err(|error| error.to_string())?;
    let (instructions, _) = sign(request, &params.into()).map_err(|error| error.to_string())?.into_parts();
    Ok(instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}
