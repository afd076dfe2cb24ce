//! What is missing before people can rely on plugwatch to wake them.

use std::collections::BTreeSet;

use super::{Channel, Config};
use crate::core::words::question::Key;
use crate::notify::Carrier;

impl Config {
    /// What is missing, one line each, after people confirmed that these channels wake them. Empty if at
    /// least two channels from two companies do, and a dead-man's switch monitors plugwatch itself.
    pub fn lacks(&self, confirmed: &[&str]) -> Vec<String> {
        let awake: Vec<&Channel> =
            self.channels.iter().filter(|one| one.wakes() && confirmed.contains(&one.name.as_str())).collect();
        let companies: BTreeSet<String> = awake.iter().map(|channel| self.behind(channel)).collect();
        let mut lacks = Vec::new();
        match (awake.as_slice(), companies.len()) {
            ([], _) => lacks.push("nobody confirmed that a test alert arrived: plugwatch cannot wake you".to_owned()),
            ([only], _) => lacks.push(format!(
                "a second channel, from another company: only `{}` can wake you, and if it fails, nobody is alerted",
                only.name
            )),
            (_, 1) => lacks.push(format!(
                "a channel from another company: every channel that can wake you depends on {}",
                self.catalog.company(companies.first().map_or("", String::as_str))
            )),
            _ => {}
        }
        if !matches!(self.heartbeat, Some((Key::Set(_), _))) {
            lacks.push(
                "a dead-man's switch: create a check at healthchecks.io or a similar service, and put its URL into [heartbeat]; \
                 otherwise nobody notices if plugwatch or its machine stops"
                    .to_owned(),
            );
        }
        lacks
    }

    /// The company that delivers a channel's messages: its slug if known, or else its host, or else the channel's
    /// name.
    fn behind(&self, channel: &Channel) -> String {
        let host = || match channel.settings.carrier() {
            Some(Carrier::Host(host)) => host,
            _ => channel.name.clone(),
        };
        self.carrier(channel).unwrap_or_else(host)
    }
}
