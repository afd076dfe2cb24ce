//! Setup: what `init` refuses, `add`, the map, and the first contact with a bot.

use std::path::{Path, PathBuf};
use std::process::Output;

use plugwatch::bot::Hello;
use plugwatch::core::words::question::Secret;
use serde_json::json;

use crate::botapi::{BotApi, refusal};
use crate::kit::{http, raw};

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Runs the program in a folder while the test's servers continue to answer.
async fn plugwatch(folder: &Path, arguments: &[&str]) -> Output {
    let (folder, arguments) = (folder.to_owned(), arguments.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
    let run = move || {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_plugwatch"));
        command.args(arguments).current_dir(folder).env("DO_TOKEN", "not-a-real-key").output().unwrap()
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

#[tokio::test]
async fn init_refuses_what_is_no_domain_and_says_what_to_give() {
    let folder = tempfile::tempdir().unwrap();
    for (given, wanted) in [
        ("co.uk", "`co.uk` is a suffix under which others register names; give your own, such as example.co.uk"),
        ("localhost", "`localhost` is not a domain: it has no dot; give one such as example.com"),
        ("http://192.0.2.1/", "`http://192.0.2.1/` is not a domain: it is an IP address; give one such as example.com"),
    ] {
        let refused = plugwatch(folder.path(), &["init", given]).await;
        assert_eq!((refused.status.code(), err(&refused).trim()), (Some(2), format!("plugwatch: {wanted}").as_str()));
    }
    let wrong = plugwatch(folder.path(), &["init", "example.com", "--countries", "usa"]).await;
    assert!(err(&wrong).contains("`usa` is not a storefront; use two letters each"), "{}", err(&wrong));
    let link = plugwatch(folder.path(), &["init", "example.com", "--app", "https://example.com/app"]).await;
    assert!(err(&link).contains("is not a link to an app in Apple's or Google's store"), "{}", err(&link));
    let nowhere = plugwatch(folder.path(), &["init", "example.com", "-c", "no/such/folder/p.toml"]).await;
    assert!(err(&nowhere).contains("no/such/folder/p.toml cannot be written"), "{}", err(&nowhere));
    assert!(!folder.path().join("plugwatch.toml").exists());
    std::fs::write(folder.path().join("plugwatch.toml"), "platform = 1").unwrap();
    let wrong = plugwatch(folder.path(), &["init", "example.com"]).await;
    assert!(err(&wrong).contains("plugwatch.toml exists, but has errors"), "{}", err(&wrong));
    assert_eq!(std::fs::read_to_string(folder.path().join("plugwatch.toml")).unwrap(), "platform = 1");
    let elsewhere = tempfile::tempdir().unwrap();
    let add = plugwatch(elsewhere.path(), &["add", "twilio"]).await;
    assert!(err(&add).contains("create one with `plugwatch init"), "{}", err(&add));
}

#[tokio::test]
async fn init_says_nothing_of_anybody_while_our_own_network_is_down() {
    let folder = tempfile::tempdir().unwrap();
    let network = "[network]\nloopback_only = true\nanchors = [\"127.0.0.1:1\", \"127.0.0.1:2\", \"127.0.0.1:3\"]\n";
    std::fs::write(folder.path().join("network.toml"), network).unwrap();
    let blind = plugwatch(folder.path(), &["init", "example.com", "--network", "network.toml"]).await;
    assert_eq!(blind.status.code(), Some(1));
    assert!(err(&blind).contains("plugwatch's own network is down"), "{}", err(&blind));
    std::fs::write(folder.path().join("network.toml"), "[network]\nanchor = 1\n").unwrap();
    let wrong = plugwatch(folder.path(), &["init", "example.com", "--network", "network.toml"]).await;
    assert!(err(&wrong).contains("`anchor`") && wrong.status.code() == Some(2), "{}", err(&wrong));
    assert!(!folder.path().join("plugwatch.toml").exists());
}

/// A configuration in a folder, with DigitalOcean redirected to `vendor`.
async fn configured(vendor: std::net::SocketAddr) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plugwatch.toml");
    let anchors = plugwatch::demo::anchors().await.unwrap();
    let text = format!(
        "platform = \"Acme\"\n[network]\nanchors = {anchors:?}\nloopback_only = true\n[override]\n\
         \"https://api.digitalocean.com\" = \"http://{vendor}\"\n\n# Mine, by hand.\n[[dependency]]\nid = \"law-firm\"\n\
         check = \"attest/word\"\nname = \"law-firm\"\n"
    );
    std::fs::write(&file, text).unwrap();
    (folder, file)
}

async fn digitalocean(status: &'static str, body: &'static str) -> std::net::SocketAddr {
    raw(move |_| http(status, "content-type: application/json\r\n", body.as_bytes())).await
}

const LIVE: &str =
    r#"{"account": {"email": "a@b.example", "status": "active", "status_message": "", "droplet_limit": 25}}"#;

#[tokio::test]
async fn a_vendor_is_tried_and_then_added_at_the_end() {
    // The token may read the account, but not the balance.
    let vendor = raw(|request| match request.contains("/balance") {
        true => http(
            "403 Forbidden",
            "content-type: application/json\r\n",
            br#"{"id": "forbidden", "message": "You are not authorized"}"#,
        ),
        false => http("200 OK", "content-type: application/json\r\n", LIVE.as_bytes()),
    });
    let (folder, file) = configured(vendor.await).await;
    let before = std::fs::read_to_string(&file).unwrap();
    let added = plugwatch(folder.path(), &["add", "digitalocean", "token=env:DO_TOKEN", "--label", "Hosting"]).await;
    assert!(added.status.success(), "{}{}", out(&added), err(&added));
    let after = std::fs::read_to_string(&file).unwrap();
    assert!(after.starts_with(&before), "existing lines are unchanged");
    insta::assert_snapshot!("added_vendor", format!("{}\n----\n{}", out(&added), &after[before.len()..]));
    let again = plugwatch(folder.path(), &["add", "digitalocean", "token=env:DO_TOKEN", "--id", "second"]).await;
    assert_eq!(again.status.code(), Some(2));
    assert!(err(&again).contains("`digitalocean` already monitors this"), "{}", err(&again));
    let taken = plugwatch(folder.path(), &["add", "digitalocean", "token=env:OTHER_TOKEN", "--id", "law-firm"]).await;
    assert!(err(&taken).contains("there is already a dependency `law-firm`"), "{}", err(&taken));
    let other = plugwatch(folder.path(), &["add", "digitalocean", "token=env:OTHER_TOKEN"]).await;
    assert!(other.status.success(), "another account can be monitored, too: {}", err(&other));
    let one = plugwatch(folder.path(), &["add", "attest/word", "name=bank", "--label", "Bank"]).await;
    assert!(one.status.success(), "a check by a person cannot be tried before: {}{}", out(&one), err(&one));
    let checked = plugwatch(folder.path(), &["config", "check"]).await;
    assert!(checked.status.success(), "{}{}", out(&checked), err(&checked));
}

#[tokio::test]
async fn a_vendor_that_does_not_read_live_is_not_added_unless_it_shall_be() {
    let refused =
        digitalocean("401 Unauthorized", r#"{"id": "Unauthorized", "message": "Unable to authenticate you"}"#);
    let (folder, file) = configured(refused.await).await;
    let before = std::fs::read_to_string(&file).unwrap();
    let tried = plugwatch(folder.path(), &["add", "digitalocean", "token=env:DO_TOKEN"]).await;
    assert_eq!(tried.status.code(), Some(1), "{}", out(&tried));
    assert!(out(&tried).contains("credential_refused") && err(&tried).contains("nothing was added"), "{}", out(&tried));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), before);
    let anyway = plugwatch(folder.path(), &["add", "digitalocean", "token=env:DO_TOKEN", "--anyway"]).await;
    assert!(anyway.status.success(), "{}", err(&anyway));
    let later = plugwatch(folder.path(), &["add", "digitalocean", "token=env:NOT_SET_ANYWHERE", "--id", "later"]).await;
    assert!(out(&later).contains("listed as \"needs a key\""), "{}{}", out(&later), err(&later));
}

#[tokio::test]
async fn add_says_what_is_wrong_or_lacking() {
    let (folder, file) = configured(digitalocean("200 OK", LIVE).await).await;
    let before = std::fs::read_to_string(&file).unwrap();
    for (arguments, wanted) in [
        (vec!["digitalocian"], "the catalogue has no vendor `digitalocian`; did you mean `digitalocean`?"),
        (vec!["digitalocean"], "DigitalOcean needs more parameters:\n  token=..."),
        (vec!["DigitalOcean/nothing"], "DigitalOcean has no check `digitalocean/nothing`; it has digitalocean/account"),
        (vec!["status"], "cannot be added on its own: its checks only support those of others"),
        (vec!["digitalocean", "token"], "`token`: write NAME=VALUE"),
        (vec!["digitalocean", "tokens=env:X"], "DigitalOcean has no parameter `tokens`; it has "),
        (vec!["digitalocean", "token=dop_v1_in_clear"], "token is a secret: give env:NAME or file:PATH"),
        (
            vec!["twilio", "account_sid=AC00000000000000000000000000000000", "auth_token=env:DO_TOKEN"],
            "--accept-key-risk",
        ),
    ] {
        let refused = plugwatch(folder.path(), &[&["add"], arguments.as_slice()].concat()).await;
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}: {}", out(&refused));
        assert!(err(&refused).contains(wanted), "{arguments:?}: {}", err(&refused));
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), before);
}

const MAP: &str = r#"
platform = "Acme"
[[dependency]]
id = "website"
label = "Website"
check = "website/page"
url = "https://acme.example/"
words = ["Acme"]
rides_on = ["cloudflare", "amazon"]
criticality = "critical"
breaks = "buying"
fallback = "the standby"
fallback_on = "standby"
contract_notice_days = 30
contact = "the account manager"
leave = [{ do = "copy the data", takes = "9h" }, { do = "deploy elsewhere", takes = "40d" }]
[[dependency]]
id = "standby"
label = "Standby"
check = "website/page"
url = "https://standby.example/"
words = ["Acme"]
rides_on = ["amazon"]
[[dependency]]
id = "api"
label = "API"
check = "website/page"
url = "https://api.acme.example/"
words = ["ok"]
needs = ["website"]
criticality = "critical"
fallback = "none that we like"
[[dependency]]
id = "texts"
label = "Texts \"now\""
check = "outcome/feed"
name = "texts"
token = { env = "TEXTS_FEED_TOKEN" }
rides_on = ["twilio"]
[[dependency]]
id = "law-firm"
label = "Law firm"
check = "attest/word"
name = "law-firm"
"#;

#[tokio::test]
async fn the_map_and_what_stops_are_known_before_anything_was_watched() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("plugwatch.toml"), MAP).unwrap();
    let mut said = String::new();
    for arguments in [vec!["map"], vec!["whatif", "amazon"], vec!["whatif", "Twil"], vec!["map", "--mermaid"]] {
        let answer = plugwatch(folder.path(), &arguments).await;
        said.push_str(&format!("==== {}\n{}{}\n", arguments.join(" "), out(&answer), err(&answer)));
    }
    insta::assert_snapshot!("map_and_whatif", said);
    let by_name = plugwatch(folder.path(), &["whatif", "texts"]).await;
    assert!(
        out(&by_name).starts_with("If Twilio drops Acme"),
        "a thing names the company behind it: {}",
        err(&by_name)
    );
    let by_vendor = plugwatch(folder.path(), &["whatif", "sendgrid"]).await;
    assert!(out(&by_vendor).starts_with("If Twilio drops Acme"), "a vendor names its company: {}", err(&by_vendor));
    let several = plugwatch(folder.path(), &["whatif", "website"]).await;
    assert!(
        err(&several).contains("it depends on several companies; name one of: amazon, cloudflare"),
        "{}",
        err(&several)
    );
    let jpg = plugwatch(folder.path(), &["map", "--svg", "x.jpg"]).await;
    assert_eq!(jpg.status.code(), Some(2));
    let unknown = plugwatch(folder.path(), &["whatif", "oracle"]).await;
    assert_eq!(unknown.status.code(), Some(2));
    let wanted = "no monitored dependency depends on `oracle`; the companies are: amazon, cloudflare, twilio";
    assert!(err(&unknown).contains(wanted), "{}", err(&unknown));
    let drawn = plugwatch(folder.path(), &["map", "--svg", "map.svg"]).await;
    assert!(drawn.status.success());
    insta::assert_snapshot!("map_as_svg", std::fs::read_to_string(folder.path().join("map.svg")).unwrap());
    assert!(plugwatch(folder.path(), &["map", "--svg", "map.png"]).await.status.success());
    assert!(std::fs::read(folder.path().join("map.png")).unwrap().starts_with(b"\x89PNG"));
    assert!(!folder.path().join("plugwatch.db").exists(), "reading creates no database");
}

#[tokio::test]
async fn a_company_that_nobody_knows_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let text = MAP.replace("rides_on = [\"twilio\"]", "rides_on = [\"Twilio Inc.\"]");
    std::fs::write(folder.path().join("plugwatch.toml"), text).unwrap();
    let refused = plugwatch(folder.path(), &["map"]).await;
    assert!(err(&refused).contains("`Twilio Inc.` is not a company that plugwatch knows"), "{}", err(&refused));
}

#[tokio::test]
async fn whoever_writes_to_the_bot_is_greeted_with_the_chats_number() {
    let api = BotApi::open().await;
    let hello = Hello::new(&Secret::new("123:abc"), Some(api.url.clone()));
    assert!(!hello.name().await.unwrap().is_empty());
    let chat = json!({"id": -100_123, "type": "supergroup", "title": "Ops"});
    let from = json!({"id": 7, "is_bot": false, "first_name": "Ada"});
    for n in 1..3 {
        api.push(json!({"update_id": n, "message": {"message_id": n, "date": 1_700_000_000, "chat": chat, "from": from, "text": "hi"}}));
    }
    let since = |seconds: i64| plugwatch::core::time::Time(seconds * 1_000);
    let wrote = hello.chats(since(1_699_999_999)).await.unwrap();
    assert_eq!(wrote, [plugwatch::bot::Wrote { chat: -100_123, name: "Ops".to_owned(), users: vec![7] }]);
    api.push(json!({"update_id": 9, "message": {"message_id": 9, "date": 1_700_000_000, "chat": chat, "from": from, "text": "hi"}}));
    assert_eq!(hello.chats(since(1_700_000_001)).await.unwrap(), [], "the author of an old message may be anybody");
    hello.greet(-100_123).await.unwrap();
    assert_eq!(api.texts(), [(-100_123, "Hello. plugwatch will send its alerts here (chat -100123).".to_owned())]);
    api.fail("getMe", 401, refusal(401, "Unauthorized"));
    assert!(hello.name().await.is_err());
}

#[tokio::test]
async fn whoever_has_no_network_is_asked_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let network = "[network]\nloopback_only = true\nanchors = [\"127.0.0.1:1\", \"127.0.0.1:2\", \"127.0.0.1:3\"]\n";
    std::fs::write(folder.path().join("network.toml"), network).unwrap();
    let init = format!("{} init example.com --network network.toml", env!("CARGO_BIN_EXE_plugwatch"));
    // `init` asks only at a terminal; `script` provides one.
    let mut terminal = std::process::Command::new("script");
    terminal.args(["--quiet", "--return", "--command", &init, "/dev/null"]).current_dir(folder.path());
    let output = tokio::task::spawn_blocking(move || terminal.stdin(std::process::Stdio::null()).output().unwrap());
    let output = output.await.unwrap();
    let said = out(&output);
    assert!(
        said.contains("plugwatch's own network is down") && !said.contains("What is your platform called"),
        "{said}"
    );
    assert_eq!(output.status.code(), Some(1));
}
