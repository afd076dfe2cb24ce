//! The map as a picture (SVG): companies on the left, largest first, and what depends on them on the right. Every
//! critical dependency is drawn; others are left out if the picture would become too long.

use minijinja::context;

use super::words;
use crate::core::platform::reliance;
use crate::core::platform::reliance::Share;
use crate::core::platform::snapshot::{DependencySnapshot, Snapshot};
use crate::core::words::verdict::Criticality;
use crate::say::TEMPLATES;
use crate::say::measure::Font;

const WIDTH: usize = 1_080;
const TOP: usize = 190;
const ROW: usize = 58;
/// The gap between two companies.
const BETWEEN: usize = 30;
/// Above this height, about three phone screens, dependencies that are not critical are left out.
const LONG: usize = 3_600;
/// The longest side in pixels: the limit of the renderer and of messages, minus a margin. A longer picture is scaled
/// down.
const LONGEST: usize = 7_800;
/// The full length of the bar, and the width of the words above it.
const BAR: usize = 380;
const TITLE: Font = Font::bold(42.0);
const SUBTITLE: Font = Font::regular(29.0);
const NAME: Font = Font::bold(28.0);
const SHARE: Font = Font::regular(22.0);
const LABEL: Font = Font::regular(25.0);
const REST: Font = Font::regular(24.0);
/// The width of a label in its box, and of a line across the picture.
const LABEL_ROOM: f64 = 390.0;
const ROOM: f64 = 984.0;
const REST_LINE: usize = 34;

/// The suffix for a dependency without a check.
const UNSEEN: &str = " (not monitored)";

/// One company, or the group of dependencies without a known company.
struct Company<'b> {
    name: String,
    share: String,
    /// The share of critical dependencies that would stop, as a bar length in pixels.
    bar: usize,
    /// The dependencies drawn next to it, and for each, whether it stops only because of what it needs.
    rows: Vec<(&'b DependencySnapshot, bool)>,
    /// The number of dependencies that are left out, in words.
    more: Option<String>,
}

/// The map as SVG.
pub fn svg(snapshot: &Snapshot) -> String {
    let whole = companies(snapshot, false);
    let folds = height(&whole) > LONG;
    let all = if folds { companies(snapshot, true) } else { whole };
    let rest = rest(snapshot, folds);
    let (mut boxes, mut y) = (Vec::new(), TOP);
    for company in &all {
        boxes.push(drawn(company, y));
        y += tall(company) + BETWEEN;
    }
    let height = y + 90 + rest.len() * REST_LINE;
    let (shares, critical) = (reliance::shares(snapshot).len(), reliance::critical(snapshot));
    let subtitle =
        format!("{} dependencies, {critical} of them critical, {shares} companies", snapshot.dependencies.len());
    let context = context! {
        width => WIDTH, height, shown_width => WIDTH * LONGEST.min(height) / height, shown_height => LONGEST.min(height),
        title => TITLE.fit(&super::title(snapshot), ROOM), subtitle => SUBTITLE.fit(&subtitle, ROOM), boxes, rest,
        rest_line => REST_LINE, bottom => y + 14, blind => snapshot.each().any(|d| !d.is_monitored()), indirect => all.iter().any(|c| c.rows.iter().any(|(_, with)| *with)),
    };
    let text = TEMPLATES.get_template("map.svg.xml").and_then(|template| template.render(context));
    text.unwrap_or_else(|error| format!("<svg xmlns=\"http://www.w3.org/2000/svg\"><desc>{error}</desc></svg>"))
}

/// Companies with the dependencies drawn next to them; with `folds`, only critical dependencies.
fn companies(snapshot: &Snapshot, folds: bool) -> Vec<Company<'_>> {
    let shares = reliance::shares(snapshot);
    let known = shares.iter().map(|share| company(snapshot, share, folds)).filter(|c| !folds || !c.rows.is_empty());
    let nobody: Vec<&DependencySnapshot> = reliance::on_nobody(snapshot);
    let nobody: Vec<_> = nobody.into_iter().filter(|d| is_critical(d)).map(|d| (d, false)).collect();
    let of = reliance::critical(snapshot).max(1);
    let unknown = (!nobody.is_empty()).then(|| Company {
        name: "Company not known".to_owned(),
        share: format!("{} of {of} critical", nobody.len()),
        bar: nobody.len() * BAR / of,
        rows: nobody,
        more: None,
    });
    known.chain(unknown).collect()
}

fn company<'b>(snapshot: &'b Snapshot, share: &Share, folds: bool) -> Company<'b> {
    let of = reliance::critical(snapshot);
    let find = |id: &String| snapshot.each().find(|d| d.id == *id);
    let own: Vec<&DependencySnapshot> = share.things.iter().filter_map(find).collect();
    let with: Vec<&DependencySnapshot> = share.with_them.iter().filter_map(find).collect();
    // A dependency with a company of its own is drawn there.
    let homeless = with.iter().filter(|d| is_critical(d) && d.companies.is_empty()).map(|d| (*d, true));
    let shown = own.iter().filter(|d| !folds || is_critical(d)).map(|d| (*d, false));
    let rows: Vec<_> = shown.chain(homeless).collect();
    let indirect = rows.iter().filter(|(_, indirect)| *indirect).count();
    let folded = own.len() + indirect - rows.len();
    let more = [(folded, "more, not critical"), (with.len() - indirect, "more would stop with these")];
    let more: Vec<String> =
        more.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    Company {
        name: share.name.clone(),
        share: words(share, of),
        bar: share.critical * BAR / of.max(1),
        rows,
        more: (!more.is_empty()).then(|| more.join(", ")),
    }
}

fn is_critical(dependency: &DependencySnapshot) -> bool {
    dependency.criticality == Criticality::Critical
}

/// The height of a company: all its rows, but at least the height of its own text.
fn tall(company: &Company<'_>) -> usize {
    company.rows.len().max(2 + usize::from(company.more.is_some())) * ROW
}

fn height(companies: &[Company<'_>]) -> usize {
    companies.iter().map(|company| tall(company) + BETWEEN).sum()
}

fn drawn(company: &Company<'_>, y: usize) -> minijinja::Value {
    let rows: Vec<_> = company
        .rows
        .iter()
        .enumerate()
        .map(|(n, (d, indirect))| {
            let label = if d.is_monitored() { d.label.clone() } else { format!("{}{UNSEEN}", d.label) };
            let (y, label) = (y + n * ROW, LABEL.fit(&label, LABEL_ROOM));
            let blind = !d.is_monitored();
            context! { y, label, kind => d.criticality.word(), critical => is_critical(d), indirect, blind }
        })
        .collect();
    let height = tall(company) - 14;
    let room = BAR as f64;
    context! {
        y, height, hub => y + height / 2, rows, bar => company.bar, name => NAME.fit(&company.name, room),
        share => SHARE.fit(&company.share, room), more => company.more.as_ref().map(|more| SHARE.fit(more, room)),
    }
}

/// The lines about dependencies that are not drawn. None of these is critical.
fn rest(snapshot: &Snapshot, folds: bool) -> Vec<String> {
    let nobody: Vec<&str> =
        reliance::on_nobody(snapshot).into_iter().filter(|d| !is_critical(d)).map(|d| d.label.as_str()).collect();
    let mut lines = Vec::new();
    if !nobody.is_empty() {
        lines.extend(REST.wrap(&format!("Company not known: {}", nobody.join(", ")), ROOM, 2));
    }
    let left = companies(snapshot, false).into_iter().filter(|c| c.rows.iter().all(|(d, _)| !is_critical(d)));
    let left: Vec<String> = left.filter(|_| folds).map(|company| company.name).collect();
    if !left.is_empty() {
        let text = format!("Not drawn, nothing critical ({}): {}", left.len(), left.join(", "));
        lines.extend(REST.wrap(&text, ROOM, 3));
    }
    lines
}
