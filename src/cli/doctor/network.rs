//! Findings about the network: reference hosts, DNS, the clock compared with another one, and this machine's
//! public address.

use std::time::Duration;

use chrono::DateTime;
use url::Url;

use super::super::build;
use super::finding::Finding;
use crate::ask::Askers;
use crate::clock::Clock;
use crate::config::Config;
use crate::core::probe::reference_hosts;
use crate::core::probe::witness::OwnNetwork;
use crate::core::time::{Time, human};
use crate::core::words::answer::Answer;
use crate::core::words::question::{HttpQuestion, Question};

/// Returns the address that sent the request, and the current time in its `Date` header (Cloudflare,
/// /cdn-cgi/trace).
const TRACE: &str = "https://www.cloudflare.com/cdn-cgi/trace";
/// If the clock is off by more, vendors refuse signed requests, and alerts carry wrong times.
const DIFFERS: Duration = Duration::from_secs(60);
/// The longest time to resolve a name.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) async fn findings(config: &Config, clock: &Clock) -> Result<Vec<Finding>, String> {
    let askers = build::askers(config, clock, &build::gate(clock))?;
    let mut findings = vec![anchors(&askers).await, names(config).await];
    let url = Url::parse(TRACE).map_err(|error| error.to_string())?;
    let question = Question::Http(HttpQuestion::get(&url, PATIENCE * 2));
    let answer = askers.ask(&question, true, clock.now()).await;
    findings.push(time(&answer, clock.now()));
    findings.push(address(&answer));
    Ok(findings)
}

async fn anchors(askers: &Askers) -> Finding {
    let answers = askers.anchors().await;
    let silent = answers.iter().filter(|answer| answer.is_err()).count();
    let says = format!("{} of {} anchors answer", answers.len() - silent, answers.len());
    match reference_hosts::judge(&answers) {
        OwnNetwork::Blind => {
            Finding::mend("network", says, "check this machine's connection and firewall: no vendor can be checked")
        }
        _ if silent > 0 => Finding::note("network", says, "nothing, unless it persists"),
        _ => Finding::fine("network", says),
    }
}

async fn names(config: &Config) -> Finding {
    // Tests in an isolated network have no other name to resolve.
    let host = if config.network.loopback_only { "localhost" } else { "www.cloudflare.com" };
    let found = tokio::time::timeout(PATIENCE, tokio::net::lookup_host((host, 443))).await;
    let why = match found {
        Ok(Ok(mut addresses)) => match addresses.next() {
            Some(_) => return Finding::fine("DNS", format!("this machine resolves {host}")),
            None => "the answer has no address".to_owned(),
        },
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no answer within {}", human(PATIENCE)),
    };
    let says = format!("this machine does not resolve {host}: {why}");
    Finding::mend(
        "DNS",
        says,
        "correct the resolvers in /etc/resolv.conf: nothing that is given by its name can be reached",
    )
}

fn time(answer: &Answer, now: Time) -> Finding {
    let date = answer.http.as_ref().and_then(|http| http.headers.get("date"));
    let Some(there) = date.and_then(|date| DateTime::parse_from_rfc2822(date).ok()) else {
        return Finding::note(
            "clock",
            "it could not be compared with another machine's clock",
            "run plugwatch doctor again later",
        );
    };
    let there = Time(there.timestamp_millis());
    let differs = now.since(there).max(there.since(now));
    let says = format!("it differs from that of www.cloudflare.com by {} s", differs.as_secs());
    if differs >= DIFFERS {
        return Finding::mend("clock", says, "let the clock follow a time server: timedatectl set-ntp true");
    }
    Finding::fine("clock", says)
}

fn address(answer: &Answer) -> Finding {
    let body = String::from_utf8_lossy(&answer.body);
    let address = body.lines().find_map(|line| line.strip_prefix("ip=")).and_then(|ip| ip.trim().parse().ok());
    match (address, answer.failure) {
        (Some(address), _) => {
            let address: std::net::IpAddr = address;
            Finding::fine(
                "public address",
                format!("vendors see {address}: if a key is limited to certain addresses, allow this one"),
            )
        }
        (None, Some(failure)) => Finding::note(
            "public address",
            format!("it could not be determined: {}", failure.words()),
            "run plugwatch doctor again later",
        ),
        (None, None) => {
            Finding::note("public address", "it could not be determined", "run plugwatch doctor again later")
        }
    }
}
