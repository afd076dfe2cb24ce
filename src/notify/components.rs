//! Shared code of the channels that set components on an external status page: which components a message is about,
//! their state, and the result of setting them. Only the mapped components are sent, and no reasons.

use std::collections::BTreeMap;

use reqwest::RequestBuilder;
use serde_json::Value;

use super::http::{ask, meaning};
use super::message::{Message, Tried};
use super::page_incidents::{Named, component};
use crate::core::dependency::incident::Reason;
use crate::core::words::verdict::Verdict;
use crate::read::{At, Table};

/// Component ids on that page, by the dependency's id.
pub type Components = BTreeMap<String, String>;

/// Parses `components = { "website" = "its id there" }`.
pub(super) fn read(table: &Table<'_>) -> Option<Components> {
    let Some(inner) = table.table("components") else {
        table.missing("components", "{ \"website\" = \"8kbf7d35c070\" }");
        return None;
    };
    let one = |key: At<String>| {
        let id = inner.string(&key.value)?;
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        if id.value.is_empty() || !id.value.chars().all(plain) {
            inner.problem(id.span, "an id consists only of letters, digits, - and _", "copy it from the page's API");
            return None;
        }
        Some((key.value, id.value))
    };
    let all = inner.keys().into_iter().filter_map(one).collect();
    inner.finish();
    Some(all)
}

/// The dependencies that a message is about, with their verdict. A reminder or a drill changes nothing.
fn told(message: &Message) -> Option<(Vec<String>, Verdict)> {
    if matches!(message.reason, Reason::Drill | Reason::Test | Reason::Changed | Reason::Suspected | Reason::Notice) {
        return None;
    }
    let about = &message.view["body"]["dependency"];
    let verdict = about["verdict"].as_str()?.parse().ok()?;
    let group = about["group"]["ids"].as_array().into_iter().flatten();
    let mut ids: Vec<String> = group.chain([&about["id"]]).filter_map(Value::as_str).map(str::to_owned).collect();
    ids.sort();
    ids.dedup();
    // A dependency that cannot be checked is not shown as working, whatever was known before.
    Some((ids, if message.reason == Reason::Blind { Verdict::Unknown } else { verdict }))
}

/// Statuspage's name for a verdict.
pub(super) fn status(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Live => "operational",
        Verdict::Degraded | Verdict::Unknown => "degraded_performance",
        Verdict::Outage | Verdict::Dropped => "major_outage",
    }
}

/// Components, with their names on the page, and the verdict that was set.
pub(super) type SetTo = (Vec<Named>, Verdict);

/// Sets the components that a message is about, with one request each. A verdict that the service has no name for is
/// skipped. The components' names are taken from the page's response.
///
/// # Errors
/// Fails if a component could not be set. The error is the result of the attempt.
pub(super) async fn set(
    message: &Message,
    components: &Components,
    who: &str,
    request: impl Fn(&str, Verdict) -> Option<RequestBuilder>,
) -> Result<SetTo, Tried> {
    let Some((ids, verdict)) = told(message) else { return Ok((Vec::new(), Verdict::Unknown)) };
    let wanted = ids.iter().filter_map(|id| components.get(id)).filter_map(|component| request(component, verdict));
    let requests: Vec<RequestBuilder> = wanted.collect();
    let mut set = Vec::new();
    for (sent, request) in requests.into_iter().enumerate() {
        let reply = ask(request, who).await.map_err(|tried| tried.after_parts(sent))?;
        match meaning(&reply, who, &[401, 403, 404], "check the page, the component ids and the token") {
            Tried::Sent(_) => set.extend(component(&reply.json())),
            other => return Err(other.after_parts(sent)),
        }
    }
    Ok((set, verdict))
}
