//! Parses a registry's RDAP answer about a domain (RFC 9083) into the facts `rdap.NAME`.

use serde_json::{Value, json};

use super::dates::{Dated, read};
use super::said::{Ends, Said, host, leaves};
use super::states::States;
use crate::catalog::grammar::registry::{Order, RegistryBook};
use crate::core::time::Time;

/// The facts of a domain object; missing ones are left out.
pub(super) fn facts(book: &RegistryBook, domain: &str, object: &Value, now: Time) -> Value {
    let family = book.family(&host(domain));
    let mut states = States::default();
    texts(&object["status"]).for_each(|status| states.add(&status, book, family));
    let registrar = entity(object, "registrar");
    let order = family.and_then(|family| family.order);
    let date =
        |action: &str| event(object, action).and_then(|date| read(&date, order)).map(|date| date.time().rfc3339());
    let (registered, changed) = (date("registration"), date("last changed"));
    let servers = name_servers(object);
    let ends = ends(object, book, order);
    let deleted = deletion(object, book, order);
    states.found.extend(leaves(deleted, None, &ends, true, now).map(|(text, means)| (text, Some(means))));
    let stateless = family.is_some_and(|family| family.stateless);
    let record = stateless && (registered.is_some() || !servers.is_empty());
    let more = vec![
        ("signed", json!(object["secureDNS"]["delegationSigned"].as_bool())),
        ("changed", json!(changed)),
        ("registered", json!(registered)),
        ("missing", json!(false)),
        ("refused", json!(false)),
    ];
    Said {
        name: name(object),
        states,
        record,
        servers,
        registrar: registrar.map(full_name),
        registrar_id: registrar.map(iana_id),
        ends,
        more,
    }
    .facts(domain, book, family, now)
}

/// The domain's name in its DNS form; some registries give only the Unicode form. `None` for an object of another
/// class.
fn name(object: &Value) -> Option<String> {
    let class = text(&object["objectClassName"]);
    if !class.is_empty() && !class.eq_ignore_ascii_case("domain") {
        return None;
    }
    let names = [text(&object["ldhName"]), text(&object["unicodeName"])];
    names.into_iter().map(host).find(|name| !name.is_empty())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The texts in a list, or a single text, because registries send both.
fn texts(value: &Value) -> impl Iterator<Item = String> {
    let list = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
    list.into_iter().filter_map(|item| item.as_str().map(str::to_owned))
}

/// The events with their dates. A date that is not a text is kept as it is, so that it is reported as unreadable.
fn events(object: &Value) -> impl Iterator<Item = (String, String)> {
    let events = object["events"].as_array().into_iter().flatten();
    let date = |date: &Value| date.as_str().map_or_else(|| date.to_string(), str::to_owned);
    events.map(move |event| (text(&event["eventAction"]).trim().to_lowercase(), date(&event["eventDate"])))
}

fn event(object: &Value, action: &str) -> Option<String> {
    events(object).find(|(own, _)| own == action).map(|(_, date)| date)
}

/// The date of the domain's deletion, which may be in the future (RFC 9083, section 4.5). A date before the
/// registration belongs to an earlier registration of that name.
fn deletion(object: &Value, book: &RegistryBook, order: Option<Order>) -> Option<Time> {
    let date = |wanted: &dyn Fn(&str) -> bool| {
        let dates = events(object).filter(|(action, _)| wanted(action)).filter_map(|(_, date)| read(&date, order));
        dates.map(Dated::time).max()
    };
    let begun = date(&|action| action.ends_with("registration"));
    date(&|action| book.lines.delete_date.iter().any(|own| own == action))
        .filter(|at| begun.is_none_or(|begun| *at > begun))
}

/// The expiry, from `expiration`, `soft expiration` or `Record expires`, or `registrar expiration`.
fn ends(object: &Value, book: &RegistryBook, order: Option<Order>) -> Ends {
    let ranked = events(object).filter_map(|(action, date)| {
        let rank = Ends::rank(&action, book)?;
        // The "soft" date is the end of the paid term. A grace period follows.
        let rank = match action.as_str() {
            soft if soft.starts_with("soft") => 0,
            "expiration" => 1,
            _ if rank == Ends::REGISTRAR => Ends::REGISTRAR_IF_SOONER,
            _ => rank + 1,
        };
        Some((rank, date))
    });
    Ends::of(ranked.collect(), order, book)
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

/// The full name: `fn` of a jCard (RFC 7095), or the name in a JSContact.
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
    use crate::catalog::grammar::catalog::Catalog;

    fn read(object: &Value) -> Value {
        facts(&Catalog::load(None).unwrap().registries, "example.org", object, Time(0))
    }

    #[test]
    fn whose_it_is_and_when_it_ends_are_found_however_they_are_written() {
        let book = Catalog::load(None).unwrap();
        let read = |domain: &str, object: Value| facts(&book.registries, domain, &object, Time(0));
        for (domain, object) in [
            ("example.org.", json!({ "ldhName": "example.org" })),
            ("EXAMPLE.org", json!({ "ldhName": "Example.Org." })),
            ("xn--bcher-kva.example", json!({ "unicodeName": "b\u{fc}cher.example" })),
        ] {
            assert_eq!(read(domain, object)["ours"], true, "{domain}");
        }
        assert_eq!(read("example.org", json!({ "ldhName": "example.net" }))["ours"], false);
        assert!(read("example.org", json!({})).get("ours").is_none());
        let of = |date: Value| {
            read("example.org", json!({ "events": [{ "eventAction": "expiration", "eventDate": date }] }))
        };
        assert_eq!(of(json!(1_796_904_000))["expires_unread"], "1796904000");
        assert!(of(Value::Null).get("expires_unread").is_none());
    }

    #[test]
    fn a_registry_may_write_its_words_and_dates_its_own_way() {
        let facts = read(&json!({
            "ldhName": "EXAMPLE.ORG.", "status": ["clientHold", "client transfer prohibited", "ACTIVE", "SERVER HOLD"],
            "events": [{ "eventAction": "Expiration", "eventDate": "1970-01-03" }],
            "entities": null, "nameservers": [{ "ldhName": "NS2.example.net" }, { "ldhName": "ns1.example.net." }],
        }));
        assert_eq!(facts["name"], "example.org");
        assert_eq!(facts["status"], json!(["client hold", "client transfer prohibited", "active", "server hold"]));
        assert_eq!(facts["means"], json!(["client_hold", "locked", "registered", "server_hold"]));
        assert_eq!(facts["days_left"], 2.0);
        assert_eq!(facts["name_servers"], json!(["ns1.example.net", "ns2.example.net"]));
        assert!(facts.get("registrar").is_none());
    }

    #[test]
    fn the_end_of_the_term_has_many_names() {
        let of = |actions: &[(&str, &str)]| {
            let event = |(action, date): &(&str, &str)| json!({ "eventAction": action, "eventDate": date });
            read(&json!({ "ldhName": "example.org", "events": actions.iter().map(event).collect::<Vec<_>>() }))
        };
        let at = |facts: Value| facts["expires"].as_str().map(str::to_owned);
        for name in ["expiration", "soft expiration", "Record expires", "Expiry", "registrar expiration"] {
            assert_eq!(at(of(&[(name, "2026-12-10T00:00:00Z")])).as_deref(), Some("2026-12-10T00:00:00Z"), "{name}");
        }
        let both = of(&[("registrar expiration", "2027-01-01"), ("expiration", "2026-12-10")]);
        assert_eq!(at(both).as_deref(), Some("2026-12-10T00:00:00Z"));
        let sooner = of(&[("registrar expiration", "2026-11-10"), ("expiration", "2026-12-10")]);
        assert_eq!(at(sooner).as_deref(), Some("2026-11-10T00:00:00Z"));
        let soft = of(&[("expiration", "2027-01-10"), ("soft expiration", "2026-12-10")]);
        assert_eq!(at(soft).as_deref(), Some("2026-12-10T00:00:00Z"));
        assert_eq!(at(of(&[("enum validation expiration", "2026-12-10")])), None);
        assert_eq!(of(&[("expiration", "next year")])["expires_unread"], "next year");
    }

    #[test]
    fn a_deletion_may_be_planned_and_an_earlier_domain_s_is_history() {
        let of = |events: &[(&str, &str)]| {
            let event = |(action, date): &(&str, &str)| json!({ "eventAction": action, "eventDate": date });
            let events: Vec<Value> = events.iter().map(event).collect();
            read(&json!({ "ldhName": "example.org", "status": ["active"], "events": events }))["means"].clone()
        };
        let end = ("expiration", "2027-12-05");
        assert_eq!(of(&[end, ("deletion", "2026-12-10")]), json!(["ending", "registered"]));
        assert_eq!(of(&[end, ("deletion", "2016-12-10"), ("registration", "2017-01-01")]), json!(["registered"]));
        assert_eq!(of(&[end, ("deletion", "2016-12-10"), ("reregistration", "2017-01-01")]), json!(["registered"]));
        assert_eq!(of(&[end, ("deletion", "2028-01-10")]), json!(["registered"]));
    }

    #[test]
    fn nonsense_is_no_domain() {
        for object in [
            json!({ "objectClassName": "ip network", "ldhName": "example.org" }),
            json!(null),
            json!([]),
            json!({ "status": 7, "events": "x", "entities": [{}], "nameservers": {} }),
        ] {
            assert_eq!(read(&object)["name"], Value::Null);
        }
    }
}
