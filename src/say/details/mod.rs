//! The operator's page at `/details`: every dependency with its vendor, reason, checks and thirty days; deliveries;
//! checks that are late or fail; future dates; dependence on companies. It is readable on a phone: trouble comes
//! first, with what to do, and what works is collapsed.

mod cards;
mod checks;
mod deliveries;
mod lines;
mod reliance;

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use chrono_tz::Tz;
use minijinja::{Value, context};

use super::TEMPLATES;
use super::public::History;
use super::status::overall;
use super::tally::{counts, state};
use crate::core::dependency::shown::Shown;
use crate::core::platform::ahead::Ahead;
use crate::core::platform::snapshot::{DependencySnapshot, Snapshot};
use crate::core::probe::witness::OwnNetwork;
use crate::core::time::{Time, human};

pub use deliveries::{Fate, Place, Sent};

/// Styles in addition to the public ones.
const STYLE: &str = include_str!("../templates/details.css");
/// The snapshot is renewed every minute, so an older one no longer shows the current state.
const STALE: Duration = Duration::from_secs(300);

/// The data for the page.
pub struct Facts<'f> {
    /// The current state, as far as it may be shown.
    pub snapshot: &'f Snapshot,
    /// The history, by dependency.
    pub history: &'f HashMap<String, History>,
    /// Data that only the operator may see. If `None`, the page shows only dependencies.
    pub operator: Option<Operator>,
    /// The time zone.
    pub zone: Tz,
    /// When the page is rendered.
    pub now: Time,
}

/// Data that contains more than the public names.
#[derive(Default)]
pub struct Operator {
    /// Messages of the last week: undelivered ones first, then newest first.
    pub sent: Vec<Sent>,
    /// Recipients that accept no messages now.
    pub places: Vec<Place>,
    /// Future dates, the nearest first.
    pub ahead: Vec<Ahead>,
    /// The latest evidence for each dependency in trouble, by its id, such as `Evidence 12, ...`.
    pub evidence: HashMap<String, Vec<String>>,
    /// When each dependency was last drilled.
    pub drilled: BTreeMap<String, Time>,
}

/// The page as HTML.
pub fn html(facts: &Facts<'_>) -> String {
    let (snapshot, now) = (facts.snapshot, facts.now);
    let troubled = |dependency: &&DependencySnapshot| dependency.shown() != Shown::Live;
    let (trouble, well): (Vec<_>, Vec<_>) = snapshot.worst_first().into_iter().partition(troubled);
    let card = |dependency: &&DependencySnapshot| cards::card(facts, dependency);
    let stale = now.since(snapshot.as_of) > STALE;
    let context = context! {
        style => Value::from_safe_string(super::public::pages::STYLE.to_owned()),
        own_style => Value::from_safe_string(STYLE.to_owned()), platform => snapshot.platform, simulation => snapshot.simulation, headline => headline(snapshot),
        overall => class(overall(snapshot, true)), counts => counts(snapshot, state).join(", "),
        as_of => snapshot.as_of.local(facts.zone, now), stale => stale.then(|| human(now.since(snapshot.as_of))),
        blind => snapshot.own_network == OwnNetwork::Blind,
        late => snapshot.late.map(|late| late.sentence()),
        unwritten => snapshot.unwritten_since.map(|since| since.local(facts.zone, now)),
        trouble => trouble.iter().map(card).collect::<Vec<_>>(), well => well.iter().map(card).collect::<Vec<_>>(),
        checks => checks::section(facts),
        operator => facts.operator.as_ref().map(|operator| operator_part(facts, operator)),
    };
    let page = TEMPLATES.get_template("details_page.html").and_then(|page| page.render(context));
    page.unwrap_or_else(|error| format!("the page cannot be written: {error}"))
}

fn operator_part(facts: &Facts<'_>, operator: &Operator) -> Value {
    context! {
        deliveries => deliveries::section(facts, operator), companies => reliance::section(facts, operator),
        ahead => operator.ahead.iter().map(|date| ahead(facts, date)).collect::<Vec<_>>(),
    }
}

fn ahead(facts: &Facts<'_>, date: &Ahead) -> Value {
    let left = match date.at > facts.now {
        true => format!("in {}", human(date.at.since(facts.now))),
        false => format!("{} ago", human(facts.now.since(date.at))),
    };
    context! {
        at => date.at.local(facts.zone, facts.now), left, what => date.what, owner => date.owner, source => date.source,
        past => date.at <= facts.now,
    }
}

fn headline(snapshot: &Snapshot) -> &'static str {
    use Shown::*;
    let all_within = |wanted: &[Shown]| snapshot.each().all(|dependency| wanted.contains(&dependency.shown()));
    match overall(snapshot, true) {
        Degraded if !all_within(&[Live, Degraded]) => "Not everything could be checked, and there is a warning.",
        Live => "All systems working.",
        Degraded => "All systems working, with a warning.",
        Outage => "There is an outage.",
        Dropped => "A vendor has dropped this platform.",
        Checking => "A possible problem is being checked.",
        NotMonitored => "Nothing is monitored.",
        NotVerified | NeverSeenLive | NeedsKey => "Not everything could be checked.",
        Starting => "The first checks are running.",
    }
}

/// The CSS class of the public styles with the colour of a state.
fn class(shown: Shown) -> &'static str {
    match shown {
        Shown::Live => "operational",
        Shown::Degraded | Shown::Checking => "limited",
        Shown::Outage | Shown::Dropped => "unavailable",
        Shown::NotVerified | Shown::NeverSeenLive | Shown::NeedsKey | Shown::NotMonitored | Shown::Starting => {
            "unchecked"
        }
    }
}
