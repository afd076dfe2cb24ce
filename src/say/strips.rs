//! Strips of days as a picture (SVG): one for each thing, readable on a phone, by day and at night.
//! A letter stands in every cell that is not simply served, so that no colour is needed to read it.

use minijinja::context;

use super::{TEMPLATES, cut};
use crate::core::days::DayKind;

/// One thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strip {
    /// Its name.
    pub label: String,
    /// How it is now, and how much was served: `live, served 99.98 %`.
    pub words: String,
    /// Its days, the oldest first.
    pub days: Vec<DayKind>,
}

/// The picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strips {
    /// What it shows.
    pub title: String,
    /// A line below.
    pub subtitle: String,
    /// Things, the worst first.
    pub strips: Vec<Strip>,
    /// What is not shown: `and 9 more, all live`.
    pub rest: Option<String>,
    /// What stands below the first day.
    pub first: String,
    /// What stands below the last day.
    pub last: String,
}

/// Its width; a phone shows it at a third of that.
const WIDTH: usize = 1_080;
const MARGIN: usize = 48;
const TOP: usize = 190;
const ROW: usize = 128;
/// A name is cut where it would run out of the picture.
const LABEL: usize = 30;

fn letter(kind: DayKind) -> &'static str {
    match kind {
        DayKind::Served | DayKind::Blank => "",
        DayKind::Unseen => "?",
        DayKind::Warned => "!",
        DayKind::Out => "–",
        DayKind::Dropped => "✗",
    }
}

/// The SVG.
pub fn svg(strips: &Strips) -> String {
    let most = strips.strips.iter().map(|strip| strip.days.len()).max().unwrap_or(1).max(1);
    let room = (WIDTH - 2 * MARGIN) as f64;
    let (step, gap) = (room / most as f64, if most > 14 { 5.0 } else { 10.0 });
    let rows: Vec<_> = strips
        .strips
        .iter()
        .enumerate()
        .map(|(n, strip)| {
            let cells: Vec<_> = strip
                .days
                .iter()
                .enumerate()
                .map(|(day, kind)| {
                    let x = MARGIN as f64 + day as f64 * step;
                    context! { x => format!("{x:.1}"), middle => format!("{:.1}", x + (step - gap) / 2.0), kind => kind.word(), letter => letter(*kind) }
                })
                .collect();
            context! { y => TOP + n * ROW, label => cut(&strip.label, LABEL), words => strip.words, cells }
        })
        .collect();
    let bottom = TOP + strips.strips.len() * ROW;
    let context = context! {
        width => WIDTH, height => bottom + 150, margin => MARGIN, right => WIDTH - MARGIN, bottom,
        cell => format!("{:.1}", step - gap), title => strips.title, subtitle => strips.subtitle, rows,
        rest => strips.rest, first => strips.first, last => strips.last,
    };
    let text = TEMPLATES.get_template("strips.svg.xml").and_then(|template| template.render(context));
    text.unwrap_or_else(|error| format!("<svg xmlns=\"http://www.w3.org/2000/svg\"><desc>{error}</desc></svg>"))
}
