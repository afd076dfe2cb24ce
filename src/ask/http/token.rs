//! Access tokens: requested from the vendor first, and kept while they are valid (RFC 6749).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::core::time::Time;
use crate::core::words::answer::Answer;
use crate::core::words::question::{Field, HttpQuestion, Secret};

/// A token is renewed this long before it expires, so that none expires in transit.
const SPARE: Duration = Duration::from_secs(60);
/// The lifetime that is assumed if the vendor states none (RFC 6749, section 5.1).
const USUAL: Duration = Duration::from_secs(300);
/// The longest time a token is kept, so that a suspended account does not look fine because of an old token.
const LONGEST: Duration = Duration::from_secs(1_800);

/// Issued tokens, by a hash of the token request.
#[derive(Debug, Default)]
pub(in crate::ask) struct Tokens {
    kept: Mutex<HashMap<[u8; 32], (Secret, Time)>>,
}

/// Whether a token is still valid. An expiry too far in the future was written before the clock was set back.
fn is_good(until: Time, now: Time) -> bool {
    until > now && until <= now.plus(LONGEST)
}

impl Tokens {
    /// A kept token that is still valid.
    pub(in crate::ask) fn kept(&self, asked: &HttpQuestion, now: Time) -> Option<Secret> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&key(asked)).filter(|(_, until)| is_good(*until, now)).map(|(token, _)| token.clone())
    }

    /// Reads the token from an answer and keeps it.
    ///
    /// # Errors
    /// Fails if the answer holds no token: returns that answer, marked as one to the token request (step `token`).
    pub(in crate::ask) fn take(&self, asked: &HttpQuestion, answer: Answer, now: Time) -> Result<Secret, Box<Answer>> {
        let given = answer.http.as_ref().filter(|http| http.status == 200 && answer.failure.is_none());
        let json: Option<serde_json::Value> = given.and_then(|_| serde_json::from_slice(&answer.body).ok());
        let token = json.as_ref().and_then(|json| json.get("access_token")?.as_str());
        let Some(token) = token.map(Secret::new) else {
            return Err(Box::new(Answer { step: "token".to_owned(), ..answer }));
        };
        let lasts = json.as_ref().and_then(|json| json.get("expires_in")?.as_u64()).map_or(USUAL, Duration::from_secs);
        let until = now.plus(lasts.saturating_sub(SPARE).min(LONGEST));
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, (_, until)| is_good(*until, now));
        kept.insert(key(asked), (token.clone(), until));
        Ok(token)
    }
}

/// The question, with the token added as a header.
pub(in crate::ask) fn bear(question: &HttpQuestion, token: &Secret) -> HttpQuestion {
    let value = Secret::new(format!("Bearer {}", token.open()));
    let mut borne = HttpQuestion { token: None, ..question.clone() };
    borne.headers.push(Field { name: "authorization".to_owned(), value, secret: true });
    borne
}

fn key(asked: &HttpQuestion) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(asked.url.open());
    for field in &asked.headers {
        hash.update([0]);
        hash.update(field.value.open());
    }
    hash.update([0]);
    hash.update(asked.body.as_ref().map_or("", |body| body.open()));
    hash.finalize().into()
}
