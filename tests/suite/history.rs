//! Real drops: what plugwatch would have said about them, and `docs/HISTORY.md`.

use std::sync::Arc;

use plugwatch::bench::{Kind, Outcome, Played, Scenario, history_page, load_history, play};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/HISTORY.md");

/// All cases in order, each played on its own thread.
fn played() -> Vec<(Arc<Scenario>, Played)> {
    let cases = load_history(None).unwrap_or_else(|problems| panic!("{problems}"));
    let playing: Vec<_> = cases.into_iter().map(|case| std::thread::spawn(move || play_one(Arc::new(case)))).collect();
    playing.into_iter().map(|one| one.join().unwrap()).collect()
}

fn play_one(case: Arc<Scenario>) -> (Arc<Scenario>, Played) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let played = runtime.block_on(play(&case, folder.path()));
    let played = played.unwrap_or_else(|why| panic!("{}: {why}", case.name));
    (case, played)
}

#[test]
fn what_would_have_been_said_on_real_days_is_true_in_time_and_on_the_page() {
    let played = played();
    let outcomes: Vec<Outcome<'_>> = played.iter().filter_map(|(case, played)| Outcome::of(case, played)).collect();
    for one in &outcomes {
        assert_eq!(one.wrong, [], "{}", one.scenario.name);
    }
    let now = history_page(&outcomes);
    if std::env::var("HISTORY").as_deref() == Ok("write") {
        std::fs::write(PAGE, &now).unwrap();
    }
    let page = std::fs::read_to_string(PAGE).unwrap();
    assert!(page == now, "docs/HISTORY.md is old; `HISTORY=write cargo test history` writes it anew");
}

#[test]
fn there_are_28_cases_and_each_that_is_no_miss_has_something_to_say_at_its_cut_or_before() {
    let cases = load_history(None).unwrap_or_else(|problems| panic!("{problems}"));
    let numbers: Vec<u32> = cases.iter().filter_map(|one| one.case.as_ref()).map(|case| case.number).collect();
    assert_eq!(numbers, (1..=28).collect::<Vec<u32>>());
    for one in &cases {
        let case = one.case.as_ref().unwrap();
        let says = one.truths.iter().any(|truth| truth.from <= case.cut && !truth.silent);
        assert!(says || case.kind == Kind::Miss, "{}", one.name);
    }
}

#[test]
fn the_readme_quotes_the_totals_of_the_page() {
    let page = std::fs::read_to_string(PAGE).unwrap();
    let totals = page.lines().find(|line| line.starts_with("Of 28 real drops")).unwrap().trim_end_matches('.');
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let readme: Vec<&str> = readme.split_whitespace().collect();
    assert!(readme.join(" ").contains(totals), "{totals}");
}
