//! What people are shown: the snapshot, and the contents of an alert.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalog::{Rule, StatusPage, Vendor};
use crate::config::Dependency;
use crate::core::alerting::message::Telling;
use crate::core::dependency::combine::verified_at;
use crate::core::dependency::incident::Reason;
use crate::core::dependency::shown::Shown;
use crate::core::dependency::state::Part;
use crate::core::dependency::takeover::is_taken_over;
use crate::core::platform::snapshot::{DependencySnapshot, ProbeSnapshot, Snapshot};
use crate::core::probe::standing::{Held, Standing};
use crate::core::time::{Time, human};
use crate::core::words::check_in::Takes;
use crate::core::words::verdict::Proves;
use crate::core::words::verdict::Verdict;
use crate::engine::decide::decider::Decider;
use crate::engine::decide::others::Others;
use crate::engine::schedule::plan::Spec;
use crate::say::about::About;
use crate::say::{status, tally};

impl Decider {
    /// A snapshot of the current state.
    pub(in crate::engine) fn view_snapshot(&self, now: Time) -> Snapshot {
        let dependencies = (0..self.config.dependencies.len()).map(|position| Arc::new(self.view_at(position, now)));
        Snapshot { dependencies: dependencies.collect(), ..self.view_platform(now) }
    }

    /// The snapshot without its dependencies.
    pub(in crate::engine) fn view_platform(&self, now: Time) -> Snapshot {
        Snapshot {
            platform: self.config.platform.clone(),
            as_of: now,
            started_at: self.started_at,
            own_network: self.own.judged,
            own_network_since: self.own.since,
            dependencies: Vec::new(),
            unwritten_since: self.unwritten_since,
            late: self.lateness.last,
            all_late: self.lateness.all,
            simulation: self.simulation,
        }
    }

    /// The dependency at a position, with people's actions about it.
    pub(in crate::engine) fn view_at(&self, position: usize, now: Time) -> DependencySnapshot {
        let mut shown = self.view_noted(position, now);
        shown.not_after(now);
        shown
    }

    /// The dependency at a position, for comparison; `None` if some of its times lie in the future.
    pub(in crate::engine) fn rebuilt_at(&self, position: usize, now: Time) -> Option<DependencySnapshot> {
        let rebuilt = self.view_at(position, now);
        (rebuilt == self.view_noted(position, now)).then_some(rebuilt)
    }

    fn view_noted(&self, position: usize, now: Time) -> DependencySnapshot {
        let dependency = &self.config.dependencies[position];
        DependencySnapshot { notes: self.notes_on(&dependency.id, now), ..self.view_dependency(dependency) }
    }

    pub(in crate::engine) fn view_dependency(&self, dependency: &Dependency) -> DependencySnapshot {
        let state = self.known.dependency(&dependency.id);
        let vendor = self.vendor(dependency, "");
        let probes: Vec<ProbeSnapshot> = self.view_probes(&dependency.id);
        let parts: Vec<Part<'_>> =
            self.plan.of(&dependency.id).zip(&probes).map(|(spec, probe)| self.part(spec, &probe.standing)).collect();
        DependencySnapshot {
            id: dependency.id.clone(),
            was: dependency.was.clone(),
            label: dependency.label.clone(),
            vendor: vendor.map(|vendor| vendor.name.clone()).unwrap_or_default(),
            parent: vendor.map(|vendor| self.config.catalog.parent_name(vendor)).unwrap_or_default(),
            companies: self.companies_of(dependency),
            criticality: dependency.criticality,
            breaks: dependency.breaks.clone(),
            needs: dependency.needs.clone(),
            fallback: dependency.fallback.clone(),
            fallback_on: dependency.fallback_on.clone(),
            leave: dependency.leave.iter().map(|step| (step.step.clone(), step.takes)).collect(),
            contract_notice_days: dependency.contract_notice_days,
            contact: dependency.contact.clone(),
            public: dependency.public.entry().cloned(),
            state: state.map(|state| state.combined.clone()).unwrap_or_default(),
            verified_at: verified_at(&parts),
            incident: state.and_then(|state| state.incident.clone()),
            notes: Vec::new(),
            probes,
        }
    }

    fn companies_of(&self, dependency: &Dependency) -> Vec<(String, String)> {
        let catalog = &self.config.catalog;
        dependency.companies.iter().map(|slug| (slug.clone(), catalog.company(slug))).collect()
    }

    fn view_probes(&self, dependency: &str) -> Vec<ProbeSnapshot> {
        let view = |spec: &Arc<Spec>| {
            let state = self.known.probe(spec.id);
            let check = self.config.catalog.check(&spec.probe.check).map(|(_, check)| check);
            ProbeSnapshot {
                check: spec.probe.check.clone(),
                title: check.map_or_else(String::new, |check| check.title.clone()),
                proves: check.map_or(Proves::Presence, |check| check.proves),
                role: spec.probe.role,
                country: spec.probe.country.clone(),
                standing: state.map(|state| state.standing.clone()).unwrap_or_default(),
                last: state.and_then(|state| state.last.clone()),
                next_at: self.plan.next_at(spec.id),
            }
        };
        let mut probes: Vec<ProbeSnapshot> = self.plan.of(dependency).map(view).collect();
        // Nearly always, there is only one probe for as long as the program runs.
        probes.shrink_to_fit();
        probes
    }

    /// The vendor of a check; if there is none, of the dependency's first probe.
    pub(in crate::engine) fn vendor(&self, dependency: &Dependency, by: &str) -> Option<&Vendor> {
        let catalog = &self.config.catalog;
        let first = || dependency.vendors.first().and_then(|vendor| catalog.vendors.get(vendor));
        catalog.check(by).map(|(vendor, _)| vendor).or_else(first)
    }

    /// The vendor behind a dependency, if the reader needs the name: not for the user's own parts, and not if the
    /// label contains it.
    pub(in crate::engine) fn behind(&self, dependency: &Dependency, by: &str) -> Option<String> {
        let vendor = self.vendor(dependency, by)?;
        (vendor.parent != "own" && vendor.name != dependency.label).then(|| vendor.name.clone())
    }

    /// Who decides about the account, in the words of messages.
    pub(in crate::engine) fn decider(&self, dependency: &Dependency) -> String {
        self.vendor(dependency, "").map_or_else(String::new, |vendor| vendor.decider.clone())
    }

    /// Who decided the current state: the party that the rule names, or otherwise the one in the vendor's file.
    pub(in crate::engine) fn decider_of(&self, vendor: Option<&Vendor>, held: &Held) -> String {
        let named = self.rule(held).and_then(|rule| rule.decider.clone());
        named.or_else(|| Some(vendor?.decider.clone())).unwrap_or_default()
    }

    /// The catalogue rule that resulted in this reading.
    pub(in crate::engine) fn rule(&self, held: &Held) -> Option<&Rule> {
        let rules = self.config.catalog.check(&held.by)?.1.rules.as_slice();
        let same = || rules.iter().filter(|rule| rule.reason == held.reason);
        same().find(|rule| rule.fault == held.fault).or_else(|| same().next())
    }

    /// What an alert already names, and so need not list again: its subject, and earlier losses.
    fn named(&self, telling: &Telling) -> BTreeSet<usize> {
        telling.members.iter().chain(&telling.losses).copied().collect()
    }

    /// The full contents of an alert about a dependency. `began` is when a state that is now over began.
    pub(in crate::engine) fn about(
        &self,
        dependency: &Dependency,
        telling: &Telling,
        began: Option<Time>,
        at: Time,
    ) -> About {
        let vendor = self.vendor(dependency, &telling.wanted.held.by);
        let catalog = &self.config.catalog;
        let over = telling.wanted.reason == Reason::Recovered;
        let settled = telling.wanted.reason == Reason::Settled && telling.wanted.held.verdict == Verdict::Live;
        let ended = over || settled || telling.wanted.reason == Reason::Sighted;
        let others = self.others(&self.named(telling));
        let standing = self.standing_others(&others);
        let held = &telling.wanted.held;
        let unwatched = began.filter(|_| over).and_then(|began| self.unwatched(dependency, began, held.since));
        let (in_order, working) = self.working_apart(dependency, &others);
        let named = |label: &String| in_order.iter().any(|one| one.label == *label);
        let ended_at = unwatched.map_or(held.since, |(from, _)| from);
        let fallback = self.fallback_now(dependency);
        let dropped = held.verdict == Verdict::Dropped && telling.reason != Reason::Suspected;
        let appeal = vendor.filter(|_| dropped).and_then(|vendor| vendor.appeal.as_ref());
        let wording = self.letter_of(&dependency.id, at);
        let speaks_of_it = self.is_announced(&dependency.id, at);
        About {
            id: dependency.id.clone(),
            label: dependency.label.clone(),
            vendor: vendor.map(|vendor| vendor.name.clone()).unwrap_or_default(),
            decider: self.decider_of(vendor, held),
            parent: vendor.map(|vendor| catalog.parent_name(vendor)).unwrap_or_default(),
            verdict: held.verdict,
            before: telling.wanted.before,
            warned: String::new(),
            why: held.reason.clone(),
            fault: held.fault,
            proof: held.proof,
            say: held.say.clone(),
            hint: self.to_do(dependency, telling, (began, over), at),
            data_unconfirmed: self.is_data_unconfirmed(dependency, telling, began),
            lost_before: self.lost_before(dependency, held).filter(|_| !over),
            since: began.filter(|_| ended).unwrap_or(held.since).min(at),
            lasted: began.filter(|_| ended).map(|began| ended_at.since(began)),
            unwatched_until: unwatched.map(|(_, until)| until),
            breaks: dependency.breaks.clone(),
            fallback: dependency.fallback.clone(),
            account_id: dependency.account_id.clone(),
            contact: dependency.contact.clone(),
            contract_notice_days: dependency.contract_notice_days,
            leave: dependency.leave.iter().map(|step| self.step_text(dependency, step, at)).collect(),
            status_page: vendor.and_then(|vendor| vendor.status_page.as_ref()).map(front_door),
            stands_on: self.behind_it(dependency),
            also_down: self.down(&others),
            region: self.region_name(dependency, held).or(wording.region.map(str::to_owned)),
            repeated: false,
            returning: self.returning(&others),
            as_warned: held.verdict == Verdict::Outage && self.is_as_warned(dependency, held, at),
            proven: status::by_proof(&standing),
            still_standing: standing.into_iter().map(|(_, label)| label).filter(|label| !named(label)).collect(),
            unsure: self.unsure_beside(dependency, held, &others),
            incident: None,
            announced: self.announced(&dependency.id, at).filter(|_| speaks_of_it),
            related: self.announced(&dependency.id, at).filter(|_| !speaks_of_it),
            fallback_state: self.fallback_state(dependency),
            group: None,
            losses: Vec::new(),
            lost_at: Vec::new(),
            loss_number: 0,
            refused_losses: 0,
            unseen: self.unseen(&dependency.id).filter(|_| over),
            steps: Vec::new(),
            working,
            in_order,
            more_working: others.more_working,
            without_fallback: Vec::new(),
            keeps_working: self.users_keep(dependency, vendor, held).filter(|_| telling.reason != Reason::Suspected),
            appeal: appeal.map(|appeal| appeal.url.clone()),
            appeal_behind_login: appeal.is_some_and(|appeal| appeal.behind_login),
            demand: wording.demand,
            terms: wording.terms,
            fallback_on: fallback.as_ref().map(|(other, _)| other.clone()),
            fallback_works: fallback.as_ref().and_then(|(_, works)| *works),
            fallback_ends: self.fallback_ends(dependency, at),
            fallback_warns: self.fallback_warns(dependency),
            ends: self.ends_at(&dependency.id, at),
            until: held.until,
            last_day: self.is_last_day(&dependency.id, at),
            ending_soon: self.ending_soon(&dependency.id, at),
            reported: self.letters_about(&dependency.id, at),
            next: telling.next,
            criticality: Some(dependency.criticality),
            attested: dependency.probes.iter().any(|probe| self.config.takes(probe) == Some(Takes::Words)),
        }
    }

    /// What may not work. The pages that show a domain to be in other hands are in the message already.
    fn unsure_beside(&self, dependency: &Dependency, held: &Held, others: &Others) -> Vec<String> {
        let position = self.platform.position(&dependency.id).filter(|_| is_taken_over(&held.reason));
        let pages: Vec<&str> = position.map_or_else(Vec::new, |position| {
            let pages = self.platform.needed_by(position).iter();
            pages.map(|page| self.config.dependencies[*page].label.as_str()).collect()
        });
        let mut unsure = self.unsure(others, true);
        unsure.retain(|label| !pages.contains(&label.as_str()));
        unsure
    }

    /// The period without a readable check in which a state ended, if there was one, because the exact time is then
    /// unknown.
    fn unwatched(&self, dependency: &Dependency, began: Time, ended: Time) -> Option<(Time, Time)> {
        self.paused(dependency, began, ended).or_else(|| self.unread(dependency, began, ended))
    }

    /// The period between the last check that still saw the state and the first one that saw its end, if no check
    /// could be read for longer than `blind_after`.
    fn unread(&self, dependency: &Dependency, began: Time, ended: Time) -> Option<(Time, Time)> {
        let decides = self.plan.of(&dependency.id).filter(|spec| spec.probe.role.decides());
        let last = |spec: &Arc<Spec>| {
            let standing = &self.known.probe(spec.id)?.standing;
            let turned = standing.confirmed.as_ref().is_some_and(|held| held.since == ended);
            let until = standing.before_until.filter(|until| turned && *until >= began)?;
            Some((until, spec.probe.policy.blind_after))
        };
        // The latest of all checks that still saw the state.
        let (last, blind_after) = decides.filter_map(last).max()?;
        (ended.since(last) >= blind_after).then_some((last, ended))
    }

    /// The period in which plugwatch was not running, if the state ended in it.
    fn paused(&self, dependency: &Dependency, began: Time, ended: Time) -> Option<(Time, Time)> {
        let (from, to) = self.gap.filter(|(from, to)| *from >= began && *to <= ended)?;
        let decides = self.plan.of(&dependency.id).filter(|spec| spec.probe.role.decides());
        let standings: Vec<_> = decides.filter_map(|spec| Some(self.known.probe(spec.id)?.standing.clone())).collect();
        let seen_after = |standing: &Arc<Standing>| standing.before_until.is_some_and(|at| at > from);
        // When a letter is withdrawn, a state ends without any change in a check.
        let turned = |standing: &Arc<Standing>| {
            let since = standing.confirmed.as_ref().map(|held| held.since);
            standing.before_until.is_some() && since.is_some_and(|since| since >= to)
        };
        (standings.iter().any(turned) && !standings.iter().any(seen_after)).then_some((from, to))
    }

    /// Which parts of a dependency cannot be checked.
    fn unseen(&self, id: &str) -> Option<String> {
        let unseen = self.known.dependency(id)?.combined.unseen.first();
        unseen.map(|unseen| format!("{}: {}", unseen.held.by, unseen.held.say))
    }

    /// What it needs that is in trouble, and other checks of the same domain that found it lost. Something that only
    /// cannot be checked is left out, because it is not the first place to look.
    fn behind_it(&self, dependency: &Dependency) -> Vec<String> {
        let mut all = self.troubled(dependency, |shown| shown != Shown::NotVerified);
        let same = |other: &&Dependency| other.id != dependency.id && other.domain.is_some();
        let same = |other: &&Dependency| same(other) && other.domain == dependency.domain;
        let restless = self.platform.restless().map(|position| &self.config.dependencies[position]);
        for other in restless.filter(same).filter(|other| self.shown_of(&other.id) == Shown::Dropped) {
            let say =
                self.known.dependency(&other.id).and_then(|state| Some(state.combined.held.as_ref()?.say.clone()));
            all.push(format!("{} ({})", other.label, say.unwrap_or_else(|| tally::spoken(Shown::Dropped).to_owned())));
        }
        all
    }

    /// What it needs that is not live now, if `counts` accepts its state.
    pub(in crate::engine) fn troubled(&self, dependency: &Dependency, counts: impl Fn(Shown) -> bool) -> Vec<String> {
        let needed = dependency.needs.iter().filter_map(|need| self.dependency(need));
        needed
            .filter_map(|need| match self.shown_of(&need.id) {
                Shown::Live | Shown::Starting | Shown::NeedsKey | Shown::NotMonitored => None,
                shown if !counts(shown) => None,
                Shown::Outage => Some(format!("{} (out)", need.label)),
                shown => Some(format!("{} ({})", need.label, tally::spoken(shown))),
            })
            .collect()
    }
}

/// The page for people, not the one for programs.
fn front_door(page: &StatusPage) -> String {
    let root = |url: url::Url| format!("{}/", url.origin().ascii_serialization());
    let usual = || url::Url::parse(&page.url).map_or_else(|_| page.url.clone(), root);
    page.page.clone().unwrap_or_else(usual)
}

pub(in crate::engine) fn leave_text(step: &crate::config::LeaveStep) -> String {
    step.takes.map_or_else(|| step.step.clone(), |takes| format!("{} (takes {})", step.step, human(takes)))
}
