//! The operator's page: problems first, with advice; then messages, late and blind checks, dates, lines, pictures.

use std::collections::HashMap;
use std::sync::Arc;

use plugwatch::acts::{Brought, Person};
use plugwatch::core::dependency::incident::Level;
use plugwatch::core::platform::ahead::Ahead;
use plugwatch::core::platform::snapshot::Snapshot;
use plugwatch::core::probe::days::Trouble;
use plugwatch::core::probe::history::{Counts, DAY};
use plugwatch::core::time::Time;
use plugwatch::core::words::question::Secret;
use plugwatch::core::words::verdict::Verdict;
use plugwatch::say::details::{Facts, Fate, Operator, Place, Sent, html};
use plugwatch::say::public::History;
use plugwatch::store::DETAILS_TOKEN;

use plugwatch::web::Pages;

use crate::kit::{Staged, minutes};
use crate::public::Stranger;

/// The demo's platform after a drop; another vendor refuses the key.
async fn in_trouble() -> Staged {
    let mut staged = Staged::open().await;
    staged.pass(minutes(20)).await;
    staged.stage.set("twilio", "gone");
    staged.stage.set("google_play", "probe_blind");
    staged.pass(minutes(50)).await;
    staged
}

/// Thirty days with one day missing and, if `outage` is set, an outage of two hours on the 20th.
fn history(now: Time, outage: bool) -> History {
    let today = now.0.div_euclid(DAY) * DAY;
    let seen = |n: i64| Counts { live: 280, latency_ms: 280 * (180 + n * 3), ..Counts::default() };
    let days = (0..30).rev().filter(|n| *n != 25).map(|n| (Time(today - n * DAY), seen(n))).collect();
    let from = Time(today - 10 * DAY + 3_600_000);
    let trouble = Trouble { from, until: Some(Time(from.0 + 7_200_000)), worst: Verdict::Outage };
    History { days, hours: Vec::new(), troubles: if outage { vec![trouble] } else { Vec::new() } }
}

fn sent(alert: &str, title: &str, now: Time, channel: &str, fate: Fate) -> Sent {
    Sent {
        alert: alert.into(),
        title: title.into(),
        level: Level::Critical,
        at: Time(now.0 - 600_000),
        channel: channel.into(),
        recipient: "ops".into(),
        instead: None,
        fate,
    }
}

fn operator(now: Time) -> Operator {
    let dropped = "🔴 DROPPED: Sign-up texts (Twilio)";
    let refused = "Telegram answers 403: bot was kicked from the group. Add it again.";
    let waits = |on_condition| Fate::Waits { until: Time(now.0 + 300_000), on_condition };
    let mut elsewhere = sent("pw-1", dropped, now, "email", Fate::Arrived(Time(now.0 - 590_000)));
    elsewhere.instead = Some("phone to -100 failed: bot was kicked".into());
    Operator {
        sent: vec![
            sent("pw-1", dropped, now, "phone", Fate::Fails { why: refused.into(), tries: 4 }),
            sent("pw-0", "🟡 WARNING: Payments (Stripe)", now, "pager", Fate::Lost("no longer configured".into())),
            elsewhere,
            sent("pw-2", dropped, now, "wake-up", waits(true)),
            sent("pw-3", "Chatterbox: monitoring 9", now, "email", waits(false)),
        ],
        places: vec![Place {
            channel: "phone".into(),
            recipient: "-100".into(),
            since: Time(now.0 - 5_400_000),
            why: refused.into(),
            refuses: true,
        }],
        ahead: vec![
            Ahead {
                at: Time(now.0 - 3_600_000),
                what: "Domain: registration expires".into(),
                owner: None,
                source: "measured".into(),
            },
            Ahead {
                at: Time(now.0 + 20 * DAY),
                what: "Apple Developer Program: membership ends".into(),
                owner: Some("Ada".into()),
                source: "typed in".into(),
            },
        ],
        evidence: HashMap::from([(
            "sign-up-sms".to_owned(),
            vec!["Evidence 12, 3 Mar 08:21 UTC: dropped (account_suspended), SHA-256 00ff.".to_owned()],
        )]),
        ..Operator::default()
    }
}

/// The text that a person reads, line by line: the page without its markup.
fn read(page: &str) -> String {
    let body = page.split("</style>").last().unwrap();
    let lines = regex::Regex::new(r"</(p|h\d|summary|div|li|article|section)>").unwrap().replace_all(body, "\n");
    let bare = regex::Regex::new(r"<[^>]*>").unwrap().replace_all(&lines, " ").into_owned();
    let bare = bare.replace("&#x27;", "'").replace("&quot;", "\"").replace("&#x2f;", "/").replace("&amp;", "&");
    let lines = bare.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let text = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    // The duration of a check and the server's port differ from run to run.
    let text = regex::Regex::new(r"\d+ ms\. ").unwrap().replace_all(&text, "n ms. ").into_owned();
    regex::Regex::new(r"127\.0\.0\.1:\d+").unwrap().replace_all(&text, "127.0.0.1:n").into_owned()
}

fn drawn(snapshot: &Snapshot, now: Time) -> String {
    let ids = snapshot.each().map(|one| one.id.clone());
    let past: HashMap<String, History> = ids.map(|id| (id.clone(), history(now, id == "sign-up-sms"))).collect();
    html(&Facts { snapshot, history: &past, operator: Some(operator(now)), zone: chrono_tz::Europe::Berlin, now })
}

#[tokio::test]
async fn the_operator_reads_trouble_first_with_what_to_do() {
    let staged = in_trouble().await;
    let mut snapshot: Snapshot = staged.engine.windows().snapshot.borrow().as_ref().clone();
    let now = staged.clock.now();
    // One check was due five minutes ago, and did not run.
    let last = snapshot.dependencies.last_mut().unwrap();
    Arc::make_mut(last).probes[0].next_at = Time(now.0 - 300_000);
    let page = drawn(&snapshot, now);
    insta::assert_snapshot!("details_page", read(&page));
    let line = page.split("class=\"outline\"").nth(1).unwrap().split("/>").next().unwrap();
    insta::assert_snapshot!("details_line", line);
    snapshot.as_of = Time(now.0 - 1_200_000);
    let old = drawn(&snapshot, now);
    assert!(old.contains("plugwatch has not updated this for 20 min."), "{old}");
}

#[tokio::test]
async fn the_token_opens_messages_dates_and_pictures_and_without_it_only_what_is_public_is_gathered() {
    let mut staged = in_trouble().await;
    let now = staged.clock.now();
    let typed_in =
        Ahead { at: Time(now.0 + 9 * DAY), what: "Membership ends".into(), owner: None, source: "typed in".into() };
    let letter = Brought {
        text: "We will close your account. Move your data before.".into(),
        about: vec!["hosting".into()],
        effective: Some("Fri 6 Mar 2026 12:00 UTC".into()),
        ..Brought::default()
    };
    staged.acts().bring(&Person::new("Ada", "terminal"), letter, now).await.unwrap();
    staged.pass(minutes(1)).await;
    let dates = tokio::sync::watch::Sender::new(vec![typed_in]).subscribe();
    let token = Secret::new("a-long-token-of-the-operator");
    let operator = Stranger::with(&staged, |pages| Pages { details_token: Some(token), dates, ..pages }).await;
    let bearer = [("authorization", "Bearer a-long-token-of-the-operator")];
    let (status, headers, page) = operator.ask("/details", &bearer).await;
    assert_eq!((status, headers["cache-control"].to_str().unwrap()), (200, "private, no-store"));
    // The page is sent before the token's use is stored.
    while !staged.store.key_uses().await.unwrap().contains_key(DETAILS_TOKEN) {
        tokio::task::yield_now().await;
    }
    let page = read(&String::from_utf8(page).unwrap());
    for line in [
        "🔴 DROPPED: Sign-up texts (Twilio) arrived ",
        "record to ",
        "Membership ends in 8 d 23 h",
        "announced in a letter",
        "Evidence ",
        "Cloud hosting",
    ] {
        assert!(page.contains(line), "{line} in {page}");
    }
    for (path, status, kind) in [
        ("/details/map.svg", 200, "image/svg+xml; charset=utf-8"),
        ("/details/whatif/twilio.svg", 200, "image/svg+xml; charset=utf-8"),
        ("/details/whatif/nobody.svg", 404, "text/plain; charset=utf-8"),
    ] {
        let (got, headers, _) = operator.ask(path, &bearer).await;
        assert_eq!((got, headers["content-type"].to_str().unwrap()), (status, kind), "{path}");
        assert_eq!(operator.get(path).await.status, 401, "{path}");
    }
    let (_, _, svg) = operator.ask("/details/whatif/twilio.svg", &bearer).await;
    insta::assert_snapshot!("whatif_twilio", String::from_utf8(svg).unwrap());

    let anybody = Stranger::with(&staged, |pages| Pages { details: true, ..pages }).await;
    let page = read(&anybody.get("/details").await.body);
    assert!(
        page.contains("Twilio lists the account as “suspended”") && page.contains("Late and blind checks"),
        "{page}"
    );
    for hidden in ["Messages of the last 7 days", "Dates ahead", "If a company drops you", "Cloud hosting", "SHA-256"] {
        assert!(!page.contains(hidden), "{hidden} in {page}");
    }
    assert_eq!(anybody.get("/details/map.svg").await.status, 404);
    assert_eq!(anybody.get("/details/whatif/twilio.svg").await.status, 404);
}
