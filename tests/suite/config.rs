//! The shipped configuration works unchanged; for an invalid one, all problems are reported at once.

use plugwatch::config::Config;
use std::collections::BTreeSet;

#[test]
fn the_shipped_configuration_is_fine_and_watches_gently() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/config/plugwatch.toml");
    let config = Config::load(path.as_ref()).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(config.dependencies.len(), 4);
    assert_eq!(config.probes().count(), 7);
    assert!(config.web.listen.is_local());
    let now = plugwatch::core::time::Time(0);
    for (_, probe) in config.probes() {
        assert!(probe.schedule.interval(now).as_secs() >= 300, "{} is asked too often", probe.check);
    }
}

#[test]
fn a_program_that_monitors_keeps_of_the_catalogue_what_its_dependencies_name() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/config/plugwatch.toml");
    let mut config = Config::load(path.as_ref()).unwrap_or_else(|problems| panic!("{problems}"));
    let all = config.catalog.vendors.len();
    config.forget_unused();
    assert!(config.catalog.vendors.len() < all / 2, "{} of {all} vendors", config.catalog.vendors.len());
    for (dependency, probe) in config.probes() {
        let (_, check) = config.catalog.check(&probe.check).unwrap();
        assert!(check.examples.is_empty() && !check.rules.is_empty(), "{}", check.id);
        assert!(dependency.vendors.iter().all(|vendor| config.catalog.vendors.contains_key(vendor)));
    }
    // Status pages are read whenever something fails, so their checks must be in the catalogue.
    assert!(config.catalog.vendors.contains_key("status"));
}

#[test]
fn every_wrong_configuration_says_all_its_problems_with_place_and_cure() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/config");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 5);
    for file in files {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).unwrap();
        let problems = Config::read("plugwatch.toml", text).err().unwrap_or_else(|| panic!("{name} was accepted"));
        insta::assert_snapshot!(format!("config_{name}"), problems.to_string());
    }
}

#[test]
fn another_secret_schedule_or_label_is_the_same_probe_and_another_id_is_not() {
    let text = |sid: char, every: &str| {
        format!(
            "platform = \"A\"\n[[dependency]]\nid = \"sms\"\nlabel = \"{every}\"\ncheck = \"twilio/account\"\n\
             account_sid = \"AC{}\"\nauth_token = {{ env = \"NOT_SET_{}\" }}\nkey_risk_accepted = true\nevery = \"{every}\"\n",
            sid.to_string().repeat(32),
            every.to_uppercase()
        )
    };
    let identity = |text: String| Config::read("x", text).unwrap().probes().next().unwrap().1.identity.clone();
    assert_eq!(identity(text('a', "5m")), identity(text('a', "9m")));
    assert_ne!(identity(text('a', "5m")), identity(text('b', "5m")));
}

/// A configuration of two dependencies that are reported with these tokens.
fn reported(folder: &std::path::Path, first: &str, second: &str) -> Result<Config, String> {
    let mut text = "platform = \"Acme\"\n".to_owned();
    let feed = |n: usize, token: &str, check: &str, more: &str| {
        let file = folder.join(format!("token{n}"));
        std::fs::write(&file, token).unwrap();
        format!(
            "[[dependency]]\nid = \"d{n}\"\ncheck = \"{check}\"\nname = \"mail\"\ntoken = {{ file = {file:?} }}\n{more}"
        )
    };
    text += &feed(1, first, "outcome/feed", "");
    text += &feed(2, second, "heartbeat/job", "within = \"1h\"\n");
    Config::read("reported.toml", text).map_err(|problems| problems.to_string())
}

#[test]
fn a_token_leads_to_what_may_be_reported_and_a_weak_or_shared_one_is_refused() {
    use plugwatch::core::words::check_in::Takes;
    use sha2::{Digest, Sha256};
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = ("0123456789abcdef", "fedcba9876543210");
    let check_in_points = reported(folder.path(), one, two).unwrap().check_in_points();
    let marks: Vec<[u8; 32]> = [one, two].map(|token| Sha256::digest(token).into()).into();
    assert_eq!(check_in_points.iter().map(|check_in_point| check_in_point.mark).collect::<Vec<_>>(), marks);
    // The same name with two kinds is two different things.
    assert_eq!(
        check_in_points.iter().map(|check_in_point| check_in_point.key()).collect::<Vec<_>>(),
        ["counts/mail", "pings/mail"]
    );
    assert_eq!(check_in_points[0].takes, Takes::Counts);
    for (first, second, why) in [
        (one, one, "the token of `d2` is also used by another dependency"),
        ("short", two, "the token of `d1` is not a long random text"),
        ("0123456789/abcdef", two, "the token of `d1` is not a long random text"),
    ] {
        let wrong = reported(folder.path(), first, second).err().unwrap();
        assert!(wrong.contains(why) && !wrong.contains(first), "{wrong}");
    }
}

fn notes(channels: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("key"), "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw").unwrap();
    std::fs::write(folder.path().join("url"), "https://hooks.slack.com/services/T/B/x").unwrap();
    let text = format!(
        r#"platform = "Acme"
{}
[[dependency]]
id = "hosting"
label = "Hosting"
check = "website/page"
url = "https://acme.example/"
words = ["Acme"]

[[dependency]]
id = "mail"
label = "Mail account"
check = "ses/account"
region = "us-east-1"
access_key_id = "AKIAIOSFODNN7EXAMPLE"
secret_access_key = {{ file = "{{folder}}/key" }}
"#,
        channels
    );
    let text = text.replace("{folder}", &folder.path().display().to_string());
    Config::read("plugwatch.toml", text).unwrap_or_else(|problems| panic!("{problems}")).notes()
}

const PHONE: &str = "[[channel]]\nkind = \"telegram\"\ntoken = { file = \"{folder}/key\" }\nchats = [42]\n";
const AMAZON: &str = "[[channel]]\nkind = \"email\"\nserver = \"email-smtp.us-east-1.amazonaws.com\"\nfrom = \"a@b.c\"\n\
                      to = [\"ops@acme.example\"]\nuser = \"x\"\npassword = { file = \"{folder}/key\" }\n";

#[test]
fn alerts_that_ride_on_what_is_watched_are_named_at_the_start() {
    let alone = notes(&format!("rides_on = [\"amazon\"]\n{AMAZON}"));
    insta::assert_snapshot!(alone.join("\n"));
    let both = notes(&format!("{AMAZON}{PHONE}"));
    assert!(!both.iter().any(|note| note.contains("alone")), "{both:?}");
}

#[test]
fn a_page_published_at_a_company_that_is_monitored_is_named_at_the_start() {
    let said = |publish: &str| {
        let all = notes(&format!("{AMAZON}[publish]\nfolder = \"/srv/page\"\n{publish}\n"));
        all.into_iter().filter(|note| note.starts_with("[publish]")).collect::<Vec<_>>()
    };
    let at_amazon = [
        "run = [\"aws\", \"s3\", \"sync\", \"/srv/page\", \"s3://status\"]",
        "run = [\"rsync\", \"/srv/page/\", \"me@ec2-1-2-3-4.compute-1.amazonaws.com:/srv\"]",
        "run = [\"push\"]\nrides_on = [\"amazon\"]",
    ];
    for publish in at_amazon {
        let said = said(publish);
        assert_eq!(said.len(), 1, "{publish}");
        assert!(said[0].starts_with("[publish] puts the page at Amazon, on which "), "{}", said[0]);
        assert!(said[0].ends_with("the page can go with it; publish it at another company"), "{}", said[0]);
    }
    let elsewhere = [
        "run = [\"aws\", \"s3\", \"sync\", \"/srv/page\", \"s3://status\", \"--endpoint-url\", \"https://s3.example.net\"]",
        "run = [\"git\", \"push\", \"git@github.com:acme/status.git\"]",
        "rides_on = [\"hetzner\"]",
        "",
    ];
    for publish in elsewhere {
        assert_eq!(said(publish), [""; 0], "{publish}");
    }
}

#[test]
fn a_fallback_of_which_nobody_knows_whether_it_works_is_named() {
    let with = |lines: &str| {
        let text = format!(
            "platform = \"Acme\"\n[[dependency]]\nid = \"site\"\ncheck = \"website/page\"\nurl = \
             \"https://acme.example/\"\nwords = [\"Acme\"]\n[[dependency]]\nid = \"android\"\ncheck = \
             \"google_play/listing\"\npackage = \"a.b\"\nfallback = \"the mobile website\"\n{lines}"
        );
        let notes = Config::read("plugwatch.toml", text).unwrap_or_else(|problems| panic!("{problems}")).notes();
        notes.into_iter().find(|note| note.contains("`fallback_on`"))
    };
    let note = with("").unwrap();
    assert!(note.contains("the fallback works for: android;"), "{note}");
    assert_eq!(with("fallback_on = \"site\"\n"), None);
}

#[test]
fn a_group_in_which_nobody_may_change_anything_is_named() {
    let group = PHONE.replace("[42]", "[-1001234567890]");
    let notes = notes(&format!("{AMAZON}{group}"));
    assert!(notes.iter().any(|note| note.contains("list user ids in `users`")), "{notes:?}");
}

/// One channel of each kind, with a secret if the kind has one.
fn all_kinds(secret: &str) -> Vec<plugwatch::config::Channel> {
    let twilio = format!(
        "account_sid = \"AC0123456789abcdef0123456789abcdef\"\nsecret = {secret}\nfrom = \"+15005550006\"\nto = \
         [\"+4915112345678\"]"
    );
    let text: String = [
        "kind = \"log\"".to_owned(),
        "kind = \"terminal\"".to_owned(),
        format!("kind = \"telegram\"\ntoken = {secret}\nchats = [42, -7, 42]"),
        format!(
            "kind = \"email\"\nserver = \"mail.example\"\nfrom = \"a@b.c\"\nto = [\"x@y.z\"]\nuser = \"u\"\npassword = \
             {secret}"
        ),
        format!("kind = \"webhook\"\nurl = \"https://hook.example/x\"\nsecret = {secret}"),
        format!("kind = \"slack\"\nurl = {secret}"),
        format!("kind = \"discord\"\nurl = {secret}"),
        format!("kind = \"mattermost\"\nurl = {secret}"),
        format!("kind = \"teams\"\nurl = {secret}"),
        format!("kind = \"ntfy\"\ntopic = \"acme\"\ntoken = {secret}"),
        format!("kind = \"pushover\"\ntoken = {secret}\nuser = {secret}"),
        format!("kind = \"twilio_sms\"\n{twilio}"),
        format!("kind = \"twilio_voice\"\n{twilio}"),
        format!("kind = \"pagerduty\"\nrouting_key = {secret}"),
        format!("kind = \"alertmanager\"\nurl = \"https://alerts.example/\"\ntoken = {secret}"),
        "kind = \"exec\"\ncommand = [\"tell\", \"--loud\"]".to_owned(),
        format!("kind = \"statuspage\"\npage = \"p1\"\ntoken = {secret}\ncomponents = {{ \"site\" = \"c1\" }}"),
        format!("kind = \"instatus\"\npage = \"p2\"\ntoken = {secret}\ncomponents = {{ \"site\" = \"c1\" }}"),
        format!(
            "kind = \"gatus\"\nurl = \"https://gatus.example/\"\ntoken = {secret}\ncomponents = {{ \"site\" = \"g_s\" }}"
        ),
    ]
    .iter()
    .map(|channel| format!("[[channel]]\n{channel}\n"))
    .collect();
    let text = format!(
        "platform = \"Acme\"\n{text}[[dependency]]\nid = \"site\"\ncheck = \"website/page\"\nurl = \
         \"https://acme.example/\"\nwords = [\"Acme\"]\n"
    );
    Config::read("plugwatch.toml", text).unwrap_or_else(|problems| panic!("{problems}")).channels
}

#[test]
fn each_channel_says_whom_it_reaches_and_why_it_is_off() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    std::fs::write(&file, "https://chat.example/hooks/s3cr3t").unwrap();
    let says = |channel: &plugwatch::config::Channel| {
        let flags = [(channel.wakes(), "wakes"), (channel.edits(), "edits"), (!channel.secrets().is_empty(), "secret")];
        let flags: Vec<&str> = flags.iter().filter(|(is, _)| *is).map(|(_, word)| *word).collect();
        format!("{}: {} ({})", channel.name, channel.recipients().join(" "), flags.join(" "))
    };
    let on = all_kinds(&format!("{{ file = {file:?} }}"));
    // A new kind of channel must be added here, too.
    let here: BTreeSet<&str> = on.iter().map(|channel| channel.name.as_str()).collect();
    assert_eq!(here, plugwatch::notify::kinds().into_iter().collect());
    let wanted = [
        "log: log ()",
        "terminal: terminal ()",
        "telegram: 42 -7 (wakes edits secret)",
        "email: x@y.z (wakes secret)",
        "webhook: hook.example (wakes secret)",
        "slack: Slack (wakes secret)",
        "discord: Discord (wakes edits secret)",
        "mattermost: Mattermost (wakes secret)",
        "teams: Teams (wakes secret)",
        "ntfy: acme (wakes secret)",
        "pushover: Pushover (wakes secret)",
        "twilio_sms: +4915112345678 (wakes secret)",
        "twilio_voice: +4915112345678 (wakes secret)",
        "pagerduty: PagerDuty (wakes secret)",
        "alertmanager: alerts.example (wakes secret)",
        "exec: tell (wakes)",
        "statuspage: p1 (secret)",
        "instatus: p2 (secret)",
        "gatus: gatus.example (secret)",
    ];
    assert_eq!(on.iter().map(says).collect::<Vec<_>>(), wanted);
    let off = all_kinds("{ env = \"NOT_SET_ANYWHERE\" }");
    let why = |channel: &plugwatch::config::Channel| {
        assert!(channel.off().is_none() || (channel.recipients().is_empty() && !channel.wakes()), "{channel:?}");
        Some(format!("{}: {}", channel.name, channel.off()?.replace("the variable NOT_SET_ANYWHERE", "NAME")))
    };
    let wanted = [
        "telegram: its token is not set (NAME)",
        "email: its password is not set (NAME)",
        "webhook: its secret is not set (NAME), and its messages must be signed",
        "slack: its URL is not set (NAME)",
        "discord: its URL is not set (NAME)",
        "mattermost: its URL is not set (NAME)",
        "teams: its URL is not set (NAME)",
        "ntfy: its key is not set (NAME)",
        "pushover: its token is not set (NAME)",
        "twilio_sms: its secret is not set (NAME)",
        "twilio_voice: its secret is not set (NAME)",
        "pagerduty: its key is not set (NAME)",
        "alertmanager: its token is not set (NAME)",
        "statuspage: its token is not set (NAME)",
        "instatus: its token is not set (NAME)",
        "gatus: its token is not set (NAME)",
    ];
    assert_eq!(off.iter().filter_map(why).collect::<Vec<_>>(), wanted);
}

#[test]
fn no_problem_shows_a_secret_wherever_it_was_put() {
    let secret = "s3cr3t-HUNTER2";
    for line in [
        format!("[[channel]]\nkind = \"telegram\"\ntokn = \"{secret}\""),
        format!("[[channel]]\nkind = \"telegram\"\ntoken = \"{secret}\""),
        format!("[[channel]]\nkind = \"telegram\"\ntoken = {{ env = \"{secret}\" }}"),
        format!("[[channel]]\nkind = \"telegram\"\ntoken = {{ file = \"{secret}\" }}"),
        format!("[[channel]]\nkind = \"telegram\"\ntoken = {{ file = \"9x/{secret}==\" }}"),
        format!("[[channel]]\nkind = \"slack\"\nurl = {{ file = \"https://hooks.slack.com/services/{secret}\" }}"),
        format!("[[channel]]\nkind = \"telegram\"\n[channel.token]\nenv = \"{secret}\""),
        format!("[[channel]]\nkind = \"slack\"\nurl = \"https://hooks.slack.com/{secret}\""),
        format!("[[channel]]\nkind = \"webhook\"\nurl = \"http://u:{secret}@127.0.0.1:99999/x\""),
        format!("[override]\n\"https://u:{secret}@api.x.example\" = \"not a place\""),
    ] {
        let text = format!("platform = \"Acme\"\ndatabase = \"a.db\"\n{line}\n");
        let said = plugwatch::config::Config::read("test.toml", text).unwrap_err().to_string();
        assert!(!said.contains(secret), "{said}");
    }
}

#[test]
fn a_whois_server_can_be_put_elsewhere() {
    let text = "platform = \"Acme\"\ndatabase = \"a.db\"\n[override]\n\"whois://whois.nic.example\" = \"whois://127.0.0.1:4343\"\n";
    let said = plugwatch::config::Config::read("test.toml", text.to_owned())
        .map_or_else(|error| error.to_string(), |_| String::new());
    assert!(!said.contains("override") && !said.contains("whois"), "{said}");
}
