//! What is missing until somebody can rely on being woken.

use std::collections::BTreeSet;

use super::{Channel, Config};
use crate::core::words::question::Key;
use crate::notify::Carrier;

impl Config {
    /// What is missing, a line each, when people have confirmed that these channels wake them; nothing where two do, of
    /// two companies, and a dead-man's switch waits for plugwatch itself.
    pub fn lacks(&self, confirmed: &[&str]) -> Vec<String> {
        let awake: Vec<&Channel> =
            self.channels.iter().filter(|one| one.wakes() && confirmed.contains(&one.name.as_str())).collect();
        let companies: BTreeSet<String> = awake.iter().map(|channel| self.behind(channel)).collect();
        let mut lacks = Vec::new();
        match (awake.as_slice(), companies.len()) {
            ([], _) => lacks.push("nobody confirmed that a test alert arrived: plugwatch cannot wake you".to_owned()),
            ([only], _) => lacks.push(format!(
                "a second channel, of another company: only `{}` can wake you, and if it fails, nobody hears of anything",
                only.name
            )),
            (_, 1) => lacks.push(format!(
                "a channel of another company: all that can wake you are carried by {}",
                self.catalog.company(companies.first().map_or("", String::as_str))
            )),
            _ => {}
        }
        if !matches!(self.heartbeat, Some((Key::Set(_), _))) {
            lacks.push(
                "a dead-man's switch: create a check at healthchecks.io or the like, and put its URL into [heartbeat]; \
                 otherwise nobody hears when plugwatch or its machine stops"
                    .to_owned(),
            );
        }
        lacks
    }

    /// Who carries a channel: a company's slug where it is known, else a host, else the channel itself.
    fn behind(&self, channel: &Channel) -> String {
        let host = || match channel.settings.carrier() {
            Some(Carrier::Host(host)) => host,
            _ => channel.name.clone(),
        };
        self.carrier(channel).unwrap_or_else(host)
    }
}
