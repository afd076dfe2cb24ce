//! What would stop without one company, as a picture (SVG): a box for each dependency that stops, critical ones
//! first, with its fallback. Below the boxes are what keeps working and how much time there is.

use minijinja::context;

use super::proof;
use crate::core::dependency::shown::Shown;
use crate::core::platform::reliance::{Fallback, Loss, Stopped};
use crate::core::platform::snapshot::Snapshot;
use crate::core::time::human;
use crate::core::words::verdict::Criticality;
use crate::say::TEMPLATES;
use crate::say::measure::Font;

const WIDTH: usize = 1_080;
const TOP: usize = 190;
/// The height of a box with its label and one line about the fallback; a second line makes it taller.
const BOX: usize = 90;
const SECOND: usize = 32;
/// The gap between two boxes.
const BETWEEN: usize = 14;
const LINE: usize = 38;
const ROOM: f64 = 984.0;
/// The width inside a box.
const INSIDE: f64 = 930.0;
const TITLE: Font = Font::bold(42.0);
const SUBTITLE: Font = Font::regular(29.0);
const LABEL: Font = Font::bold(28.0);
const TEXT: Font = Font::regular(25.0);
/// The maximum number of boxes, about three phone screens. The rest is counted.
const MOST: usize = 30;

/// The picture as SVG.
pub fn loss_svg(snapshot: &Snapshot, loss: &Loss) -> String {
    let (mut rows, mut y) = (Vec::new(), TOP);
    for stop in loss.stops.iter().take(MOST) {
        let Some((row, tall)) = row(snapshot, stop, y) else { continue };
        rows.push(row);
        y += tall + BETWEEN;
    }
    let more = loss.stops.len().saturating_sub(MOST);
    let below = y + 20;
    let lines: Vec<String> = below_boxes(snapshot, loss, more);
    let context = context! {
        width => WIDTH, height => below + lines.len() * LINE + 40, line => LINE, below, rows, lines,
        title => TITLE.fit(&format!("If {} drops {}", loss.name, snapshot.platform), ROOM),
        subtitle => SUBTITLE.fit(&subtitle(snapshot, loss), ROOM),
    };
    let text = TEMPLATES.get_template("loss.svg.xml").and_then(|template| template.render(context));
    text.unwrap_or_else(|error| format!("<svg xmlns=\"http://www.w3.org/2000/svg\"><desc>{error}</desc></svg>"))
}

/// The summary, such as `3 of 9 dependencies would stop, 2 of them critical`.
pub fn loss_words(snapshot: &Snapshot, loss: &Loss) -> String {
    let is_critical =
        |stop: &&Stopped| snapshot.each().any(|d| d.id == stop.id && d.criticality == Criticality::Critical);
    let critical = loss.stops.iter().filter(is_critical).count();
    let of = match critical {
        0 => "none of them critical".to_owned(),
        some => format!("{some} of them critical"),
    };
    match loss.stops.len() {
        0 => "nothing would stop".to_owned(),
        1 => format!("1 of {} dependencies would stop, {}", snapshot.dependencies.len(), one(critical)),
        some => format!("{some} of {} dependencies would stop, {of}", snapshot.dependencies.len()),
    }
}

fn one(critical: usize) -> &'static str {
    if critical == 1 { "a critical one" } else { "not a critical one" }
}

fn subtitle(snapshot: &Snapshot, loss: &Loss) -> String {
    crate::core::words::text::capital(&loss_words(snapshot, loss))
}

/// The box at `y`, and its height.
fn row(snapshot: &Snapshot, stop: &Stopped, y: usize) -> Option<(minijinja::Value, usize)> {
    let dependency = snapshot.each().find(|dependency| dependency.id == stop.id)?;
    let critical = dependency.criticality == Criticality::Critical;
    let with = if stop.with.is_empty() { String::new() } else { format!(", needs {}", stop.with.join(" and ")) };
    let way_out = match &dependency.fallback {
        Some(fallback) => format!("Switch to {fallback} ({})", proof(&stop.fallback)),
        None => crate::core::words::text::capital(&proof(&stop.fallback)),
    };
    let kind = match stop.fallback {
        Fallback::Proven(_) => "out",
        Fallback::Unproven | Fallback::NotLive(..) => "doubt",
        Fallback::None | Fallback::StopsToo(_) => "none",
    };
    let label = format!("{}{}{with}", if critical { "● " } else { "" }, dependency.label);
    let way_out = TEXT.wrap(&way_out, INSIDE, 2);
    let tall = BOX + way_out.len().saturating_sub(1) * SECOND;
    let label = LABEL.fit(&label, INSIDE);
    Some((context! { y, tall, label, way_out, kind, critical, second => SECOND }, tall))
}

/// The lines below the boxes: what is not drawn, what keeps working, and how much time there is.
fn below_boxes(snapshot: &Snapshot, loss: &Loss, more: usize) -> Vec<String> {
    let standing = |works: bool| -> Vec<&str> {
        let found = loss.stands.iter().filter_map(|id| snapshot.each().find(|d| d.id == *id));
        found
            .filter(|d| matches!(d.shown(), Shown::Live | Shown::Degraded) == works)
            .map(|d| d.label.as_str())
            .collect()
    };
    let mut lines = Vec::new();
    if more > 0 {
        lines.push(format!("And {more} more."));
    }
    let (working, others) = (standing(true), standing(false));
    let working = if working.is_empty() { "nothing that is known to work now".to_owned() } else { working.join(", ") };
    lines.extend(TEXT.wrap(&format!("Would keep working: {working}."), ROOM, 4));
    if !others.is_empty() {
        lines.extend(TEXT.wrap(&format!("Not known to work now: {}.", others.join(", ")), ROOM, 2));
    }
    let notice = match loss.notice_days {
        Some(days) => format!("Contract notice: {days} days."),
        None => "Contract notice: not configured.".to_owned(),
    };
    let moving = match loss.moving {
        Some(moving) => format!("Time to move: at least {}.", human(moving)),
        None => "Time to move: not configured.".to_owned(),
    };
    lines.extend(TEXT.wrap(&format!("{notice} {moving}"), ROOM, 2));
    lines.push("● critical".to_owned());
    lines
}
