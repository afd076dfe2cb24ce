//! The channels other than Telegram and the webhook: a recorded conversation for each, over real sockets.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use plugwatch::clock::Clock;
use plugwatch::core::dependency::incident::{Level, Reason};
use plugwatch::core::time::Time;
use plugwatch::core::words::question::{Key, Secret};
use plugwatch::notify::{
    Components, File, Incidents, Message, Senders, Settings, Shared, Tried, discord, email, exec, gatus, instatus,
    mattermost, ntfy, pagerduty, slack, statuspage, teams,
};
use serde_json::{Value, json};

use crate::kit::{http, provider, raw};

pub(crate) fn message(recipient: &str) -> Message {
    Message {
        id: "pw-1".into(),
        recipient: recipient.into(),
        reason: Reason::Opened,
        level: Level::Critical,
        at: Time(1_800_000_000_000),
        platform: "Acme".into(),
        title: "🔴 DROPPED: iOS app (App Store)".into(),
        short: "short".to_owned(),
        plain: "🔴 DROPPED: iOS app (App Store)\nApple says *no* to <you> & yours.".into(),
        html: "🔴 <b>DROPPED: iOS app (App Store)</b>\nApple says *no* to &lt;you&gt; &amp; yours.".into(),
        thread: Some("pw-7".into()),
        others: Vec::new(),
        root: None,
        buttons: Vec::new(),
        over: false,
        acked_by: None,
        files: Vec::new(),
        view: json!({"a": 1}),
        going: plugwatch::notify::Going::default(),
    }
}

/// The requests: the first line, plugwatch's own headers, and the body.
pub(crate) type Asked = Arc<Mutex<Vec<String>>>;

pub(crate) async fn other_side(answers: Vec<Vec<u8>>) -> (String, Asked) {
    provider();
    let asked: Asked = Arc::default();
    let kept = asked.clone();
    let address = raw(move |request| {
        let mut kept = kept.lock().unwrap();
        kept.push(request.to_owned());
        answers[(kept.len() - 1).min(answers.len() - 1)].clone()
    })
    .await;
    (format!("http://{address}"), asked)
}

pub(crate) fn senders(settings: impl Settings) -> Senders {
    provider();
    let settings: Arc<dyn Settings> = Arc::new(settings);
    Senders::new([("it".to_owned(), settings)], &Shared::new(&Clock::manual(Time(0)))).unwrap()
}

pub(crate) fn key(secret: impl Into<String>) -> Key {
    Key::Set(Secret::new(secret))
}

pub(crate) fn body(asked: &Asked, n: usize) -> Value {
    let asked = asked.lock().unwrap();
    serde_json::from_str(asked[n].split_once("\r\n\r\n").unwrap().1).unwrap()
}

pub(crate) fn ok(body: &str) -> Vec<u8> {
    http("200 OK", "content-type: application/json\r\n", body.as_bytes())
}

#[tokio::test]
async fn slack_gets_bold_between_asterisks_and_a_webhook_that_is_gone_waits_for_a_person() {
    let gone = http("404 Not Found", "", b"no_service");
    let busy = http("429 Too Many Requests", "retry-after: 7\r\n", b"");
    let (url, asked) = other_side(vec![ok("ok"), gone, busy]).await;
    let senders = senders(slack::Settings { url: key(format!("{url}/services/T/B/x")) });
    assert_eq!(senders.send("it", &message("Slack")).await, Tried::Sent(None));
    let text = "🔴 *DROPPED: iOS app (App Store)*\nApple says *no* to &lt;you&gt; &amp; yours.";
    assert_eq!(body(&asked, 0), json!({"text": text, "unfurl_links": false, "unfurl_media": false}));
    let Tried::Refused { why } = senders.send("it", &message("Slack")).await else { panic!("it is given up") };
    assert_eq!(why, "Slack answered 404 (no_service): create a new incoming webhook for the channel");
    let wait = Tried::Retry { after: Some(Duration::from_secs(7)), why: "Slack answers 429".into() };
    assert_eq!(senders.send("it", &message("Slack")).await, wait);
}

#[tokio::test]
async fn discord_calls_nobody_and_its_message_can_be_changed() {
    let limited = http("429 Too Many Requests", "", br#"{"message":"slow","retry_after":0.25,"global":false}"#);
    let (url, asked) = other_side(vec![ok(r#"{"id":"99"}"#), ok(r#"{"id":"99"}"#), limited]).await;
    let senders = senders(discord::Settings { url: key(format!("{url}/api/webhooks/1/x")) });
    assert_eq!(senders.send("it", &message("Discord")).await, Tried::Sent(Some("99".into())));
    let first = body(&asked, 0);
    assert_eq!(first["content"], "🔴 **DROPPED: iOS app (App Store)**\nApple says \\*no\\* to <you> & yours.");
    assert_eq!(first["allowed_mentions"], json!({"parse": []}));
    assert_eq!(senders.amend("it", "99", &message("Discord")).await, Tried::Sent(Some("99".into())));
    let asked = asked.lock().unwrap().clone();
    assert!(asked[0].starts_with("POST /api/webhooks/1/x?wait=true "), "{}", asked[0]);
    assert!(asked[1].starts_with("PATCH /api/webhooks/1/x/messages/99 "), "{}", asked[1]);
    let Tried::Retry { after, .. } = senders.send("it", &message("Discord")).await else {
        panic!("it was not retried")
    };
    assert_eq!(after, Some(Duration::from_millis(250)));
}

#[tokio::test]
async fn mattermost_gets_markdown_with_the_texts_own_signs_escaped() {
    let (url, asked) = other_side(vec![ok("ok")]).await;
    let senders = senders(mattermost::Settings { url: key(format!("{url}/hooks/x")) });
    assert_eq!(senders.send("it", &message("Mattermost")).await, Tried::Sent(None));
    let text = "🔴 **DROPPED: iOS app (App Store)**\nApple says \\*no\\* to <you> & yours.";
    assert_eq!(body(&asked, 0), json!({"text": text}));
}

#[tokio::test]
async fn ntfy_gets_title_text_and_priority_and_long_texts_in_parts() {
    let (url, asked) = other_side(vec![ok(r#"{"id":"abc"}"#)]).await;
    let server = url::Url::parse(&url).unwrap();
    let senders = senders(ntfy::Settings { server, topic: "acme".into(), token: Some(key("tk_secret")) });
    assert_eq!(senders.send("it", &message("acme")).await, Tried::Sent(Some("abc".into())));
    let wanted = json!({
        "topic": "acme", "title": "🔴 DROPPED: iOS app (App Store)", "message": "Apple says *no* to <you> & yours.",
        "priority": 5,
    });
    assert_eq!(body(&asked, 0), wanted);
    assert!(asked.lock().unwrap()[0].contains("authorization: Bearer tk_secret"));
    let long = Message { plain: "a line of the report\n".repeat(200), ..message("acme") };
    senders.send("it", &long).await;
    assert_eq!(asked.lock().unwrap().len(), 3, "a part is 4,096 bytes at most, and a message two parts");
}

#[tokio::test]
async fn pagerduty_is_triggered_acknowledged_and_resolved_under_one_key() {
    let taken = http("202 Accepted", "", br#"{"status":"success","dedup_key":"pw-7"}"#);
    let (url, asked) = other_side(vec![taken]).await;
    let api_url = Some(url::Url::parse(&url).unwrap());
    let senders = senders(pagerduty::Settings { routing_key: key("R0UTE"), api_url });
    assert_eq!(senders.send("it", &message("PagerDuty")).await, Tried::Sent(Some("pw-7".into())));
    let acked = Message { acked_by: Some("Ada".into()), ..message("PagerDuty") };
    senders.amend("it", "pw-7", &acked).await;
    senders.send("it", &Message { over: true, ..message("PagerDuty") }).await;
    let events: Vec<Value> = (0..3).map(|n| body(&asked, n)).collect();
    insta::assert_snapshot!(serde_json::to_string_pretty(&events).unwrap());
}

/// The vendor is busy when it gets the second part of a long message.
async fn halfway<S: Settings>(settings: impl Fn(&str) -> S) -> Tried {
    let busy = http("503 Busy", "retry-after: 7\r\n", b"");
    let (url, asked) = other_side(vec![ok(r#"{"id":"1"}"#), busy]).await;
    let line = "a line of a message that goes on and on\n".repeat(700);
    let long = Message { plain: line.clone(), html: line, ..message("there") };
    let tried = senders(settings(&url)).send("it", &long).await;
    assert_eq!(asked.lock().unwrap().len(), 2);
    tried
}

#[tokio::test]
async fn a_long_message_that_breaks_off_halfway_comes_again_as_a_repeat() {
    let tried = [
        halfway(|url| slack::Settings { url: key(url) }).await,
        halfway(|url| discord::Settings { url: key(url) }).await,
        halfway(|url| mattermost::Settings { url: key(url) }).await,
        halfway(|url| teams::Settings { url: key(url) }).await,
        halfway(|url| ntfy::Settings { server: url.parse().unwrap(), topic: "acme".into(), token: None }).await,
    ];
    assert!(tried.iter().all(|tried| matches!(tried, Tried::Unsure { .. })), "{tried:?}");
}

#[tokio::test]
async fn each_thing_that_a_message_tells_of_is_resolved_at_pagerduty() {
    let (url, asked) = other_side(vec![http("202 Accepted", "", br#"{"status":"success"}"#)]).await;
    let api_url = Some(url::Url::parse(&url).unwrap());
    let senders = senders(pagerduty::Settings { routing_key: key("R0UTE"), api_url });
    let both = Message { others: vec!["pw-7".into(), "pw-8".into()], ..message("PagerDuty") };
    assert_eq!(senders.send("it", &both).await, Tried::Sent(Some("pw-7".into())));
    // The end of both is sent in the other one's thread.
    senders.send("it", &Message { over: true, thread: Some("pw-8".into()), ..both }).await;
    let events: Vec<Value> = (0..4).map(|n| body(&asked, n)).collect();
    let told: Vec<String> = events.iter().map(|it| format!("{} {}", it["event_action"], it["dedup_key"])).collect();
    assert_eq!(told, [r#""trigger" "pw-8""#, r#""trigger" "pw-7""#, r#""resolve" "pw-7""#, r#""resolve" "pw-8""#]);
}

#[tokio::test]
async fn pagerdutys_refusal_of_a_key_waits_for_a_person() {
    let refused = http("400 Bad Request", "", br#"{"status":"invalid event","errors":["'routing_key' is invalid"]}"#);
    let (url, _) = other_side(vec![refused]).await;
    let api_url = Some(url::Url::parse(&url).unwrap());
    let senders = senders(pagerduty::Settings { routing_key: key("R0UTE"), api_url });
    let Tried::Refused { why } = senders.send("it", &message("PagerDuty")).await else { panic!("it is given up") };
    assert!(why.contains("check the integration key") && !why.contains("R0UTE"), "{why}");
}

/// A channel that runs this shell script.
fn program(folder: &tempfile::TempDir, text: &str) -> Senders {
    let path = folder.path().join("tell");
    std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    let command = vec!["/bin/sh".to_owned(), path.display().to_string()];
    senders(exec::Settings { command })
}

#[tokio::test]
async fn a_program_gets_the_message_and_none_of_our_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let text = format!("cat > {0}; env | sort >> {0}", out.display());
    assert_eq!(program(&folder, &text).send("it", &message("tell")).await, Tried::Sent(None));
    let said = std::fs::read_to_string(out).unwrap();
    assert!(said.contains("\"schema\":\"plugwatch.alert/1\"") && said.contains("PLUGWATCH_INCIDENT=pw-7"), "{said}");
    assert!(said.contains("\"short\":\"short\"") && said.contains("PLUGWATCH_SHORT=short"), "{said}");
    assert!(!said.contains("CARGO"), "it sees more of our environment than it needs:\n{said}");
}

#[tokio::test]
async fn a_program_that_fails_is_tried_again_and_one_that_is_not_there_waits_for_a_person() {
    let folder = tempfile::tempdir().unwrap();
    let failed = program(&folder, "echo 'no signal' >&2; exit 3").send("it", &message("tell")).await;
    assert_eq!(failed, Tried::Retry { after: None, why: "/bin/sh ended with 3: no signal".into() });
    let gone = senders(exec::Settings { command: vec!["/no/such/program".into()] });
    assert!(matches!(gone.send("it", &message("tell")).await, Tried::Refused { .. }));
}

/// A mail server that refuses the command `refuse_at`, and the lines that it received.
async fn mail_server(refuse_at: &'static str) -> (u16, Asked) {
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard: Asked = Arc::default();
    let kept = heard.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (read, mut write) = stream.into_split();
            let mut lines = BufReader::new(read).lines();
            write.write_all(b"220 mail.example ESMTP\r\n").await.unwrap();
            let mut data = false;
            while let Ok(Some(line)) = lines.next_line().await {
                kept.lock().unwrap().push(line.clone());
                let word = line.split([' ', ':']).next().unwrap_or("").to_uppercase();
                let answer: &[u8] = match word.as_str() {
                    _ if data && line != "." => continue,
                    _ if data => {
                        data = false;
                        b"250 2.0.0 queued\r\n"
                    }
                    word if word == refuse_at => b"550 5.1.1 no such user\r\n",
                    "EHLO" => b"250-mail.example\r\n250 8BITMIME\r\n",
                    "DATA" => {
                        data = true;
                        b"354 go on\r\n"
                    }
                    "QUIT" => b"221 bye\r\n",
                    _ => b"250 2.0.0 fine\r\n",
                };
                if write.write_all(answer).await.is_err() {
                    break;
                }
            }
        }
    });
    (port, heard)
}

fn mail(port: u16) -> Senders {
    senders(email::Settings {
        server: "127.0.0.1".into(),
        port,
        security: email::Security::None,
        login: None,
        from: "plugwatch <alerts@acme.example>".into(),
        to: Vec::new(),
        authority: None,
    })
}

#[tokio::test]
async fn a_mail_has_text_and_page_and_stands_with_its_incident() {
    let (port, heard) = mail_server("").await;
    let picture = File { name: "week.png".into(), media: "image/png".into(), bytes: Arc::new(vec![1, 2, 3]) };
    let message = Message { files: vec![picture], ..message("Ops <ops@acme.example>") };
    assert_eq!(mail(port).send("it", &message).await, Tried::Sent(None));
    let heard = heard.lock().unwrap().join("\n");
    // The boundaries between parts are random.
    let mut seen = heard.clone();
    for (n, at) in heard.match_indices("boundary=\"").map(|(at, _)| at).enumerate() {
        let boundary = heard[at + 10..].split('"').next().unwrap();
        seen = seen.replace(boundary, &format!("BOUNDARY{n}"));
    }
    insta::assert_snapshot!(seen.lines().filter(|line| !line.starts_with("EHLO")).collect::<Vec<_>>().join("\n"));
}

#[tokio::test]
async fn a_mailbox_that_is_not_there_waits_for_a_person_and_a_server_that_is_not_there_is_tried_again() {
    let (port, _) = mail_server("RCPT").await;
    let Tried::Refused { why } = mail(port).send("it", &message("x@acme.example")).await else { panic!("given up") };
    assert!(why.contains("5.1.1 no such user"), "{why}");
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let gone = mail(closed).send("it", &message("x@acme.example")).await;
    assert!(matches!(&gone, Tried::Retry { after: None, .. }), "{gone:?}");
    assert!(matches!(mail(port).send("it", &message("no address")).await, Tried::Never { .. }));
}

#[tokio::test]
async fn without_starttls_nothing_is_sent() {
    let (port, heard) = mail_server("").await;
    let settings = email::Settings {
        server: "localhost".into(),
        port,
        security: email::Security::StartTls,
        login: Some(("ada".into(), key("topsecret"))),
        from: "alerts@acme.example".into(),
        to: Vec::new(),
        authority: None,
    };
    let tried = senders(settings).send("it", &message("ops@acme.example")).await;
    assert!(!matches!(tried, Tried::Sent(_)), "{tried:?}");
    let heard = heard.lock().unwrap().join("\n");
    assert!(!heard.contains("MAIL") && !heard.contains("AUTH"), "{heard}");
}

/// A message about the website, with this verdict.
fn about(reason: Reason, verdict: &str) -> Message {
    let dependency = json!({ "id": "website", "verdict": verdict, "group": { "ids": ["website", "hosting"] } });
    Message { reason, view: json!({ "body": { "dependency": dependency } }), ..message("page") }
}

fn page_at(url: &str, kind: &str) -> Senders {
    let components: Components =
        [("website".to_owned(), "c1".to_owned()), ("other".to_owned(), "c2".to_owned())].into();
    let (api, page, token) = (url.parse().unwrap(), "p1".to_owned(), key("t0ken"));
    match kind {
        "statuspage" => senders(statuspage::Settings { api, page, token, components, incidents: Incidents::None }),
        "instatus" => senders(instatus::Settings { api, page, token, components, incidents: Incidents::None }),
        _ => senders(gatus::Settings { api, token, components }),
    }
}

#[tokio::test]
async fn components_are_set_at_status_pages_elsewhere_without_any_word_of_why() {
    let cases = [
        (
            "statuspage",
            "PATCH /v1/pages/p1/components/c1 ",
            "OAuth t0ken",
            r#"{"component":{"status":"major_outage"}}"#,
        ),
        ("instatus", "PUT /v1/p1/components/c1 ", "Bearer t0ken", r#"{"status":"MAJOROUTAGE"}"#),
        ("gatus", "POST /api/v1/endpoints/c1/external?success=false&error=unavailable ", "Bearer t0ken", ""),
    ];
    for (kind, line, authorization, body) in cases {
        let (url, asked) = other_side(vec![ok("{}")]).await;
        let page = page_at(&url, kind);
        assert_eq!(page.send("it", &about(Reason::Opened, "dropped")).await, Tried::Sent(None), "{kind}");
        let asked = asked.lock().unwrap().clone();
        assert_eq!(asked.len(), 1, "only mapped components are sent: {asked:?}");
        assert!(asked[0].starts_with(line) && asked[0].contains(authorization), "{}", asked[0]);
        assert_eq!(asked[0].split_once("\r\n\r\n").unwrap().1, body);
        assert!(!asked[0].contains("iOS app") && !asked[0].contains("Apple"), "{}", asked[0]);
    }
}

#[tokio::test]
async fn what_cannot_be_seen_is_not_called_well_there_and_drills_change_nothing() {
    let (url, asked) = other_side(vec![ok("{}")]).await;
    for (kind, reason, verdict) in [
        ("statuspage", Reason::Blind, "live"),
        ("gatus", Reason::Blind, "live"),
        ("statuspage", Reason::Drill, "dropped"),
        ("statuspage", Reason::Recovered, "live"),
    ] {
        page_at(&url, kind).send("it", &about(reason, verdict)).await;
    }
    let bodies: Vec<Value> = (0..2).map(|n| body(&asked, n)).collect();
    assert_eq!(bodies[0]["component"]["status"], "degraded_performance");
    assert_eq!(bodies[1]["component"]["status"], "operational");
    assert_eq!(asked.lock().unwrap().len(), 2);
    let (url, _) = other_side(vec![http("401 Unauthorized", "", b"{}")]).await;
    let Tried::Refused { why } = page_at(&url, "instatus").send("it", &about(Reason::Opened, "outage")).await else {
        panic!("it is given up")
    };
    assert!(why.contains("check the page, the component ids and the token") && !why.contains("t0ken"), "{why}");
}
