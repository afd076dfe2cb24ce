//! Who stands on whom, as text, as Mermaid and as a picture (SVG); and what would stop without one.

use std::collections::BTreeMap;

use minijinja::context;

use super::{Format, TEMPLATES, cut, render, status};
use crate::core::board::{Board, DependencyBoard};
use crate::core::model::{Criticality, Proves};
use crate::core::reliance::{self, Fallback, Loss, Share};
use crate::core::time::human;

/// The map as text.
pub fn text(board: &Board, format: Format) -> String {
    let shares = reliance::shares(board);
    let of = reliance::critical(board);
    let companies: Vec<_> = shares
        .iter()
        .map(|share| {
            context! {
                name => share.name, share => words(share, of),
                things => share.things.iter().filter_map(|id| thing(board, id)).collect::<Vec<_>>(),
                with_them => labels(board, &share.with_them),
            }
        })
        .collect();
    let nobody: Vec<&str> = reliance::on_nobody(board).iter().map(|dependency| dependency.label.as_str()).collect();
    let context = context! { platform => board.platform, companies, nobody, critical => of };
    render("map", format, context)
}

/// What would stop without a company.
pub fn whatif(board: &Board, loss: &Loss, now: crate::core::time::Time, format: Format) -> String {
    let find = |id: &str| board.dependencies.iter().find(|dependency| dependency.id == id);
    let stops: Vec<_> = loss
        .stops
        .iter()
        .filter_map(|stopped| {
            let dependency = find(&stopped.id)?;
            let drilled = stopped.drilled.map(|at| format!("{} ago", human(now.since(at))));
            Some(context! {
                label => dependency.label, critical => dependency.criticality == Criticality::Critical, breaks => dependency.breaks,
                with => stopped.with, fallback => dependency.fallback, proof => proof(&stopped.fallback), drilled,
                contact => dependency.contact,
            })
        })
        .collect();
    let stands: Vec<(Option<Proves>, String)> = loss
        .stands
        .iter()
        .filter_map(|id| find(id))
        .map(|dependency| (dependency.proven(), dependency.label.clone()))
        .collect();
    let proven: Vec<(Option<Proves>, String)> = stands.iter().filter(|(proven, _)| proven.is_some()).cloned().collect();
    let unproven: Vec<&str> =
        stands.iter().filter(|(proven, _)| proven.is_none()).map(|(_, label)| label.as_str()).collect();
    let context = context! {
        name => loss.name, platform => board.platform, stops, stands => status::by_proof(&proven), unproven,
        notice_days => loss.notice_days, notice_unknown => loss.notice_unknown, moving => loss.moving.map(human),
        moving_unknown => loss.moving_unknown,
        short => loss.notice_days.zip(loss.moving).is_some_and(|(days, moving)| moving.as_secs() > u64::from(days) * 86_400),
    };
    render("whatif", format, context)
}

/// `3 of 5 critical things`.
fn words(share: &Share, of: usize) -> String {
    match (share.critical, of) {
        (_, 0) | (0, _) => "nothing critical".to_owned(),
        (some, of) => format!("{some} of {of} critical ({} %)", (some * 200 + of) / (of * 2)),
    }
}

fn thing(board: &Board, id: &str) -> Option<minijinja::Value> {
    let dependency = board.dependencies.iter().find(|dependency| dependency.id == id)?;
    Some(context! {
        label => dependency.label, criticality => dependency.criticality.word(), breaks => dependency.breaks,
        fallback => dependency.fallback,
    })
}

fn labels(board: &Board, ids: &[String]) -> Vec<String> {
    let label = |id: &String| board.dependencies.iter().find(|d| d.id == *id).map(|d| d.label.clone());
    ids.iter().filter_map(label).collect()
}

fn proof(fallback: &Fallback) -> String {
    match fallback {
        Fallback::None => "no fallback is written down".to_owned(),
        Fallback::Unproven => "not proven: nothing that is watched stands behind it".to_owned(),
        Fallback::Proven(on) => format!("it stands on {on}, which is live"),
        Fallback::NotLive(on, shown) => format!("it stands on {on}, which is {} now", status::words(*shown)),
        Fallback::StopsToo(on) => format!("no help: it stands on {on}, which stops, too"),
    }
}

/// The map for Mermaid (mermaid.js.org, flowcharts): companies, what rides on them, what needs that.
pub fn mermaid(board: &Board) -> String {
    let mut lines = vec!["flowchart LR".to_owned()];
    let companies: BTreeMap<&str, &str> = board
        .dependencies
        .iter()
        .flat_map(|dependency| &dependency.companies)
        .map(|(slug, name)| (slug.as_str(), name.as_str()))
        .collect();
    for (slug, name) in &companies {
        lines.push(format!("  c_{slug}[[\"{}\"]]", quoted(name)));
    }
    let node = |id: &str| format!("d_{}", id.replace('-', "_"));
    for dependency in &board.dependencies {
        let (open, close) = if dependency.criticality == Criticality::Critical { ("([", "])") } else { ("(", ")") };
        lines.push(format!("  {}{open}\"{}\"{close}", node(&dependency.id), quoted(&dependency.label)));
    }
    for dependency in &board.dependencies {
        for (slug, _) in &dependency.companies {
            lines.push(format!("  {} --> c_{slug}", node(&dependency.id)));
        }
        for need in &dependency.needs {
            lines.push(format!("  {} -.-> {}", node(&dependency.id), node(need)));
        }
    }
    lines.join("\n")
}

/// A label within quotes of Mermaid: its own entities for what would end them.
fn quoted(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .collect::<String>()
        .replace('#', "#35;")
        .replace('"', "#quot;")
        .replace('<', "#lt;")
        .replace('>', "#gt;")
}

const WIDTH: usize = 1_080;
const TOP: usize = 190;
const ROW: usize = 58;
/// A name is cut where it would run out of its box.
const LABEL: usize = 27;

/// The map as a picture: companies on the left, the largest first, what rides on them on the right.
pub fn svg(board: &Board) -> String {
    let (shares, of) = (reliance::shares(board), reliance::critical(board));
    let mut boxes = Vec::new();
    let mut y = TOP;
    for share in &shares {
        let things: Vec<&DependencyBoard> =
            share.things.iter().filter_map(|id| board.dependencies.iter().find(|d| d.id == *id)).collect();
        let rows: Vec<_> = things
            .iter()
            .enumerate()
            .map(|(n, d)| {
                let kind = d.criticality.word();
                context! { y => y + n * ROW, middle => y + n * ROW + 32, label => cut(&d.label, LABEL), kind, mark => if kind == "critical" { "●" } else { "" } }
            })
            .collect();
        let more = (!share.with_them.is_empty()).then(|| format!("and {} with it", share.with_them.len()));
        let height = rows.len().max(2) * ROW - 14;
        boxes.push(context! {
            y, height, name => cut(&share.name, LABEL), share => words(share, of), rows, more,
            bar => share.critical * 380 / of.max(1), hub => y + height / 2,
        });
        y += rows.len().max(2) * ROW + 30;
    }
    let nobody = labels(board, &reliance::on_nobody(board).iter().map(|d| d.id.clone()).collect::<Vec<_>>());
    let rest = (!nobody.is_empty()).then(|| format!("On no known company: {}", cut(&nobody.join(", "), 60)));
    let context = context! {
        width => WIDTH, height => y + 90, title => format!("{}: who stands on whom", board.platform), boxes, rest, bottom => y + 20,
        subtitle => format!("{of} critical of {} things, on {} companies", board.dependencies.len(), shares.len()),
    };
    let text = TEMPLATES.get_template("map.svg.xml").and_then(|template| template.render(context));
    text.unwrap_or_else(|error| format!("<svg xmlns=\"http://www.w3.org/2000/svg\"><desc>{error}</desc></svg>"))
}
