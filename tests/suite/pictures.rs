//! Pictures with few and many dependencies, and with long names: nothing is cut off, everything
//! critical is drawn, and texts fit.

use plugwatch::core::dependency::state::Combined;
use plugwatch::core::platform::snapshot::{DependencySnapshot, Snapshot};
use plugwatch::core::probe::standing::Held;
use plugwatch::core::time::Time;
use plugwatch::core::words::verdict::{Criticality, Fault, Proof, Verdict};
use plugwatch::draw;
use plugwatch::say::map;
use plugwatch::say::report::{Report, Row};
use plugwatch::say::tally;

const LONG: &str = "Worldwide Mobile Messaging Warehouse (WMMW) for marketing e-mail";

fn label(n: usize) -> String {
    if n.is_multiple_of(4) { format!("{n} {LONG}") } else { format!("Service {n}") }
}

fn dependency(n: usize, companies: usize) -> DependencySnapshot {
    let verdict = [Verdict::Dropped, Verdict::Outage, Verdict::Degraded, Verdict::Live][n.min(3)];
    let held = Held {
        verdict,
        reason: String::new(),
        fault: Fault::Unclear,
        proof: Proof::Stated,
        say: String::new(),
        hint: None,
        by: String::new(),
        since: Time(0),
        until: None,
    };
    let company = n % companies;
    let name = if company == 0 { format!("{LONG}, Incorporated") } else { format!("Company {company}") };
    // One in seven has no company of its own, and needs another dependency; one in eleven has neither.
    let (own, needs) = match (n % 7, n % 11) {
        (6, _) => (Vec::new(), vec![format!("d{}", n - 1)]),
        (_, 10) => (Vec::new(), Vec::new()),
        _ => (vec![(format!("c{company}"), name)], Vec::new()),
    };
    DependencySnapshot {
        was: None,
        id: format!("d{n}"),
        label: label(n),
        vendor: String::new(),
        parent: String::new(),
        companies: own,
        criticality: if n.is_multiple_of(3) || n % 7 == 6 { Criticality::Critical } else { Criticality::High },
        breaks: None,
        needs,
        fallback: None,
        fallback_on: None,
        leave: Vec::new(),
        contract_notice_days: None,
        contact: None,
        public: None,
        state: Combined { held: Some(held), ..Combined::default() },
        verified_at: None,
        incident: None,
        notes: Vec::new(),
        probes: Vec::new(),
    }
}

fn snapshot(count: usize, companies: usize) -> Snapshot {
    let dependencies = (0..count).map(|n| dependency(n, companies).into()).collect();
    Snapshot { platform: "Chatterbox".to_owned(), dependencies, ..Snapshot::default() }
}

/// Renders a picture, and writes it to the folder in PLUGWATCH_PICTURES, if set, for people to look at.
fn drawn(name: &str, svg: &str) -> Vec<u8> {
    let png = draw::png(svg).unwrap();
    if let Ok(folder) = std::env::var("PLUGWATCH_PICTURES") {
        std::fs::write(format!("{folder}/{name}.png"), &png).unwrap();
    }
    png
}

#[test]
fn the_map_draws_everything_critical_however_much_there_is() {
    for (count, companies) in [(5, 3), (20, 8), (60, 20), (60, 60), (400, 90)] {
        let snapshot = snapshot(count, companies);
        let svg = map::svg(&snapshot);
        let critical = |d: &&DependencySnapshot| d.criticality == Criticality::Critical;
        let boxes = svg.matches("class=\"thing critical").count();
        let wanted = snapshot.each().filter(critical).count();
        assert!(boxes >= wanted, "{count} dependencies: {boxes} of {wanted} critical ones are drawn");
        for d in snapshot.each().filter(critical).filter(|d| d.label.starts_with("Service")) {
            assert!(svg.contains(&format!(">{}</text>", d.label)), "{} is not drawn", d.label);
        }
        drawn(&format!("map-{count}-{companies}"), &svg);
    }
}

fn report(count: usize, platform: &str) -> String {
    let snapshot = snapshot(count, 10);
    let row = |d: &&DependencySnapshot| Row {
        label: d.label.clone(),
        now: tally::state(d.shown()).to_owned(),
        served: String::new(),
        days: ["served", "unseen", "warned", "out", "dropped", "served", "blank"].map(str::to_owned).into(),
    };
    let report = Report {
        from: "3 March".to_owned(),
        to: "9 March".to_owned(),
        counts: tally::counts(&snapshot, tally::spoken),
        rows: snapshot.worst_first().iter().map(row).collect(),
        ..Report::default()
    };
    report.picture(platform)
}

#[test]
fn the_reports_picture_has_room_for_long_names_and_says_what_it_leaves_out() {
    drawn("report-6", &report(6, "Chatterbox"));
    let svg = report(40, LONG);
    assert!(svg.contains("Not shown: 30 working"), "{svg}");
    drawn("report-40", &svg);
}

#[test]
fn a_subtitle_that_is_too_long_goes_on_in_a_second_line() {
    let counts = ["12 dropped", "11 outages", "10 degraded", "9 being confirmed", "8 need a key", "7 working"];
    let report = Report {
        span: "month".to_owned(),
        to: "30 September".to_owned(),
        counts: counts.map(str::to_owned).into(),
        ..Report::default()
    };
    let svg = report.picture("Chatterbox");
    assert!(svg.contains("The month to 30 September: 12\u{a0}dropped, 11\u{a0}outages,</text>"), "{svg}");
    assert!(svg.contains("7\u{a0}working</text>"), "{svg}");
    drawn("report-long", &svg);
}

/// The position at which a rendered text ends, in pixels.
fn ink(text: &str, size: usize, bold: bool) -> u32 {
    let weight = if bold { "bold" } else { "normal" };
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"2000\" height=\"80\"><text y=\"60\" font-family=\"DejaVu Sans\" \
         font-size=\"{size}\" font-weight=\"{weight}\" fill=\"#000\">{text}</text></svg>"
    );
    let tree = resvg::tiny_skia::Pixmap::decode_png(&draw::png(&svg).unwrap()).unwrap();
    let wide = tree.width();
    let inked = tree.pixels().iter().enumerate().filter(|(_, pixel)| pixel.alpha() > 0);
    inked.map(|(n, _)| u32::try_from(n).unwrap() % wide).max().unwrap_or(0)
}

#[test]
fn what_is_cut_to_a_width_is_drawn_within_it() {
    // The maximum width of a label that the map shortens is 390 pixels, at size 25.
    let svg = map::svg(&snapshot(5, 3));
    let cut = svg.lines().filter(|line| line.contains("font-size=\"25\"") && line.contains('…'));
    let cut: Vec<&str> = cut.filter_map(|line| line.split('>').nth(1)?.split('<').next()).collect();
    assert!(!cut.is_empty());
    for text in cut {
        let drawn = ink(text, 25, false);
        assert!((350..=391).contains(&drawn), "`{text}` is {drawn} pixels wide");
    }
}
