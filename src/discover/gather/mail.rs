//! Finds who receives the domain's mail, who may send it, and who signs it.

use futures_util::future::{join_all, join4};
use serde_json::Value;

use super::{Gathering, one, texts};
use crate::core::words::question::Lookup;
use crate::discover::{Domain, Seen};

/// How many selectors are looked up per request.
const SELECTORS: usize = 8;
/// A selector that no vendor uses. If it has a key, every selector does.
const NOBODY: &str = "plugwatch-nobody-has-this-name";

impl Gathering<'_> {
    /// Everything about mail. A lent name has no mail of its own.
    pub(super) async fn mail(&self, domain: &Domain, seen: &Seen) -> Seen {
        if domain.lent_by.is_some() {
            return Seen::default();
        }
        let (mut mail, spf, dkim, policies) =
            join4(self.mail_servers(domain, seen), self.spf(domain), self.dkim(domain), self.policies(domain)).await;
        mail.join(spf);
        mail.join(dkim);
        mail.join(policies);
        mail
    }

    async fn mail_servers(&self, domain: &Domain, seen: &Seen) -> Seen {
        if seen.mail_servers.is_empty() {
            self.tell("mail servers", if seen.takes_no_mail { "it accepts no mail" } else { "none" });
            return Seen::default();
        }
        self.tell("mail servers", seen.mail_servers.join(", "));
        let usual = self.catalog.check("mail/mx").and_then(|(_, check)| check.param("controls")?.default.clone());
        let args = [("domain", one(&domain.name)), ("controls", texts(&usual.unwrap_or_default()))];
        let smtp = match self.look_up(Lookup::Smtp, &args).await {
            Ok(smtp) => smtp,
            Err(why) => return Seen::gap("whether its mail servers answer", why),
        };
        let served = |row: &&Value| row["outcome"] == "served";
        let rows = smtp["servers"].as_array().into_iter().flatten().filter(served);
        let mut part = Seen {
            greeting: rows.filter_map(|row| Some(row["host"].as_str()?.to_owned())).collect(),
            ..Seen::default()
        };
        if part.greeting.is_empty() && smtp["control"] == "silent" {
            part.lacks("whether its mail servers answer", "port 25 is blocked from here");
        } else if part.greeting.is_empty() {
            part.lacks("whether its mail servers answer", "none of them sent a greeting");
        }
        part
    }

    async fn spf(&self, domain: &Domain) -> Seen {
        match self.look_up(Lookup::Spf, &[("domain", one(&domain.name))]).await {
            Err(why) => Seen::gap("who may send its mail (SPF)", why),
            Ok(spf) if spf["found"] == "unanswered" => {
                Seen::gap("who may send its mail (SPF)", "a name server gave no usable answer")
            }
            Ok(spf) => {
                let spf_includes = texts(&spf["own"]);
                self.tell(
                    "SPF",
                    if spf_includes.is_empty() { "nobody else".to_owned() } else { spf_includes.join(", ") },
                );
                Seen { spf_includes, has_spf: !texts(&spf["records"]).is_empty(), ..Seen::default() }
            }
        }
    }

    async fn dkim(&self, domain: &Domain) -> Seen {
        let mut selectors = self.signs.selectors();
        selectors.insert(0, NOBODY.to_owned());
        let asked = selectors.chunks(SELECTORS).map(|chunk| async move {
            self.look_up(Lookup::Dkim, &[("domain", one(&domain.name)), ("selectors", chunk.to_vec())]).await
        });
        let (mut part, mut unasked) = (Seen::default(), None);
        for answer in join_all(asked).await {
            match answer {
                Err(why) => unasked = Some(why),
                Ok(dkim) => {
                    let rows =
                        dkim["selectors"].as_array().into_iter().flatten().filter(|row| row["outcome"] == "valid");
                    part.selectors.extend(rows.filter_map(|row| {
                        Some((row["selector"].as_str()?.to_owned(), row["target"].as_str().map(str::to_owned)))
                    }));
                }
            }
        }
        if part.selectors.iter().any(|(selector, _)| selector == NOBODY) {
            return Seen::gap(
                "the keys that sign its mail (DKIM)",
                "it answers with a key for every selector, so no key proves anything",
            );
        }
        if let Some(why) = unasked {
            part.lacks("some keys that sign its mail (DKIM)", why);
        }
        let names: Vec<&str> = part.selectors.iter().map(|(selector, _)| selector.as_str()).collect();
        self.tell("DKIM", if names.is_empty() { "none of the usual selectors".to_owned() } else { names.join(", ") });
        part
    }

    async fn policies(&self, domain: &Domain) -> Seen {
        let mut part = Seen::default();
        match self.look_up(Lookup::Dmarc, &[("domain", one(&domain.name))]).await {
            Err(why) => part.lacks("its policy for mail (DMARC)", why),
            Ok(dmarc) => {
                let policy = dmarc["policy"].as_str().unwrap_or_default();
                part.dmarc = (!policy.is_empty()).then(|| policy.to_owned());
                part.dmarc_reports = texts(&dmarc["reports"]).iter().filter_map(|to| domain_of(to)).collect();
                self.tell("DMARC", if policy.is_empty() { "none" } else { policy });
            }
        }
        if let Ok(mta_sts) = self.look_up(Lookup::MtaSts, &[("domain", one(&domain.name))]).await {
            part.has_mta_sts = mta_sts["found"] == "ok";
        }
        part
    }
}

/// The domain of a report address such as `mailto:x@example.net!10m`.
fn domain_of(address: &str) -> Option<String> {
    let (_, domain) = address.rsplit_once('@')?;
    let domain = domain.split('!').next().unwrap_or(domain);
    (!domain.is_empty()).then(|| domain.to_lowercase())
}
