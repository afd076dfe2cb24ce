//! Checks an ACME account at its certificate authority (RFC 8555). Fetches the directory and a nonce, then sends a
//! signed `newAccount` that registers nobody (`onlyReturnExisting`, section 7.3.1). The reply to that is the answer.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use url::Url;

use crate::ask::net::{Net, http};
use crate::core::words::answer::{Answer, Failure};
use crate::core::words::question::{Field, HttpQuestion, Secret};

/// The media type of every signed request (RFC 8555, section 6.2).
const MEDIA: &str = "application/jose+json";

/// Asks the authority, whose directory `question` names, for the account of `key`.
pub async fn ask(net: &Net, question: &HttpQuestion, key: &Secret, urgent: bool) -> Answer {
    let key = match AccountKey::read(key.open()) {
        Ok(key) => key,
        Err(wrong) => return Answer::failed(&question.shown, Failure::NotAsked, wrong),
    };
    let directory = http::ask(net, question, urgent).await;
    let json = serde_json::from_slice(&directory.body).unwrap_or(Value::Null);
    let place = |name: &str| Url::parse(json.get(name)?.as_str()?).ok().filter(|url| same_origin(question, url));
    // If the directory names no such addresses, its own answer is judged.
    let (Some(nonces), Some(accounts)) = (place("newNonce"), place("newAccount")) else { return directory };
    let head = HttpQuestion { method: "HEAD".to_owned(), ..HttpQuestion::get(&nonces, question.timeout) };
    let fresh = http::ask(net, &head, urgent).await;
    let Some(nonce) = nonce(&fresh) else { return fresh };
    let answer = post(net, question, &accounts, &key, &nonce, urgent).await;
    // A nonce may be used up before it arrives; the refusal carries a new one (section 6.5).
    let refused = String::from_utf8_lossy(&answer.body).contains("urn:ietf:params:acme:error:badNonce");
    match self::nonce(&answer).filter(|_| refused) {
        Some(nonce) => post(net, question, &accounts, &key, &nonce, urgent).await,
        None => answer,
    }
}

/// Whether `url` has the same origin as the directory: a signed request goes to no other host.
fn same_origin(question: &HttpQuestion, url: &Url) -> bool {
    Url::parse(question.url.open()).is_ok_and(|directory| directory.origin() == url.origin())
}

fn nonce(answer: &Answer) -> Option<String> {
    answer.http.as_ref()?.headers.get("replay-nonce").cloned()
}

async fn post(net: &Net, asked: &HttpQuestion, to: &Url, key: &AccountKey, nonce: &str, urgent: bool) -> Answer {
    let Some(body) = key.sign(to, nonce, &json!({ "onlyReturnExisting": true })) else {
        return Answer::failed(&asked.shown, Failure::NotAsked, "the request could not be signed with the account key");
    };
    let question = HttpQuestion {
        method: "POST".to_owned(),
        headers: vec![Field::public("content-type", MEDIA)],
        body: Some(Secret::new(body)),
        ..HttpQuestion::get(to, asked.timeout)
    };
    http::ask(net, &question, urgent).await
}

/// An account's private key.
struct AccountKey {
    key: EncodingKey,
    algorithm: Algorithm,
    public: Jwk,
}

impl AccountKey {
    /// Reads a private key in PEM form: EC P-256 or RSA.
    fn read(pem: &str) -> Result<AccountKey, String> {
        let wrong = || "the account key is not a private key in PEM form (EC P-256 or RSA)".to_owned();
        let ec = EncodingKey::from_ec_pem(pem.as_bytes()).map(|key| (key, Algorithm::ES256));
        let (key, algorithm) = ec
            .or_else(|_| EncodingKey::from_rsa_pem(pem.as_bytes()).map(|key| (key, Algorithm::RS256)))
            .map_err(|_| wrong())?;
        let mut public = Jwk::from_encoding_key(&key, algorithm).map_err(|_| wrong())?;
        // The header must contain the key's own members only.
        public.common = jsonwebtoken::jwk::CommonParameters::default();
        Ok(AccountKey { key, algorithm, public })
    }

    /// A flattened JSON Web Signature over `payload` (RFC 7515, section 7.2.2).
    fn sign(&self, to: &Url, nonce: &str, payload: &Value) -> Option<String> {
        let algorithm = if self.algorithm == Algorithm::ES256 { "ES256" } else { "RS256" };
        let header = json!({ "alg": algorithm, "jwk": self.public, "nonce": nonce, "url": to.as_str() });
        let [protected, payload] = [&header, payload].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part.to_string()));
        let signed = format!("{protected}.{payload}");
        let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), &self.key, self.algorithm).ok()?;
        Some(json!({ "protected": protected, "payload": payload, "signature": signature }).to_string())
    }
}
