//! All public data at one instant.

use std::collections::HashMap;
use std::time::Duration;

use super::history::{Day, History};
use super::ids::Ids;
use super::state::{Indicator, PublicState, indicator};
use crate::core::people::public_incident::{Impact, PublicIncident, StoryState};
use crate::core::platform::public::{PublicEntry, PublicPage, WorkSpan};
use crate::core::platform::snapshot::{DependencySnapshot, Snapshot};
use crate::core::probe::witness::OwnNetwork;
use crate::core::time::Time;
use crate::core::words::verdict::words;

/// The snapshot is renewed every minute, so an older one no longer shows the current state.
pub(super) const STALE: Duration = Duration::from_secs(300);

words! {
    /// The periods for which uptime is given.
    Window {
        /// One day.
        Day = "24h",
        /// One week.
        Week = "7d",
        /// Thirty days.
        Month = "30d",
        /// Ninety days.
        Quarter = "90d",
    }
}

impl Window {
    fn span(self) -> Duration {
        let days = match self {
            Window::Day => 1,
            Window::Week => 7,
            Window::Month => 30,
            Window::Quarter => 90,
        };
        Duration::from_secs(days * 86_400)
    }
}

/// The data that a view is made from; most of it is not public.
pub struct Facts<'f> {
    /// The current state.
    pub snapshot: &'f Snapshot,
    /// The appearance of the page.
    pub page: &'f PublicPage,
    /// The generator of public ids.
    pub ids: &'f Ids,
    /// Announced maintenance: in progress, upcoming and finished.
    pub works: Vec<WorkSpan>,
    /// Published incidents, newest first.
    pub incidents: &'f [PublicIncident],
    /// The history, by dependency.
    pub history: &'f HashMap<String, History>,
    /// When the page is rendered.
    pub now: Time,
}

/// One component.
#[derive(Clone, Debug)]
pub struct Component {
    /// Its stable id.
    pub id: String,
    /// Its label.
    pub label: String,
    /// One line that describes it.
    pub description: Option<String>,
    /// The position of its group.
    pub group: Option<usize>,
    /// Its state.
    pub state: PublicState,
    /// When that state began, if known.
    pub since: Option<Time>,
    /// When it was last checked.
    pub last_checked: Option<Time>,
    /// Its availability for each of [`Window::ALL`], 0 to 1.
    pub uptime: Vec<Option<f64>>,
    pub(super) days: Vec<Day>,
    /// When it was first checked.
    pub first_seen: Option<Time>,
    /// The id of its open incident.
    pub incident: Option<String>,
}

/// A heading and the components below it.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its stable id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// An update of an incident.
#[derive(Clone, Debug)]
pub struct Update {
    /// Its stable id.
    pub id: String,
    /// When it was published.
    pub at: Time,
    /// The state of the incident at that time.
    pub state: StoryState,
    /// The text, in Markdown.
    pub words: String,
}

/// An incident.
#[derive(Clone, Debug)]
pub struct Incident {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// How much it affects.
    pub impact: Impact,
    /// Its current state.
    pub state: StoryState,
    /// When the trouble began.
    pub began_at: Time,
    /// When it was published.
    pub published_at: Time,
    /// When it was last updated.
    pub updated_at: Time,
    /// When it was fixed, if it is now being monitored or is over.
    pub monitoring_at: Option<Time>,
    /// When it was resolved.
    pub resolved_at: Option<Time>,
    /// The positions of its components.
    pub components: Vec<usize>,
    /// Its updates, newest first.
    pub updates: Vec<Update>,
    /// The lessons learned, in Markdown.
    pub postmortem: Option<String>,
}

/// Announced maintenance.
#[derive(Clone, Debug)]
pub struct Maintenance {
    /// Its stable id.
    pub id: String,
    /// The configured title, if there is one.
    pub title: Option<String>,
    /// The announced start.
    pub from: Time,
    /// The announced end.
    pub to: Time,
    /// When it ended.
    pub ended: Option<Time>,
    /// The positions of its components.
    pub components: Vec<usize>,
}

impl Maintenance {
    /// The key of the text for its progress.
    pub(super) fn state(&self, now: Time) -> &'static str {
        match (self.ended, self.from <= now) {
            (Some(_), _) => "maintenance.completed",
            (None, true) => "maintenance.active",
            (None, false) => "maintenance.scheduled",
        }
    }
}

/// All public data.
#[derive(Clone, Debug)]
pub struct View {
    /// The page's stable id.
    pub id: String,
    /// The page's name.
    pub name: String,
    /// Its public URL without a trailing slash; empty if none is configured.
    pub url: String,
    /// The appearance of the page.
    pub look: PublicPage,
    /// Whether this is a simulation.
    pub simulation: bool,
    /// The time of this state.
    pub as_of: Time,
    /// When plugwatch started.
    pub started_at: Time,
    /// When the page was rendered.
    pub now: Time,
    /// How long after `as_of` the view may be shown as the current state.
    pub lasts: Duration,
    /// Whether plugwatch's own network is down.
    pub blind: bool,
    /// Whether the data is old, so that what worked then may no longer work.
    pub stale: bool,
    /// The state of the whole page.
    pub indicator: Indicator,
    /// The groups in order.
    pub groups: Vec<Group>,
    /// The components in order.
    pub components: Vec<Component>,
    /// Incidents, newest first.
    pub incidents: Vec<Incident>,
    /// Maintenance in progress or scheduled, earliest first.
    pub maintenances: Vec<Maintenance>,
    /// Finished maintenance, newest first.
    pub finished: Vec<Maintenance>,
}

impl View {
    /// The public part of these facts.
    pub fn of(facts: &Facts<'_>) -> View {
        let shown: Vec<(&DependencySnapshot, &PublicEntry)> =
            facts.snapshot.each().filter_map(|d| Some((d, d.public.as_ref()?))).collect();
        let groups = groups(facts, &shown);
        let ids: Vec<&str> = shown.iter().map(|(dependency, _)| dependency.id.as_str()).collect();
        let incidents: Vec<Incident> = facts.incidents.iter().filter_map(|one| incident(facts, one, &ids)).collect();
        let (finished, maintenances) = maintenances(facts, &ids);
        let stale = facts.now.since(facts.snapshot.as_of) > STALE;
        let mut components: Vec<Component> =
            shown.iter().map(|(dependency, entry)| component(facts, dependency, entry, &groups)).collect();
        for (n, component) in components.iter_mut().enumerate() {
            let works = maintenances.iter().any(|work| work.from <= facts.now && work.components.contains(&n));
            component.state = PublicState::of(shown[n].0, works);
            if stale && !matches!(component.state, PublicState::Unavailable | PublicState::Partial) {
                component.state = PublicState::Unchecked;
            }
            let open = incidents.iter().find(|one| one.resolved_at.is_none() && one.components.contains(&n));
            component.incident = open.map(|incident| incident.id.clone());
        }
        let states: Vec<PublicState> = components.iter().map(|component| component.state).collect();
        View {
            id: facts.ids.of("page", ""),
            name: facts.page.name.clone().unwrap_or_else(|| facts.snapshot.platform.clone()),
            url: facts.page.url.clone().unwrap_or_default(),
            look: facts.page.clone(),
            simulation: facts.snapshot.simulation,
            as_of: facts.snapshot.as_of,
            started_at: facts.snapshot.started_at,
            now: facts.now,
            lasts: STALE,
            blind: facts.snapshot.own_network == OwnNetwork::Blind,
            stale,
            indicator: indicator(&states),
            groups,
            components,
            incidents,
            maintenances,
            finished,
        }
    }

    /// Until when the view may be shown as the current state.
    pub fn stale_after(&self) -> Time {
        self.as_of.plus(self.lasts)
    }

    /// The incident with this id.
    pub fn incident(&self, id: &str) -> Option<&Incident> {
        self.incidents.iter().find(|incident| incident.id == id)
    }

    /// The component with this id.
    pub fn component(&self, id: &str) -> Option<&Component> {
        self.components.iter().find(|component| component.id == id)
    }

    /// Open incidents.
    pub fn open_incidents(&self) -> impl Iterator<Item = &Incident> {
        self.incidents.iter().filter(|incident| incident.resolved_at.is_none())
    }
}

/// The configured groups in the order of the page, then others in order of appearance.
fn groups(facts: &Facts<'_>, shown: &[(&DependencySnapshot, &PublicEntry)]) -> Vec<Group> {
    let used: Vec<&String> = shown.iter().filter_map(|(_, entry)| entry.group.as_ref()).collect();
    let mut names: Vec<&String> = facts.page.groups.iter().filter(|name| used.contains(name)).collect();
    for name in used {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.into_iter().map(|name| Group { id: facts.ids.of("group", name), name: name.clone() }).collect()
}

fn component(facts: &Facts<'_>, dependency: &DependencySnapshot, entry: &PublicEntry, groups: &[Group]) -> Component {
    let unknown = History::default();
    let history = facts.history.get(&dependency.id).unwrap_or(&unknown);
    let checked = dependency.probes.iter().filter_map(|probe| probe.last.as_ref()).map(|last| last.at).max();
    Component {
        id: facts.ids.of("component", dependency.was.as_ref().unwrap_or(&dependency.id)),
        label: entry.label.clone(),
        description: entry.description.clone(),
        group: groups.iter().position(|group| Some(&group.name) == entry.group.as_ref()),
        state: PublicState::Unchecked,
        since: dependency.since().map(|since| since.min(facts.now)),
        last_checked: checked,
        uptime: Window::ALL.iter().map(|window| history.uptime(window.span(), facts.now)).collect(),
        days: history.last_days(facts.now),
        first_seen: history.days.first().map(|(at, _)| *at),
        incident: None,
    }
}

/// The positions of the public dependencies among `wanted`; `None` if none is public.
fn positions(wanted: &[String], ids: &[&str]) -> Option<Vec<usize>> {
    let is_wanted = |id: &&&str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == **id);
    let found: Vec<usize> = ids.iter().enumerate().filter(|(_, id)| is_wanted(id)).map(|(n, _)| n).collect();
    (!found.is_empty()).then_some(found)
}

fn incident(facts: &Facts<'_>, told: &PublicIncident, ids: &[&str]) -> Option<Incident> {
    // An incident that affects only components that are no longer public is not shown.
    let components = if told.dependencies.is_empty() { Vec::new() } else { positions(&told.dependencies, ids)? };
    let update = |update: &crate::core::people::public_incident::StoryUpdate| Update {
        id: facts.ids.of("update", &format!("{} {}", told.public_id, update.id)),
        at: update.at,
        state: update.state,
        words: update.words.clone(),
    };
    let over = (!told.is_open()).then(|| told.updated_at());
    Some(Incident {
        id: told.public_id.clone(),
        title: told.title.clone(),
        impact: told.impact,
        state: told.state(),
        began_at: told.began_at,
        published_at: told.published_at(),
        updated_at: told.updated_at(),
        monitoring_at: told.since(StoryState::Monitoring),
        resolved_at: over,
        components,
        updates: told.updates.iter().rev().map(update).collect(),
        postmortem: told.postmortem.clone(),
    })
}

/// Finished maintenance, newest first, and other maintenance, earliest first, with one entry for each occurrence.
fn maintenances(facts: &Facts<'_>, ids: &[&str]) -> (Vec<Maintenance>, Vec<Maintenance>) {
    let mut all: Vec<Maintenance> = facts.works.iter().filter_map(|work| maintenance(facts, work, ids)).collect();
    all.sort_by(|a, b| (a.from, a.to, &a.id, a.ended).cmp(&(b.from, b.to, &b.id, b.ended)));
    all.dedup_by(|a, b| a.id == b.id);
    let (mut finished, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|work| work.ended.is_some());
    finished.sort_by_key(|work| std::cmp::Reverse(work.ended));
    (finished, rest)
}

fn maintenance(facts: &Facts<'_>, work: &WorkSpan, ids: &[&str]) -> Option<Maintenance> {
    let components = positions(&work.dependencies, ids)?;
    let name = format!("{} {} {}", work.from.0, work.to.0, work.dependencies.join(" "));
    Some(Maintenance {
        id: facts.ids.of("maintenance", &name),
        title: work.title.clone(),
        from: work.from,
        to: work.to,
        ended: work.ended,
        components,
    })
}
