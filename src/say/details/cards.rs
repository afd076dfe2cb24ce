//! The card of one dependency: what is wrong, what to do, and the evidence.

use minijinja::{Value, context};

use super::{Facts, class, lines};
use crate::core::dependency::shown::Shown;
use crate::core::platform::snapshot::{DependencySnapshot, ProbeSnapshot};
use crate::core::time::{Time, human};
use crate::say::sentence;
use crate::say::status::{verdict_words, words};

pub(super) fn card(facts: &Facts<'_>, dependency: &DependencySnapshot) -> Value {
    let (shown, now, zone) = (dependency.shown(), facts.now, facts.zone);
    let lost = matches!(shown, Shown::Dropped | Shown::Outage);
    let hint = dependency.explaining().and_then(|held| held.hint.clone()).filter(|_| shown != Shown::Live);
    let evidence = facts.operator.as_ref().and_then(|operator| operator.evidence.get(&dependency.id));
    context! {
        id => dependency.id, label => dependency.label, vendor => dependency.vendor, class => class(shown),
        words => words(shown), say => sentence(dependency.say()), criticality => dependency.criticality.word(),
        hint => hint.map(sentence), notes => dependency.notes.iter().map(|note| sentence(note.clone())).collect::<Vec<_>>(),
        breaks => dependency.breaks.as_ref().filter(|_| lost), fallback => dependency.fallback.as_ref().filter(|_| lost),
        since => dependency.since().map(|at| at.local(zone, now)), ago => dependency.since().map(|at| human(now.since(at))),
        verified => dependency.verified_at.map(|at| human(now.since(at))), contact => dependency.contact.as_ref().filter(|_| lost),
        lines => lines::of(facts, &dependency.id), evidence,
        probes => dependency.probes.iter().map(|one| probe(facts, one)).collect::<Vec<_>>(),
    }
}

/// The title of a check, with its storefront's country.
pub(super) fn title(probe: &ProbeSnapshot) -> String {
    let title = if probe.title.is_empty() { &probe.check } else { &probe.title };
    probe.country.as_ref().map_or_else(|| title.clone(), |country| format!("{title} in {}", country.to_uppercase()))
}

fn probe(facts: &Facts<'_>, probe: &ProbeSnapshot) -> Value {
    let now = facts.now;
    let last = probe.last.as_ref().map(|last| {
        context! {
            ago => human(now.since(last.at)), verdict => verdict_words(last.verdict.word()), reason => last.reason,
            say => sentence(last.say.clone()), asked => last.asked, latency_ms => last.latency_ms,
        }
    });
    let doubt = probe.standing.suspicion.as_deref().map(|doubt| {
        let checks = if doubt.reads == 1 { "1 check".to_owned() } else { format!("{} checks", doubt.reads) };
        let since = doubt.held.since.local(facts.zone, now);
        format!("{} in {checks} since {since}", verdict_words(doubt.held.verdict.word()))
    });
    let next = (probe.next_at > Time(0)).then(|| match probe.next_at > now {
        true => format!("in {}", human(probe.next_at.since(now))),
        false => "due now".to_owned(),
    });
    context! { title => title(probe), check => probe.check, last, doubt, next }
}
