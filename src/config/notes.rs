//! Notes about settings that are valid but may surprise: missing keys, channels that are off.

use super::Config;
use crate::catalog::{Ask, Check};
use crate::core::words::question::{Key, Lookup};

impl Config {
    /// One sentence for each setting that is valid, but that a person should know about before relying on it.
    pub fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> = self.catalog_note.iter().cloned().collect();
        notes.extend(self.of_channels());
        notes.extend(self.of_conflicts());
        notes.extend(self.of_keys());
        notes.extend(self.of_overrides());
        notes.extend(self.of_fallbacks());
        if self.network.anchors.iter().any(|anchor| anchor.name.is_none() && !anchor.address.ip().is_loopback()) {
            let what = "counts as working as soon as anything accepts the connection, even a captive portal";
            notes.push(format!("an anchor without a name before its @ {what}"));
        }
        if self.network.loopback_only {
            notes.push("[network] loopback_only is on: plugwatch checks nothing outside this machine".to_owned());
        }
        notes.extend(self.of_page());
        notes.extend(self.of_publishing());
        notes
    }

    /// Alerts can state whether a fallback works only if the file names what the fallback depends on.
    fn of_fallbacks(&self) -> Option<String> {
        let blind = self.dependencies.iter().filter(|one| one.fallback.is_some() && one.fallback_on.is_none());
        let blind: Vec<&str> = blind.map(|dependency| dependency.id.as_str()).collect();
        (!blind.is_empty()).then(|| {
            let ids = blind.join(", ");
            format!(
                "alerts cannot say whether the fallback works for: {ids}; use `fallback_on` to name what it depends on"
            )
        })
    }

    fn of_page(&self) -> Vec<String> {
        let (web, mut notes) = (&self.web, Vec::new());
        if web.details && !web.listen.is_local() {
            notes.push(format!("anyone who can reach {} sees vendors and reasons: [web] details is on", web.listen));
        }
        if web.metrics && !web.listen.is_local() {
            notes.push(format!("anyone who can reach {} sees what is monitored: [web] metrics is on", web.listen));
        }
        if web.names.is_empty() && (web.details || web.metrics) {
            notes.push("[web] names is not set, so the page answers under any name".to_owned());
        }
        notes
    }

    fn of_channels(&self) -> Vec<String> {
        let mut notes = Vec::new();
        for channel in &self.channels {
            if let Some(why) = channel.off() {
                notes.push(format!("the channel `{}` is off: {why}", channel.name));
            }
            notes.extend(channel.settings.notes(&channel.name));
        }
        if let Some((Key::Unset(from), _)) = &self.heartbeat {
            notes.push(format!("the dead-man's switch is off: its URL is not set ({from})"));
        }
        if !self.channels.iter().any(super::Channel::wakes) {
            let on = self.channels.iter().filter(|channel| channel.off().is_none());
            let on: Vec<&str> = on.map(|channel| channel.name.as_str()).collect();
            let where_to = match on.as_slice() {
                [] => "no channel is on".to_owned(),
                names => format!("alerts go to `{}` only", names.join("` and `")),
            };
            notes.push(format!("nobody is notified: {where_to}"));
        }
        notes
    }

    fn of_keys(&self) -> Vec<String> {
        let mut notes = Vec::new();
        for (dependency, probe) in self.probes() {
            for (name, key) in &probe.params.secret {
                if let Key::Unset(from) = key {
                    notes.push(format!("{}: {} needs a key: `{name}` is not set ({from})", dependency.id, probe.check));
                }
            }
        }
        notes
    }

    fn of_overrides(&self) -> Vec<String> {
        let used = |origin: &str| {
            self.probes().any(|(_, probe)| {
                let Some((vendor, check)) = self.catalog.check(&probe.check) else { return false };
                let second = check.second_path.as_ref().and_then(|name| vendor.checks.get(name));
                let asks = |check: &Check| match &check.ask {
                    Ask::Http(request) => request.url.to_lowercase().starts_with(origin),
                    // The registry and its address are only known after the request.
                    Ask::Rdap { .. } => true,
                    Ask::Lookup(what) => *what == Lookup::MtaSts && origin.starts_with("https://mta-sts."),
                    Ask::Dns { .. } | Ask::Exec(_) | Ask::CheckIn(_) => false,
                };
                let own = || {
                    probe
                        .params
                        .public
                        .values()
                        .any(|value| value.as_str().is_some_and(|v| v.to_lowercase().starts_with(origin)))
                };
                asks(check) || second.is_some_and(asks) || own()
            })
        };
        let unused = self.network.overrides.keys().filter(|origin| !used(&origin.to_lowercase()));
        unused
            .map(|origin| {
                format!(
                    "the override of {} applies to no check, unless a redirect leads there",
                    crate::read::anonymous(origin)
                )
            })
            .collect()
    }
}
