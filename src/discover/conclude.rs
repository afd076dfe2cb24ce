//! Concludes from what was seen which companies a platform depends on: signs are grouped by the service they
//! show.
//!
//! Two independent sources make a finding *confirmed*, one makes it *suggested*. An authoritative source
//! needs no second: the registry for the registrar, a certificate for its issuer.

use std::collections::BTreeSet;

use super::domain::registered;
use super::signs::{Kind, Role, Sign, Signs};
use super::{Domain, Seen, clean};
use crate::core::words::verdict::words;

words! {
    /// How certain a finding is.
    Certainty {
        /// Two sources agree, or one authoritative source shows it.
        Confirmed = "confirmed",
        /// Only one source shows it.
        Suggested = "suggested",
    }
}

/// A service that the platform depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The product, as people know it.
    pub service: String,
    /// The slug of the company behind it, if known.
    pub company: Option<String>,
    /// The roles of the service, in the order in which they were found.
    pub roles: Vec<Role>,
    /// The id of its vendor file in the catalogue.
    pub vendor: Option<String>,
    /// The evidence: each place, with the values found there.
    pub proofs: Vec<(String, Vec<String>)>,
    /// How certain it is.
    pub certainty: Certainty,
    /// Every network (AS number) of its company, if it was found in one.
    pub networks: BTreeSet<String>,
    sources: BTreeSet<&'static str>,
}

impl Finding {
    /// Whether it has one of these roles.
    pub fn does(&self, roles: &[Role]) -> bool {
        self.roles.iter().any(|role| roles.contains(role))
    }

    /// Whether its network is the only evidence.
    pub fn is_network_only(&self) -> bool {
        self.sources.iter().all(|source| *source == Kind::Asn.word())
    }

    /// The evidence in one line.
    pub fn proof(&self) -> String {
        let told = |(place, values): &(String, Vec<String>)| format!("{place} {}", values.join(", "));
        self.proofs.iter().map(told).collect::<Vec<_>>().join("; ")
    }
}

/// The roles of those whose machines serve the site.
pub(super) const SERVING: [Role; 3] = [Role::SiteBuilder, Role::Hosting, Role::Cdn];
/// The most values kept per place.
const MOST_VALUES: usize = 4;

/// All services that the findings show, in the order of their roles.
pub fn conclude(domain: &Domain, seen: &Seen, signs: &Signs) -> Vec<Finding> {
    let mut all = Findings { signs, found: Vec::new() };
    all.registrar(seen);
    all.dns_host(domain, seen);
    all.site(domain, seen);
    all.mail(domain, seen);
    for text in &seen.texts {
        all.see(Kind::Txt, "", text, Kind::Txt.word());
    }
    // The company that lends the name also serves it.
    if domain.lent_by.is_some() {
        all.see(Kind::Cname, "", &domain.name, "name");
    }
    let mut found = all.found;
    for finding in &mut found {
        let decided = finding.sources.contains("registry") || finding.sources.contains("certificate");
        let sure = finding.sources.len() >= 2 || decided;
        finding.certainty = if sure { Certainty::Confirmed } else { Certainty::Suggested };
    }
    found.sort_by_key(|finding| finding.roles.first().copied());
    found
}

struct Findings<'s> {
    signs: &'s Signs,
    found: Vec<Finding>,
}

impl Findings<'_> {
    /// Records what one value shows, if anything. `source` distinguishes evidence from different places.
    fn see(&mut self, kind: Kind, name: &str, value: &str, source: &'static str) -> bool {
        let Some(sign) = self.signs.of(kind, name, value) else { return false };
        let shown = match kind {
            Kind::Header => name,
            Kind::Txt => value.split(['=', ':']).next().unwrap_or(value),
            Kind::Page => value.split('?').next().unwrap_or(value),
            _ => value,
        };
        let sign = sign.clone();
        self.note(&sign, shown, source);
        true
    }

    fn note(&mut self, sign: &Sign, shown: &str, source: &'static str) {
        // A registrar that also hosts is recorded as two findings: the registration is certain, and does not
        // confirm the hosting.
        let registers = sign.role == Role::Registrar;
        let same = |finding: &Finding| finding.service == sign.service && finding.does(&[Role::Registrar]) == registers;
        // A network identifies the company only. Which of its products serves the site is known from other
        // signs of the site itself.
        let serves = |finding: &Finding| {
            let of_site = finding.sources.contains(Kind::Cname.word()) || finding.sources.contains(Kind::Header.word());
            let company = finding.company.as_ref() == Some(&sign.company);
            sign.kind == Kind::Asn && company && of_site && finding.does(&SERVING)
        };
        let known = self.found.iter().position(same).or_else(|| self.found.iter().position(serves));
        let index = known.unwrap_or_else(|| {
            self.found.push(Finding {
                service: sign.service.clone(),
                company: Some(sign.company.clone()),
                roles: Vec::new(),
                vendor: sign.vendor.clone(),
                proofs: Vec::new(),
                certainty: Certainty::Suggested,
                networks: BTreeSet::new(),
                sources: BTreeSet::new(),
            });
            self.found.len() - 1
        });
        let finding = &mut self.found[index];
        if !finding.roles.contains(&sign.role) && finding.service == sign.service {
            finding.roles.push(sign.role);
        }
        finding.vendor = finding.vendor.take().or_else(|| sign.vendor.clone());
        if sign.kind == Kind::Asn {
            finding.networks.extend(sign.numbers.iter().cloned());
        }
        finding.add(sign.kind.words(), shown, source);
    }

    /// Records a service that no sign identifies.
    fn stranger(&mut self, service: &str, role: Role, kind: Kind, shown: &str, sources: &[&'static str]) {
        let service = clean(service);
        let mut finding = Finding {
            service,
            company: None,
            roles: vec![role],
            vendor: None,
            proofs: Vec::new(),
            certainty: Certainty::Suggested,
            networks: BTreeSet::new(),
            sources: BTreeSet::new(),
        };
        for source in sources {
            finding.add(kind.words(), shown, source);
        }
        self.found.push(finding);
    }

    fn registrar(&mut self, seen: &Seen) {
        let Some(registration) = &seen.registration else { return };
        let number = registration.registrar_id.as_deref().unwrap_or_default();
        if !self.see(Kind::Registrar, "", number, "registry") && !registration.registrar.is_empty() {
            let name = &registration.registrar;
            self.stranger(name, Role::Registrar, Kind::Registrar, name, &["registry"]);
        } else if let Some(finding) = self.found.last_mut() {
            finding.proofs.clear();
            finding.add(Kind::Registrar.words(), &registration.registrar, "registry");
        }
    }

    /// Records the DNS host, with up to three sources: the parent's delegation, the registry's list, and the
    /// servers' own answers.
    fn dns_host(&mut self, domain: &Domain, seen: &Seen) {
        let listed = seen.registration.as_ref().map(|registration| &registration.name_servers);
        // A single parking server among others may be a leftover.
        let parks =
            |server: &String| self.signs.of(Kind::Ns, "", server).is_some_and(|sign| sign.role == Role::Parking);
        let parked = seen.name_servers.iter().all(parks);
        let servers: Vec<&String> = seen.name_servers.iter().filter(|server| parked || !parks(server)).collect();
        for server in servers {
            let also: Vec<&'static str> = [
                Some("delegation"),
                (seen.serving > 0).then_some("zone"),
                listed
                    .is_some_and(|listed| listed.iter().any(|name| name.eq_ignore_ascii_case(server)))
                    .then_some("list"),
            ]
            .into_iter()
            .flatten()
            .collect();
            let known = also.iter().fold(false, |_, source| self.see(Kind::Ns, "", server, source));
            let own = server.ends_with(&format!(".{}", domain.name));
            let host = registered(server);
            let told = self.found.iter().any(|finding| finding.service == host);
            if !known && !own && !told {
                self.stranger(&host, Role::DnsHost, Kind::Ns, server, &also);
            }
        }
    }

    fn site(&mut self, domain: &Domain, seen: &Seen) {
        for (host, at) in &seen.hosts {
            let name = host.as_str();
            // An alias of another host is not evidence for the site.
            let own = *name == domain.name || name == domain.front() || name == format!("www.{}", domain.name);
            let source = if own { Kind::Cname.word() } else { "another host" };
            for alias in &at.aliases {
                self.see(Kind::Cname, name, alias, source);
            }
        }
        for page in &seen.pages {
            for (name, value) in &page.headers {
                self.see(Kind::Header, name, value, Kind::Header.word());
            }
            for link in &page.uses {
                self.see(Kind::Page, "", link, Kind::Page.word());
            }
            if let Some(issuer) = &page.issuer {
                self.see(Kind::Issuer, "", issuer, "certificate");
            }
        }
        for (number, name) in &seen.networks {
            if !self.see(Kind::Asn, "", number, Kind::Asn.word()) && !name.is_empty() {
                let service = name.split([',', ' ']).next().unwrap_or(name);
                self.stranger(service, Role::Hosting, Kind::Asn, &format!("{number} {name}"), &[Kind::Asn.word()]);
            }
        }
    }

    fn mail(&mut self, domain: &Domain, seen: &Seen) {
        for server in &seen.mail_servers {
            let known = self.see(Kind::Mx, "", server, Kind::Mx.word());
            if known && seen.greeting.contains(server) {
                self.see(Kind::Mx, "", server, "greeting");
            }
            let host = registered(server);
            let told = self.found.iter().any(|finding| finding.service == host);
            if !known && !told && host != domain.name {
                let greets = seen.greeting.contains(server);
                let sources: &[&str] = if greets { &["mx", "greeting"] } else { &["mx"] };
                self.stranger(&host, Role::InboundMail, Kind::Mx, server, sources);
            }
        }
        for name in &seen.spf_includes {
            self.see(Kind::Spf, "", name, Kind::Spf.word());
        }
        for (selector, target) in &seen.selectors {
            // A key in the zone itself may belong to any vendor, because selectors are not unique.
            if let Some(target) = target {
                self.see(Kind::Dkim, selector, target, Kind::Dkim.word());
            }
        }
        for domain in &seen.dmarc_reports {
            self.see(Kind::Dmarc, "", domain, Kind::Dmarc.word());
        }
    }
}

impl Finding {
    fn add(&mut self, place: &str, value: &str, source: &'static str) {
        self.sources.insert(source);
        // The value comes from outside and is shown to people, so it is cleaned.
        let value = clean(value);
        match self.proofs.iter_mut().find(|(known, _)| known == place) {
            Some((_, values)) if values.len() >= MOST_VALUES || values.contains(&value) => {}
            Some((_, values)) => values.push(value),
            None => self.proofs.push((place.to_owned(), vec![value])),
        }
    }
}
