//! Other companies' status pages, as fakes that behave as their documentation says: components with names and states,
//! and incidents with updates. Sources: developer.statuspage.io ("Incidents", "Components"); instatus.com/help/api.

use std::sync::{Arc, Mutex};

use plugwatch::core::dependency::incident::Reason;
use plugwatch::notify::{Components, Incidents, Message, Senders, Tried, instatus, statuspage};
use serde_json::{Value, json};

use crate::channels::{key, message, senders};
use crate::kit::{http, raw};

/// The contents of one page.
#[derive(Default)]
struct Held {
    components: Vec<Value>,
    incidents: Vec<Value>,
    asked: Vec<String>,
    /// If not empty: answers to the next requests. The requests are carried out nevertheless.
    answers: Vec<Vec<u8>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Statuspage,
    Instatus,
}

/// A fake status page of one vendor, and plugwatch's channel to it.
struct Page {
    kind: Kind,
    held: Arc<Mutex<Held>>,
    channel: Senders,
}

impl Held {
    fn set(&mut self, id: &str, status: &Value) -> Value {
        let component = self.components.iter_mut().find(|one| one["id"] == id).unwrap();
        component["status"] = status.clone();
        component.clone()
    }

    fn shown(&self, incident: &Value) -> Value {
        let mut incident = incident.clone();
        let of = |id: &Value| self.components.iter().find(|one| one["id"] == *id).unwrap().clone();
        incident["components"] = incident["components"].as_array().unwrap().iter().map(of).collect();
        incident
    }

    fn statuspage(&mut self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let below = path.strip_prefix("/v1/pages/p1/").unwrap();
        match (method, below.split('/').collect::<Vec<_>>().as_slice()) {
            ("PATCH", ["components", id]) => (200, self.set(id, &body["component"]["status"])),
            ("GET", ["incidents", "unresolved"]) => {
                let open = self.incidents.iter().filter(|one| one["status"] != "resolved");
                (200, open.map(|one| self.shown(one)).collect())
            }
            ("POST", ["incidents"]) => {
                let told = &body["incident"];
                for (id, status) in told["components"].as_object().unwrap() {
                    self.set(id, status);
                }
                let ids: Vec<Value> = told["component_ids"].as_array().unwrap().clone();
                (201, self.open(&told["name"], &told["status"], ids, json!([told])))
            }
            ("PATCH", ["incidents", id]) => (200, self.say_more(id, &body["incident"])),
            other => panic!("Statuspage has no {other:?}"),
        }
    }

    fn instatus(&mut self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let below = path.strip_prefix("/v1/p1/").unwrap();
        match (method, below.split('/').collect::<Vec<_>>().as_slice()) {
            ("PUT", ["components", id]) => (200, self.set(id, &body["status"])),
            ("GET", ["incidents"]) => (200, self.incidents.iter().map(|one| self.shown(one)).collect()),
            ("POST", ["incidents"]) => {
                self.set_each(&body["statuses"]);
                let ids = body["components"].as_array().unwrap().clone();
                (200, self.open(&body["name"], &body["status"], ids, json!([body])))
            }
            ("POST", ["incidents", id, "incident-updates"]) => {
                self.set_each(&body["statuses"]);
                (200, self.say_more(id, body))
            }
            other => panic!("Instatus has no {other:?}"),
        }
    }

    fn set_each(&mut self, statuses: &Value) {
        for one in statuses.as_array().unwrap() {
            self.set(one["id"].as_str().unwrap(), &one["status"]);
        }
    }

    fn open(&mut self, name: &Value, status: &Value, components: Vec<Value>, updates: Value) -> Value {
        let id = format!("i{}", self.incidents.len() + 1);
        let one = json!({ "id": id, "name": name, "status": status, "components": components, "updates": updates });
        self.incidents.push(one.clone());
        self.shown(&one)
    }

    fn say_more(&mut self, id: &str, update: &Value) -> Value {
        let one = self.incidents.iter_mut().find(|one| one["id"] == id).unwrap();
        one["status"] = update["status"].clone();
        one["updates"].as_array_mut().unwrap().push(update.clone());
        one.clone()
    }
}

impl Page {
    async fn of(kind: Kind, incidents: Incidents) -> Page {
        let held: Arc<Mutex<Held>> = Arc::default();
        let works = if kind == Kind::Statuspage { "operational" } else { "OPERATIONAL" };
        for (id, name) in [("c1", "Website"), ("c2", "Checkout"), ("c3", "Sign-in")] {
            held.lock().unwrap().components.push(json!({ "id": id, "name": name, "status": works }));
        }
        let kept = held.clone();
        let address = raw(move |request| {
            let mut held = kept.lock().unwrap();
            held.asked.push(request.to_owned());
            let (head, body) = request.split_once("\r\n\r\n").unwrap();
            let token = if kind == Kind::Statuspage { "OAuth t0ken" } else { "Bearer t0ken" };
            assert!(head.contains(token), "{head}");
            let mut words = head.split(' ');
            let (method, path) = (words.next().unwrap(), words.next().unwrap());
            let body = serde_json::from_str(body).unwrap_or_default();
            let (status, answer) = match kind {
                Kind::Statuspage => held.statuspage(method, path, &body),
                Kind::Instatus => held.instatus(method, path, &body),
            };
            let answer = http(&format!("{status} OK"), "", answer.to_string().as_bytes());
            if held.answers.is_empty() { answer } else { held.answers.remove(0) }
        })
        .await;
        let api = format!("http://{address}/").parse().unwrap();
        let all = [("website", "c1"), ("payments", "c2"), ("oauth", "c3")];
        let components: Components = all.map(|(id, there)| (id.to_owned(), there.to_owned())).into();
        let (page, token) = ("p1".to_owned(), key("t0ken"));
        let channel = match kind {
            Kind::Statuspage => senders(statuspage::Settings { api, page, token, components, incidents }),
            Kind::Instatus => senders(instatus::Settings { api, page, token, components, incidents }),
        };
        Page { kind, held, channel }
    }

    async fn hear(&self, reason: Reason, verdict: &str, ids: &[&str]) -> Tried {
        let dependency = json!({
            "id": ids[0], "verdict": verdict, "group": { "ids": ids }, "label": "Stripe account", "vendor": "Stripe",
            "say": "Stripe closed the account",
        });
        let view = json!({ "body": { "dependency": dependency } });
        self.channel
            .send("it", &Message { reason, view, title: "DROPPED: Stripe account".into(), ..message("page") })
            .await
    }

    /// The title, the state and the updates of each incident.
    fn incidents(&self) -> Vec<(String, String, Vec<String>)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let said = |update: &Value| text(update.get("body").unwrap_or(&update["message"]));
        let one = |one: &Value| {
            let updates = one["updates"].as_array().unwrap().iter().map(said).collect();
            (text(&one["name"]), text(&one["status"]).to_lowercase(), updates)
        };
        self.held.lock().unwrap().incidents.iter().map(one).collect()
    }

    fn notified(&self) -> Vec<bool> {
        let held = self.held.lock().unwrap();
        let updates = held.incidents.iter().flat_map(|one| one["updates"].as_array().unwrap());
        let flag = if self.kind == Kind::Statuspage { "deliver_notifications" } else { "notify" };
        updates.map(|update| update[flag].as_bool().unwrap()).collect()
    }
}

const BOTH: [Kind; 2] = [Kind::Statuspage, Kind::Instatus];

#[tokio::test]
async fn an_incident_is_written_once_told_of_who_is_back_and_resolved_without_naming_a_vendor() {
    for kind in BOTH {
        let page = Page::of(kind, Incidents::Quiet).await;
        for _ in 0..2 {
            // The second message is a repeat.
            assert_eq!(
                page.hear(Reason::Opened, "dropped", &["payments", "website"]).await,
                Tried::Sent(None),
                "{kind:?}"
            );
        }
        let first = "Checkout and Website are unavailable at the moment. The cause is being investigated.";
        let title = "Checkout and Website are unavailable".to_owned();
        assert_eq!(page.incidents(), [(title.clone(), "investigating".into(), vec![first.into()])], "{kind:?}");
        page.hear(Reason::Recovered, "live", &["website"]).await;
        let second = "Website works again. Checkout is still unavailable.";
        assert_eq!(page.incidents(), [(title.clone(), "investigating".into(), vec![first.into(), second.into()])]);
        page.hear(Reason::Recovered, "live", &["payments"]).await;
        let third = "Checkout and Website work again.";
        assert_eq!(page.incidents()[0].1, "resolved", "{kind:?}");
        assert_eq!(page.incidents()[0].2, [first, second, third]);
        assert_eq!(page.notified(), [false, false, false], "nobody is notified of a draft");
        let held = page.held.lock().unwrap();
        let states: Vec<String> =
            held.components.iter().map(|one| one["status"].as_str().unwrap().to_lowercase()).collect();
        assert_eq!(states, ["operational", "operational", "operational"]);
        for asked in &held.asked {
            assert!(!asked.contains("Stripe") && !asked.contains("closed") && !asked.contains("payments"), "{asked}");
        }
    }
}

#[tokio::test]
async fn what_people_write_there_is_theirs() {
    for kind in BOTH {
        let page = Page::of(kind, Incidents::Notify).await;
        page.hear(Reason::Opened, "outage", &["website"]).await;
        assert_eq!(page.notified(), [true]);
        // Somebody has changed the title: plugwatch neither resolves this incident nor creates a second one.
        page.held.lock().unwrap().incidents[0]["name"] = json!("We are being attacked");
        page.hear(Reason::StillOpen, "outage", &["website"]).await;
        page.hear(Reason::Recovered, "live", &["website"]).await;
        assert_eq!(page.incidents().len(), 1, "{kind:?}");
        assert_eq!((page.incidents()[0].1.as_str(), page.incidents()[0].2.len()), ("investigating", 1), "{kind:?}");
        // An open incident about one component does not prevent one about another.
        page.hear(Reason::Opened, "outage", &["website", "oauth"]).await;
        assert_eq!(page.incidents()[1].0, "Sign-in is unavailable");
    }
}

#[tokio::test]
async fn warnings_blindness_and_drills_write_no_incident_and_neither_does_a_channel_that_was_not_asked_to() {
    for kind in BOTH {
        let page = Page::of(kind, Incidents::Quiet).await;
        for (reason, verdict) in [
            (Reason::Opened, "degraded"),
            (Reason::Blind, "live"),
            (Reason::Drill, "dropped"),
            (Reason::Recovered, "live"),
        ] {
            page.hear(reason, verdict, &["website"]).await;
        }
        assert!(page.incidents().is_empty(), "{kind:?}");
        let plain = Page::of(kind, Incidents::None).await;
        plain.hear(Reason::Opened, "dropped", &["website"]).await;
        assert_eq!((plain.incidents().len(), plain.held.lock().unwrap().asked.len()), (0, 1), "{kind:?}");
    }
}

#[tokio::test]
async fn an_incident_whose_answer_was_lost_is_not_written_twice_and_a_broken_list_writes_none() {
    for kind in BOTH {
        let page = Page::of(kind, Incidents::Quiet).await;
        let state = if kind == Kind::Statuspage { "operational" } else { "OPERATIONAL" };
        let (component, gone) =
            (json!({ "id": "c1", "name": "Website", "status": state }), http("502 Bad Gateway", "", b""));
        let named = http("200 OK", "", component.to_string().as_bytes());
        page.held.lock().unwrap().answers = vec![named.clone(), http("200 OK", "", b"[]"), gone];
        let tried = page.hear(Reason::Opened, "dropped", &["website"]).await;
        assert!(matches!(tried, Tried::Unsure { .. }), "{kind:?}: {tried:?}");
        assert_eq!(page.hear(Reason::Opened, "dropped", &["website"]).await, Tried::Sent(None));
        assert_eq!(page.incidents().len(), 1, "{kind:?}");
        let other = Page::of(kind, Incidents::Quiet).await;
        other.held.lock().unwrap().answers = vec![named, http("200 OK", "", b"<html>")];
        let tried = other.hear(Reason::Opened, "dropped", &["website"]).await;
        assert!(matches!(tried, Tried::Retry { .. }), "{kind:?}: {tried:?}");
        assert!(other.incidents().is_empty());
    }
}
