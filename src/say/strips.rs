//! Bars of days as a picture (SVG), readable on a phone in light and dark mode. There is one bar for each dependency.
//! A day that was not simply good has a letter in its cell, so that colour is not the only sign.

use minijinja::context;

use super::TEMPLATES;
use super::measure::Font;
use crate::core::probe::days::DayKind;

/// The bar of one dependency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strip {
    /// Its label.
    pub label: String,
    /// Its current state in words, such as `working`.
    pub words: String,
    /// Its days, oldest first.
    pub days: Vec<DayKind>,
}

/// The picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strips {
    /// The title.
    pub title: String,
    /// The subtitle, at most two lines.
    pub subtitle: String,
    /// The dependencies, worst first.
    pub strips: Vec<Strip>,
    /// What is not shown, such as `Not shown: 9 working`.
    pub rest: Option<String>,
    /// The label below the first day.
    pub first: String,
    /// The label below the last day.
    pub last: String,
}

/// The width in pixels; a phone shows it at a third of that.
const WIDTH: usize = 1_080;
const MARGIN: usize = 48;
/// The top of the first row below a one-line subtitle.
const TOP: usize = 190;
const ROW: usize = 128;
/// The height of a subtitle line.
const LINE: usize = 42;
const ROOM: f64 = (WIDTH - 2 * MARGIN) as f64;
const TITLE: Font = Font::bold(46.0);
const SUBTITLE: Font = Font::regular(30.0);
const LABEL: Font = Font::regular(32.0);
const WORDS: Font = Font::regular(27.0);
const REST: Font = Font::regular(28.0);
/// The gap between a label and its words.
const BETWEEN: f64 = 28.0;

fn letter(kind: DayKind) -> &'static str {
    match kind {
        DayKind::Served | DayKind::Blank => "",
        DayKind::Unseen => "?",
        DayKind::Warned => "!",
        DayKind::Out => "–",
        DayKind::Dropped => "✗",
    }
}

/// The picture as SVG.
pub fn svg(strips: &Strips) -> String {
    let subtitle = SUBTITLE.wrap(&strips.subtitle, ROOM, 2);
    let top = TOP + subtitle.len().saturating_sub(1) * LINE;
    let most = strips.strips.iter().map(|strip| strip.days.len()).max().unwrap_or(1).max(1);
    let (step, gap) = (ROOM / most as f64, if most > 14 { 5.0 } else { 10.0 });
    let rows: Vec<_> =
        strips.strips.iter().enumerate().map(|(n, strip)| row(strip, top + n * ROW, step, gap)).collect();
    let bottom = top + strips.strips.len() * ROW;
    let context = context! {
        width => WIDTH, height => bottom + 150, margin => MARGIN, right => WIDTH - MARGIN, bottom, line => LINE,
        cell => format!("{:.1}", step - gap), title => TITLE.fit(&strips.title, ROOM), subtitle, rows,
        rest => strips.rest.as_ref().map(|rest| REST.fit(rest, ROOM)), first => strips.first, last => strips.last,
    };
    let text = TEMPLATES.get_template("strips.svg.xml").and_then(|template| template.render(context));
    text.unwrap_or_else(|error| format!("<svg xmlns=\"http://www.w3.org/2000/svg\"><desc>{error}</desc></svg>"))
}

fn row(strip: &Strip, y: usize, step: f64, gap: f64) -> minijinja::Value {
    let cells: Vec<_> = strip
        .days
        .iter()
        .enumerate()
        .map(|(day, kind)| {
            let x = MARGIN as f64 + day as f64 * step;
            context! { x => format!("{x:.1}"), middle => format!("{:.1}", x + (step - gap) / 2.0), kind => kind.word(), letter => letter(*kind) }
        })
        .collect();
    // The words matter more than the end of a long name, but they take at most half of the row.
    let words = WORDS.fit(&strip.words, ROOM / 2.0);
    let label = LABEL.fit(&strip.label, ROOM - WORDS.width(&words) - BETWEEN);
    context! { y, label, words, cells }
}
