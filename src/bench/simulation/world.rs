//! The answers of the simulated vendors: websites, zones and listings, numbered.

use serde_json::json;

use super::truth::{Going, Truth};
use crate::ask::Script;
use crate::clock::Clock;
use crate::core::time::Time;
use crate::core::words::answer::{Answer, Failure, HttpFacts, Said};
use crate::core::words::question::Question;

/// Answers each question by the truth at that time.
pub struct Simulated {
    /// The truth.
    pub truth: Truth,
    /// The virtual clock.
    pub clock: Clock,
}

/// The configuration of `count` dependencies, each checked every 30 to 60 minutes.
pub fn configuration(count: usize, database: &str) -> String {
    let mut text = format!(
        "platform = \"Simulation\"\ndatabase = {database:?}\nkeep_raw = \"30d\"\n[network]\nanchors = [\"192.0.2.1:443\", \
         \"192.0.2.2:443\", \"192.0.2.3:443\"]\n[[channel]]\nkind = \"log\"\n"
    );
    for n in 0..count {
        let check = match n % 3 {
            0 => format!("check = \"website/page\"\nurl = \"https://site-{n}.example/\"\nwords = [\"Welcome\"]"),
            1 => format!("check = \"dns/zone\"\ndomain = \"zone-{n}.example\""),
            _ => format!("check = \"google_play/listing\"\npackage = \"org.example.app{n}\""),
        };
        let every = 30 + n % 31;
        text.push_str(&format!("[[dependency]]\nid = \"d{n}\"\n{check}\nevery = \"{every}m\"\n"));
    }
    text
}

impl Script for Simulated {
    fn answer(&self, question: &Question, _now: Time) -> Answer {
        let now = self.clock.now();
        if self.truth.is_dead(now) {
            return dead(question);
        }
        match question {
            Question::Dns(dns) => zone(&dns.domain, number(&dns.domain).and_then(|n| self.truth.at(n, now))),
            Question::Http(http) if http.host == "play.google.com" => {
                let going = http.shown.split("org.example.app").nth(1).and_then(number);
                play(&http.shown, going.map(|n| self.truth.at(n, now)))
            }
            Question::Http(http) => site(&http.shown, number(&http.host).and_then(|n| self.truth.at(n, now))),
            other => Answer::failed(other.shown(), Failure::NotAsked, ""),
        }
    }

    fn anchors(&self) -> Vec<Result<(), Failure>> {
        vec![if self.truth.is_dead(self.clock.now()) { Err(Failure::ConnectTimeout) } else { Ok(()) }; 3]
    }
}

/// The first number in a name.
fn number(name: &str) -> Option<usize> {
    let digits = name.find(|c: char| c.is_ascii_digit())?;
    let rest = &name[digits..];
    rest[..rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())].parse().ok()
}

fn dead(question: &Question) -> Answer {
    match question {
        Question::Dns(_) => Answer {
            said: Said::from([("dns".to_owned(), json!({ "walk_failed": "timeout" }))]),
            ..Answer::failed(question.shown(), Failure::DnsFailed, "")
        },
        other => Answer::failed(other.shown(), Failure::ConnectTimeout, ""),
    }
}

fn http(url: &str, status: u16, body: &str) -> Answer {
    let parsed = url::Url::parse(url).ok();
    let facts = HttpFacts {
        status,
        url: url.to_owned(),
        host: parsed.as_ref().and_then(|url| url.host_str()).unwrap_or("").to_owned(),
        path: parsed.as_ref().map_or("", |url| url.path()).to_owned(),
        content_type: "text/html".to_owned(),
        size: body.len() as u64,
        ..HttpFacts::default()
    };
    Answer {
        asked: url.to_owned(),
        took_ms: 20,
        http: Some(facts),
        body: body.as_bytes().to_vec(),
        ..Answer::default()
    }
}

/// Four kinds of answers that prove nothing.
fn weather(url: &str, kind: u8) -> Answer {
    match kind {
        0 => http(url, 429, ""),
        1 => http(url, 200, "<html>captcha: unusual traffic</html>"),
        2 => http(url, 403, "<html>Forbidden</html>"),
        _ => http(url, 418, "<html>?</html>"),
    }
}

fn site(url: &str, going: Option<Going>) -> Answer {
    match going {
        None => http(url, 200, "<html>Welcome</html>"),
        Some(Going::Dropped) => http(url, 402, ""),
        Some(Going::Out) => http(url, 503, "<html>Service Unavailable</html>"),
        Some(Going::Weather(kind)) => weather(url, kind),
    }
}

fn play(url: &str, ours: Option<Option<Going>>) -> Answer {
    let gone = || http(url, 404, "<html><div id=\"error-section\">not found</div></html>");
    let package = url.split("id=").nth(1).and_then(|rest| rest.split('&').next()).unwrap_or("");
    let listed = || {
        let safety = format!(
            "<html><head><link rel=\"canonical\" href=\"https://play.google.com/store/apps/datasafety?id={package}&amp;hl=en\"></head></html>"
        );
        let details = format!(
            "<html><head><meta name=\"appstore:bundle_id\" content=\"{package}\"><link rel=\"canonical\" \
             href=\"https://play.google.com/store/apps/details?id={package}\"><script type=\"application/ld+json\">\
             {{\"offers\":[{{\"availability\":\"https://schema.org/InStock\"}}]}}</script></head></html>"
        );
        http(url, 200, if url.contains("datasafety") { &safety } else { &details })
    };
    match ours {
        None if package.contains("never") => gone(),
        None | Some(None) => listed(),
        Some(Some(Going::Dropped)) => gone(),
        Some(Some(Going::Out)) => http(url, 503, "<html>Service Unavailable</html>"),
        Some(Some(Going::Weather(kind))) => weather(url, kind),
    }
}

fn zone(domain: &str, going: Option<Going>) -> Answer {
    let (served, refused, silent, walk_failed) = match going {
        None => (2, 0, 0, ""),
        Some(Going::Dropped) => (0, 2, 0, ""),
        Some(Going::Out) => (0, 0, 2, ""),
        Some(Going::Weather(_)) => (0, 0, 0, "timeout"),
    };
    let facts = json!({
        "walk_failed": walk_failed, "name_servers": ["ns1.example.net"], "agree": true, "serials": [1],
        "parent": { "asked": 2, "answered": 2, "nxdomain": 0, "undelegated": 0 },
        "records": { "A": ["192.0.2.1"], "AAAA": [], "MX": [] },
        "count": { "total": 2, "served": served, "refused": refused, "lame": 0, "nxdomain": 0, "servfail": 0,
            "timeout": silent, "closed": 0, "broken": 0, "intercepted": 0 },
    });
    Answer::of(domain, 20, "dns", facts)
}
