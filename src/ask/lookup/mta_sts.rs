//! The policy that the domain's mail servers use TLS: MTA-STS (RFC 8461). In mode `enforce`, senders that support it
//! deliver no mail to a mail server that the policy does not list.

use mail_auth::common::parse::TxtRecordParser;
use mail_auth::mta_sts::MtaSts;
use serde_json::{Value, json};
use url::Url;

use super::smtp::exchangers;
use crate::ask::dns::{Missing, Walk};
use crate::ask::net::{Net, http};
use crate::core::words::question::{HttpQuestion, LookupQuestion};

/// The record, its policy, and the mail servers that the policy does not list.
pub async fn ask(walk: &mut Walk<'_>, question: &LookupQuestion) -> Value {
    let domain = question.domain();
    let texts = walk.texts(&format!("_mta-sts.{domain}")).await;
    let found = match &texts {
        Ok(_) => "ok",
        Err(missing) => missing.word(),
    };
    let texts = texts.unwrap_or_default();
    let record = texts.iter().find_map(|text| MtaSts::parse(text.as_bytes()).ok());
    let mut facts = json!({
        "domain": domain,
        "found": if found == "ok" && record.is_none() { Missing::NoData.word() } else { found },
        "id": record.as_ref().map_or("", |record| &record.id),
    });
    let policy = match &record {
        Some(_) => policy(walk.net(), question).await,
        None => Err(("there is no record".to_owned(), false)),
    };
    match policy {
        Ok(policy) => {
            let exchangers = exchangers(walk, domain).await;
            if exchangers == Err(Missing::Unanswered) {
                facts["found"] = json!(Missing::Unanswered.word());
            }
            let hosts: Vec<String> = exchangers.unwrap_or_default().into_iter().map(|(_, host)| host).collect();
            facts["hosts"] = hosts.into_iter().filter(|host| !policy.mx.iter().any(|mx| matches(mx, host))).collect();
            facts["valid"] = json!(policy.is_whole());
            facts["mode"] = json!(policy.mode);
            facts["mx"] = json!(policy.mx);
            facts["max_age"] = json!(policy.max_age);
            facts["failed"] = json!("");
        }
        Err((why, unreached)) => {
            facts["failed"] = json!(why);
            facts["unreached"] = json!(unreached);
        }
    }
    facts
}

/// A policy, as it is served.
#[derive(Default)]
pub struct Policy {
    version: String,
    mode: String,
    mx: Vec<String>,
    max_age: u64,
}

impl Policy {
    /// Parses lines of `key: value` (section 3.2).
    pub fn read(text: &str) -> Policy {
        let mut policy = Policy::default();
        for (key, value) in text.lines().filter_map(|line| line.split_once(':')) {
            let value = value.trim();
            match key.trim() {
                "version" => policy.version = value.to_owned(),
                "mode" => policy.mode = value.to_owned(),
                "mx" => policy.mx.push(value.to_lowercase()),
                "max_age" => policy.max_age = value.parse().unwrap_or(0),
                _ => {}
            }
        }
        policy
    }

    /// Whether all required fields are there.
    pub fn is_whole(&self) -> bool {
        let known = matches!(self.mode.as_str(), "enforce" | "testing" | "none");
        self.version == "STSv1" && known && self.max_age > 0 && (self.mode == "none" || !self.mx.is_empty())
    }
}

/// The policy, or why there is none, and whether its host could not be reached.
async fn policy(net: &Net, question: &LookupQuestion) -> Result<Policy, (String, bool)> {
    let text = format!("https://mta-sts.{}/.well-known/mta-sts.txt", question.domain());
    let url = Url::parse(&text).map_err(|_| (format!("{text} is not a valid URL"), false))?;
    // The confirming check takes the same path, so it must never share a connection with the doubted one.
    let answer = http::ask_anew(net, &HttpQuestion::get(&url, question.timeout), false).await.answer;
    match (answer.failure, &answer.http) {
        (Some(failure), _) => Err((failure.words().to_owned(), failure.is_transport())),
        // Section 3.3: redirects are not followed.
        (None, Some(http)) if http.status == 200 && http.redirects == 0 => {
            Ok(Policy::read(&String::from_utf8_lossy(&answer.body)))
        }
        (None, http) => Err((format!("it answers {}", http.as_ref().map_or(0, |http| http.status)), false)),
    }
}

/// Section 4.1: `*.` matches exactly one label.
fn matches(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix("*.") {
        Some(rest) => host.split_once('.').is_some_and(|(_, above)| above == rest),
        None => pattern == host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_one_label() {
        assert!(matches("*.example.net", "mx1.example.net") && matches("mx1.example.net", "mx1.example.net"));
        assert!(!matches("*.example.net", "a.b.example.net") && !matches("*.example.net", "example.net"));
    }

    #[test]
    fn a_policy_without_its_parts_is_not_whole() {
        assert!(Policy::read("version: STSv1\r\nmode: enforce\r\nmx: *.example.net\r\nmax_age: 604800\r\n").is_whole());
        for text in
            ["", "<html>", "version: STSv1\nmode: enforce\nmax_age: 604800", "version: STSv2\nmode: none\nmax_age: 1"]
        {
            assert!(!Policy::read(text).is_whole(), "{text}");
        }
    }
}
