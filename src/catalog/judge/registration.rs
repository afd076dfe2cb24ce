//! Reads a registry's answer about a domain (RFC 9083) into what rules see as `rdap.NAME`.

use chrono::DateTime;
use serde_json::{Value, json};

use crate::core::time::Time;

/// The facts of a domain object; everything that is missing stays out.
pub(super) fn facts(object: &Value, now: Time) -> Value {
    let expires = event(object, "expiration").or_else(|| event(object, "registrar expiration"));
    let registrar = entity(object, "registrar");
    let mut facts = json!({
        "name": text(&object["ldhName"]).trim_end_matches('.').to_lowercase(),
        "status": texts(&object["status"]).map(|status| spaced(&status)).collect::<Vec<_>>(),
        "name_servers": name_servers(object),
        "signed": object["secureDNS"]["delegationSigned"].as_bool(),
        "registrar": registrar.map(full_name),
        "registrar_id": registrar.map(iana_id),
        "changed": event(object, "last changed").map(Time::rfc3339),
        "registered": event(object, "registration").map(Time::rfc3339),
        "expires": expires.map(Time::rfc3339),
        "days_left": expires.map(|at| days(at, now)),
    });
    if let Some(fields) = facts.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    facts
}

/// Days from `now` until `at`.
pub(super) fn days(at: Time, now: Time) -> f64 {
    (at.0 - now.0) as f64 / 86_400_000.0
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A list of texts, or a single one: both were seen.
fn texts(value: &Value) -> impl Iterator<Item = String> {
    let list = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
    list.into_iter().filter_map(|item| item.as_str().map(str::to_owned))
}

/// `clientHold` is seen beside `client hold` (RFC 8056).
pub(super) fn spaced(status: &str) -> String {
    let mut out = String::new();
    for c in status.trim().chars() {
        if c.is_ascii_uppercase() && out.chars().last().is_some_and(|last| last.is_ascii_lowercase()) {
            out.push(' ');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

fn event(object: &Value, action: &str) -> Option<Time> {
    let events = object["events"].as_array()?;
    let event = events.iter().find(|event| text(&event["eventAction"]).eq_ignore_ascii_case(action))?;
    date(text(&event["eventDate"]))
}

/// A date; not all registries write a zone, and some write the day only.
pub(super) fn date(text: &str) -> Option<Time> {
    let at = DateTime::parse_from_rfc3339(text).map(|at| at.timestamp_millis());
    let text = text.replace(['.', '/'], "-");
    let head = text.get(..10)?;
    let day = || chrono::NaiveDate::parse_from_str(head, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
    at.ok().or_else(|| Some(day()?.and_utc().timestamp_millis())).map(Time)
}

fn entity<'o>(object: &'o Value, role: &str) -> Option<&'o Value> {
    let entities = object["entities"].as_array()?;
    entities.iter().find(|entity| texts(&entity["roles"]).any(|own| own.eq_ignore_ascii_case(role)))
}

fn iana_id(registrar: &Value) -> String {
    let ids = registrar["publicIds"].as_array().into_iter().flatten();
    let iana = ids.into_iter().find(|id| text(&id["type"]).eq_ignore_ascii_case("IANA Registrar ID"));
    iana.map_or_else(String::new, |id| text(&id["identifier"]).to_owned())
}

/// The `fn` of a jCard (RFC 7095), or a JSContact's full name.
fn full_name(entity: &Value) -> String {
    let card = entity["vcardArray"][1].as_array().into_iter().flatten();
    let name = card.into_iter().find(|property| property[0] == "fn").map(|property| text(&property[3]).to_owned());
    name.unwrap_or_else(|| text(&entity["jscard"]["name"]["full"]).to_owned())
}

fn name_servers(object: &Value) -> Vec<String> {
    let servers = object["nameservers"].as_array().into_iter().flatten();
    let mut names: Vec<String> =
        servers.map(|server| text(&server["ldhName"]).trim_end_matches('.').to_lowercase()).collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_may_write_its_words_and_dates_its_own_way() {
        let object = json!({
            "ldhName": "EXAMPLE.ORG.", "status": ["clientHold", "client transfer prohibited", "Active"],
            "events": [{ "eventAction": "Expiration", "eventDate": "1970-01-03" }],
            "entities": null, "nameservers": [{ "ldhName": "NS2.example.net" }, { "ldhName": "ns1.example.net." }],
        });
        let facts = facts(&object, Time(0));
        assert_eq!(facts["name"], "example.org");
        assert_eq!(facts["status"], json!(["client hold", "client transfer prohibited", "active"]));
        assert_eq!(facts["days_left"], 2.0);
        assert_eq!(facts["name_servers"], json!(["ns1.example.net", "ns2.example.net"]));
        assert!(facts.get("registrar").is_none());
    }

    #[test]
    fn nonsense_is_no_domain() {
        for object in
            [json!(null), json!([]), json!({ "status": 7, "events": "x", "entities": [{}], "nameservers": {} })]
        {
            assert_eq!(facts(&object, Time(0))["name"], "");
        }
    }
}
