//! Reads a WHOIS answer into what rules see as `rdap.NAME`. The format is nobody's: the keys are
//! those that registries without RDAP were seen to use.

use serde_json::{Value, json};

use super::registration::{date, days, spaced};
use crate::core::time::Time;

/// How registries say that they do not know a name (io, co, me, de, eu, us, it, ch, jp, se, dk, at, be).
const MISSING: [&str; 9] = [
    "domain not found",
    "not found",
    "status: free",
    "status: available",
    "status:\tavailable",
    "no data found",
    "no match",
    "no entries found",
    "nothing found",
];

const NAME: [&str; 2] = ["domain name", "domain"];
const STATUS: [&str; 4] = ["domain status", "status", "state", "registration status"];
const SERVER: [&str; 5] = ["name server", "nserver", "nameserver", "name servers", "nameservers"];
const EXPIRES: [&str; 7] = [
    "registry expiry date",
    "registrar registration expiration date",
    "expiry date",
    "expiration date",
    "expire date",
    "expires",
    "paid-till",
];

/// The facts of a domain; everything that is missing stays out.
pub(super) fn facts(text: &str, now: Time) -> Value {
    let lines: Vec<(String, &str)> = text.lines().filter_map(pair).collect();
    let all = |keys: &[&str]| -> Vec<&str> {
        let fits = |line: &&(String, &str)| keys.contains(&line.0.as_str()) && !line.1.is_empty();
        lines.iter().filter(fits).map(|line| line.1).collect()
    };
    let first = |keys: &[&str]| all(keys).first().map(|text| (*text).to_owned());
    let lower = text.to_lowercase();
    let name = first(&NAME).map(|name| name.trim_end_matches('.').to_lowercase());
    let missing = name.is_none() && MISSING.iter().any(|words| lower.contains(words)) || lower.contains("status: free");
    let expires = first(&EXPIRES).and_then(|text| date(&text));
    // `clientHold https://icann.org/epp#clientHold`
    let word = |status: &&str| spaced(status.split("http").next().unwrap_or("").trim());
    let mut servers: Vec<String> =
        all(&SERVER).iter().filter_map(|text| text.split_whitespace().next()).map(host).collect();
    servers.sort();
    let mut facts = json!({
        "name": name,
        "missing": missing,
        "status": all(&STATUS).iter().map(word).collect::<Vec<_>>(),
        "name_servers": servers,
        "registrar": first(&["registrar", "sponsoring registrar"]),
        "registrar_id": first(&["registrar iana id"]),
        "expires": expires.map(Time::rfc3339),
        "days_left": expires.map(|at| days(at, now)),
    });
    if let Some(fields) = facts.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    facts
}

/// `Key: value`; remarks begin with `%` or `#`.
fn pair(line: &str) -> Option<(String, &str)> {
    let line = line.trim();
    if line.starts_with(['%', '#', '>']) {
        return None;
    }
    let (key, value) = line.split_once(':')?;
    Some((key.trim().to_lowercase(), value.trim()))
}

fn host(text: &str) -> String {
    text.trim_end_matches('.').to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    const IO: &str = "Domain Name: EXAMPLE.IO\r\nRegistry Expiry Date: 1970-01-03T00:00:00Z\r\nRegistrar: Example Registrar\r\nRegistrar IANA ID: 146\r\nDomain Status: clientHold https://icann.org/epp#clientHold\r\nDomain Status: clientTransferProhibited https://icann.org/epp#clientTransferProhibited\r\nName Server: NS2.EXAMPLE.NET\r\nName Server: ns1.example.net.\r\n>>> Last update of WHOIS database: 1970-01-01 <<<\r\n";

    #[test]
    fn a_registry_that_speaks_as_most_do_is_read_like_rdap() {
        let facts = facts(IO, Time(0));
        assert_eq!(facts["name"], "example.io");
        assert_eq!(facts["status"], json!(["client hold", "client transfer prohibited"]));
        assert_eq!(facts["name_servers"], json!(["ns1.example.net", "ns2.example.net"]));
        assert_eq!((facts["days_left"].as_f64(), facts["registrar_id"].as_str()), (Some(2.0), Some("146")));
        assert_eq!(facts["missing"], false);
    }

    #[test]
    fn the_german_registry_has_words_of_its_own() {
        let facts = facts(
            "% Restricted rights.\nDomain: example.de\nNserver: ns1.example.net 192.0.2.1\nStatus: connect\n",
            Time(0),
        );
        assert_eq!((facts["name"].as_str(), &facts["status"]), (Some("example.de"), &json!(["connect"])));
        assert_eq!(facts["name_servers"], json!(["ns1.example.net"]));
    }

    #[test]
    fn what_no_registry_knows_is_missing() {
        for text in ["Domain not found.\n", "Domain: example.de\nStatus: free\n", "No Data Found\n", "No match!!\n"] {
            assert_eq!(facts(text, Time(0))["missing"], true, "{text}");
        }
    }

    #[test]
    fn nonsense_is_no_domain() {
        for text in ["", ":", "\u{0}", "Domain:", "<html>Domain: x</html>"] {
            assert!(facts(text, Time(0)).get("status").is_some_and(|status| status == &json!([])), "{text}");
        }
    }
}
