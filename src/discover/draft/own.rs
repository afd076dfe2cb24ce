//! Entries for the platform's own systems: its domain, zone, site and mail.

use serde_json::json;

use super::super::signs::{Kind, Role};
use super::{Drafting, Entry, Probe, State};

impl Drafting<'_> {
    pub(super) fn own(&self) -> Vec<Entry> {
        let mut entries = Vec::new();
        if self.domain.lent_by.is_none() {
            entries.push(self.registration());
            entries.push(self.zone());
        }
        entries.push(self.site());
        entries.extend(self.other_hosts());
        if self.domain.lent_by.is_none() {
            entries.extend(self.inbound());
            entries.extend(self.outbound());
        }
        entries
    }

    fn entry(&self, id: &str, label: &str, kind: &str, roles: &[Role]) -> Entry {
        let mut entry = Entry::new(self.catalog, id, label, kind);
        entry.rides_on = self.companies(roles);
        entry.found = self.lines(roles);
        entry.sure = true;
        entry
    }

    fn registration(&self) -> Entry {
        let domain = &self.domain.name;
        let mut entry = self.entry("domain", &self.domain.shown, "domain", &[Role::Registrar]);
        let mut params = vec![("domain", json!(domain))];
        match &self.seen.registration {
            Some(registration) => {
                params.extend(registration.registrar_id.as_ref().map(|id| ("registrar_id", json!(id))));
                if !registration.name_servers.is_empty() {
                    params.push(("name_servers", json!(registration.name_servers)));
                }
                let ends = registration.expires.as_ref().and_then(|at| at.get(..10));
                let lock = match (registration.registry_lock, registration.locked) {
                    (true, _) => "locked at the registry itself",
                    (false, true) => "locked against transfer",
                    (false, false) => "NOT locked against transfer: ask the registrar to lock it",
                };
                entry.found.push(format!("it expires {}; {lock}", ends.unwrap_or("on a date that is not shown")));
            }
            None => entry.put_aside(self.why("the registration", "its registry gave no answer")),
        }
        entry.probes.push(Probe::of("domain/registration", &params));
        entry
    }

    fn zone(&self) -> Entry {
        let mut entry = self.entry("dns", &format!("DNS of {}", self.domain.shown), "dns", &[Role::DnsHost]);
        let mut params = vec![("domain", json!(self.domain.name))];
        if !self.seen.name_servers.is_empty() {
            params.push(("name_servers", json!(self.seen.name_servers)));
        }
        entry.probes.push(Probe::of("dns/zone", &params));
        let resolvers = Probe::of("dns/resolvers", &[("domain", json!(self.domain.front()))]);
        let leads = self.seen.hosts.contains_key(self.domain.front());
        entry.probes.push(if leads { resolvers } else { resolvers.off("the name has no address") });
        if let Some(parking) = self.doing(&[Role::Parking]).next() {
            entry.found.push(parking.proof());
            entry.state = State::Off(format!("the domain is parked: {}", parking.service));
        } else if self.seen.serving == 0 {
            entry.put_aside(self.why("the zone", "its name servers could not be checked"));
        }
        entry.needs = vec!["domain".to_owned()];
        entry
    }

    fn site(&self) -> Entry {
        let mut entry = Entry::new(self.catalog, "website", "Website", "hosting");
        entry.usual.public = Some(entry.label.clone());
        entry.sure = true;
        let host = self.domain.front();
        entry.found = self.lines(&super::SERVING);
        entry.found.extend(self.lines(&[Role::Ca]));
        entry.rides_on = self.serving();
        let page = self.seen.front();
        let usual = format!("https://{host}/");
        let url = page.map_or(&usual, |page| &page.asked);
        let words = page.and_then(|page| page.words.as_ref());
        let texts: Vec<&String> = words.iter().map(|words| &words.text).collect();
        let mut probe = Probe::of("website/page", &[("url", json!(url)), ("words", json!(texts))]);
        if texts.is_empty() {
            let what = "texts that must all be on the page: add some here";
            if let Some(param) = probe.params.last_mut() {
                (param.value, param.about) = ("[\"...\"]".to_owned(), what.to_owned());
            }
        }
        entry.probes.push(probe);
        entry.probes.extend(self.network());
        let parked = self.doing(&[Role::Parking]).next();
        entry.state = match (page, words) {
            _ if parked.is_some() => State::Off("the domain is parked, and its page is not yours".to_owned()),
            (None, _) => State::Off(self.why("the page", "its page could not be read")),
            (Some(page), None) if page.elsewhere => State::Off(format!("it redirects visitors to {}", page.url)),
            (_, None) => State::Off("its page has no title to recognise it by: add words that are on it".to_owned()),
            (_, Some(words)) if !words.named => {
                State::Off("its title can change with any campaign: add words that are always on it".to_owned())
            }
            _ => State::On,
        };
        entry.trouble = page.is_none();
        entry.needs = vec!["domain".to_owned(), "dns".to_owned()];
        entry
    }

    /// The network that serves the site. The probe lists all networks of that company, because a host may
    /// answer from any of them. A CDN with many networks is not probed.
    fn network(&self) -> Option<Probe> {
        let host = self.seen.network_of.as_deref().unwrap_or(self.domain.front());
        let seen: Vec<&String> = self.seen.networks.iter().map(|(number, _)| number).collect();
        let holds = |finding: &&super::Finding| seen.iter().any(|number| finding.networks.contains(*number));
        let owners: Vec<&super::Finding> = self.found.iter().filter(holds).collect();
        let mut numbers: std::collections::BTreeSet<&String> =
            owners.iter().flat_map(|owner| &owner.networks).collect();
        numbers.extend(&seen);
        let probe = Probe::of("website/network", &[("domain", json!(host)), ("asns", json!(numbers))]);
        let wide = self.doing(&[Role::Cdn]).any(|finding| finding.company.as_deref() != Some("cloudflare"));
        Some(match (seen.is_empty(), wide || owners.len() > 1 || (owners.is_empty() && seen.len() > 1)) {
            (true, _) => probe.off("its network could not be determined"),
            (false, true) => {
                probe.off("it can answer from many networks, and each new one would be reported as a change")
            }
            (false, false) => probe,
        })
    }

    /// Entries for other hosts than the site: only their owner knows what they should answer.
    fn other_hosts(&self) -> Vec<Entry> {
        let others = self.seen.other_hosts(self.domain).filter(|host| Some(*host) != self.domain.host.as_ref());
        let entry = |host: &String| {
            let mut entry = Entry::new(self.catalog, &super::slug(host), host, "hosting");
            let at = &self.seen.hosts[host];
            let leads = at.aliases.last().or(at.addresses.first()).cloned().unwrap_or_default();
            entry.found.push(format!("{host} leads to {leads}"));
            let url = format!("https://{host}/");
            let mut probe = Probe::of("website/page", &[("url", json!(url)), ("words", json!(["..."]))]);
            if let Some(param) = probe.params.last_mut() {
                "texts that must all be in its answer".clone_into(&mut param.about);
            }
            entry.probes.push(probe);
            entry.needs = vec!["domain".to_owned(), "dns".to_owned()];
            entry.state = State::Off("only you know what this page should show; add its `words`".to_owned());
            entry
        };
        others.map(entry).collect()
    }

    fn inbound(&self) -> Option<Entry> {
        if self.seen.mail_servers.is_empty() {
            return None;
        }
        let domain = json!(self.domain.name);
        let mut entry = self.entry("mail-in", "Inbound mail", "inbound_mail", &[Role::InboundMail]);
        let hosts = json!(self.seen.mail_servers);
        entry.probes.push(Probe::of("mail/mx", &[("domain", domain.clone()), ("hosts", hosts)]));
        if self.seen.has_mta_sts {
            entry.probes.push(Probe::of("mail/mta_sts", &[("domain", domain)]));
        }
        if self.seen.greeting.is_empty() {
            entry.put_aside(self.why("whether its mail servers answer", "its mail servers did not answer"));
        }
        entry.needs = vec!["domain".to_owned(), "dns".to_owned()];
        Some(entry)
    }

    fn outbound(&self) -> Option<Entry> {
        if !self.seen.has_spf && self.seen.selectors.is_empty() && self.seen.dmarc.is_none() {
            return None;
        }
        let domain = || ("domain", json!(self.domain.name));
        let mut entry = self.entry("mail-out", "Outbound mail", "email", &[Role::OutboundMail]);
        if self.seen.has_spf {
            // Only the includes in the record itself are the platform's own; nested ones belong to its
            // vendors.
            let vendors = json!(self.seen.spf_includes);
            entry.probes.push(Probe::of("mail/spf", &[domain(), ("includes", vendors)]));
        }
        if !self.seen.selectors.is_empty() {
            entry.probes.push(self.keys());
        }
        if let Some(policy) = &self.seen.dmarc {
            entry.probes.push(Probe::of("mail/dmarc", &[domain(), ("policy", json!(policy))]));
        }
        entry.needs = vec!["domain".to_owned(), "dns".to_owned()];
        Some(entry)
    }

    /// The DKIM keys in the zone itself, and those of confirmed vendors. Old keys are seldom removed, and the
    /// end of one would be reported as a loss.
    fn keys(&self) -> Probe {
        let sure = |target: &String| {
            let shows = |finding: &&super::Finding| {
                finding.proofs.iter().any(|(place, values)| place == Kind::Dkim.words() && values.contains(target))
            };
            self.found.iter().filter(shows).any(|finding| finding.certainty == super::Certainty::Confirmed)
        };
        let kept = |target: &Option<String>| target.as_ref().is_none_or(&sure);
        let names: Vec<&String> =
            self.seen.selectors.iter().filter(|(_, target)| kept(target)).map(|(s, _)| s).collect();
        if names.is_empty() {
            let all: Vec<&String> = self.seen.selectors.iter().map(|(selector, _)| selector).collect();
            let why = "each of these keys is the only sign of its vendor: does that vendor still send for you?";
            return Probe::of("mail/dkim", &[("domain", json!(self.domain.name)), ("selectors", json!(all))]).off(why);
        }
        Probe::of("mail/dkim", &[("domain", json!(self.domain.name)), ("selectors", json!(names))])
    }

    /// Why something could not be determined: the recorded gap, or else `usual`.
    fn why(&self, what: &str, usual: &str) -> String {
        let gap = self.seen.gaps.iter().find(|gap| gap.what.starts_with(what));
        gap.map_or_else(|| usual.to_owned(), |gap| gap.why.clone())
    }
}
