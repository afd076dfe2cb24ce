//! The public page as strangers see it, over a real socket: nothing more than they should see, in well-known formats.

use std::collections::BTreeSet;
use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use plugwatch::acts::{Opening, Person};
use plugwatch::config::Config;
use plugwatch::core::time::Time;
use plugwatch::core::words::question::Secret;
use plugwatch::web::{Listener, Pages, Public, Publishing, Target, serve};
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::kit::{BEGIN, Staged, minutes};
use crate::public_hidden;

/// A client of the platform's public page.
pub struct Stranger {
    client: reqwest::Client,
    base: String,
}

pub struct Got {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Stranger {
    pub async fn of(staged: &Staged) -> Stranger {
        Stranger::with(staged, |pages| pages).await
    }

    pub async fn with(staged: &Staged, change: impl FnOnce(Pages) -> Pages) -> Stranger {
        let config = Config::read("test.toml", staged.text.clone()).unwrap_or_else(|problems| panic!("{problems}"));
        let pages = Pages {
            snapshot: staged.engine.windows().snapshot,
            // The page has its own connection, so that the store can be closed and reopened while the page is served.
            store: Arc::new(staged.store.read_apart()),
            clock: staged.clock.clone(),
            details: false,
            details_token: None,
            dates: tokio::sync::watch::Sender::new(Vec::new()).subscribe(),
            public: Public::fixed(config.public_page()),
            metrics: false,
            names: Vec::new(),
            trusted_proxies: Vec::new(),
            check_in_points: tokio::sync::watch::Sender::new(Vec::new()).subscribe(),
            publishing: None,
            failures: Default::default(),
        };
        let listener = Listener::tcp("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let base = listener.shown().trim_end_matches('/').to_owned();
        tokio::spawn(serve(listener, change(pages)));
        Stranger { client: reqwest::Client::new(), base }
    }

    pub async fn ask(&self, path: &str, headers: &[(&'static str, &str)]) -> (u16, HeaderMap, Vec<u8>) {
        let mut asked = self.client.get(format!("{}{path}", self.base));
        for (name, value) in headers {
            asked = asked.header(*name, *value);
        }
        let got = asked.send().await.unwrap();
        (got.status().as_u16(), got.headers().clone(), got.bytes().await.unwrap().to_vec())
    }

    pub async fn get(&self, path: &str) -> Got {
        let (status, headers, body) = self.ask(path, &[]).await;
        Got { status, headers, body: String::from_utf8(body).unwrap() }
    }

    pub async fn json(&self, path: &str) -> Value {
        let got = self.get(path).await;
        assert_eq!(got.status, 200, "{path}: {}", got.body);
        serde_json::from_str(&got.body).unwrap()
    }
}

const PAGE: &str = "[page]\nname = \"Chatterbox status\"\nurl = \"https://status.chatterbox.example\"\n\
                    footer = \"Questions? help@chatterbox.example\"\ngroups = [\"Apps\"]\naccent = \"#0a5cff\"\n\n";

const WORK: &str = "\n[[maintenance]]\ndependencies = [\"website\", \"hosting\"]\nfrom = \"2026-03-04T02:00:00Z\"\n\
                    to = \"2026-03-04T04:00:00Z\"\nwhy = \"moving off the old racks\"\npublic = \"Database upgrade\"\n\
                    [[maintenance]]\ndependencies = [\"hosting\"]\nfrom = \"2026-03-04T02:00:00Z\"\n\
                    to = \"2026-03-04T05:00:00Z\"\nwhy = \"nobody else's business\"\n";

fn with_page(text: String) -> String {
    text.replace("[network]", &format!("{PAGE}[network]")) + WORK
}

fn ada() -> Person {
    Person::new("Ada Secretive", "terminal")
}

/// The demo's platform with a published incident about dropped texts, another one that is over, and maintenance both
/// scheduled and in progress.
pub async fn in_trouble() -> (Staged, Vec<String>) {
    let mut staged = Staged::changed(BEGIN, with_page).await;
    staged.pass(minutes(20)).await;
    staged.stage.set("twilio", "gone");
    staged.pass(minutes(20)).await;
    let (acts, now) = (staged.acts(), staged.clock.now());
    let past = Opening {
        title: "Slow page loads".into(),
        affects: vec!["website".into()],
        words: "Pages load **slowly**.".into(),
        ..Opening::default()
    };
    acts.open_incident(&ada(), &past, Time(now.0 - 7_200_000)).await.unwrap();
    let first = acts.published().await.unwrap()[0].public_id.clone();
    acts.update_incident(&ada(), &first, "identified", "A cache was full.", Time(now.0 - 3_600_000)).await.unwrap();
    acts.update_incident(&ada(), &first, "resolved", "All pages load again.", Time(now.0 - 1_800_000)).await.unwrap();
    acts.postmortem(&first, "# What happened\n\nThe cache had *no* limit.").await.unwrap();
    let drafts = acts.drafts().await.unwrap();
    assert_eq!(drafts.len(), 1);
    acts.publish(&ada(), &drafts[0].cause, "", "", now).await.unwrap();
    acts.maintenance(&ada(), "e-mail", "2h", "swapping the relay", now).await.unwrap();
    staged.pass(minutes(2)).await;
    let ids = acts.published().await.unwrap().into_iter().map(|one| one.public_id).collect();
    (staged, ids)
}

const API: [&str; 8] = [
    "status",
    "summary",
    "components",
    "incidents",
    "incidents/unresolved",
    "scheduled-maintenances",
    "scheduled-maintenances/upcoming",
    "scheduled-maintenances/active",
];

/// All addresses that strangers may open.
pub async fn everything(stranger: &Stranger, incidents: &[String]) -> Vec<String> {
    let mut paths: Vec<String> = [
        "/",
        "/?lang=de",
        "/incidents",
        "/status.json",
        "/status.json?v=1",
        "/status.schema.json",
        "/openapi.json",
        "/feed.atom",
        "/history.atom",
        "/maintenance.ics",
        "/badge.svg",
        "/badge.json",
        "/healthz",
        "/readyz",
    ]
    .map(str::to_owned)
    .to_vec();
    paths.extend(API.iter().map(|name| format!("/api/v2/{name}.json")));
    paths.extend(incidents.iter().flat_map(|id| [format!("/incidents/{id}"), format!("/incidents/{id}.json")]));
    for component in stranger.json("/status.json").await["components"].as_array().unwrap() {
        let id = component["id"].as_str().unwrap();
        paths.extend([format!("/badge/{id}.svg"), format!("/badge/{id}.json")]);
    }
    paths
}

/// Validates a value with a schema; keys that the schema does not have are errors, too.
pub fn check(schema: &Value, root: &Value, value: &Value, place: &str) {
    if let Some(name) = schema["$ref"].as_str() {
        return check(root.pointer(name.trim_start_matches('#')).unwrap(), root, value, place);
    }
    if let Some(is) = schema.get("const") {
        assert_eq!(value, is, "{place}");
    }
    if let Some(words) = schema["enum"].as_array() {
        assert!(words.contains(value), "{place}: {value}");
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let fits = |wanted: &Value| wanted == kind || (wanted == "integer" && value.is_i64());
    match &schema["type"] {
        Value::Null => {}
        Value::Array(kinds) => assert!(kinds.iter().any(fits), "{place}: {value}"),
        one => assert!(fits(one), "{place}: {value}"),
    }
    if schema["format"] == "date-time" && !value.is_null() {
        assert!(Time::parse(value.as_str().unwrap()).is_some(), "{place}: {value}");
    }
    for key in schema["required"].as_array().into_iter().flatten().filter(|_| value.is_object()) {
        assert!(value.get(key.as_str().unwrap()).is_some(), "{place} lacks {key}");
    }
    if let (Some(known), Some(fields)) = (schema["properties"].as_object(), value.as_object()) {
        for (key, field) in fields {
            let inner = known.get(key).unwrap_or_else(|| panic!("{place}: {key} is not in the schema"));
            check(inner, root, field, &format!("{place}.{key}"));
        }
    }
    for (n, item) in value.as_array().into_iter().flatten().enumerate() {
        check(&schema["items"], root, item, &format!("{place}[{n}]"));
    }
}

#[tokio::test]
async fn status_json_is_as_its_schema_says_and_the_old_one_is_there_for_a_release() {
    let (staged, _) = in_trouble().await;
    let stranger = Stranger::of(&staged).await;
    let (schema, json) = (stranger.json("/status.schema.json").await, stranger.json("/status.json").await);
    check(&schema, &schema, &json, "status");
    let mut shown = stranger.get("/status.json").await.body;
    // Ids are salted: they differ between databases.
    for (n, id) in json["components"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).enumerate() {
        shown = shown.replace(id, &format!("component-{n}"));
    }
    for (what, id) in [("page", &json["page"]["id"]), ("group", &json["groups"][0]["id"])] {
        shown = shown.replace(id.as_str().unwrap(), &format!("{what}-id"));
    }
    for (n, work) in json["maintenances"].as_array().unwrap().iter().enumerate() {
        shown = shown.replace(work["id"].as_str().unwrap(), &format!("maintenance-{n}"));
    }
    for update in json["incidents"].as_array().unwrap().iter().flat_map(|one| one["updates"].as_array().unwrap()) {
        shown = shown.replace(update["id"].as_str().unwrap(), "update-id");
    }
    insta::assert_snapshot!("status_json_2", shown);
    assert_eq!(stranger.json("/status.json?v=2").await["schema"], "plugwatch.status/2");
    assert_eq!(stranger.json("/status.json?v=1").await["schema"], "plugwatch.status/1");
    assert_eq!(
        stranger.json("/status.json?lang=de").await["status"]["description"],
        "Einige Systeme sind nicht verfügbar"
    );
}

#[tokio::test]
async fn ids_stay_and_tell_nothing() {
    let (staged, _) = in_trouble().await;
    let ids = |json: &Value| -> Vec<String> {
        let all = json["components"].as_array().unwrap().iter();
        all.map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    };
    let before = ids(&Stranger::of(&staged).await.json("/status.json").await);
    let staged = staged.crash_and_restart().await;
    assert_eq!(ids(&Stranger::of(&staged).await.json("/status.json").await), before);
    let (other, _) = in_trouble().await;
    let others = ids(&Stranger::of(&other).await.json("/status.json").await);
    assert!(others.iter().all(|id| !before.contains(id)), "the same names in another database have other ids");
    assert!(before.iter().all(|id| id.len() == 12));
}

/// The fields in Statuspage's own answers.
const COMPONENT: [&str; 13] = [
    "id",
    "name",
    "status",
    "created_at",
    "updated_at",
    "position",
    "description",
    "showcase",
    "start_date",
    "group_id",
    "page_id",
    "group",
    "only_show_if_degraded",
];
const INCIDENT: [&str; 13] = [
    "id",
    "name",
    "status",
    "created_at",
    "updated_at",
    "monitoring_at",
    "resolved_at",
    "impact",
    "shortlink",
    "started_at",
    "page_id",
    "incident_updates",
    "components",
];
const UPDATE: [&str; 11] = [
    "id",
    "status",
    "body",
    "incident_id",
    "created_at",
    "updated_at",
    "display_at",
    "affected_components",
    "deliver_notifications",
    "custom_tweet",
    "tweet_id",
];

fn has(value: &Value, fields: &[&str]) {
    for field in fields {
        assert!(value.get(field).is_some(), "{field} is missing: {value:#}");
    }
}

#[tokio::test]
async fn readers_of_statuspage_find_every_field_and_only_its_words() {
    let (staged, _) = in_trouble().await;
    let stranger = Stranger::of(&staged).await;
    let summary = stranger.json("/api/v2/summary.json").await;
    has(&summary["page"], &["id", "name", "url", "time_zone", "updated_at"]);
    assert_eq!(summary["page"]["url"], "https://status.chatterbox.example");
    assert_eq!(summary["status"], serde_json::json!({ "indicator": "major", "description": "Partial System Outage" }));
    let of = |json: &Value, key: &str| json[key].as_array().unwrap().clone();
    let components = of(&summary, "components");
    for component in &components {
        has(component, &COMPONENT);
        let words = ["operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance"];
        assert!(words.contains(&component["status"].as_str().unwrap()), "{component}");
    }
    let status = |name: &str| components.iter().find(|one| one["name"] == name).unwrap()["status"].clone();
    assert_eq!(status("Sign-up by text"), "major_outage");
    assert_eq!(status("E-mail"), "under_maintenance");
    assert_eq!(status("Website"), "operational");
    let group = components.iter().find(|one| one["group"] == true).unwrap();
    let inside: Vec<&Value> = components.iter().filter(|one| one["group_id"] == group["id"]).collect();
    assert_eq!(
        (group["name"].as_str(), inside.len(), group["components"].as_array().unwrap().len()),
        (Some("Apps"), 2, 2)
    );

    let all = of(&stranger.json("/api/v2/incidents.json").await, "incidents");
    assert_eq!(all.len(), 2);
    for incident in &all {
        has(incident, &INCIDENT);
        incident["incident_updates"].as_array().unwrap().iter().for_each(|update| has(update, &UPDATE));
        has(&incident["incident_updates"][0]["affected_components"][0], &["code", "name", "old_status", "new_status"]);
        has(&incident["components"][0], &COMPONENT);
    }
    let open = of(&stranger.json("/api/v2/incidents/unresolved.json").await, "incidents");
    assert_eq!((open.len(), open[0]["status"].as_str()), (1, Some("investigating")));
    assert_eq!(open, of(&summary, "incidents"));
    let over = all.iter().find(|one| one["id"] != open[0]["id"]).unwrap();
    assert_eq!(over["status"], "postmortem");
    assert_eq!(over["incident_updates"][0]["affected_components"][0]["new_status"], "operational");

    let works = |name: &'static str| {
        let stranger = &stranger;
        async move { of(&stranger.json(&format!("/api/v2/{name}.json")).await, "scheduled_maintenances") }
    };
    let (scheduled, ahead, active) = (
        works("scheduled-maintenances").await,
        works("scheduled-maintenances/upcoming").await,
        works("scheduled-maintenances/active").await,
    );
    assert_eq!((scheduled.len(), ahead.len(), active.len()), (2, 1, 1));
    has(&ahead[0], &INCIDENT);
    has(&ahead[0], &["scheduled_for", "scheduled_until"]);
    assert_eq!((ahead[0]["name"].as_str(), ahead[0]["status"].as_str()), (Some("Database upgrade"), Some("scheduled")));
    assert_eq!(
        (active[0]["name"].as_str(), active[0]["status"].as_str()),
        (Some("Scheduled maintenance"), Some("in_progress"))
    );
    assert_eq!(ahead[0]["impact"], "maintenance");
    assert_eq!(stranger.json("/api/v2/status.json").await["status"], summary["status"]);
}

#[tokio::test]
async fn nothing_unverified_is_ever_operational() {
    let staged = Staged::changed(BEGIN, with_page).await;
    let stranger = Stranger::of(&staged).await;
    let status = stranger.json("/api/v2/status.json").await;
    assert_eq!(status["status"]["indicator"], "minor", "nothing was checked yet");
    let mut staged = staged;
    staged.pass(minutes(20)).await;
    let words = |json: &Value| {
        json["components"].as_array().unwrap().iter().map(|one| one["state"].clone()).collect::<Vec<_>>()
    };
    assert!(words(&stranger.json("/status.json").await).iter().all(|state| state == "operational"));
    // The engine stands still, so the last results are too old to be shown.
    staged.clock.move_to(staged.clock.now().plus(minutes(6)));
    let json = stranger.json("/status.json").await;
    assert!(words(&json).iter().all(|state| state == "unchecked"), "{json:#}");
    assert_eq!(json["status"]["indicator"], "minor");
    assert!(json["stale_after"].as_str() < json["generated_at"].as_str());
    let page = stranger.get("/").await.body;
    assert!(page.contains("No recent information") && page.contains("State as of"), "{page}");
}

#[tokio::test]
async fn an_incident_is_told_from_its_draft_to_what_was_learned() {
    let (staged, _) = in_trouble().await;
    let stranger = Stranger::of(&staged).await;
    let acts = staged.acts();
    assert_eq!(acts.drafts().await.unwrap(), [], "a published incident is not a draft any more");
    let open = acts.published().await.unwrap().into_iter().find(|one| one.is_open()).unwrap();
    assert_eq!(open.title, "Sign-up by text is unavailable", "it has public labels and names no vendor");
    let page = stranger.get("/").await.body;
    for text in
        ["Current incidents", "Sign-up by text is unavailable", "Past incidents", "Slow page loads", "Database upgrade"]
    {
        assert!(page.contains(text), "{text}");
    }
    // An update without an id is for the only open incident; an unknown state or id is refused with the valid ones.
    let wrong = acts.update_incident(&ada(), "", "fixed", "Done.", staged.clock.now()).await.unwrap_err().0;
    assert_eq!(wrong, "`fixed` is not a state; use one of: investigating, identified, monitoring, resolved");
    let nobody = acts.update_incident(&ada(), "pw-none", "resolved", "Done.", staged.clock.now()).await.unwrap_err().0;
    assert!(nobody.contains("there is no published incident `pw-none`; open incidents: "), "{nobody}");
    let early = acts.postmortem(&open.public_id, "Too early.").await.unwrap_err().0;
    assert!(early.contains("is not resolved yet"), "{early}");
    acts.update_incident(&ada(), "", "monitoring", "Codes arrive again.", staged.clock.now()).await.unwrap();
    acts.update_incident(&ada(), "", "resolved", "All codes arrive.", staged.clock.now()).await.unwrap();
    let hidden =
        Opening { title: "x".into(), affects: vec!["hosting".into()], words: "y".into(), ..Opening::default() };
    let hidden = acts.open_incident(&ada(), &hidden, staged.clock.now()).await.unwrap_err().0;
    assert_eq!(hidden, "Cloud hosting is not on the public page; give it `public` first");

    staged.clock.move_to(staged.clock.now().plus(Duration::from_secs(5)));
    let one = stranger.get(&format!("/incidents/{}", open.public_id)).await.body;
    let told: Vec<usize> =
        ["Resolved</b>", "Monitoring</b>", "Investigating</b>"].iter().map(|text| one.find(text).unwrap()).collect();
    assert!(told.is_sorted(), "the newest incident is first");
    let list = stranger.get("/incidents").await.body;
    assert!(list.contains("<h2>March 2026</h2>") && list.contains("Slow page loads"), "{list}");
    let past = acts.published().await.unwrap().into_iter().find(|one| one.postmortem.is_some()).unwrap();
    let past = stranger.get(&format!("/incidents/{}", past.public_id)).await.body;
    assert!(past.contains("The cache had <em>no</em> limit."), "{past}");
    assert!(past.contains("Pages load <strong>slowly</strong>."), "{past}");
    // After a restart, everything is still in the file.
    let before = acts.published().await.unwrap();
    drop(acts);
    let staged = staged.crash_and_restart().await;
    assert_eq!(staged.acts().published().await.unwrap(), before);
}

fn unpacked(bytes: &[u8]) -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(bytes).read_to_string(&mut text).unwrap();
    text
}

#[tokio::test]
async fn what_a_reader_has_is_not_sent_again_and_nothing_is_drawn_twice_in_five_seconds() {
    let (staged, _) = in_trouble().await;
    let stranger = Stranger::of(&staged).await;
    for path in ["/", "/status.json", "/api/v2/summary.json", "/feed.atom", "/maintenance.ics", "/badge.svg"] {
        let plain = stranger.get(path).await;
        let mark = plain.headers["etag"].to_str().unwrap().to_owned();
        assert!(plain.headers["cache-control"].to_str().unwrap().starts_with("public, max-age="), "{path}");
        let (status, headers, body) = stranger.ask(path, &[("if-none-match", &mark)]).await;
        assert_eq!((status, body.len(), headers["etag"].to_str().unwrap()), (304, 0, mark.as_str()), "{path}");
        let (_, headers, packed) = stranger.ask(path, &[("accept-encoding", "gzip")]).await;
        assert_eq!(headers["content-encoding"], "gzip");
        assert_eq!(unpacked(&packed), plain.body, "{path}");
    }
    let before = stranger.get("/status.json").await.body;
    let open = staged.acts().published().await.unwrap().into_iter().find(|one| one.is_open()).unwrap();
    staged.acts().update_incident(&ada(), &open.public_id, "resolved", "Over.", staged.clock.now()).await.unwrap();
    assert_eq!(stranger.get("/status.json").await.body, before, "the page was rendered a moment ago");
    staged.clock.move_to(staged.clock.now().plus(Duration::from_secs(5)));
    assert_eq!(stranger.json("/status.json").await["incidents"], serde_json::json!([]));
}

#[tokio::test]
async fn a_reader_gets_the_language_that_is_asked_for() {
    let (staged, _) = in_trouble().await;
    let stranger = Stranger::of(&staged).await;
    for (path, wished, lang) in
        [("/", "de-AT,en;q=0.5", "de"), ("/?lang=en", "de", "en"), ("/", "fr", "en"), ("/?lang=de", "", "de")]
    {
        let (_, headers, body) = stranger.ask(path, &[("accept-language", wished)]).await;
        let body = String::from_utf8(body).unwrap();
        assert!(body.contains(&format!("<html lang=\"{lang}\">")), "{path} {wished}");
        assert_eq!(headers["content-language"], lang);
        assert!(headers["vary"].to_str().unwrap().contains("accept-language"));
    }
    let wrong = stranger.get("/?lang=xx").await;
    assert_eq!((wrong.status, wrong.body.as_str()), (400, "There is no language \"xx\"; use one of: en, de.\n"));
}

#[tokio::test]
async fn wrong_addresses_say_why_in_json_where_json_was_asked_for() {
    let (staged, _) = in_trouble().await;
    let stranger = Stranger::of(&staged).await;
    let json = [
        ("/status.json?v=3", 400, "There is no version \"3\" of this"),
        ("/status.json?lang=xx", 400, "There is no language"),
        ("/api/v2/nothing.json", 404, "Not found. Available resources: /api/v2/status.json"),
        ("/api/v2/summary", 404, "Not found. Available resources: "),
        ("/api/v1/summary.json", 404, "There is no such address"),
        ("/incidents/pw-none.json", 404, "There is no incident with this id"),
        ("/badge/none.json", 404, "There is no badge of that name"),
        ("/other.json", 404, "There is no such address"),
        ("/status.json?lang=en&lang=de", 400, "`lang` is given twice"),
        ("/incidents/%ff.json", 400, "not valid UTF-8"),
        ("/api/v2/%ff.json", 400, "not valid UTF-8"),
        ("/badge/%c3.json", 400, "not valid UTF-8"),
    ];
    for (path, status, why) in json {
        let got = stranger.get(path).await;
        assert_eq!(
            (got.status, &got.headers["content-type"]),
            (status, &"application/json".parse().unwrap()),
            "{path}"
        );
        let said: Value = serde_json::from_str(&got.body).unwrap();
        assert!(said["error"].as_str().unwrap().contains(why), "{path}: {said}");
    }
    for (path, why) in [
        ("/nowhere", "There is no such address"),
        ("/incidents/pw-none", "There is no incident"),
        ("/badge/x.svg", "no badge"),
    ] {
        let got = stranger.get(path).await;
        assert_eq!(got.status, 404, "{path}");
        assert!(
            got.headers["content-type"].to_str().unwrap().starts_with("text/plain") && got.body.contains(why),
            "{}",
            got.body
        );
    }
    for path in ["/status.json", "/", "/incidents/x", "/details", "/metrics"] {
        let posted = stranger.client.post(format!("{}{path}", stranger.base)).send().await.unwrap();
        assert_eq!(
            (posted.status().as_u16(), posted.headers()["allow"].to_str().unwrap()),
            (405, "GET,HEAD"),
            "{path}"
        );
        let said = posted.text().await.unwrap();
        let why = "This address can only be read: use GET or HEAD.";
        assert_eq!(said.starts_with('{'), path.ends_with(".json"), "{path}: {said}");
        assert!(said.contains(why), "{path}: {said}");
    }
    // A client that accepts JSON gets errors as JSON at every address; unknown query parameters are not an error.
    let (status, headers, body) = stranger.ask("/nowhere", &[("accept", "application/json")]).await;
    assert_eq!((status, headers["content-type"].to_str().unwrap()), (404, "application/json"));
    assert!(String::from_utf8(body).unwrap().contains("There is no such address"));
    assert_eq!(stranger.get("/?utm_source=mail&fbclid=x").await.status, 200);
}

#[tokio::test]
async fn the_only_script_is_the_one_whose_hash_the_policy_names_and_nobody_else_is_asked() {
    use sha2::{Digest, Sha256};
    let (staged, incidents) = in_trouble().await;
    let stranger = Stranger::of(&staged).await;
    for path in ["/".to_owned(), "/incidents".to_owned(), format!("/incidents/{}", incidents[0])] {
        let got = stranger.get(&path).await;
        let (_, rest) = got.body.split_once("<script>").unwrap();
        let (script, rest) = rest.split_once("</script>").unwrap();
        assert!(!rest.contains("<script"), "one script");
        let hash = BASE64_STANDARD.encode(Sha256::digest(script));
        let policy = got.headers["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains(&format!("script-src 'sha256-{hash}'")), "{policy}");
        for asks in ["src=\"http", "url(", "@import", "<iframe", "<img src=\"/"] {
            assert!(!got.body.contains(asks), "{path}: {asks}");
        }
    }
}

#[tokio::test]
async fn sixty_components_in_eight_groups_make_a_page_below_a_hundred_kilobytes() {
    let more = |text: String| {
        let site = |n: usize| {
            format!(
                "[[dependency]]\nid = \"part-{n}\"\nlabel = \"Inner part {n}\"\npublic = {{ label = \"Part {n} of it\", group = \
                 \"Group {}\", description = \"What part {n} is good for\" }}\ncheck = \"website/page\"\nurl = \
                 \"https://chatterbox.example/\"\nwords = [\"Sign up\"]\nevery = \"30m\"\n",
                n % 8
            )
        };
        with_page(text) + &(0..55).map(site).collect::<String>()
    };
    let mut staged = Staged::changed(BEGIN, more).await;
    staged.pass(minutes(35)).await;
    let stranger = Stranger::of(&staged).await;
    let (_, _, page) = stranger.ask("/", &[]).await;
    let (_, _, packed) = stranger.ask("/", &[("accept-encoding", "gzip")]).await;
    assert!(page.len() < 100_000, "{}", page.len());
    assert!(packed.len() < 15_000, "{}", packed.len());
    assert_eq!(String::from_utf8(page).unwrap().matches("<li class=\"").count(), 60);
}

#[tokio::test]
async fn feeds_calendars_and_badges_are_what_their_readers_expect() {
    let (staged, _) = in_trouble().await;
    let stranger = Stranger::of(&staged).await;
    let feed = stranger.get("/feed.atom").await;
    assert_eq!(feed.headers["content-type"], "application/atom+xml; charset=utf-8");
    let feed: atom_syndication::Feed = feed.body.parse().unwrap();
    let titles: Vec<&str> = feed.entries().iter().map(|entry| entry.title().value.as_str()).collect();
    for title in
        ["Investigating: Sign-up by text is unavailable", "Resolved: Slow page loads", "Scheduled: Database upgrade"]
    {
        assert!(titles.contains(&title), "{titles:?}");
    }
    assert!(feed.entries()[0].links()[0].href().starts_with("https://status.chatterbox.example/"));
    let calendar = stranger.get("/maintenance.ics").await;
    assert!(calendar.headers["content-type"].to_str().unwrap().starts_with("text/calendar"));
    for line in
        ["BEGIN:VCALENDAR\r\n", "DTSTART:20260304T020000Z\r\n", "DTEND:20260304T040000Z\r\n", "END:VCALENDAR\r\n"]
    {
        assert!(calendar.body.contains(line), "{}", calendar.body);
    }
    assert_eq!(calendar.body.matches("BEGIN:VEVENT").count(), 2);
    let shields = stranger.json("/badge.json").await;
    assert_eq!((shields["schemaVersion"].as_i64(), shields["isError"].as_bool()), (Some(1), Some(true)));
    assert_eq!(shields["message"], "Some systems are unavailable");
    let id = stranger.json("/status.json").await["components"][3]["id"].as_str().unwrap().to_owned();
    let svg = stranger.get(&format!("/badge/{id}.svg")).await;
    assert!(svg.body.contains("aria-label=\"Sign-up by text: Unavailable\""), "{}", svg.body);
    assert_eq!(svg.headers["content-type"], "image/svg+xml; charset=utf-8");
}

#[tokio::test]
async fn the_details_view_wants_its_token_and_shows_everything() {
    let (staged, _) = in_trouble().await;
    let token = Secret::new("a-long-token-of-the-operator");
    let stranger = Stranger::with(&staged, |pages| Pages { details_token: Some(token), ..pages }).await;
    let basic = format!("Basic {}", BASE64_STANDARD.encode("ada:a-long-token-of-the-operator"));
    for (header, status) in [
        ("", 401),
        ("Bearer a-long-token-of-the-operato", 401),
        ("Basic ???", 401),
        ("Bearer a-long-token-of-the-operator", 200),
        (basic.as_str(), 200),
    ] {
        for path in ["/details", "/reports"] {
            let (got, headers, _) = stranger.ask(path, &[("authorization", header)]).await;
            assert_eq!(got, status, "{path} {header}");
            assert_eq!(headers.contains_key("www-authenticate"), status == 401);
            assert!(headers["cache-control"].to_str().unwrap().contains("no-store"));
        }
    }
    let (_, _, page) = stranger.ask("/details", &[("authorization", &basic)]).await;
    let page = String::from_utf8(page).unwrap();
    for text in ["Cloud hosting", "Twilio lists the account as “suspended”", "Breaks:"] {
        assert!(page.contains(text), "{text}");
    }
    let without = Stranger::of(&staged).await;
    assert_eq!(without.get("/details").await.status, 404);
}

#[tokio::test]
async fn the_page_is_ready_once_something_was_checked() {
    let mut staged = Staged::open().await;
    let stranger = Stranger::of(&staged).await;
    assert_eq!(stranger.get("/readyz").await.status, 503);
    staged.pass(minutes(5)).await;
    assert_eq!(stranger.get("/readyz").await.status, 200);
}

#[tokio::test]
async fn a_page_nobody_configured_shows_nothing_and_claims_nothing() {
    let hide = |text: String| {
        let lines = text.lines().filter(|line| !line.starts_with("public = "));
        lines.collect::<Vec<_>>().join("\n")
    };
    let mut staged = Staged::changed(BEGIN, hide).await;
    staged.pass(minutes(20)).await;
    let stranger = Stranger::of(&staged).await;
    let json = stranger.json("/status.json").await;
    assert_eq!((json["components"].as_array().unwrap().len(), &json["status"]["indicator"]), (0, &"minor".into()));
    assert!(stranger.get("/").await.body.contains("Nothing is published on this page"));
}

/// The documented path that an address belongs to.
fn documented<'d>(paths: &'d serde_json::Map<String, Value>, address: &str) -> Option<(&'d String, &'d Value)> {
    let address = address.split('?').next().unwrap();
    let fits = |path: &str| match path.split_once("{id}") {
        None => path == address,
        Some((before, after)) => {
            let id = address.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
            id.is_some_and(|id| !id.is_empty() && !id.contains(['/', '.']))
        }
    };
    paths.iter().find(|(path, _)| fits(path))
}

#[tokio::test]
async fn every_answer_is_documented_and_everything_documented_is_answered() {
    let (staged, incidents) = in_trouble().await;
    let stranger = Stranger::of(&staged).await;
    let document = stranger.json("/openapi.json").await;
    let paths = document["paths"].as_object().unwrap();
    let mut seen = BTreeSet::new();
    let wrong = ["/incidents/none", "/incidents/none.json", "/badge/none.svg", "/?lang=xx", "/status.json?v=7"];
    for address in everything(&stranger, &incidents).await.into_iter().chain(wrong.map(str::to_owned)) {
        let (path, known) = documented(paths, &address).unwrap_or_else(|| panic!("{address} is not documented"));
        let got = stranger.get(&address).await;
        let answer = &known["get"]["responses"][got.status.to_string()];
        let media = got.headers["content-type"].to_str().unwrap().split(';').next().unwrap().to_owned();
        assert!(answer["content"].get(&media).is_some(), "{address}: {} {media} is not documented", got.status);
        seen.insert(path.clone());
    }
    let all: BTreeSet<String> = paths.keys().cloned().collect();
    assert_eq!(seen, all);
}

fn written(folder: &std::path::Path) -> Vec<(String, String)> {
    let (mut folders, mut all) = (vec![folder.to_owned()], Vec::new());
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else {
                let name = entry.strip_prefix(folder).unwrap().display().to_string();
                all.push((name, std::fs::read_to_string(&entry).unwrap()));
            }
        }
    }
    all.sort();
    all
}

#[tokio::test]
async fn the_page_is_written_as_files_and_a_command_that_fails_is_counted() {
    let (staged, incidents) = in_trouble().await;
    let stranger = Stranger::of(&staged).await;
    let folder = tempfile::tempdir().unwrap();
    let view = {
        let config = Config::read("test.toml", staged.text.clone()).unwrap();
        let pages = Pages {
            snapshot: staged.engine.windows().snapshot,
            store: staged.store.clone(),
            clock: staged.clock.clone(),
            details: true,
            details_token: None,
            dates: tokio::sync::watch::Sender::new(Vec::new()).subscribe(),
            public: Public::fixed(config.public_page()),
            metrics: true,
            names: Vec::new(),
            trusted_proxies: Vec::new(),
            check_in_points: tokio::sync::watch::Sender::new(Vec::new()).subscribe(),
            publishing: None,
            failures: Default::default(),
        };
        pages.public.view(&pages).await
    };
    let run = |command: &[&str]| command.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>();
    let here = folder.path().display().to_string();
    let publishing = || Publishing::new(tokio::sync::watch::Sender::new(None).subscribe());
    let to = |folder: std::path::PathBuf, command: &[&str]| Target { folder, run: run(command) };
    let target = to(folder.path().join("page"), &["cp", &format!("{here}/page/status.json"), &here]);
    let now = staged.clock.now();
    let well = publishing();
    well.once(&view, &target, now).await.unwrap();
    assert_eq!((well.failed(), well.succeeded_at()), (0, now));
    let page = folder.path().join("page");
    assert!(folder.path().join("status.json").exists(), "the command ran after it");
    // Files that are no longer public are removed; other people's files stay.
    for (file, kept) in [
        ("badge/old.svg", false),
        ("incidents/pw-old.json", false),
        ("incidents/pw-old/index.html", false),
        ("badge/notes.txt", true),
        ("CNAME", true),
    ] {
        let file = page.join(file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, "x").unwrap();
        well.once(&view, &target, now).await.unwrap();
        assert_eq!(file.exists(), kept, "{}", file.display());
        _ = std::fs::remove_file(file);
    }
    assert!(!page.join("incidents/pw-old").exists());
    let files = written(&page);
    for path in everything(&stranger, &incidents).await {
        let live = ["/healthz", "/readyz", "/openapi.json"].contains(&path.as_str()) || path.contains('?');
        let path = path.trim_start_matches('/');
        let index = format!("{path}/index.html");
        let known = files.iter().any(|(name, _)| name == path || *name == index.trim_start_matches('/'));
        assert!(live || known, "{path} is not among the files");
    }
    let hidden = public_hidden::hidden(&staged);
    files.iter().for_each(|(name, text)| public_hidden::shows_none(&hidden, name, text));
    let json: Value = serde_json::from_str(&files.iter().find(|(name, _)| name == "status.json").unwrap().1).unwrap();
    let at = |key: &str| Time::parse(json[key].as_str().unwrap()).unwrap();
    assert_eq!(at("stale_after").since(at("as_of")), minutes(120), "it is written hourly, and is not outdated before");

    let (failing, nowhere) = (publishing(), publishing());
    let why = failing.once(&view, &to(folder.path().join("page"), &["false"]), now).await.unwrap_err();
    assert_eq!(why, "false ended with exit status: 1: it wrote nothing to standard error");
    let why = nowhere.once(&view, &to("/proc/nowhere".into(), &[]), now).await.unwrap_err();
    assert!(why.starts_with("/proc/nowhere cannot be written: "), "{why}");
    assert_eq!((failing.failed(), nowhere.failed(), nowhere.succeeded_at()), (1, 1, Time(0)));
}
