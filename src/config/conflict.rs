//! Channels that depend on a monitored company: "your only channel for alerts about Amazon is Amazon".

use std::collections::BTreeSet;

use super::{Channel, Config};
use crate::notify::Carrier;

impl Config {
    /// The slug of the company that delivers a channel's messages, if the channel's kind or host shows it.
    pub fn carrier(&self, channel: &Channel) -> Option<String> {
        match channel.settings.carrier()? {
            Carrier::Company(slug) => Some(slug.to_owned()),
            Carrier::Host(host) => self.catalog.company_of_host(&host),
        }
    }

    /// The labels of the dependencies that depend on a company.
    fn standing_on(&self, company: &str) -> Vec<&str> {
        let on = |slug: &String| slug == company;
        let things = self.dependencies.iter().filter(|dependency| dependency.companies.iter().any(on));
        things.map(|dependency| dependency.label.as_str()).collect()
    }

    /// Warnings about channels, and plugwatch itself, that would fail together with what they report.
    pub(super) fn of_conflicts(&self) -> Vec<String> {
        let awake: Vec<&Channel> = self.channels.iter().filter(|channel| channel.wakes()).collect();
        let carriers: Vec<(&Channel, Option<String>)> =
            awake.into_iter().map(|channel| (channel, self.carrier(channel))).collect();
        let mut notes = Vec::new();
        let companies: BTreeSet<&String> = carriers.iter().filter_map(|(_, company)| company.as_ref()).collect();
        for company in companies {
            let watched = self.standing_on(company);
            if watched.is_empty() {
                continue;
            }
            let name = self.catalog.company(company);
            let by: Vec<&str> = carriers
                .iter()
                .filter(|(_, carrier)| carrier.as_ref() == Some(company))
                .map(|(channel, _)| channel.name.as_str())
                .collect();
            let (by, what) = (by.join("` and `"), watched.join(", "));
            if carriers.iter().all(|(_, carrier)| carrier.as_ref() == Some(company)) {
                notes.push(format!(
                    "alerts about {what} can reach you only through {name} (`{by}`), the company that they are about: \
                     add a channel from another company"
                ));
            }
        }
        if let [(channel, _)] = carriers.as_slice() {
            notes.push(format!(
                "only one channel can wake someone, `{}`: if it fails, nobody is notified; add a second one",
                channel.name
            ));
        }
        if !carriers.is_empty() && carriers.iter().all(|(channel, _)| channel.route.after.is_some()) {
            notes.push(
                "every channel that can wake someone has `escalate_after`, so nobody is notified at once, and warnings and recoveries reach nobody; remove it from one channel"
                    .to_owned(),
            );
        }
        for company in &self.rides_on {
            let watched = self.standing_on(company);
            if !watched.is_empty() {
                let name = self.catalog.company(company);
                notes.push(format!(
                    "plugwatch itself depends on {name}, as does: {}. If {name} drops you, both can stop at once; run \
                     plugwatch elsewhere, or let a dead-man's switch elsewhere wait for its [heartbeat]",
                    watched.join(", ")
                ));
            }
        }
        notes
    }
}
