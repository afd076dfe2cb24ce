//! The shipped catalogue, tested with its own examples.

use plugwatch::catalog::{Catalog, Params, test_examples, wordless};
use plugwatch::core::time::Time;
use plugwatch::core::words::answer::{Answer, HttpFacts};
use plugwatch::core::words::verdict::Verdict;

#[test]
fn every_example_reads_as_it_says_and_every_rule_has_one() {
    let catalog = Catalog::load(None).unwrap_or_else(|problems| panic!("{problems}"));
    let tested = test_examples(&catalog);
    assert!(tested.failed.is_empty(), "{}", tested.failed.join("\n"));
    assert!(tested.passed > 80, "only {} examples ran", tested.passed);
}

fn overlay(files: &[(&str, &str)]) -> (tempfile::TempDir, Result<Catalog, plugwatch::read::Problems>) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let loaded = Catalog::load(Some(folder.path()));
    (folder, loaded)
}

const OWN: &str = r#"
id = "acme"
name = "Acme"
parent = "own"
category = "hosting"

[check.account]
title = "Account"
ask = "http"

[check.account.params]
key = { secret = true }

[check.account.request]
url = "https://api.acme.example/account"
bearer = "{key}"

[[check.account.rule]]
when = 'http.status == 200 and json.ok == true'
verdict = "live"
reason = "fine"
say = "Acme is fine"
"#;

#[test]
fn a_folder_of_ones_own_adds_vendors() {
    let (_folder, catalog) = overlay(&[("hosting/acme.toml", OWN)]);
    let catalog = catalog.unwrap_or_else(|problems| panic!("{problems}"));
    assert!(catalog.check("acme/account").is_some() && catalog.check("apple/listing").is_some());
    let tested = test_examples(&catalog);
    assert!(tested.failed[0].contains("no example reaches this rule (`fine`)"), "{:?}", tested.failed);
}

#[test]
fn a_vendor_of_ones_own_stands_in_for_one_of_the_same_id_that_came_later() {
    // The overlay has another folder and file name, which sort before and after the shipped one's.
    for file in ["a.toml", "zz/mine.toml"] {
        let own = OWN.replace("id = \"acme\"", "id = \"twilio\"");
        let (_folder, catalog) = overlay(&[(file, &own)]);
        let catalog = catalog.unwrap_or_else(|problems| panic!("{problems}"));
        let (vendor, check) = catalog.check("twilio/account").unwrap();
        assert_eq!((vendor.name.as_str(), check.title.as_str()), ("Acme", "Account"), "{file}");
        assert!(catalog.check("twilio/balance").is_none(), "{file}: nothing is left of the other one");
    }
}

#[test]
fn a_value_that_is_to_be_compared_and_is_missing_is_not_fine() {
    let low = "[[check.account.rule]]\nwhen = 'http.status == 200 and json.ok == true and num(json.balance) < \
               num(param.low)'\nverdict = \"degraded\"\nreason = \"balance_low\"\nsay = \"low\"\n\n\
               [[check.account.rule]]\nwhen = 'http.status == 200 and json.ok == true'";
    let own = OWN.replace("[[check.account.rule]]\nwhen = 'http.status == 200 and json.ok == true'", low).replace(
        "key = { secret = true }",
        "key = { secret = true }\nlow = { kind = \"number\", default = 10, about = \"warn below\" }",
    );
    let (_folder, catalog) = overlay(&[("hosting/acme.toml", &own)]);
    let catalog = catalog.unwrap_or_else(|problems| panic!("{problems}"));
    let (_, check) = catalog.check("acme/account").unwrap();
    let mut params = Params::default();
    params.public.insert("low".into(), 10.into());
    let reads = |body: &str| {
        let http = HttpFacts { status: 200, host: "api.acme.example".into(), ..HttpFacts::default() };
        let answer = Answer { http: Some(http), body: body.as_bytes().to_vec(), ..Answer::default() };
        let reading = catalog.judge(check, &params, &answer, Time(0));
        (reading.verdict, reading.reason)
    };
    assert_eq!(reads(r#"{"ok": true, "balance": 12}"#).0, Verdict::Live);
    assert_eq!(reads(r#"{"ok": true, "balance": 9}"#).0, Verdict::Degraded);
    for without in [r#"{"ok": true}"#, r#"{"ok": true, "balance": null}"#, r#"{"ok": true, "balance": "n/a"}"#] {
        assert_eq!(reads(without), (Verdict::Unknown, "value_missing".to_owned()), "{without}");
    }
    assert_eq!(reads(r#"{"ok": false}"#).1, "unrecognised");
}

#[test]
fn every_check_that_proves_a_standing_lists_the_words_of_its_book() {
    assert_eq!(wordless(&Catalog::load(None).unwrap()), [""; 0]);
}

/// Tests a user's own check with these rules and documented words, and returns the problems about the words.
fn worded(rules: &str, words: &str) -> Vec<String> {
    let example = "\n[[check.account.example]]\nname = \"fine\"\nstatus = 200\n\
                   body = '{\"state\": \"active\"}'\nverdict = \"live\"\n";
    let head = OWN.split("[[check.account.rule]]").next().unwrap();
    let (_folder, catalog) = overlay(&[("hosting/acme.toml", &format!("{head}{words}{rules}{example}"))]);
    let mut catalog = catalog.unwrap_or_else(|problems| panic!("{problems}"));
    catalog.vendors.retain(|id, _| id == "acme");
    let failed = test_examples(&catalog).failed;
    failed.into_iter().filter_map(|line| line.split_once("words `state`: ").map(|(_, what)| what.to_owned())).collect()
}

const WORDS: &str = "[check.account.words.state]\nat = \"json.state\"\nsource = \"Acme's book, 2026\"\n\
                     count = 2\nvalues = [\"active\", \"held\"]\n\n";

fn rule(when: &str, verdict: &str) -> String {
    format!("[[check.account.rule]]\nwhen = '{when}'\nverdict = \"{verdict}\"\nreason = \"r\"\nsay = \"so it is\"\n\n")
}

#[test]
fn each_word_of_a_book_must_reach_a_rule_that_knows_it() {
    let active = rule("json.state == \"active\"", "live");
    let held = rule("json.state == \"held\"", "dropped");
    assert_eq!(worded(&format!("{active}{held}"), WORDS), [""; 0]);
    assert_eq!(worded(&active, WORDS), ["\"held\" reaches no rule"]);
    let rest = rule("http.status == 200", "unknown");
    let said = worded(&format!("{active}{rest}"), WORDS);
    assert!(said[0].starts_with("\"held\" reaches only the `unknown` rule at"), "{said:?}");
}

#[test]
fn a_word_that_no_book_has_reads_neither_live_nor_dropped_and_is_named_by_no_rule() {
    let anything = rule("http.status == 200", "live");
    assert_eq!(worded(&anything, WORDS), ["an undocumented value gives live"]);
    let more = rule("json.state in [\"active\", \"fine\"]", "live") + &rule("json.state == \"held\"", "dropped");
    assert_eq!(worded(&more, WORDS), ["a rule uses `fine`, which the listed documentation does not have"]);
}

#[test]
fn a_word_that_its_book_does_not_explain_is_said_and_no_drop() {
    let words = WORDS.replace("values = [\"active\", \"held\"]", "values = [\"active\"]\nunexplained = [\"held\"]");
    let rules = rule("json.state == \"active\"", "live") + &rule("json.state == \"held\"", "dropped");
    assert_eq!(worded(&rules, &words), ["\"held\" is not explained, but gives dropped: so it is"]);
    let counted = WORDS.replace("count = 2", "count = 3");
    assert_eq!(worded(&rules, &counted), ["its documentation has 3 values, but 2 are listed"]);
}

#[test]
fn a_sentence_that_puts_an_empty_fact_in_brackets_is_found() {
    let example = "\n[[check.account.example]]\nname = \"fine\"\nstatus = 200\n\
                   body = '{\"ok\": true, \"why\": \"unpaid\"}'\nverdict = \"live\"\n";
    let failed = |say: &str| {
        let own = OWN.replace("say = \"Acme is fine\"", &format!("say = \"{say}\"")) + example;
        let (_folder, catalog) = overlay(&[("hosting/acme.toml", &own)]);
        let mut catalog = catalog.unwrap_or_else(|problems| panic!("{problems}"));
        catalog.vendors.retain(|id, _| id == "acme");
        test_examples(&catalog).failed
    };
    let hollow = failed("Acme is fine ({{ json.why }})");
    assert!(hollow[0].ends_with("with /why empty it says \"Acme is fine ()\""), "{hollow:?}");
    assert_eq!(failed("Acme is fine{% if json.why %} ({{ json.why }}){% endif %}"), [""; 0]);
}

#[test]
fn a_refused_key_is_told_with_the_vendors_own_sentence() {
    let (_folder, catalog) = overlay(&[("hosting/acme.toml", OWN)]);
    let catalog = catalog.unwrap_or_else(|problems| panic!("{problems}"));
    let (_, check) = catalog.check("acme/account").unwrap();
    let says = |body: &str| {
        let http = HttpFacts {
            status: 403,
            host: "api.acme.example".into(),
            content_type: "application/json".into(),
            ..HttpFacts::default()
        };
        let answer = Answer { http: Some(http), body: body.as_bytes().to_vec(), ..Answer::default() };
        let reading = catalog.judge(check, &Params::default(), &answer, Time(0));
        assert_eq!((reading.verdict, reading.reason.as_str()), (Verdict::Unknown, "credential_refused"));
        reading.say
    };
    let plain = "api.acme.example refuses plugwatch's key (403)";
    assert_eq!(says(r#"{"error": "forbidden"}"#), plain);
    let said = says(r#"{"message": "Your account has been closed.", "code": "forbidden"}"#);
    assert_eq!(said, format!("{plain}; it says \"Your account has been closed\""));
}

#[test]
fn a_wrong_vendor_file_says_all_that_is_wrong() {
    let bad = OWN
        .replace("parent = \"own\"", "parent = \"acmee\"")
        .replace("json.ok == true'", "json.ok == param.keyy and http.code == 1 and (json.x'")
        .replace("verdict = \"live\"", "verdict = \"green\"")
        + "\n[[check.account.rule]]\nwhen = 'http.code == 404'\nverdict = \"dropped\"\nreason = \"gone\"\n\
           say = \"{{ param.nobody }}\"\nbasis = \"absence\"\n";
    let (folder, catalog) = overlay(&[("hosting/acme.toml", &bad)]);
    let said = catalog.err().unwrap().to_string().replace(&folder.path().display().to_string(), "my-catalog");
    insta::assert_snapshot!(said);
}

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/CATALOG.md");

#[test]
fn the_page_shows_the_whole_catalogue() {
    let now = plugwatch::catalog::page(&Catalog::load(None).unwrap());
    if std::env::var("CATALOG").as_deref() == Ok("write") {
        std::fs::write(PAGE, &now).unwrap();
    }
    let page = std::fs::read_to_string(PAGE).unwrap_or_default();
    assert!(page == now, "docs/CATALOG.md is old; `plugwatch catalog page > docs/CATALOG.md` writes it anew");
}

#[test]
fn every_check_with_a_key_names_the_least_one_and_there_are_sixty_vendors() {
    let catalog = Catalog::load(None).unwrap();
    let checks = || catalog.vendors.values().flat_map(|vendor| vendor.checks.values());
    let keyed = checks().filter(|check| check.params.iter().any(|param| param.secret));
    let silent: Vec<&str> = keyed.filter(|check| check.least_key.is_none()).map(|check| check.id.as_str()).collect();
    assert_eq!(silent, [""; 0]);
    let vague = checks().flat_map(|check| check.params.iter().map(move |param| (check, param)));
    let vague: Vec<String> =
        vague.filter(|(_, p)| p.about.is_empty()).map(|(c, p)| format!("{} {}", c.id, p.name)).collect();
    assert_eq!(vague, [""; 0]);
    assert!(catalog.vendors.len() >= 60, "{} vendors", catalog.vendors.len());
}

#[test]
fn all_advice_can_be_followed_where_no_fallback_is_configured() {
    let catalog = Catalog::load(None).unwrap();
    let checks = catalog.vendors.values().flat_map(|vendor| vendor.checks.values());
    let hints: Vec<String> = checks.flat_map(|check| &check.rules).filter_map(|rule| rule.hint.clone()).collect();
    assert!(hints.iter().filter(|hint| hint.contains("the fallback")).count() > 20);
    for hint in hints {
        let Some(left) = plugwatch::core::words::text::without_fallback(&hint) else { continue };
        assert!(!left.contains("fallback"), "{hint}: {left}");
        if hint.contains("fallback") {
            assert_eq!(plugwatch::core::words::text::sloppy(&left), None, "{hint}: {left}");
        } else {
            assert_eq!(left, hint, "advice that can be followed is unchanged");
        }
    }
}

#[test]
fn every_listing_is_compared_with_six_different_things() {
    let catalog = Catalog::load(None).unwrap();
    let checks = catalog.vendors.values().filter(|vendor| vendor.category == "app_store");
    let checks = checks.flat_map(|vendor| vendor.checks.values()).filter(|check| !check.positive_controls.is_empty());
    let few = checks.filter(|check| {
        let mut different: Vec<String> =
            check.positive_controls.iter().map(|one| format!("{:?}", one.params)).collect();
        different.sort();
        different.dedup();
        different.len() < 6 || different.len() != check.positive_controls.len()
    });
    let few: Vec<&str> = few.map(|check| check.id.as_str()).collect();
    assert_eq!(few, <[&str; 0]>::default());
}

/// Vendors that decide nothing: your own programs, protocols, and pages that only report.
const NOBODY_DECIDES: [&str; 9] =
    ["attest", "dns", "domain", "exec", "heartbeat", "mail", "outcome", "status", "website"];

#[test]
fn every_vendor_says_where_to_appeal_and_what_keeps_working() {
    let catalog = Catalog::load(None).unwrap();
    let deciding: Vec<_> =
        catalog.vendors.values().filter(|vendor| !NOBODY_DECIDES.contains(&vendor.id.as_str())).collect();
    assert!(deciding.len() >= 100, "{}", deciding.len());
    let silent: Vec<&str> = deciding
        .iter()
        .filter(|vendor| vendor.appeal.is_none() || vendor.keeps_working.is_none())
        .map(|vendor| vendor.id.as_str())
        .collect();
    assert_eq!(silent, [""; 0]);
    let appeals = catalog.vendors.values().filter_map(|vendor| vendor.appeal.as_ref());
    let odd: Vec<&str> = appeals
        .map(|appeal| appeal.url.as_str())
        .filter(|url| !url.starts_with("https://") && !url.starts_with("mailto:"))
        .collect();
    assert_eq!(odd, [""; 0], "an appeal must be an address");
}

#[test]
fn a_status_page_that_is_read_is_asked_for_at_its_data() {
    let catalog = Catalog::load(None).unwrap();
    let read = catalog.vendors.values().filter_map(|vendor| Some((vendor, vendor.status_page.as_ref()?)));
    let statuspages: Vec<_> = read.filter(|(_, page)| page.format == "statuspage").collect();
    assert!(statuspages.len() >= 15, "{}", statuspages.len());
    let odd: Vec<&str> = statuspages
        .iter()
        .filter(|(_, page)| !page.url.ends_with("/api/v2/summary.json"))
        .map(|(vendor, _)| vendor.id.as_str())
        .collect();
    assert_eq!(odd, [""; 0], "a page for people has no summary");
}

#[test]
fn the_table_of_the_books_has_a_rule_for_each_of_their_words() {
    let catalog = Catalog::load(None).unwrap();
    let rows = plugwatch::catalog::listed(&catalog);
    assert!(rows.len() >= 105, "{} fields", rows.len());
    let short: Vec<String> = rows
        .iter()
        .filter(|row| row.with_rule != row.in_book || row.source.is_empty())
        .map(|row| format!("{} {}: {} of {}", row.check, row.field, row.with_rule, row.in_book))
        .collect();
    assert_eq!(short, [""; 0]);
}

/// The texts of a rule's condition that are compared with a sentence of a vendor's JSON, letter by letter.
fn by_the_letter(condition: &str) -> Vec<String> {
    let parts: Vec<&str> = condition.split('"').collect();
    let texts = parts.iter().enumerate().skip(1).step_by(2);
    let sentences = texts.filter(|(at, text)| {
        let (before, after) = (parts[at - 1], parts.get(at + 1).copied().unwrap_or_default());
        let path = after.strip_prefix(" in json").map(|rest| rest.split([' ', ')']).next().unwrap_or_default());
        let compared = before.trim_end().strip_suffix("==").and_then(|left| left.trim_end().rsplit([' ', '(']).next());
        let whole = compared.filter(|left| left.starts_with("json"));
        text.contains(' ') && path.or(whole).is_some_and(|path| !path.contains("|lower"))
    });
    sentences.map(|(_, text)| (*text).to_owned()).collect()
}

#[test]
fn a_vendors_sentence_is_recognised_in_small_and_capital_letters() {
    let strict = r#"http.status == 403 and ("is locked" in json.message or json.a.b == "Not Found")"#;
    assert_eq!(by_the_letter(strict), ["is locked", "Not Found"]);
    for fine in
        [r#"json.a == "gone""#, r#""is locked" in json.a|lower"#, r#"json.b|lower == "not found""#, r#""x y" in body"#]
    {
        assert_eq!(by_the_letter(fine), [""; 0], "{fine}");
    }
    let catalog = Catalog::load(None).unwrap();
    let vendors = catalog.vendors.values().filter(|vendor| vendor.id != "status");
    let rules = vendors.flat_map(|vendor| vendor.checks.values()).flat_map(|check| &check.rules);
    let strict: Vec<String> = rules.flat_map(|rule| by_the_letter(rule.when.text())).collect();
    assert_eq!(strict, [""; 0]);
}
