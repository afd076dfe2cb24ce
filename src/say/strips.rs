//! Strips of days as a picture (SVG): one for each dependency, readable on a phone, by day and at night.
//! A letter stands in every cell of a day that was not simply good, so that no colour is needed to read it.

use minijinja::context;

use super::TEMPLATES;
use super::measure::Font;
use crate::core::probe::days::DayKind;

/// One dependency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strip {
    /// Its name.
    pub label: String,
    /// How it is now: `working`.
    pub words: String,
    /// Its days, the oldest first.
    pub days: Vec<DayKind>,
}

/// The picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strips {
    /// What it shows.
    pub title: String,
    /// Below it, in two lines at most.
    pub subtitle: String,
    /// Dependencies, the worst first.
    pub strips: Vec<Strip>,
    /// What is not shown: `Not shown: 9 working`.
    pub rest: Option<String>,
    /// What stands below the first day.
    pub first: String,
    /// What stands below the last day.
    pub last: String,
}

/// Its width; a phone shows it at a third of that.
const WIDTH: usize = 1_080;
const MARGIN: usize = 48;
/// Where the first row begins below a subtitle of one line.
const TOP: usize = 190;
const ROW: usize = 128;
/// A line of the subtitle.
const LINE: usize = 42;
const ROOM: f64 = (WIDTH - 2 * MARGIN) as f64;
const TITLE: Font = Font::bold(46.0);
const SUBTITLE: Font = Font::regular(30.0);
const LABEL: Font = Font::regular(32.0);
const WORDS: Font = Font::regular(27.0);
const REST: Font = Font::regular(28.0);
/// Between a label and its words.
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

/// The SVG.
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
    // The words matter more than the end of a long name, but leave it half of the row.
    let words = WORDS.fit(&strip.words, ROOM / 2.0);
    let label = LABEL.fit(&strip.label, ROOM - WORDS.width(&words) - BETWEEN);
    context! { y, label, words, cells }
}
