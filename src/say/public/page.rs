//! The public page, its incidents and its monthly history, as HTML. The pages work without scripts; the only script
//! greys out an old page.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use minijinja::{Value, context};
use sha2::{Digest, Sha256};

use super::history::Day;
use super::pages::{SCRIPT, STYLE, markdown, render};
use super::texts::Texts;
use super::view::{Component, Incident, Maintenance, Update, View, Window};
use crate::core::people::public_incident::StoryState;
use crate::core::platform::public::Language;
use crate::core::probe::days::DayKind;
use crate::core::time::Time;

/// The maximum number of past incidents on the first page.
const PAST: usize = 5;

/// The Content-Security-Policy of these pages: they cannot be embedded in other pages, and run only their own script.
pub fn policy() -> String {
    let hash = BASE64_STANDARD.encode(Sha256::digest(SCRIPT));
    format!(
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{hash}'; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

struct Writer<'v> {
    view: &'v View,
    texts: &'static Texts,
}

/// The page with the current state.
pub fn html(view: &View, language: Language) -> String {
    let writer = Writer { view, texts: Texts::of(language) };
    let headline = writer.texts.headline(view);
    let past = view.incidents.iter().filter(|one| one.resolved_at.is_some()).take(PAST);
    let context = context! {
        headline, indicator => if view.stale || view.components.is_empty() { "unknown" } else { view.indicator.word() },
        as_of_words => writer.time(view.as_of), blind => view.blind, refresh => true,
        open => view.open_incidents().map(|one| writer.incident(one)).collect::<Vec<_>>(),
        works => view.maintenances.iter().map(|work| writer.work(work)).collect::<Vec<_>>(),
        groups => writer.groups(), past => past.map(|one| writer.incident(one)).collect::<Vec<_>>(),
        ..writer.around(&format!("{}: {headline}", view.name))
    };
    render("status", context)
}

/// One incident with its updates.
pub fn incident(view: &View, incident: &Incident, language: Language) -> String {
    let writer = Writer { view, texts: Texts::of(language) };
    let title = format!("{}: {}", view.name, incident.title);
    render("incident", context! { one => writer.incident(incident), ..writer.around(&title) })
}

/// All incidents and finished maintenance by month, newest first.
pub fn incidents(view: &View, language: Language) -> String {
    let writer = Writer { view, texts: Texts::of(language) };
    let incidents = view.incidents.iter().map(|one| (one.began_at, writer.incident(one)));
    let works = view.finished.iter().map(|work| (work.from, context! { work => writer.work(work) }));
    let mut all: Vec<(Time, Value)> = incidents.chain(works).collect();
    all.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let month = |one: &(Time, Value)| writer.texts.month(one.0, view.look.zone);
    let months = all.chunk_by(|a, b| month(a) == month(b)).map(|group| {
        let incidents: Vec<Value> = group.iter().map(|(_, one)| one.clone()).collect();
        context! { name => month(&group[0]), incidents }
    });
    let title = format!("{}: {}", view.name, writer.texts.get("history"));
    render("incidents", context! { months => months.collect::<Vec<_>>(), ..writer.around(&title) })
}

impl View {
    /// An address on this page; absolute if its public URL is known.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }
}

impl Writer<'_> {
    fn time(&self, at: Time) -> String {
        self.texts.time(at, self.view.look.zone)
    }

    /// The parts that all pages have in common.
    fn around(&self, title: &str) -> Value {
        let (view, look) = (self.view, &self.view.look);
        let language = |one: &Language| {
            let current = *one == self.texts.language;
            context! { code => one.word(), name => Texts::of(*one).get("language.name"), current }
        };
        context! {
            lang => self.texts.language.word(), title, t => self.texts.all(), base => "", name => view.name,
            logo => look.logo, favicon => look.favicon, footer => look.footer, simulation => view.simulation,
            style => Value::from_safe_string(STYLE.to_owned()), script => Value::from_safe_string(SCRIPT.to_owned()),
            accent => Value::from_safe_string(self.accent()), as_of => view.as_of.rfc3339(), stale_after => view.stale_after().rfc3339(),
            languages => Language::ALL.iter().map(language).collect::<Vec<_>>(),
        }
    }

    /// Colours were validated when the configuration was read, so nothing else can appear here.
    fn accent(&self) -> String {
        let look = &self.view.look;
        let rule = |colour: &String| format!(":root{{--accent:{colour}}}");
        let dark = |colour: &String| format!("@media (prefers-color-scheme:dark){{{}}}", rule(colour));
        let light =
            look.accent.as_ref().map(|accent| format!("@media (prefers-color-scheme:light){{{}}}", rule(accent)));
        light.unwrap_or_default() + &look.accent_dark.as_ref().map(dark).unwrap_or_default()
    }

    fn names(&self, positions: &[usize]) -> String {
        positions.iter().map(|n| self.view.components[*n].label.as_str()).collect::<Vec<_>>().join(", ")
    }

    fn state(&self, state: StoryState) -> &str {
        self.texts.get(&format!("incident.{state}"))
    }

    fn incident(&self, one: &Incident) -> Value {
        let lasted = one.resolved_at.map(|over| self.texts.span(over.since(one.began_at)));
        context! {
            id => one.id, title => one.title, impact => one.impact.word(), state => self.state(one.state),
            impact_words => self.texts.get(&format!("impact.{}", one.impact)), began => self.time(one.began_at),
            began_iso => one.began_at.rfc3339(), lasted, components => self.names(&one.components),
            updates => one.updates.iter().map(|update| self.update(update)).collect::<Vec<_>>(),
            postmortem => one.postmortem.as_ref().map(|text| markdown(text)),
        }
    }

    fn update(&self, update: &Update) -> Value {
        let (state, at, iso) = (self.state(update.state), self.time(update.at), update.at.rfc3339());
        context! { state, at, iso, html => markdown(&update.words) }
    }

    fn work(&self, work: &Maintenance) -> Value {
        let to = work.ended.unwrap_or(work.to);
        context! {
            title => work.title.as_deref().unwrap_or(self.texts.get("maintenance.title")),
            state => self.texts.get(work.state(self.view.now)), from => self.time(work.from), to => self.time(to),
            from_iso => work.from.rfc3339(), to_iso => to.rfc3339(), components => self.names(&work.components),
        }
    }

    /// The components without a group, then the groups in order. Within each, the worst state comes first.
    fn groups(&self) -> Vec<Value> {
        let groups = std::iter::once(None).chain((0..self.view.groups.len()).map(Some));
        let group = |position: Option<usize>| {
            let mut rows: Vec<&Component> =
                self.view.components.iter().filter(|component| component.group == position).collect();
            rows.sort_by_key(|component| component.state.rank());
            let name = position.map(|n| self.view.groups[n].name.clone());
            let rows: Vec<Value> = rows.into_iter().map(|component| self.row(component)).collect();
            (!rows.is_empty()).then(|| context! { name, rows })
        };
        groups.filter_map(group).collect()
    }

    fn row(&self, component: &Component) -> Value {
        let checked = component.last_checked.map_or_else(
            || self.texts.get("never_checked").to_owned(),
            |at| format!("{} {}", self.texts.get("checked"), self.time(at)),
        );
        let quarter = component.uptime.last().copied().flatten();
        let days: Vec<String> = component.days.iter().filter_map(|day| self.trouble(day)).collect();
        let seen = component.days.iter().any(|day| day.kind != DayKind::Blank);
        context! {
            id => component.id, label => component.label, description => component.description,
            state => component.state.word(), words => self.texts.state(component.state),
            since => component.since.map(|at| self.time(at)), since_iso => component.since.map(Time::rfc3339), checked,
            uptime => self.uptime(quarter), uptimes => self.uptimes(component), trouble => days,
            fine => self.texts.get(if seen { "days_fine" } else { "uptime_none" }),
            bars => Value::from_safe_string(bars(&component.days)),
        }
    }

    fn uptime(&self, share: Option<f64>) -> String {
        match share {
            Some(_) => format!("{} {}", self.texts.percent(share), self.texts.get("uptime")),
            None => self.texts.percent(share),
        }
    }

    /// The uptimes in words, such as `24h: 100 %, 7d: 99.95 %`.
    fn uptimes(&self, component: &Component) -> String {
        let each = Window::ALL.iter().zip(&component.uptime);
        let known: Vec<String> = each
            .filter_map(|(window, share)| share.map(|share| format!("{window}: {}", self.texts.percent(Some(share)))))
            .collect();
        if known.is_empty() { String::new() } else { format!("{}: {}", self.texts.get("uptime"), known.join(", ")) }
    }

    /// What happened on a day, unless it was simply good.
    fn trouble(&self, day: &Day) -> Option<String> {
        let words = match day.kind {
            _ if !day.out.is_zero() => format!("{} {}", self.texts.get("day.out"), self.texts.span(day.out)),
            DayKind::Warned | DayKind::Out | DayKind::Dropped => self.texts.get("day.warned").to_owned(),
            DayKind::Unseen => self.texts.get("day.unseen").to_owned(),
            DayKind::Served | DayKind::Blank => return None,
        };
        Some(format!("{}: {words}", self.texts.date(day.at, chrono_tz::UTC)))
    }
}

/// One element for each run of equal days, because ninety elements for each component would result in a page of half
/// a megabyte.
fn bars(days: &[Day]) -> String {
    let class = |day: &Day| match day.kind {
        DayKind::Served => "s",
        DayKind::Warned => "w",
        DayKind::Out | DayKind::Dropped => "o",
        DayKind::Unseen => "u",
        DayKind::Blank => "n",
    };
    let run = |run: &[Day]| format!("<i class={} style=--n:{}></i>", class(&run[0]), run.len());
    days.chunk_by(|a, b| class(a) == class(b)).map(run).collect()
}
