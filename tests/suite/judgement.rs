//! `docs/JUDGEMENT.md` shows the program's real messages.

use plugwatch::bench::{Scenario, load, play};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/JUDGEMENT.md");

/// The messages of a scenario, as the page shows them.
async fn told(scenario: &Scenario) -> String {
    let folder = tempfile::tempdir().unwrap();
    let played = play(scenario, folder.path()).await.unwrap_or_else(|why| panic!("{}: {why}", scenario.name));
    assert_eq!(played.wrong, [], "{}", scenario.name);
    let plain = |text: &&String| !text.contains(": monitoring ") && !text.contains("STILL ");
    let texts = played.texts.iter().filter(plain);
    format!("*{}.*\n\n```text\n{}\n```", scenario.title, texts.cloned().collect::<Vec<_>>().join("\n\n"))
}

/// The page with the current text of every example. An example is between its mark and the next blank
/// line after a closing fence; a mark without an example gets one.
async fn rendered(page: &str) -> String {
    let scenarios = load(None).unwrap();
    let mut out = String::new();
    let mut rest = page;
    while let Some(at) = rest.find("<!-- scenario: ") {
        let (before, after) = rest.split_at(at);
        let (mark, after) = after.split_once("-->").unwrap();
        let name = mark.trim_start_matches("<!-- scenario: ").trim();
        let scenario = scenarios.iter().find(|s| s.name == name).unwrap_or_else(|| panic!("no scenario {name}"));
        out.push_str(before);
        out.push_str(&format!("{mark}-->\n\n{}", told(scenario).await));
        let old = after.trim_start();
        let example = old.starts_with('*').then(|| old.split_once("```text").map(|(_, rest)| rest)).flatten();
        rest = example.and_then(|example| example.split_once("\n```")).map_or(after, |(_, rest)| rest);
    }
    out.push_str(rest);
    out
}

#[tokio::test]
async fn the_page_shows_what_the_program_says() {
    let page = std::fs::read_to_string(PAGE).unwrap();
    let now = rendered(&page).await;
    if std::env::var("JUDGEMENT").as_deref() == Ok("write") {
        std::fs::write(PAGE, &now).unwrap();
    }
    assert!(page == now, "docs/JUDGEMENT.md is old; `JUDGEMENT=write cargo test judgement` writes it anew");
}
