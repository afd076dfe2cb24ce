//! The TLS facts of the connection that carried an answer, with the certificate's revocation state.

use std::time::Duration;

use serde_json::{Value, json};

use super::revocation::{self, Lists};
use crate::ask::net::Net;
use crate::ask::net::http::Carried;

/// The facts of the connection, or `None` if there was no answer. If the handshake of an answered request showed no
/// certificate, `unread` says why, so that a rule can tell that the facts are missing.
pub async fn facts(net: &Net, lists: &Lists, carried: &Carried, limit: Duration) -> Option<Value> {
    let seen = carried.origin.as_ref().and_then(|origin| Some((origin.tls.as_ref()?, origin.outside)));
    let Some((seen, outside)) = seen else {
        let answered = carried.answer.http.is_some();
        return answered.then(|| json!({ "unread": "the server sent no certificate" }));
    };
    let mut facts = seen.facts.clone();
    // Fetching the list is a separate check, over HTTP. It is skipped for a certificate that does not validate. It is
    // rare and its future is large, so the future is boxed.
    let revocation = match facts["valid"] == true {
        true => tokio::time::timeout(limit, Box::pin(revocation::of(net, lists, &seen.chain, outside)))
            .await
            .unwrap_or("unknown"),
        false => "unknown",
    };
    facts["revocation"] = json!(revocation);
    if let Some((host, days)) = soonest_before(carried) {
        facts["before_host"] = json!(host);
        facts["before_days_left"] = json!(days);
    }
    Some(facts)
}

/// Of the hosts that redirected here over TLS, the one whose certificate ends first: if it ends, browsers stop there.
fn soonest_before(carried: &Carried) -> Option<(&str, f64)> {
    let ends = carried.before.iter().filter_map(|(host, origin)| {
        let days = origin.tls.as_ref()?.facts["days_left"].as_f64()?;
        Some((host.as_str(), days))
    });
    ends.min_by(|(_, one), (_, other)| one.total_cmp(other))
}
