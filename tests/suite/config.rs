//! The shipped configuration works as it is; wrong ones say everything at once.

use plugwatch::config::Config;

#[test]
fn the_shipped_configuration_is_fine_and_watches_gently() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/config/plugwatch.toml");
    let config = Config::load(path.as_ref()).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(config.dependencies.len(), 4);
    assert_eq!(config.probes().count(), 7);
    assert!(config.web.listen.ip().is_loopback());
    let now = plugwatch::core::time::Time(0);
    for (_, probe) in config.probes() {
        assert!(probe.schedule.interval(now).as_secs() >= 300, "{} is asked too often", probe.check);
    }
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
