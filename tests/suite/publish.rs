//! Publishing the page elsewhere: alerts when it fails, and a changed target.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use plugwatch::core::platform::public::PublicPage;
use plugwatch::core::time::Time;
use plugwatch::web::{Pages, Public, Publisher, Publishing, Target};
use tokio::sync::watch;

use crate::kit::{Staged, minutes};

fn pages(staged: &Staged) -> Pages {
    Pages {
        snapshot: staged.engine.windows().snapshot,
        store: staged.store.clone(),
        clock: staged.clock.clone(),
        details: false,
        details_token: None,
        dates: watch::Sender::new(Vec::new()).subscribe(),
        public: Public::fixed(PublicPage::default()),
        metrics: false,
        names: Vec::new(),
        trusted_proxies: Vec::new(),
        check_in_points: watch::Sender::new(Vec::new()).subscribe(),
        publishing: None,
        failures: Default::default(),
    }
}

/// A page that is published by a command, which fails while a certain file exists.
struct Published {
    staged: Staged,
    publisher: Publisher,
    to: watch::Sender<Option<Target>>,
}

impl Published {
    async fn of(staged: Staged) -> Published {
        let to = watch::Sender::new(Some(target(staged.folder.path(), "page")));
        let publisher = Publisher::new(Publishing::new(to.subscribe()), staged.dispatcher.clone(), &pages(&staged));
        Published { staged, publisher, to }
    }

    /// Lets `span` pass, publishes whenever that is due, and returns the messages of that time.
    async fn pass(&mut self, span: Duration) -> Vec<String> {
        let until = self.staged.clock.now().plus(span);
        while self.staged.clock.now() < until {
            let next = self.publisher.round(&pages(&self.staged)).await.min(until);
            self.staged.pass(next.since(self.staged.clock.now())).await;
        }
        self.staged.dispatcher.deliver(self.staged.clock.now()).await.unwrap();
        self.staged.texts().into_iter().filter(|text| text.contains("PAGE ")).collect()
    }

    /// Ends the publisher.
    fn ended(self) -> Staged {
        drop(self.publisher);
        self.staged
    }

    fn breaks(&self, broken: bool) {
        let file = self.staged.folder.path().join("broken");
        if broken { std::fs::write(file, "").unwrap() } else { std::fs::remove_file(file).unwrap() }
    }
}

fn target(folder: &Path, name: &str) -> Target {
    let script = format!(
        "cd {}; echo ran >> runs; if [ -e broken ]; then echo 'first' >&2; echo 'host pages.acme.example: no route' >&2; exit 12; fi",
        folder.display()
    );
    Target { folder: folder.join(name), run: vec!["sh".into(), "-c".into(), script] }
}

fn runs(staged: &Staged) -> usize {
    std::fs::read_to_string(staged.folder.path().join("runs")).unwrap_or_default().lines().count()
}

#[tokio::test]
async fn a_failure_that_lasts_is_told_once_over_a_restart_and_so_is_its_end() {
    let mut staged = Staged::open().await;
    staged.pass(minutes(20)).await;
    staged.texts();
    let mut published = Published::of(staged).await;
    assert_eq!(published.pass(minutes(1)).await, [""; 0]);
    assert_eq!(runs(&published.staged), 1, "unchanged pages are not published again");
    published.breaks(true);
    assert_eq!(published.pass(minutes(30)).await, [""; 0], "nothing is new, and the hour is not over");
    let told = published.pass(minutes(50)).await;
    assert_eq!(told.len(), 1, "{told:#?}");
    let folder = published.staged.folder.path().display().to_string();
    insta::assert_snapshot!("unpublished", told[0].replace(&folder, "FOLDER"));
    assert!(runs(&published.staged) < 15, "attempts become less frequent: {}", runs(&published.staged));
    // After a restart, plugwatch knows what was announced.
    let staged = published.ended().crash_and_restart().await;
    staged.texts();
    let mut published = Published::of(staged).await;
    assert_eq!(published.pass(minutes(30)).await, [""; 0]);
    published.breaks(false);
    let told = published.pass(minutes(6)).await;
    assert_eq!(told.len(), 1, "{told:#?}");
    insta::assert_snapshot!("published_again", told[0]);
    assert_eq!(published.pass(minutes(90)).await, [""; 0]);
}

#[tokio::test]
async fn a_failure_of_a_few_minutes_is_told_to_nobody() {
    let mut staged = Staged::open().await;
    staged.pass(minutes(20)).await;
    staged.texts();
    let mut published = Published::of(staged).await;
    published.breaks(true);
    assert_eq!(published.pass(minutes(4)).await, [""; 0]);
    published.breaks(false);
    assert_eq!(published.pass(minutes(10)).await, [""; 0]);
}

#[tokio::test]
async fn a_changed_target_is_taken_up_at_once_and_one_that_is_taken_away_is_left_alone() {
    let mut staged = Staged::open().await;
    staged.pass(minutes(20)).await;
    let mut published = Published::of(staged).await;
    let folder = published.staged.folder.path().to_owned();
    let index = |name: &str| -> PathBuf { folder.join(name).join("index.html") };
    published.pass(minutes(1)).await;
    assert!(index("page").exists() && !index("other").exists());
    published.to.send_replace(Some(target(&folder, "other")));
    published.pass(minutes(1)).await;
    assert!(index("other").exists());
    published.to.send_replace(None);
    let before = runs(&published.staged);
    published.breaks(true);
    published.pass(minutes(90)).await;
    assert_eq!(runs(&published.staged), before);
}

#[tokio::test]
async fn the_part_that_publishes_goes_on_by_itself() {
    let mut staged = Staged::open().await;
    staged.pass(minutes(20)).await;
    let folder = staged.folder.path().to_owned();
    let (to, pages) = (watch::Sender::new(None), pages(&staged));
    let publishing = Publishing::new(to.subscribe());
    assert!(!publishing.is_wanted());
    let (part, dispatcher) = (publishing.clone(), Arc::clone(&staged.dispatcher));
    let running = tokio::spawn(async move { part.run(pages, dispatcher).await });
    to.send_replace(Some(Target { folder: folder.join("page"), run: Vec::new() }));
    while publishing.succeeded_at() == Time(0) {
        tokio::task::yield_now().await;
    }
    assert!(folder.join("page/index.html").exists() && publishing.is_wanted());
    running.abort();
}
