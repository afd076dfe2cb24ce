//! Whether an alert reaches somebody: channels, a second channel from another company, a dead-man's switch.

use std::collections::BTreeSet;
use std::time::Duration;

use super::finding::Finding;
use crate::config::{Channel, Config};
use crate::core::time::{Time, human};
use crate::core::words::question::Key;
use crate::store::PlaceRow;

/// A channel that has delivered nothing for this long may have failed unnoticed.
const LONG: Duration = Duration::from_secs(31 * 86_400);

pub(super) fn findings(config: &Config, places: &[PlaceRow], now: Time) -> Vec<Finding> {
    let awake: Vec<&Channel> = config.channels.iter().filter(|channel| channel.wakes()).collect();
    let mut findings: Vec<Finding> = config.channels.iter().filter_map(off).collect();
    findings.push(enough(config, &awake));
    findings.extend(awake.iter().flat_map(|channel| deliveries(channel, places, now)));
    findings.push(switch(config));
    findings
}

fn off(channel: &Channel) -> Option<Finding> {
    let why = channel.off()?;
    let says = format!("the channel `{}` is off: {why}", channel.name);
    Some(Finding::note("channels", says, "complete its settings, or remove it"))
}

fn enough(config: &Config, awake: &[&Channel]) -> Finding {
    let names: Vec<&str> = awake.iter().map(|channel| channel.name.as_str()).collect();
    let companies: Vec<Option<String>> = awake.iter().map(|channel| config.carrier(channel)).collect();
    let different: BTreeSet<&Option<String>> = companies.iter().collect();
    match (awake, different.len()) {
        ([], _) => Finding::mend(
            "channels",
            "nobody is notified: no channel can wake someone",
            "add one, such as telegram, and run plugwatch notify test",
        ),
        ([only], _) => Finding::mend(
            "channels",
            format!("only one channel can wake someone, `{}`", only.name),
            "add a second one, from another company",
        ),
        (_, 1) if companies[0].is_some() => {
            let company = companies[0].as_ref().map(|slug| config.catalog.company(slug)).unwrap_or_default();
            let says = format!("`{}` all depend on {company}", names.join("`, `"));
            Finding::mend("channels", says, "add a channel from another company")
        }
        _ => Finding::fine("channels", format!("{} can wake someone: {}", names.len(), names.join(", "))),
    }
}

fn deliveries(channel: &Channel, places: &[PlaceRow], now: Time) -> Vec<Finding> {
    let of = |recipient: String| {
        let place = places.iter().find(|place| place.channel == channel.name && place.recipient == recipient);
        delivery(&format!("`{}` to {recipient}", channel.name), place, now)
    };
    channel.recipients().into_iter().map(of).collect()
}

fn delivery(name: &str, place: Option<&PlaceRow>, now: Time) -> Finding {
    let test = "run plugwatch notify test";
    let Some(place) = place else {
        return Finding::note("delivery", format!("nothing has ever been sent through {name}"), test);
    };
    let why = place.why.clone().unwrap_or_default();
    match (place.dead_since, place.failing_since, place.sent_at) {
        (Some(at), ..) => {
            let says = format!("{name} has refused messages for {}: {why}", human(now.since(at)));
            Finding::mend("delivery", says, format!("correct its settings, then {test}"))
        }
        (None, Some(at), _) => {
            let says = format!("{name} has accepted no message for {}: {why}", human(now.since(at)));
            Finding::mend("delivery", says, format!("find the cause, then {test}"))
        }
        (None, None, Some(at)) if now.since(at) >= LONG => {
            Finding::note("delivery", format!("{name} last delivered {} ago", human(now.since(at))), test)
        }
        (None, None, Some(at)) => {
            Finding::fine("delivery", format!("{name} last delivered {} ago", human(now.since(at))))
        }
        (None, None, None) => Finding::note("delivery", format!("nothing has been delivered through {name} yet"), test),
    }
}

fn switch(config: &Config) -> Finding {
    let cure = "create a check at another company, such as healthchecks.io, and set [heartbeat] url";
    match &config.heartbeat {
        None => {
            let says = "there is no dead-man's switch: if this machine stops, nobody is notified";
            Finding::mend("heartbeat", says, cure)
        }
        Some((Key::Unset(from), _)) => {
            let says = format!("the dead-man's switch is off: its URL is not set ({from})");
            Finding::mend("heartbeat", says, cure)
        }
        Some((Key::Set(_), every)) => Finding::fine("heartbeat", format!("sent every {}", human(*every))),
    }
}
