//! `plugwatch bench page`: the cost of the public page, drawn from ninety days of hourly sums of many
//! dependencies.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::failed;
use crate::clock::{Clock, Stopwatch};
use crate::core::platform::public::{Language, PublicEntry, PublicPage};
use crate::core::platform::snapshot::{DependencySnapshot, Snapshot};
use crate::core::time::Time;
use crate::core::words::verdict::{Criticality, Verdict};
use crate::say::public::{page, status};
use crate::store::{Batch, CheckRow, Store, Sums, WantedProbe};
use crate::web::{Pages, Public};

/// How many days the page shows.
const DAYS: i64 = 90;
const DAY: i64 = 86_400_000;
/// Hours of a day that have a sum: all of them.
const HOURS: i64 = 24;
/// How many times each part is measured; the median is printed.
const TIMES: usize = 21;
/// The clock's step between two reads, because the view is read at most every five seconds.
const NEXT: Duration = Duration::from_secs(6);
/// An arbitrary fixed time.
const NOW: Time = Time(1_790_000_000_000);

pub(super) async fn page(dependencies: usize) -> ExitCode {
    match measured(dependencies).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => failed(1, why),
    }
}

async fn measured(dependencies: usize) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let store = Store::open_scratch(&folder.path().join("page.db")).await.map_err(|error| error.to_string())?;
    let store = Arc::new(store);
    seed(&store, dependencies).await.map_err(|error| error.to_string())?;
    let pages = pages(store, dependencies);
    println!("{dependencies} dependencies, {DAYS} days of hourly sums; the median of {TIMES}");
    let whole = Stopwatch::start();
    let view = pages.public.view(&pages).await;
    println!("{:>10}  first read, and one read per hour", millis(whole.elapsed()));
    let mut read = Vec::new();
    for _ in 0..TIMES {
        pages.clock.move_to(pages.clock.now().plus(NEXT));
        let watch = Stopwatch::start();
        _ = pages.public.view(&pages).await;
        read.push(watch.elapsed());
    }
    println!("{:>10}  later read: new rows, and every bar", millis(median(read)));
    let html = (0..TIMES).map(|_| timed(|| page::html(&view, Language::English).len())).collect();
    println!("{:>10}  the page, {} KB", millis(median(html)), page::html(&view, Language::English).len() >> 10);
    let json = (0..TIMES).map(|_| timed(|| status::json(&view, Language::English).to_string().len())).collect();
    println!("{:>10}  /status.json", millis(median(json)));
    Ok(())
}

fn timed(draw: impl FnOnce() -> usize) -> Duration {
    let watch = Stopwatch::start();
    // Keeps the compiler from removing the unused result.
    std::hint::black_box(draw());
    watch.elapsed()
}

fn median(mut all: Vec<Duration>) -> Duration {
    all.sort_unstable();
    all.get(all.len() / 2).copied().unwrap_or_default()
}

fn millis(took: Duration) -> String {
    format!("{:.1} ms", took.as_secs_f64() * 1e3)
}

/// Stores one check for every hour of ninety days, with a bad one now and then.
async fn seed(store: &Store, dependencies: usize) -> crate::store::Result<()> {
    let wanted = |n: usize| WantedProbe {
        identity: format!("probe-{n}"),
        dependency: format!("part-{n}"),
        check: "website/page".to_owned(),
        country: None,
        decides: true,
    };
    let wanted: Vec<WantedProbe> = (0..dependencies).map(wanted).collect();
    let (numbers, _) = store.set_probes(&wanted, Time(NOW.0 - DAYS * DAY)).await?;
    for day in 0..DAYS {
        let mut sums = Sums::default();
        for (n, probe) in wanted.iter().enumerate() {
            let number = numbers.get(&probe.identity).copied().unwrap_or_default();
            (0..HOURS).for_each(|hour| sums.add(&check(probe, number, (n, day, hour))));
        }
        store.commit(&Batch { sums, ..Batch::default() }).await?;
    }
    Ok(())
}

fn check(probe: &WantedProbe, number: i64, (n, day, hour): (usize, i64, i64)) -> CheckRow {
    let bad = (n as i64 + day * 7) % 29 == 0 && hour == 5;
    CheckRow {
        probe: number,
        dependency: probe.dependency.clone(),
        asked: true,
        at: Time(NOW.0 - (DAYS - day) * DAY + hour * 3_600_000),
        verdict: if bad { Verdict::Unknown } else { Verdict::Live },
        reason: "page_served".to_owned(),
        latency_ms: 180,
        standing: None,
        flip: None,
        facts: Vec::new(),
        fact_changes: Vec::new(),
        stock: None,
        evidence: None,
    }
}

fn pages(store: Arc<Store>, dependencies: usize) -> Pages {
    let dependencies = (0..dependencies).map(|n| Arc::new(dependency(n))).collect();
    let snapshot =
        Snapshot { platform: "Bench".to_owned(), as_of: NOW, started_at: NOW, dependencies, ..Snapshot::default() };
    Pages {
        snapshot: watch::Sender::new(Arc::new(snapshot)).subscribe(),
        store,
        clock: Clock::manual(NOW),
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

fn dependency(n: usize) -> DependencySnapshot {
    let entry = PublicEntry { label: format!("Part {n}"), group: Some(format!("Group {}", n % 8)), description: None };
    DependencySnapshot {
        id: format!("part-{n}"),
        was: None,
        label: format!("Internal part {n}"),
        vendor: "Website".to_owned(),
        parent: "you".to_owned(),
        companies: Vec::new(),
        criticality: Criticality::High,
        breaks: None,
        needs: Vec::new(),
        fallback: None,
        fallback_on: None,
        leave: Vec::new(),
        contract_notice_days: None,
        contact: None,
        public: Some(entry),
        state: Default::default(),
        verified_at: Some(NOW),
        incident: None,
        notes: Vec::new(),
        probes: Vec::new(),
    }
}
