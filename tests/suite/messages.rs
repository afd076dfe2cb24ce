//! Every message that a person can get, for each reason, as it would be read at 4 a.m.

use std::time::Duration;

use chrono_tz::Tz;
use plugwatch::core::dependency::incident::{Level, Reason};
use plugwatch::core::time::Time;
use plugwatch::core::words::verdict::{Fault, Proof, Verdict};
use plugwatch::say::about::About;
use plugwatch::say::alert::{AlertView, Body, Footer};
use plugwatch::say::{Format, markdown};
use plugwatch::store::{AboutDocument, thaw};

const SINCE: Time = Time(1_610_236_740_000);

fn about(verdict: Verdict, before: Option<Verdict>, why: &str, say: &str) -> About {
    let given = serde_json::json!({
        "id": "hosting", "label": "Cloud hosting", "vendor": "DigitalOcean", "decider": "DigitalOcean",
        "parent": "DigitalOcean", "verdict": verdict, "before": before, "why": why, "fault": Fault::VendorDecision,
        "proof": Proof::Stated, "say": say, "hint": "Open a ticket and ask for the policy that is cited.",
        "since": SINCE, "lasted": null, "breaks": "everything", "fallback": "the standby at another host",
        "account_id": "acct-7", "contact": "the account manager", "contract_notice_days": 30,
        "leave": ["copy the data out (takes 9 h)"], "status_page": "https://status.digitalocean.com/",
        "also_down": ["Website (outage)"], "still_standing": ["E-mail", "iOS app"],
        "proven": ["E-mail (in good standing)", "iOS app (seen from outside)"], "incident": "pw-7f3kq2m9x4",
    });
    thaw::<About, AboutDocument>(&given).unwrap()
}

/// A message about a dependency for this reason; `None` if the reason has another form of message.
fn of(reason: Reason) -> Option<(Level, About)> {
    use Verdict::{Degraded, Dropped, Live, Outage, Unknown};
    let gone = "DigitalOcean lists the account as locked";
    let ends = "a notice says that it ends on 11 Jan 07:59 UTC, 1 d 7 h after it came: we plan to suspend your account";
    let told = match reason {
        Reason::Opened | Reason::Cascade | Reason::Grew => {
            (Level::Critical, about(Dropped, Some(Live), "account_locked", gone))
        }
        Reason::Worsened => (Level::Critical, about(Dropped, Some(Outage), "account_locked", gone)),
        Reason::Eased => (Level::Critical, about(Degraded, Some(Outage), "ends", ends)),
        Reason::Corrected => (Level::Warning, about(Outage, Some(Dropped), "http_503", "it answers 503")),
        Reason::ItWasUs => (
            Level::Info,
            About { fault: Fault::Ours, ..about(Outage, Some(Outage), "http_500", "the site answers 500") },
        ),
        Reason::Suspected => (Level::Critical, about(Dropped, Some(Live), "account_locked", gone)),
        Reason::Recovered => {
            let lasted = Some(Duration::from_secs(8_040));
            (Level::Info, About { lasted, ..about(Live, Some(Dropped), "fine", "the account is active") })
        }
        Reason::Cleared | Reason::Sighted | Reason::Settled => {
            (Level::Info, about(Live, Some(Live), "fine", "the account is active"))
        }
        Reason::Flapping => (Level::Warning, about(Outage, Some(Live), "http_503", "it answers 503")),
        Reason::Blind => (
            Level::Critical,
            about(Unknown, Some(Live), "access_lost", "the key that worked an hour ago is refused (401)"),
        ),
        Reason::Drill => (Level::Critical, about(Dropped, None, "drill", "this is a drill that Ada asked for")),
        _ => return None,
    };
    let (level, about) = told;
    // A live dependency needs no advice.
    let hint = about.hint.clone().filter(|_| about.verdict != Live);
    let loss_number = if reason == Reason::Cascade { 2 } else { 0 };
    Some((level, About { hint, loss_number, ..about }))
}

#[test]
fn every_reason_reads_well() {
    let mut said = String::new();
    for reason in Reason::ALL {
        let Some((level, about)) = of(*reason) else { continue };
        let view = AlertView {
            reason: *reason,
            level,
            platform: "Acme".into(),
            at: SINCE,
            simulation: false,
            body: Body::Dependency(Box::new(about)),
        };
        let text = view.text(Format::Plain, SINCE.plus(Duration::from_secs(60)), &Footer::default());
        said.push_str(&format!("======== {reason} ({level})\nsubject: {}\n\n{text}\n\n", view.title(Tz::UTC)));
    }
    insta::assert_snapshot!(said);
}

#[test]
fn what_stands_around_a_message_is_said_in_each_form() {
    let (level, about) = of(Reason::Opened).unwrap();
    let view = AlertView {
        reason: Reason::Opened,
        level,
        platform: "Acme & Co <x>".into(),
        at: SINCE,
        simulation: true,
        body: Body::Dependency(Box::new(about)),
    };
    let footer = Footer {
        repeat: true,
        instead: Some("phone to 42 failed: Telegram cannot be reached".into()),
        newer: Some("🟢 BACK: Cloud hosting (DigitalOcean, out 2 h)".into()),
        stands: None,
        zone: Tz::Europe__Berlin,
        edits: false,
    };
    let now = SINCE.plus(Duration::from_secs(3_600));
    let html = view.text(Format::Html, now, &footer);
    let forms = [view.text(Format::Plain, now, &footer), html.clone(), markdown(&html)];
    insta::assert_snapshot!(forms.join("\n\n========\n\n"));
}

/// A single SMS says what happened, what users lose, and whether there is a fallback.
#[test]
fn a_text_for_sms_is_one_of_them_and_ends_with_a_sentence() {
    let (level, about) = of(Reason::Opened).unwrap();
    let about = About { breaks: Some("sign-up".into()), fallback_works: Some(true), ..about };
    let of = |about: About| AlertView {
        reason: Reason::Opened,
        level,
        platform: "Acme".into(),
        at: SINCE,
        simulation: false,
        body: Body::Dependency(Box::new(about)),
    };
    let said = plugwatch::say::short::text(&of(about.clone()), Tz::UTC);
    assert_eq!(
        said,
        "plugwatch, Acme: DROPPED: Cloud hosting (DigitalOcean). Your users lose: sign-up. Fallback works: the standby \
         at another host."
    );
    let long = About { breaks: Some("everything ".repeat(20)), ..about };
    let said = plugwatch::say::short::text(&of(long), Tz::UTC);
    assert!(said.chars().count() <= 160 && said.ends_with('.'), "{said}");
}

/// Tests every text that people read and that is kept as a snapshot.
#[test]
fn no_text_that_people_read_is_put_together_badly() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/snapshots");
    let kinds = ["bot", "engine", "messages", "report", "site", "telling", "vendor", "weekend"];
    let mut read = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let kind = name.trim_start_matches("suite__").split("__").next().unwrap_or_default().to_owned();
        if !kinds.contains(&kind.as_str()) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let (_, body) = text.split_once("\n---\n").unwrap_or(("", &text));
        for line in body.lines() {
            assert_eq!(plugwatch::core::words::text::sloppy(line), None, "{name}: {line}");
            read += 1;
        }
    }
    assert!(read > 100, "only {read} lines were read");
}
