//! Decides about one check: standing, dependency, incident, alert. Nothing is written here; all changes are collected
//! for the next commit.

use super::decider::Decider;
use super::facts::learn;
use super::known::{DependencyState, ProbeState};
use crate::config::Dependency;
use crate::core::dependency::combine::{combine, combine_during_work};
use crate::core::dependency::incident::{Incident, Step, step, step_unjudged, turned};
use crate::core::dependency::state::{Combined, Part};
use crate::core::platform::snapshot::LastCheck;
use crate::core::probe::confirm::after;
use crate::core::probe::standing::{Change, CheckResult, Flip, Standing};
use crate::core::probe::weigh::{BLIND, OWN_NETWORK};
use crate::core::probe::witness::{OwnNetwork, Tally, Witnesses};
use crate::core::time::Time;
use crate::core::time::burn;
use crate::core::time::burn::Stock;
use crate::core::words::answer::Failure;
use crate::core::words::text::quoted;
use crate::core::words::verdict::Verdict;
use crate::engine::check::evidence;
use crate::engine::check::once::Before;
use crate::engine::check::once::FinishedCheck;
use crate::engine::check::same_page::is_strange;
use crate::engine::schedule::plan::Spec;
use crate::store::{CheckRow, IncidentChange};
use std::sync::Arc;
use std::time::Duration;

/// How long the result of another check of the same vendor counts.
const SAME_VENDOR: Duration = Duration::from_secs(900);

/// How often a standing is written if only its times have changed.
const REWRITE_AFTER: std::time::Duration = std::time::Duration::from_secs(600);

impl Decider {
    /// The current standing of a probe.
    pub(in crate::engine) fn standing(&self, id: i64) -> Arc<Standing> {
        self.known.probe(id).map(|probe| probe.standing.clone()).unwrap_or_default()
    }

    /// What is known about a probe before a check: its standing, and how fast its quota or balance is used up.
    pub(in crate::engine) fn before(&self, id: i64, now: Time) -> Before {
        let probe = self.known.probe(id);
        let burn = probe.and_then(|probe| burn::burn(&probe.stocks, now));
        let kept = probe.map(|probe| probe.evidence.clone()).unwrap_or_default();
        Before { standing: self.standing(id), burn, kept }
    }

    /// The remaining quota or balance.
    fn stock(&self, spec: &Spec, look: &CheckResult) -> Option<Stock> {
        let (_, check) = self.config.catalog.check(&spec.probe.check)?;
        let value = look.reading.facts.get(check.burning()?)?.as_f64()?;
        Some(Stock { at: look.at, value })
    }

    /// The recent results of other dependencies' checks of the same vendor.
    pub(in crate::engine) fn same_vendor(&self, spec: &Spec, now: Time) -> Option<Tally> {
        let other = |other: &&Arc<Spec>| other.probe.dependency != spec.probe.dependency;
        let mut tally = Tally::default();
        for probe in self.plan.of_vendor(&spec.probe.check).filter(other).filter_map(|other| self.known.probe(other.id))
        {
            let Some(last) = probe.last.as_ref().filter(|last| now.since(last.at) <= SAME_VENDOR) else { continue };
            match last.verdict {
                // One result is enough to show that the vendor accepts keys.
                Verdict::Live | Verdict::Degraded => return Some(Tally { live: 1, ..tally }),
                Verdict::Unknown => {}
                Verdict::Outage | Verdict::Dropped => tally.failing += 1,
            }
        }
        (tally != Tally::default()).then_some(tally)
    }

    /// The recent results of the same check of other dependencies, in the same country.
    fn same_check(&self, spec: &Spec, now: Time) -> Tally {
        let same = |other: &&Arc<Spec>| {
            let (own, other) = (&spec.probe, &other.probe);
            other.dependency != own.dependency && other.check == own.check && other.country == own.country
        };
        let others = self.plan.of_vendor(&spec.probe.check).filter(same).filter_map(|other| self.known.probe(other.id));
        let lately = others.filter_map(|probe| probe.last.as_ref()).filter(|last| now.since(last.at) <= SAME_VENDOR);
        let mut tally = Tally::default();
        for last in lately {
            match last.verdict {
                Verdict::Live | Verdict::Degraded => tally.live += 1,
                // One result is enough to show that the failure is not limited to this dependency. There may be
                // thousands of others.
                Verdict::Outage | Verdict::Dropped => return Tally { failing: 1, ..tally },
                Verdict::Unknown => {}
            }
        }
        tally
    }

    /// Decides about one check.
    pub(in crate::engine) fn decide(&mut self, looked: FinishedCheck) {
        let FinishedCheck { spec, look, answer, mut witnesses, evidence: ready } = looked;
        if look.reading.reason == "credential_refused" {
            witnesses.same_vendor = self.same_vendor(&spec, look.at);
        }
        if look.reading.verdict == Verdict::Dropped && witnesses.positive.is_some() {
            witnesses.same_check = Some(self.same_check(&spec, look.at));
        }
        let (id, at) = (spec.id, look.at);
        self.note_lateness(&spec, &look, &answer);
        let (verdict, reason, say) = as_stored(&spec, &look, &witnesses);
        let old = self.standing(id);
        // What a letter announced for now, where its first loss has come, needs no long confirmation. The same holds for
        // what its vendor no longer serves while it refuses the account's key.
        let gone =
            look.reading.verdict == Verdict::Dropped && self.runs_in_a_refused_account(&spec.probe.dependency, at);
        let hastened = gone || self.is_next_to_go(&spec.probe.dependency, at);
        let hastened = hastened.then(|| spec.probe.policy.announced());
        let (standing, flip, wants) = after(&old, &look, &witnesses, hastened.as_ref().unwrap_or(&spec.probe.policy));
        self.plan_next(&spec, &look, &standing, &wants);
        self.hurry_others(&spec, &old, &standing, at);
        self.hurry_siblings(&spec, &old, &standing, at);
        if is_strange(&answer, &look.reading) && old.unverified.is_none() {
            self.ask_some(&spec, at);
        }
        if old.unverified.as_deref().is_some_and(|unseen| unseen.held.reason == OWN_NETWORK)
            && look.reading.verdict == Verdict::Live
        {
            self.own.page_is_over(at);
        }

        // Changed in place, because most of it stays the same.
        let stock = self.stock(&spec, &look);
        let next = self.known.probe_mut(id);
        next.standing = Arc::new(standing);
        let learned = learn(&mut next.facts, &look.reading.facts, at);
        let stock = stock.filter(|stock| burn::note(&mut next.stocks, *stock));
        let cause = evidence::cause(&next.evidence, &look.reading, flip.is_some(), at);
        let evidence = cause.map(|cause| {
            next.evidence = evidence::count(&next.evidence, &look.reading, at);
            // A check may become a flip only here, because of other checks of the vendor, so its evidence may not be
            // prepared yet.
            ready.unwrap_or_else(|| self.redactor.row(cause, &answer, &look.reading)).caused(cause)
        });
        let write = worth_writing(&old, next, at);
        if write {
            next.written_at = at;
        }
        // Alerts are held back until everything has been checked again, and this may have been the last check
        // missing.
        let was_old = next.last.as_ref().is_none_or(|last| last.at < self.fresh_since);
        next.last = Some(Arc::new(LastCheck {
            at,
            asked: answer.asked,
            verdict,
            reason: reason.to_owned(),
            say: say.to_owned(),
            latency_ms: answer.took_ms,
        }));
        let standing = write.then(|| Standing::clone(&next.standing));
        // A fact that changes along with the verdict is announced with the verdict.
        let told_with_it = flip.is_some() || next.standing.suspicion.is_some();
        log_look(&spec, &look, answer.took_ms);
        self.writes.looks.push(CheckRow {
            asked: !matches!(answer.failure, Some(Failure::NeedsKey | Failure::NotAsked)),
            probe: id,
            dependency: spec.probe.dependency.clone(),
            at,
            verdict,
            reason: reason.to_owned(),
            latency_ms: answer.took_ms,
            standing,
            flip: flip.clone(),
            facts: learned.rows,
            fact_changes: learned.changes.clone(),
            stock,
            evidence,
        });
        if let Some(flip) = &flip {
            log_flip(&spec.probe.dependency, &spec.probe.check, flip);
        }
        self.unchecked.remove(&id);
        self.show(&spec.probe.dependency);
        self.correlate(&spec.probe.dependency, at);
        let dependency = &spec.probe.dependency;
        for need in self.refused_needs(dependency).into_iter().chain(self.domains_under(dependency, at)) {
            self.correlate(&need, at);
        }
        self.review_due |= was_old;
        if !told_with_it {
            self.tell_facts(&spec.probe.dependency, &spec.probe.check, &learned.changes, at);
        }
    }

    /// Combines the dependency's probes again, and derives incidents and alerts from the result.
    pub(in crate::engine) fn correlate(&mut self, id: &str, at: Time) {
        let rest = DependencyState::default();
        let old = self.known.dependency(id).unwrap_or(&rest);
        let combined =
            self.with_notices(id, self.combined(id, self.is_worked_on(id, old, at), at), old.incident.as_deref(), at);
        if self.dependency(id).is_none() || combined == old.combined {
            return;
        }
        let old = old.clone();
        if combined.decides_like(&old.combined) {
            // Only the wording changed, so it is shown from now on without an event. A drop for a different reason in
            // the vendor's own words is still reported.
            let word = |combined: &Combined| {
                let dropped = combined.held.as_ref().filter(|held| held.verdict == Verdict::Dropped)?;
                quoted(&dropped.say)
            };
            self.review_due |= word(&combined) != word(&old.combined);
            self.known.set_dependency(id, DependencyState { combined, ..old });
            return;
        }
        let step = step(old.incident.as_deref(), &combined);
        let incident = self.move_incident(id, &step, old.incident, at);
        let step = step_unjudged(old.unjudged.as_deref(), &combined);
        let unjudged = self.move_incident(id, &step, old.unjudged, at);
        self.note_dependency(id, DependencyState { combined, incident, unjudged, notified: old.notified }, at);
        self.review_due = true;
    }

    /// A probe's part in its dependency.
    pub(in crate::engine) fn part<'a>(&self, spec: &'a Spec, standing: &'a Standing) -> Part<'a> {
        let found = self.config.catalog.check(&spec.probe.check);
        let category = found.map_or("", |(vendor, _)| vendor.category.as_str());
        Part {
            role: spec.probe.role,
            check: &spec.probe.check,
            spread: &spec.probe.spread,
            country: spec.probe.country.as_deref(),
            listing: category == "app_store",
            console: ["app_store", "hosting"].contains(&category),
            blind_after: spec.probe.policy.blind_after,
            standing,
        }
    }

    /// The combined state of a dependency, computed from the standings of its probes.
    pub(in crate::engine) fn combined(&self, id: &str, worked_on: bool, now: Time) -> Combined {
        if let Some(why) = self.dependency(id).and_then(|dependency| dependency.not_monitored.as_ref()) {
            return Combined::not_monitored(why);
        }
        let rest = Standing::default();
        let parts = self.parts(id, &rest);
        let combined = match worked_on {
            true => combine_during_work(&parts),
            false => self.with_what_it_carries(id, combine(&parts), now),
        };
        self.with_a_takeover(id, self.on_own_side(id, combined), now)
    }

    /// What is known about each probe of a dependency; `rest` is used for a probe that has not been checked.
    pub(super) fn parts<'a>(&'a self, id: &str, rest: &'a Standing) -> Vec<Part<'a>> {
        let standing = |spec: &Spec| self.known.probe(spec.id).map_or(rest, |probe| probe.standing.as_ref());
        self.plan.of(id).map(|spec| self.part(spec, standing(spec))).collect()
    }

    /// Whether announced maintenance explains an outage. Maintenance does not withdraw a drop that was already
    /// reported.
    pub(in crate::engine) fn is_worked_on(&self, id: &str, old: &DependencyState, at: Time) -> bool {
        let concluded = old.incident.as_ref().is_some_and(|incident| incident.verdict == Verdict::Dropped);
        !concluded && self.maintenance_until(id, at).is_some()
    }

    fn move_incident(
        &mut self,
        dependency: &str,
        step: &Step,
        open: Option<Box<Incident>>,
        at: Time,
    ) -> Option<Box<Incident>> {
        let (incident, say, closed_at) = match (step, open) {
            (Step::Stay, open) => return open,
            (Step::Open(held), _) => {
                let id = self.next_incident;
                self.next_incident += 1;
                let incident = Incident {
                    id,
                    public_id: self.next_id(),
                    verdict: held.verdict,
                    worst: held.verdict,
                    reason: held.reason.clone(),
                    fault: held.fault,
                    proof: held.proof,
                    began_at: held.since,
                    alerts: 1,
                };
                (incident, held.say.clone(), None)
            }
            (Step::Turn(held), Some(open)) => {
                let turned = turned(&open, held);
                // The record keeps the text from when the trouble was at its worst.
                let say = if turned.worst == held.verdict { held.say.clone() } else { String::new() };
                (Incident { alerts: open.alerts + 1, ..turned }, say, None)
            }
            (Step::Close(held), Some(open)) => {
                // The trouble ended with the first good check, if its time is known.
                let ended = Some(held.since).filter(|since| *since > open.began_at && *since <= at).unwrap_or(at);
                (Incident { alerts: open.alerts + 1, ..*open }, String::new(), Some(ended))
            }
            (Step::Turn(_) | Step::Close(_), None) => return None,
        };
        let change = IncidentChange {
            incident: incident.clone(),
            dependency: dependency.to_owned(),
            say,
            ends: "",
            opened_at: at,
            closed_at,
        };
        self.writes.incidents.push(change);
        closed_at.is_none().then(|| Box::new(incident))
    }

    pub(in crate::engine) fn dependency(&self, id: &str) -> Option<&Dependency> {
        self.config.dependencies.get(self.platform.position(id)?)
    }
}

/// How a check counts in history and sums. If plugwatch's own network was down, a failure counts as unreadable and
/// not as an outage, whatever the answer looked like.
fn as_stored<'l>(spec: &Spec, look: &'l CheckResult, witnesses: &Witnesses) -> (Verdict, &'l str, &'l str) {
    let reading = &look.reading;
    let blind = witnesses.own_network == OwnNetwork::Blind && !spec.probe.policy.local;
    match blind && reading.verdict != Verdict::Live {
        true => (Verdict::Unknown, OWN_NETWORK, BLIND),
        false => (reading.verdict, reading.reason.as_str(), reading.say.as_str()),
    }
}

fn worth_writing(old: &Standing, next: &ProbeState, at: Time) -> bool {
    !old.decides_like(&next.standing) || at.since(next.written_at) > REWRITE_AFTER
}

fn log_look(spec: &Spec, look: &CheckResult, took_ms: u32) {
    tracing::debug!(
        dependency = spec.probe.dependency,
        check = spec.probe.check,
        country = spec.probe.country,
        verdict = look.reading.verdict.word(),
        reason = look.reading.reason,
        ms = took_ms,
        "looked"
    );
}

fn log_flip(dependency: &str, check: &str, flip: &Flip) {
    let from = flip.from.map_or("first seen", |from| from.word());
    let (to, reason) = (flip.to.verdict.word(), flip.to.reason.as_str());
    match flip.change {
        Change::Verdict => tracing::info!(dependency, check, from, to, reason, "{dependency}: {from} to {to}"),
        Change::Blind => tracing::warn!(dependency, check, reason, "{dependency}: cannot be checked ({reason})"),
        Change::Sighted => tracing::info!(dependency, check, "{dependency}: can be checked again"),
    }
}
