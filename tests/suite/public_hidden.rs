//! No public output shows anything that was not made public, in any encoding.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD};

use crate::kit::Staged;
use crate::public::{Stranger, everything, in_trouble};

/// Texts that are not public, each in all its encodings.
pub type Hidden = Vec<(Vec<String>, String)>;

/// A text as it may be contained in others: unchanged, in HTML, in a URL, and in base64 at every alignment.
fn disguises(text: &str) -> Vec<String> {
    let html: String = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let url = percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
    let numbered = |form: fn(char) -> String| -> String {
        text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_string() } else { form(c) }).collect()
    };
    let json = serde_json::to_string(text).unwrap();
    let mut all = vec![
        text.to_owned(),
        html.replace('/', "&#x2f;").replace('\'', "&#x27;"),
        html.replace('\'', "&#39;"),
        html,
        numbered(|c| format!("&#{};", c as u32)),
        numbered(|c| format!("&#x{:x};", c as u32)),
        url.to_lowercase(),
        url,
        text.replace(' ', "+"),
        text.replace(' ', "%20"),
        text.to_uppercase(),
        text.to_lowercase(),
        json.trim_matches('"').to_owned(),
        text.bytes().map(|byte| format!("{byte:02x}")).collect(),
    ];
    for before in 0..3 {
        let packed = BASE64_STANDARD_NO_PAD.encode(format!("{}{text}", " ".repeat(before)));
        // Characters that depend on the neighbouring bytes are cut off.
        let (from, to) = ([0, 2, 3][before], packed.len().saturating_sub(2));
        if to > from + 6 {
            all.push(packed[from..to].to_owned());
            all.push(packed[from..to].replace('+', "-").replace('/', "_"));
        }
    }
    all.sort();
    all.dedup();
    all
}

/// Texts that may be shown, and words that every such page or its schema contains.
const SHOWN: [&str; 21] = [
    "Chatterbox status",
    "https://status.chatterbox.example",
    "Questions? help@chatterbox.example",
    "Apps",
    "#0a5cff",
    "Database upgrade",
    "Android app",
    "iPhone app",
    "Website",
    "Sign-up by text",
    "E-mail",
    "2026-03-04T02:00:00Z",
    "2026-03-04T04:00:00Z",
    "Chatterbox (invented)",
    "critical",
    "high",
    "everything",
    "website",
    "e-mail",
    "plugwatch",
    "localhost",
];

/// All strings of the configuration and the environment that were not made public, and other internal facts.
pub fn hidden(staged: &Staged) -> Hidden {
    let quoted = staged.text.split('"').skip(1).step_by(2);
    let mut hidden: BTreeSet<String> = quoted.filter(|text| text.len() > 3).map(str::to_owned).collect();
    // Shorter values, such as `1` or `never`, occur in every text.
    let environment = std::env::vars().flat_map(|(name, value)| [name, value]);
    hidden.extend(environment.filter(|text| text.len() > 8));
    hidden.retain(|text| !SHOWN.iter().any(|shown| shown.eq_ignore_ascii_case(text)));
    hidden.extend(
        ["Ada Secretive", "swapping the relay", "Twilio", "SendGrid", "DigitalOcean", "sign-up-sms", "hosting"]
            .map(str::to_owned),
    );
    hidden.extend(["account_suspended", "not-a-real-key", "suspended", "terminal"].map(str::to_owned));
    for name in ["Cloud hosting", "iOS app", "codes by e-mail", "the account manager", "moving off the old racks"] {
        assert!(hidden.contains(name), "{name}");
    }
    disguised(hidden)
}

fn disguised(hidden: BTreeSet<String>) -> Hidden {
    hidden.into_iter().map(|text| (disguises(&text), text)).collect()
}

/// Asserts that a text shows none of these, in any encoding.
pub fn shows_none(of: &Hidden, place: &str, text: &str) {
    for (disguises, secret) in of {
        for disguise in disguises {
            assert!(!text.contains(disguise), "{place} shows {secret:?} as {disguise:?}:\n{text}");
        }
    }
}

#[test]
fn a_hidden_text_is_found_in_every_disguise() {
    let secret = disguised(BTreeSet::from(["Köln's <key> & more".to_owned()]));
    let packed = |before: &str| BASE64_STANDARD.encode(format!("{before}Köln's <key> & more\nand so on"));
    for text in [
        "a Köln's <key> & more b".to_owned(),
        "Köln&#x27;s &lt;key&gt; &amp; more".to_owned(),
        "Köln&#39;s &lt;key&gt; &amp; more".to_owned(),
        "K%C3%B6ln%27s%20%3Ckey%3E%20%26%20more".to_owned(),
        packed(""),
        packed("x"),
        packed("xy"),
        packed("xyz"),
    ] {
        let found = std::panic::catch_unwind(|| shows_none(&secret, "here", &text));
        assert!(found.is_err(), "{text}");
    }
    shows_none(&secret, "here", "K\u{f6}ln is a town");
}

#[tokio::test]
async fn no_public_output_holds_anything_that_was_not_made_public() {
    let (staged, incidents) = in_trouble().await;
    let stranger = Stranger::of(&staged).await;
    let hidden = hidden(&staged);
    for path in everything(&stranger, &incidents).await {
        let got = stranger.get(&path).await;
        assert_eq!(got.status, 200, "{path}");
        shows_none(&hidden, &path, &format!("{:?}\n{}", got.headers, got.body));
    }
    // Error pages do not show them, either.
    for path in [
        "/nowhere",
        "/status.json?v=9",
        "/?lang=xx",
        "/incidents/none",
        "/badge/none.svg",
        "/api/v2/none.json",
        "/details",
        "/details/map.svg",
        "/details/whatif/twilio.svg",
        "/reports",
        "/reports/pw-1",
        "/metrics",
        "/in/none",
    ] {
        let got = stranger.get(path).await;
        assert!((400..500).contains(&got.status), "{path}: {}", got.status);
        shows_none(&hidden, path, &format!("{:?}\n{}", got.headers, got.body));
    }
}
