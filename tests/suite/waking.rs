//! Channels that wake people, and people's replies through them: recorded conversations over real sockets, following
//! the vendors' documentation.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use plugwatch::answers::Listening;
use plugwatch::core::dependency::incident::{Level, Reason};
use plugwatch::core::time::Time;
use plugwatch::ids::Ids;
use plugwatch::notify::{
    Answer, Message, Senders, Settings, Tried, TwilioAccount, Waiting, alertmanager, pushover, teams, twilio_sms,
    twilio_voice,
};
use plugwatch::say::buttons::{Verb, button};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::channels::{Asked, body, key, message, ok, other_side, senders};
use crate::kit::{BEGIN, Staged, http, minutes, provider, raw};

/// A message that somebody can acknowledge.
fn alert(recipient: &str) -> Message {
    Message { buttons: vec![vec![button("I'm on it", Verb::Ack, "pw-7")]], ..message(recipient) }
}

/// The fields of a posted form, in order.
fn form(asked: &Asked, n: usize) -> Vec<(String, String)> {
    let asked = asked.lock().unwrap();
    let body = asked[n].split_once("\r\n\r\n").unwrap().1;
    url::form_urlencoded::parse(body.as_bytes()).into_owned().collect()
}

fn field(form: &[(String, String)], name: &str) -> Option<String> {
    form.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
}

fn first_line(asked: &Asked, n: usize) -> String {
    asked.lock().unwrap()[n].lines().next().unwrap().to_owned()
}

fn pushover_at(url: &str) -> pushover::Settings {
    pushover::Settings { token: key("app-t0ken"), user: key("us3r"), api_url: Some(url.parse().unwrap()) }
}

#[tokio::test]
async fn pushover_rings_for_what_is_critical_until_it_is_over_or_somebody_is_on_it() {
    let taken = ok(r#"{"status":1,"request":"647d2300","receipt":"rLqVuqTRh62UzxtmqiaLzQmVcPgiCy"}"#);
    let (url, asked) = other_side(vec![taken]).await;
    let senders = senders(pushover_at(&url));
    let sent = senders.send("it", &alert("Pushover")).await;
    assert_eq!(sent, Tried::Sent(Some("rLqVuqTRh62UzxtmqiaLzQmVcPgiCy".into())));
    let rings = form(&asked, 0);
    assert_eq!(
        rings,
        [
            ("token", "app-t0ken"),
            ("user", "us3r"),
            ("title", "🔴 DROPPED: iOS app (App Store)"),
            ("message", "Apple says *no* to <you> & yours."),
            ("priority", "2"),
            ("retry", "60"),
            ("expire", "3600"),
            ("tags", "pw-7"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    senders.amend("it", "rLq", &Message { acked_by: Some("Ada".into()), ..alert("Pushover") }).await;
    assert_eq!(first_line(&asked, 1), "POST /1/receipts/cancel_by_tag/pw-7.json HTTP/1.1");
    let over = Message { over: true, buttons: Vec::new(), level: Level::Info, ..message("Pushover") };
    senders.send("it", &over).await;
    assert_eq!(first_line(&asked, 2), "POST /1/receipts/cancel_by_tag/pw-7.json HTTP/1.1");
    let quiet = form(&asked, 3);
    assert_eq!((field(&quiet, "priority"), field(&quiet, "retry")), (Some("0".to_owned()), None));
}

#[tokio::test]
async fn pushovers_errors_mean_what_its_documentation_says() {
    let says = |status: &str, body: &str| http(status, "content-type: application/json\r\n", body.as_bytes());
    let answers = vec![
        says(
            "400 Bad Request",
            r#"{"user":"invalid","errors":["user identifier is invalid"],"status":0,"request":"5"}"#,
        ),
        says("400 Bad Request", r#"{"message":"cannot be blank","errors":["message cannot be blank"],"status":0}"#),
        says("429 Too Many Requests", r#"{"status":0,"errors":["application is over its quota"]}"#),
        says("500 Internal Server Error", ""),
    ];
    let (url, _) = other_side(answers).await;
    let senders = senders(pushover_at(&url));
    let mut said = Vec::new();
    for _ in 0..4 {
        said.push(format!("{:?}", senders.send("it", &alert("Pushover")).await));
    }
    insta::assert_snapshot!(said.join("\n"));
    assert!(!said.join("").contains("t0ken"), "{said:?}");
}

fn waiting(recipient: &str, remote_id: &str, sent: &str) -> Waiting {
    let sent = Time::parse(sent).unwrap();
    Waiting { recipient: recipient.into(), remote_id: remote_id.into(), about: vec!["pw-7".into()], sent }
}

#[tokio::test]
async fn pushovers_receipt_says_who_acknowledged_and_is_not_asked_when_it_has_expired() {
    let open = ok(r#"{"status":1,"acknowledged":0,"acknowledged_by_device":"","expired":0}"#);
    let taken =
        ok(r#"{"status":1,"acknowledged":1,"acknowledged_at":1360019238,"acknowledged_by_device":"adas-phone"}"#);
    let (url, asked) = other_side(vec![open, taken]).await;
    let senders = senders(pushover_at(&url));
    let now = Time::parse("2026-03-03T10:00:00Z").unwrap();
    let old = waiting("Pushover", "old", "2026-03-03T08:00:00Z");
    let all =
        [waiting("Pushover", "r1", "2026-03-03T09:50:00Z"), waiting("Pushover", "r2", "2026-03-03T09:55:00Z"), old];
    let answers = senders.answers("it", &all, now).await.unwrap();
    assert_eq!(answers, [Answer { about: vec!["pw-7".into()], by: "adas-phone".into(), sent: all[1].sent }]);
    assert_eq!(asked.lock().unwrap().len(), 2);
    assert_eq!(first_line(&asked, 0), "GET /1/receipts/r1.json?token=app-t0ken HTTP/1.1");
}

const NUMBER: &str = "+4915112345678";

fn account(url: &str) -> TwilioAccount {
    TwilioAccount {
        account_sid: "AC0123456789abcdef0123456789abcdef".into(),
        key_sid: Some("SK0123456789abcdef0123456789abcdef".into()),
        secret: key("s3cret"),
        from: "+15005550006".into(),
        to: vec![NUMBER.into()],
        api_url: Some(url.parse().unwrap()),
    }
}

#[tokio::test]
async fn a_text_message_is_the_short_text_and_says_how_to_acknowledge() {
    let queued = http("201 Created", "", br#"{"sid":"SM1","status":"queued","direction":"outbound-api"}"#);
    let (url, asked) = other_side(vec![queued]).await;
    let senders = senders(twilio_sms::Settings(account(&url)));
    assert_eq!(senders.send("it", &alert(NUMBER)).await, Tried::Sent(Some("SM1".into())));
    let (line, sent) = (first_line(&asked, 0), form(&asked, 0));
    assert_eq!(line, "POST /2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef/Messages.json HTTP/1.1");
    let wanted = [("To", NUMBER), ("From", "+15005550006"), ("Body", "short Reply 1: I'm on it.")];
    assert_eq!(sent, wanted.map(|(name, value)| (name.to_owned(), value.to_owned())));
    // The credentials are the key and its secret, not the account's own token.
    let basic = "authorization: Basic U0swMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjpzM2NyZXQ=";
    assert!(asked.lock().unwrap()[0].contains(basic));
    senders.send("it", &message(NUMBER)).await;
    assert_eq!(
        field(&form(&asked, 1), "Body").as_deref(),
        Some("short"),
        "the end of an incident needs no acknowledgement"
    );
    let report = Message { reason: Reason::Report, ..message(NUMBER) };
    assert_eq!(senders.send("it", &report).await, Tried::Sent(None));
    assert_eq!(asked.lock().unwrap().len(), 2, "a report is not sent by SMS");
}

#[tokio::test]
async fn twilios_errors_mean_what_its_documentation_says() {
    let says = |status: &str, code: u32, text: &str| {
        let more = format!("https://www.twilio.com/docs/errors/{code}");
        let body = json!({"code": code, "message": text, "more_info": more, "status": 400}).to_string();
        http(status, "content-type: application/json\r\n", body.as_bytes())
    };
    let answers = vec![
        says("400 Bad Request", 21_610, "Attempt to send to unsubscribed recipient"),
        says("400 Bad Request", 21_617, "The concatenated message body exceeds the 1600 character limit"),
        says("401 Unauthorized", 20_003, "Authenticate"),
        says("429 Too Many Requests", 20_429, "Too Many Requests"),
        says("404 Not Found", 20_404, "The requested resource was not found"),
        http("503 Service Unavailable", "retry-after: 7\r\n", b""),
    ];
    let (url, _) = other_side(answers).await;
    let senders = senders(twilio_sms::Settings(account(&url)));
    let mut said = Vec::new();
    for _ in 0..6 {
        said.push(format!("{:?}", senders.send("it", &alert(NUMBER)).await));
    }
    insta::assert_snapshot!(said.join("\n"));
    assert!(!said.join("").contains("s3cret"), "{said:?}");
}

/// A message in Twilio's list.
fn listed(direction: &str, from: &str, body: &str, sent: &str) -> Value {
    json!({"sid": "SM9", "direction": direction, "from": from, "to": "+15005550006", "body": body, "date_sent": sent})
}

#[tokio::test]
async fn a_reply_of_1_acknowledges_what_was_sent_before_it_and_nothing_else_does() {
    let list = |messages: Vec<Value>| ok(&json!({"messages": messages, "page": 0}).to_string());
    let at = |time: &str| format!("Tue, 03 Mar 2026 {time} +0000");
    let lists = vec![
        list(vec![
            listed("inbound", NUMBER, "1", &at("09:49:59")),
            listed("outbound-api", NUMBER, "1", &at("09:59:00")),
        ]),
        list(vec![
            listed("inbound", NUMBER, "what?", &at("09:59:00")),
            listed("inbound", "+4900000000", "1", &at("09:59:00")),
        ]),
        list(vec![
            listed("inbound", NUMBER, " On it! ", &at("09:50:00")),
            listed("inbound", NUMBER, "1", &at("08:00:00")),
        ]),
        http("401 Unauthorized", "", br#"{"code":20003,"message":"Authenticate","status":401}"#),
    ];
    let (url, asked) = other_side(lists).await;
    let senders = senders(twilio_sms::Settings(account(&url)));
    let sent = [waiting(NUMBER, "SM1", "2026-03-03T09:50:00.700Z")];
    let now = Time::parse("2026-03-03T10:00:00Z").unwrap();
    assert_eq!(senders.answers("it", &sent, now).await, Ok(Vec::new()), "an older reply, and plugwatch's own message");
    assert_eq!(senders.answers("it", &sent, now).await, Ok(Vec::new()), "a question, and a stranger");
    let answer = Answer { about: vec!["pw-7".into()], by: NUMBER.into(), sent: sent[0].sent };
    assert_eq!(senders.answers("it", &sent, now).await, Ok(vec![answer]));
    let why = senders.answers("it", &sent, now).await.unwrap_err();
    assert!(why.contains("check both in Twilio's console"), "{why}");
    let line = first_line(&asked, 0);
    assert!(line.contains("/Messages.json?To=%2B15005550006&DateSent%3E=2026-03-03&PageSize=200 "), "{line}");
}

#[tokio::test]
async fn a_call_reads_the_short_text_twice_and_only_for_what_is_critical() {
    let queued = http("201 Created", "", br#"{"sid":"CA1","status":"queued"}"#);
    let (url, asked) = other_side(vec![queued]).await;
    let senders = senders(twilio_voice::Settings(account(&url)));
    let loud = Message { short: "Acme: <App> & more".into(), ..alert(NUMBER) };
    assert_eq!(senders.send("it", &loud).await, Tried::Sent(Some("CA1".into())));
    let said = "<Say>Acme: &lt;App&gt; &amp; more</Say>";
    let twiml = format!("<Response><Pause length=\"1\"/>{said}<Pause length=\"2\"/>{said}</Response>");
    let call = form(&asked, 0);
    assert_eq!(
        first_line(&asked, 0),
        "POST /2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef/Calls.json HTTP/1.1"
    );
    assert_eq!((field(&call, "Twiml"), field(&call, "Timeout")), (Some(twiml), Some("30".to_owned())));
    senders.send("it", &Message { over: true, ..alert(NUMBER) }).await;
    senders.send("it", &Message { level: Level::Warning, ..alert(NUMBER) }).await;
    assert_eq!(asked.lock().unwrap().len(), 1, "nobody is called about an end, or about something that can wait");
    senders.send("it", &Message { level: Level::Info, reason: Reason::Test, ..message(NUMBER) }).await;
    assert_eq!(asked.lock().unwrap().len(), 2, "a test rings, too");
}

#[tokio::test]
async fn teams_gets_a_card_whose_text_is_no_markdown() {
    let taken = http("202 Accepted", "", b"");
    let busy = http("429 Too Many Requests", "retry-after: 7\r\n", b"");
    let gone = http("404 Not Found", "", br#"{"error":{"code":"WorkflowNotFound"}}"#);
    let (url, asked) = other_side(vec![taken, busy, gone]).await;
    let senders =
        senders(teams::Settings { url: key(format!("{url}/workflows/x/triggers/manual/paths/invoke?sig=s3cret")) });
    assert_eq!(senders.send("it", &message("Teams")).await, Tried::Sent(None));
    insta::assert_snapshot!(serde_json::to_string_pretty(&body(&asked, 0)).unwrap());
    let wait = Tried::Retry { after: Some(Duration::from_secs(7)), why: "Teams answers 429".into() };
    assert_eq!(senders.send("it", &message("Teams")).await, wait);
    let refused = Tried::Refused { why: "Teams answers 404: create a new workflow for the channel".into() };
    assert_eq!(senders.send("it", &message("Teams")).await, refused);
}

#[tokio::test]
async fn a_card_for_teams_stays_below_its_28_kilobytes() {
    let (url, asked) = other_side(vec![http("202 Accepted", "", b"")]).await;
    let senders = senders(teams::Settings { url: key(url) });
    let long = Message { plain: "„Ein“ Satz mit Umlauten: äöü ß €\n".repeat(700), ..message("Teams") };
    senders.send("it", &long).await;
    let asked = asked.lock().unwrap();
    let sizes: Vec<usize> = asked.iter().map(|one| one.split_once("\r\n\r\n").unwrap().1.len()).collect();
    assert!(sizes.len() == 2 && sizes.iter().all(|size| *size <= 28_000), "{sizes:?}");
}

/// An Alertmanager that keeps alerts as the documentation says: by labels, until `endsAt`.
struct FakeAlertmanager {
    senders: Senders,
    alerts: Arc<Mutex<Vec<Value>>>,
}

impl FakeAlertmanager {
    async fn open() -> (FakeAlertmanager, String) {
        provider();
        let alerts: Arc<Mutex<Vec<Value>>> = Arc::default();
        let kept = alerts.clone();
        let address = raw(move |request| {
            let mut kept = kept.lock().unwrap();
            let (head, body) = request.split_once("\r\n\r\n").unwrap();
            let target = head.split(' ').nth(1).unwrap();
            assert!(target.starts_with("/am/api/v2/alerts"), "{target}");
            if head.starts_with("GET") {
                let url = url::Url::parse(&format!("http://x{target}")).unwrap();
                let filters: Vec<String> = url.query_pairs().map(|(_, filter)| filter.into_owned()).collect();
                let fits = |alert: &&Value| {
                    filters.iter().all(|filter| {
                        let (name, value) = filter.split_once('=').unwrap();
                        alert["labels"][name] == value.trim_matches('"').replace("\\\"", "\"")
                    })
                };
                let known: Vec<&Value> = kept.iter().filter(fits).collect();
                return ok(&serde_json::to_string(&known).unwrap());
            }
            for alert in serde_json::from_str::<Vec<Value>>(body).unwrap() {
                kept.retain(|known| known["labels"] != alert["labels"]);
                // An alert that ends now is no longer active.
                if alert.get("startsAt").is_some() {
                    kept.push(alert);
                }
            }
            http("200 OK", "", b"")
        })
        .await;
        let url = format!("http://{address}/am/");
        let senders = senders(alertmanager::Settings { url: url.parse().unwrap(), token: None });
        (FakeAlertmanager { senders, alerts }, url)
    }

    /// The labels of the active alerts, one line each.
    fn active(&self) -> Vec<String> {
        active(&self.alerts)
    }
}

fn active(alerts: &Mutex<Vec<Value>>) -> Vec<String> {
    let line = |alert: &Value| {
        let labels = alert["labels"].as_object().unwrap().iter();
        labels.map(|(name, value)| format!("{name}={}", value.as_str().unwrap())).collect::<Vec<_>>().join(" ")
    };
    let mut lines: Vec<String> = alerts.lock().unwrap().iter().map(line).collect();
    lines.sort();
    lines
}

fn about(verdict: &str, more: Value) -> Value {
    let mut about = json!({
        "id": "sms", "vendor": "Twilio", "verdict": verdict, "fault": "vendor_decision", "criticality": "critical",
        "since": 1_799_999_000_000_i64, "group": null,
    });
    about.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "body": { "dependency": about } })
}

#[tokio::test]
async fn alertmanager_has_one_alert_for_each_dependency_whose_labels_follow_it_to_its_end() {
    let (there, _) = FakeAlertmanager::open().await;
    let told = |reason, level, view| Message { reason, level, view, platform: "Ac\"me".into(), ..message("am") };
    let send = async |message: Message| assert_eq!(there.senders.send("it", &message).await, Tried::Sent(None));
    send(told(Reason::Opened, Level::Warning, about("outage", json!({"fault": "unclear"})))).await;
    let common = "alertname=Plugwatch platform=Ac\"me dependency=sms vendor=Twilio";
    assert_eq!(
        there.active(),
        [format!("{common} verdict=outage fault=unclear criticality=critical severity=warning")]
    );
    send(told(Reason::Worsened, Level::Critical, about("dropped", json!({})))).await;
    let dropped = format!("{common} verdict=dropped fault=vendor_decision criticality=critical severity=critical");
    assert_eq!(there.active(), std::slice::from_ref(&dropped), "the alert with the old labels is resolved");
    insta::assert_snapshot!(serde_json::to_string_pretty(&there.alerts.lock().unwrap()[0]).unwrap());
    send(told(Reason::StillOpen, Level::Critical, json!({"body": {"open": {"items": []}}}))).await;
    assert_eq!(there.active(), [dropped], "a reminder says nothing new");
    let over = told(Reason::Recovered, Level::Info, about("live", json!({})));
    send(Message { over: true, ..over }).await;
    assert_eq!(there.active(), Vec::<String>::new());
}

#[tokio::test]
async fn a_group_is_an_alert_for_each_of_its_dependencies_and_a_change_stands_beside_them() {
    let (there, _) = FakeAlertmanager::open().await;
    let group = about("dropped", json!({"group": {"ids": ["sms", "mail"], "incidents": ["pw-1", "pw-2"]}}));
    there.senders.send("it", &Message { view: group, ..message("am") }).await;
    let change = about("live", json!({}));
    let change = Message { reason: Reason::Changed, level: Level::Warning, view: change, ..message("am") };
    there.senders.send("it", &change).await;
    let over = Message { over: true, level: Level::Info, view: about("live", json!({"id": "mail"})), ..message("am") };
    there.senders.send("it", &over).await;
    let rest = "platform=Acme dependency=sms vendor=Twilio";
    assert_eq!(
        there.active(),
        [
            format!(
                "alertname=Plugwatch {rest} verdict=dropped fault=vendor_decision criticality=critical severity=critical"
            ),
            format!(
                "alertname=PlugwatchChange {rest} verdict=live fault=vendor_decision criticality=critical severity=warning"
            ),
        ]
    );
}

#[tokio::test]
async fn what_alertmanager_refuses_is_not_sent_again() {
    let bad = http("400 Bad Request", "", br#""invalid label set""#);
    let busy = http("503 Service Unavailable", "", b"");
    let (url, _) = other_side(vec![bad, busy]).await;
    let senders = senders(alertmanager::Settings { url: url.parse().unwrap(), token: Some(key("t0ken")) });
    let message = Message { view: about("dropped", json!({})), ..message("am") };
    let never = Tried::Never { why: r#"Alertmanager refuses the alert (400: "invalid label set")"#.into() };
    assert_eq!(senders.send("it", &message).await, never);
    assert_eq!(
        senders.send("it", &message).await,
        Tried::Retry { after: None, why: "Alertmanager answers 503".into() }
    );
}

fn listening(staged: &Staged) -> Listening {
    let config = plugwatch::config::Config::read("test.toml", staged.text.clone())
        .unwrap_or_else(|problems| panic!("{problems}"));
    let known = watch::Sender::new(Arc::new(plugwatch::acts::Known::of(&config)));
    Listening {
        dispatcher: staged.dispatcher.clone(),
        store: staged.store.clone(),
        known: known.subscribe(),
        clock: staged.clock.clone(),
        ids: Ids::Random,
    }
}

const PHONE: &str = "[[channel]]\nkind = \"pushover\"\nname = \"phone\"\ntoken = { file = \"{folder}/key\" }\nuser = { file = \"{folder}/key\" }\n";

#[tokio::test]
async fn whoever_acknowledges_on_the_phone_is_on_it_and_a_later_reminder_can_be_acknowledged_again() {
    let pressed = Arc::new(Mutex::new(false));
    let (seen, count) = (pressed.clone(), Mutex::new(0));
    let address = raw(move |request| {
        if request.starts_with("GET /1/receipts/") {
            let acknowledged = i32::from(*seen.lock().unwrap());
            return ok(
                &json!({"status": 1, "acknowledged": acknowledged, "acknowledged_by_device": "adas-phone"}).to_string()
            );
        }
        *count.lock().unwrap() += 1;
        ok(&json!({"status": 1, "request": "x", "receipt": format!("r{}", count.lock().unwrap())}).to_string())
    })
    .await;
    let phone: Arc<dyn Settings> = Arc::new(pushover_at(&format!("http://{address}/")));
    let mut staged = Staged::telling(PHONE, "", vec![("phone".to_owned(), phone)], BEGIN).await;
    staged.pass(minutes(20)).await;
    staged.stage.set("google_play", "gone");
    staged.pass(minutes(30)).await;
    let (listening, mut done) = (listening(&staged), HashSet::new());
    listening.hear(&mut done, staged.clock.now()).await;
    let acks = async |staged: &Staged| {
        let acts = staged.store.acts().await.unwrap();
        acts.iter().map(|act| format!("{} {} {}", act.deed, act.by, act.via)).collect::<Vec<_>>()
    };
    assert_eq!(acks(&staged).await, Vec::<String>::new(), "it rings, and nobody has acknowledged");
    *pressed.lock().unwrap() = true;
    listening.hear(&mut done, staged.clock.now()).await;
    listening.hear(&mut done, staged.clock.now()).await;
    assert_eq!(acks(&staged).await, ["ack adas-phone phone"], "the acknowledgement counts once");
    staged.pass(minutes(60 * 5)).await;
    listening.hear(&mut done, staged.clock.now()).await;
    assert_eq!(
        acks(&staged).await,
        ["ack adas-phone phone"; 2],
        "the reminder after four hours is a question of its own"
    );
}

const THERE: &str = "[[channel]]\nkind = \"alertmanager\"\nname = \"am\"\nurl = \"http://127.0.0.1:9/\"\n";

#[tokio::test]
async fn an_alertmanager_that_was_restarted_has_what_is_open_again_and_nothing_else() {
    let (there, url) = FakeAlertmanager::open().await;
    let settings: Arc<dyn Settings> = Arc::new(alertmanager::Settings { url: url.parse().unwrap(), token: None });
    let mut staged = Staged::telling(THERE, "", vec![("am".to_owned(), settings)], BEGIN).await;
    staged.pass(minutes(20)).await;
    staged.stage.set("google_play", "gone");
    staged.stage.set("twilio", "broken");
    staged.pass(minutes(40)).await;
    let before = there.active();
    assert_eq!(before.len(), 2, "{before:?}");
    there.alerts.lock().unwrap().clear();
    staged.dispatcher.say_again(staged.clock.now()).await.unwrap();
    assert_eq!(there.active(), before);
    staged.stage.set("twilio", "live");
    staged.pass(minutes(60)).await;
    staged.dispatcher.say_again(staged.clock.now()).await.unwrap();
    let after = there.active();
    assert!(after.len() == 1 && after[0].contains("dependency=android-app"), "{after:?}");
}
