//! What is known, as views for people: the board, and what an alert says.

use std::sync::Arc;

use super::Engine;
use super::plan::Spec;
use crate::config::Dependency;
use crate::core::alerting::Decision;
use crate::core::board::{Board, DependencyBoard, ProbeBoard};
use crate::core::combine::{Part, Shown, verified_at};
use crate::core::incident::{Incident, Reason};
use crate::core::model::{Role, Verdict};
use crate::core::time::{Time, human};
use crate::say::alert::About;
use crate::say::status;

impl Engine {
    /// Everything known now.
    pub(super) fn view_board(&self, now: Time) -> Board {
        Board {
            platform: self.ctx.config.platform.clone(),
            as_of: now,
            started_at: self.started_at,
            own_network: self.own.judged,
            own_network_since: self.own.since,
            dependencies: self
                .ctx
                .config
                .dependencies
                .iter()
                .map(|dependency| self.view_dependency(dependency))
                .collect(),
            unwritten_since: self.unwritten_since,
            simulation: self.simulation,
        }
    }

    fn view_dependency(&self, dependency: &Dependency) -> DependencyBoard {
        let state = self.draft.dependency(&self.state, &dependency.id);
        let (vendor, parent) = self.names(dependency);
        let probes: Vec<ProbeBoard> = self.view_probes(&dependency.id);
        let parts: Vec<Part<'_>> = self
            .plan
            .of(&dependency.id)
            .zip(&probes)
            .map(|(spec, probe)| Part {
                role: spec.probe.role,
                check: &spec.probe.check,
                country: spec.probe.country.as_deref(),
                standing: &probe.standing,
            })
            .collect();
        DependencyBoard {
            id: dependency.id.clone(),
            label: dependency.label.clone(),
            vendor,
            parent,
            criticality: dependency.criticality,
            breaks: dependency.breaks.clone(),
            fallback: dependency.fallback.clone(),
            public: dependency.public,
            state: state.combined,
            verified_at: verified_at(&parts),
            incident: state.incident,
            probes,
        }
    }

    fn view_probes(&self, dependency: &str) -> Vec<ProbeBoard> {
        let view = |spec: &Arc<Spec>| {
            let state = self.draft.probe(&self.state, spec.id);
            let title = self.ctx.config.catalog.check(&spec.probe.check).map_or("", |(_, check)| check.title.as_str());
            ProbeBoard {
                check: spec.probe.check.clone(),
                title: title.to_owned(),
                role: spec.probe.role,
                country: spec.probe.country.clone(),
                standing: state.map(|state| state.standing.clone()).unwrap_or_default(),
                last: state.and_then(|state| state.last.clone()),
                next_at: self.plan.next_at(spec.id),
            }
        };
        self.plan.of(dependency).map(view).collect()
    }

    /// The vendor's and the parent's names.
    fn names(&self, dependency: &Dependency) -> (String, String) {
        let catalog = &self.ctx.config.catalog;
        let vendor = dependency.vendors.first().and_then(|vendor| catalog.vendors.get(vendor));
        vendor.map_or_else(Default::default, |vendor| (vendor.name.clone(), catalog.parent_name(vendor)))
    }

    /// Everything that an alert about a dependency says.
    pub(super) fn about(
        &self,
        dependency: &Dependency,
        decision: &Decision,
        incident: Option<&Incident>,
        began: Option<Time>,
        at: Time,
    ) -> About {
        let (vendor, parent) = self.names(dependency);
        let catalog = &self.ctx.config.catalog;
        let decider = dependency.vendors.first().and_then(|vendor| catalog.vendors.get(vendor));
        let decider = decider.map_or_else(|| vendor.clone(), |vendor| vendor.decider.clone());
        let status_page =
            dependency.vendors.first().and_then(|vendor| catalog.vendors.get(vendor)?.status_page.as_ref());
        let over = decision.reason == Reason::Recovered;
        let others = self.neighbours(&dependency.id);
        let held = &decision.held;
        About {
            id: dependency.id.clone(),
            label: dependency.label.clone(),
            vendor,
            decider,
            parent,
            verdict: held.verdict,
            before: decision.before,
            why: held.reason.clone(),
            fault: held.fault,
            proof: held.proof,
            say: held.say.clone(),
            hint: held.hint.clone().filter(|_| !over),
            since: began.filter(|_| over).unwrap_or(held.since),
            lasted: began.filter(|_| over).map(|began| at.since(began)),
            breaks: dependency.breaks.clone(),
            fallback: dependency.fallback.clone(),
            account_id: dependency.account_id.clone(),
            contact: dependency.contact.clone(),
            contract_notice_days: dependency.contract_notice_days,
            leave: dependency.leave.iter().map(leave_text).collect(),
            status_page: status_page.map(|page| front_door(&page.url)),
            stands_on: self.stands_on(dependency),
            also_down: others.down,
            still_standing: others.standing,
            unsure: others.unsure,
            incident: incident.map(|incident| incident.public_id.clone()),
        }
    }

    /// What it needs and is not live now.
    fn stands_on(&self, dependency: &Dependency) -> Vec<String> {
        let needed = dependency.needs.iter().filter_map(|need| self.dependency(need));
        needed
            .filter_map(|need| match self.draft.dependency(&self.state, &need.id).combined.shown() {
                Shown::Live | Shown::Starting | Shown::NeedsKey => None,
                Shown::Outage => Some(format!("{}, which is out", need.label)),
                shown => Some(format!("{}, which is {}", need.label, status::words(shown).to_lowercase())),
            })
            .collect()
    }

    /// The others: what is not live besides, what still stands, verified, and what may not.
    fn neighbours(&self, but: &str) -> Neighbours {
        let mut others = Neighbours::default();
        for other in self.ctx.config.dependencies.iter().filter(|other| other.id != but) {
            let label = &other.label;
            match self.draft.dependency(&self.state, &other.id).combined.shown() {
                shown @ (Shown::Dropped | Shown::Outage | Shown::Degraded) => {
                    others.down.push(format!("{label} ({})", shown.word()));
                }
                Shown::Live => match self.doubt(other) {
                    Some(doubt) => others.unsure.push(format!("{label} ({doubt})")),
                    None => others.standing.push(label.clone()),
                },
                Shown::NotVerified => others.unsure.push(label.clone()),
                shown => others.unsure.push(format!("{label} ({})", status::words(shown))),
            }
        }
        others
    }

    /// Why something shown live is not counted as still standing.
    fn doubt(&self, dependency: &Dependency) -> Option<String> {
        if let Some(need) = self.stands_on(dependency).into_iter().next() {
            return Some(format!("stands on {need}"));
        }
        let decides = |spec: &&Arc<Spec>| matches!(spec.probe.role, Role::Serves | Role::Standing);
        let last = |spec: &Arc<Spec>| self.draft.probe(&self.state, spec.id)?.last.as_ref().map(|last| last.verdict);
        let contrary = |verdict: &Verdict| !matches!(verdict, Verdict::Live | Verdict::Degraded);
        let seen = self.plan.of(&dependency.id).filter(decides).filter_map(last).find(contrary)?;
        Some(if seen == Verdict::Unknown {
            "the last look saw nothing".to_owned()
        } else {
            format!("a look says {seen}")
        })
    }
}

/// Labels of the others.
#[derive(Default)]
struct Neighbours {
    down: Vec<String>,
    standing: Vec<String>,
    unsure: Vec<String>,
}

/// The page for people, not the file for programs.
fn front_door(url: &str) -> String {
    url::Url::parse(url).map_or_else(|_| url.to_owned(), |url| format!("{}/", url.origin().ascii_serialization()))
}

fn leave_text(step: &crate::config::LeaveStep) -> String {
    step.takes.map_or_else(|| step.step.clone(), |takes| format!("{} (takes {})", step.step, human(takes)))
}
