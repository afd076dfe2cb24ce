//! Turns the core's announcements into alerts, one for each message, in the same transaction as the change that they
//! report.

use std::sync::Arc;

use super::decider::Decider;
use super::known::DependencyState;
use super::platform::Seen;
use super::tell::Concerning;
use crate::config::Dependency;
use crate::core::alerting::due::unseen_news;
use crate::core::alerting::message::{Telling, Together};
use crate::core::alerting::notified::LOSS_COUNTS;
use crate::core::alerting::platform_view::{Cause, PlatformView};
use crate::core::alerting::reminder::turn;
use crate::core::alerting::review::{Review, review};
use crate::core::alerting::subject::Subject;
use crate::core::alerting::subject_index::SubjectIndex;
use crate::core::dependency::incident::{Level, Reason};
use crate::core::dependency::storefronts::{is_at_home, is_mostly, is_partly};
use crate::core::people::notice::{is_by_letter, is_in_force, is_outlived, is_spent, is_terms, is_undated};
use crate::core::probe::doubt::is_by_turns;
use crate::core::probe::standing::{Held, Standing};
use crate::core::probe::weigh::without_witnesses;
use crate::core::time::Time;
use crate::core::words::check_in::Takes;
use crate::core::words::verdict::{Role, Verdict};
use crate::engine::schedule::plan::Spec;
use crate::say::about::{About, Group, OpenItem};
use crate::say::alert::Body;
use crate::say::status::spoken;
use crate::store::DependencyChange;

impl Decider {
    /// Reviews the platform: announces what is due, and records when to review again.
    pub(in crate::engine) fn review(&mut self, now: Time) {
        let seen = self.seen(self.platform.concerned(None));
        let Review { tellings, notified, again, stands } = review(&self.platform_view(&seen, now));
        self.review_at = again;
        let gone = self.gone.iter().map(|(_, at)| *at);
        let lost = notified.iter().filter_map(|(_, notified)| notified.lost_at).chain(gone).max();
        self.heightened_until = lost.map_or(Time(0), |at| at.plus(LOSS_COUNTS));
        for (n, notified) in notified {
            let position = seen.position(n);
            let state = seen.state(position);
            if state.notified != notified {
                let id = self.config.dependencies[position].id.clone();
                self.note_dependency(&id, DependencyState { notified, ..state.clone() }, now);
            }
        }
        for telling in tellings {
            let members = telling.members.iter().map(|n| seen.position(*n)).collect();
            let losses = telling.losses.iter().map(|n| seen.position(*n)).collect();
            self.tell_telling(&Telling { members, losses, ..telling }, &seen, now);
        }
        self.follow_situation(stands, now);
    }

    /// The states of the dependencies at these positions.
    pub(in crate::engine) fn seen(&self, positions: Vec<usize>) -> Seen {
        let dependencies = &self.config.dependencies;
        Seen::of(positions, |position| self.known.shared(&dependencies[position].id))
    }

    /// The platform as the core sees it.
    pub(in crate::engine) fn platform_view<'a>(&'a self, seen: &'a Seen, now: Time) -> PlatformView<'a> {
        let dependencies = &self.config.dependencies;
        let subjects: Vec<Subject<'a>> =
            seen.iter().map(|(position, state)| self.subject(&dependencies[position], state, now)).collect();
        let subjects = in_situation(subjects, self.situation.is_some());
        let edits = self.ways.iter().any(|way| way.edits);
        let (fresh_since, situation) = (self.fresh_since, self.situation.as_ref());
        let companies = self.platform.companies();
        let index = SubjectIndex::of(&subjects);
        PlatformView { subjects, index, companies, now, fresh_since, gone: &self.gone, situation, edits }
    }

    fn subject<'a>(&'a self, dependency: &'a Dependency, state: &'a DependencyState, now: Time) -> Subject<'a> {
        let ends = self.ends_at(&dependency.id, now);
        let muted = self.people.muted(&dependency.id, now);
        Subject {
            id: &dependency.id,
            parent: self.parent(dependency),
            companies: &dependency.companies,
            domain: dependency.domain.as_deref(),
            needs: &dependency.needs,
            accounts: self.accounts(dependency, state),
            criticality: dependency.criticality,
            state: &state.combined,
            incident: state.incident.as_ref(),
            notified: &state.notified,
            looked_at: self.looked_at(&dependency.id, now),
            maintenance: self.maintenance_until(&dependency.id, now),
            muted: muted.and_then(|act| act.until),
            muted_at: muted.map(|act| act.at),
            seen_to: match &state.incident {
                // A refused key that accompanies an outage may be acknowledged through a message of its own.
                Some(incident) => self.people.seen_to(incident, state.notified.news_at).or_else(|| {
                    let access = state.combined.lost_access().is_some();
                    self.people.seen_to_access(&dependency.id, state.notified.news_at).filter(|_| access)
                }),
                None => {
                    let unjudged = state.unjudged.as_ref();
                    let settled = unjudged.and_then(|open| self.people.seen_to(open, state.notified.news_at));
                    settled.or_else(|| self.people.seen_to_access(&dependency.id, state.notified.news_at))
                }
            },
            excused: self.people.excused_at(&dependency.id),
            ends,
            ends_on_a_day: self.open_letter(&dependency.id, now).is_some_and(|letter| letter.names_day(now)),
            letter: self.letter_to_several(&dependency.id, now),
            starts: self.latest_starts(dependency, self.act_by(&dependency.id, now)),
            in_situation: None,
        }
    }

    /// The accounts that a dependency may live in. If a backend reports the texts it sends but names no vendor, the
    /// account is that of the company whose code arrived.
    fn accounts<'a>(&'a self, dependency: &'a Dependency, state: &DependencyState) -> Vec<&'a str> {
        let all = dependency.accounts.iter().map(String::as_str);
        let counts = || dependency.probes.iter().any(|probe| self.config.takes(probe) == Some(Takes::Counts));
        if dependency.accounts.is_empty() || !dependency.companies.is_empty() || !counts() {
            return all.collect();
        }
        let held = state.combined.suspicion.as_ref().or(state.combined.held.as_ref());
        let Some(parent) = held.and_then(|held| self.rule(held)?.parent.as_deref()) else { return Vec::new() };
        all.filter(|id| self.dependency(id).and_then(|account| self.parent(account)) == Some(parent)).collect()
    }

    /// When the decisive home probes of a dependency were last checked, all of them; those without a key do not count.
    pub(in crate::engine) fn looked_at(&self, id: &str, now: Time) -> Option<Time> {
        let decides = |spec: &&Arc<Spec>| spec.probe.home && spec.probe.role.decides() && !spec.probe.waits_for_key();
        let last = |spec: &Arc<Spec>| Some(self.known.probe(spec.id)?.last.as_ref()?.at);
        // Where nothing can be checked, nothing waits for a check.
        self.plan.of(id).filter(decides).map(last).min().unwrap_or(Some(now))
    }

    /// When the vendor last said that the account is in good standing, if nothing contradicts it now.
    pub(in crate::engine) fn in_order_at(&self, id: &str) -> Option<Time> {
        let standing = self.plan.of(id).filter(|spec| spec.probe.role == Role::Standing);
        let standing = standing.filter_map(|spec| Some(self.known.probe(spec.id)?.standing.clone()));
        let sure = |standing: &Arc<Standing>| {
            standing.verdict() == Some(Verdict::Live) && standing.suspicion.is_none() && standing.unverified.is_none()
        };
        standing.filter(sure).filter_map(|standing| standing.verified_at).max()
    }

    /// The company whose own API the dependency's checks read; `None` if they check from outside, where it does not
    /// matter whose machines answer.
    pub(in crate::engine) fn parent(&self, dependency: &Dependency) -> Option<&str> {
        let vendor = self.config.catalog.vendors.get(dependency.vendors.first()?)?;
        (vendor.parent != "own").then_some(vendor.parent.as_str())
    }

    /// What counts as one company: the company, the domain that it is about, or the dependency alone.
    pub(in crate::engine) fn company<'d>(&'d self, dependency: &'d Dependency) -> &'d str {
        self.parent(dependency).or(dependency.domain.as_deref()).unwrap_or(&dependency.id)
    }

    /// Saves a dependency's new state, here and in the store.
    pub(in crate::engine) fn note_dependency(&mut self, id: &str, state: DependencyState, at: Time) {
        let change =
            DependencyChange { id: id.to_owned(), state: state.combined.clone(), notified: state.notified.clone(), at };
        self.writes.dependencies.push(change);
        self.platform.note(id, &state);
        self.show(id);
        self.known.set_dependency(id, state);
    }

    fn tell_telling(&mut self, telling: &Telling, seen: &Seen, now: Time) {
        let lead = telling.members[0];
        let dependency = &self.config.dependencies[lead];
        let before = seen.state(lead);
        let concerned = concerned(before);
        let body = match telling.together {
            Together::Digest => self.still_open(telling, seen, now),
            _ => {
                let began = match telling.reason {
                    Reason::Sighted => before.notified.blind_since,
                    Reason::Settled => before.notified.turns.first().copied().or(before.notified.flapping),
                    _ => before.notified.so_since.or(before.notified.began_at),
                };
                let mut about = self.about(dependency, telling, began, now);
                about.incident = concerned.as_ref().map(|(_, public_id)| public_id.clone());
                if telling.reason == Reason::Flapping {
                    about.since = before.notified.turns.first().copied().unwrap_or(about.since);
                }
                let refused = before.notified.blind.values().any(|reason| reason == "access_lost");
                if telling.reason == Reason::Sighted && refused {
                    "access_again".clone_into(&mut about.why);
                }
                about.group = self.group(telling, seen);
                if matches!(about.verdict, Verdict::Dropped | Verdict::Outage) && telling.reason != Reason::Suspected {
                    about.without_fallback = self.without_fallback(&telling.members);
                }
                if telling.together == Together::Mass {
                    // What one vendor's hint or page says would distract from a fault on your own side.
                    (about.hint, about.status_page) = (None, None);
                }
                self.say_losses(&mut about, telling, seen, now);
                if telling.reason == Reason::Recovered {
                    say_of_letter(&mut about, &before.notified.reason);
                }
                if about.group.is_some() {
                    about.lasted = None;
                }
                about.steps =
                    if self.is_one_of_several(&about, seen, now) { self.steps_left(seen, now) } else { Vec::new() };
                Body::Dependency(Box::new(about))
            }
        };
        let about = telling.members.iter().map(|member| self.config.dependencies[*member].id.clone()).collect();
        // Each reminder that nobody has acknowledged notifies the next person on duty. A cut-off time concerns
        // everybody.
        let hour = self.ends_at(&dependency.id, now).is_some();
        let unseen = telling.reason == Reason::StillOpen && telling.level == Level::Critical && !hour;
        let turn = before.notified.news_at.filter(|_| unseen).map(|news| turn(news, now));
        let concerning = Concerning { incident: concerned, about, verdict: Some(telling.wanted.held.verdict), turn };
        self.tell(telling.reason, telling.level, concerning, body, now);
    }

    /// The other dependencies in the same message, and what they have in common.
    fn group(&self, telling: &Telling, seen: &Seen) -> Option<Group> {
        let dependencies = &self.config.dependencies;
        let mass = telling.together == Together::Mass;
        if telling.together == Together::Alone {
            return None;
        }
        let lead = &dependencies[telling.members[0]];
        let led = telling.wanted.held.hint.as_deref();
        let line = |member: &usize| {
            let Some(held) = &seen.state(*member).combined.held else { return String::new() };
            // The first one's advice is given below; another's is on its own line.
            if mass {
                // The likely cause of each of them would distract from a fault on your own side.
                return format!(" ({})", held.verdict);
            }
            let hint = held.hint.as_deref().filter(|hint| Some(*hint) != led);
            let hint = hint.map_or_else(String::new, |hint| format!(". To do: {}", hint.trim_end_matches('.')));
            match is_by_letter(&held.reason) {
                true => format!(": {}{hint}", held.say),
                false => format!(" ({}): {}{hint}", spoken(held.verdict), held.say),
            }
        };
        let of = match self.parent(lead) {
            Some(parent) if !mass => self.platform.siblings(parent).len(),
            _ => dependencies.iter().filter(|dependency| dependency.not_monitored.is_none()).count(),
        };
        let name = self.parent(lead).map(|parent| self.config.catalog.company(parent)).unwrap_or_default();
        let parent = |member: &usize| self.parent(&dependencies[*member]);
        // A letter may concern things of several companies.
        let one = telling.members.iter().all(|member| parent(member) == self.parent(lead));
        let name = if one { name } else { String::new() };
        let ids = telling.members.iter().map(|member| dependencies[*member].id.clone()).collect();
        // The number of failures at once is what matters: those already announced are part of it.
        let out = |member: &usize| {
            let incident = seen.state(*member).incident.as_ref();
            mass && !telling.members.contains(member)
                && incident.is_some_and(|incident| incident.verdict == Verdict::Outage)
        };
        let others: Vec<usize> = seen.iter().map(|(position, _)| position).filter(out).collect();
        let all = || telling.members.iter().chain(&others);
        let labels = all().map(|member| dependencies[*member].label.clone()).collect();
        let lines = together(all().map(|member| (dependencies[*member].label.as_str(), line(member))));
        let incidents = telling.members.iter().filter_map(|member| concerned(seen.state(*member))).map(|(_, id)| id);
        let holds = |member: &usize| seen.state(*member).combined.held.as_ref().map(|held| held.verdict);
        let verdicts = telling.members.iter().map(|member| holds(member).unwrap_or(Verdict::Unknown)).collect();
        Some(Group { name, of, mass, ids, incidents: incidents.collect(), labels, lines, verdicts })
    }

    /// What is still open, for a reminder.
    fn still_open(&self, telling: &Telling, seen: &Seen, now: Time) -> Body {
        let platform_view = self.platform_view(seen, now);
        let down = |member: usize| {
            let Cause::Down(cause) = platform_view.cause(seen.iter().position(|(other, _)| other == member)?) else {
                return None;
            };
            Some(self.config.dependencies[seen.position(cause)].label.clone())
        };
        let fell = self.fell_with(seen, &platform_view);
        let item = |member: &usize| {
            let dependency = &self.config.dependencies[*member];
            let state = seen.state(*member);
            let dropped = state.incident.as_ref().is_some_and(|incident| incident.verdict == Verdict::Dropped);
            let access = state.combined.lost_access().filter(|_| !dropped);
            let unseen = state.combined.unverified().filter(|_| state.incident.is_none());
            let held = access.or(unseen).or(state.combined.held.as_ref())?;
            let fallback = self.fallback_now(dependency);
            // What to do is stated with its cause.
            let cause = down(*member);
            let trouble = state.incident.as_ref().map(|incident| incident.began_at).filter(|began| *began < held.since);
            let flaps = state.notified.flapping.is_some();
            let word = word_of(held, state, access.is_some());
            Some(OpenItem {
                id: dependency.id.clone(),
                label: dependency.label.clone(),
                vendor: self.behind(dependency, &held.by),
                state: word.to_owned(),
                since: state.notified.flapping.filter(|_| word == "flapping").unwrap_or(held.since),
                trouble_since: trouble.filter(|_| !flaps),
                ends: self.ends_at(&dependency.id, now),
                say: match &cause {
                    _ if word == "flapping" => format!("Last check: {}", without_witnesses(&held.say)),
                    Some(cause) => format!("{}; it depends on {cause}", without_witnesses(&held.say)),
                    None => without_witnesses(&held.say),
                },
                fallback: dependency.fallback.clone(),
                fallback_works: fallback.as_ref().map(|(_, works)| *works),
                fallback_checked: fallback.map(|(on, _)| on.checked),
                fallback_ends: self.fallback_ends(dependency, now),
                incident: concerned(state).map(|(_, public_id)| public_id),
                hint: self.to_do_still(dependency, held).filter(|_| cause.is_none()),
                fell_too: fell.get(member).cloned().unwrap_or_default(),
                appeal: self.appeal_now(dependency, held),
                until: held.until,
                demand: self.letter_of(&dependency.id, now).demand,
                terms: self.letter_of(&dependency.id, now).terms,
                reported: if is_by_letter(&held.reason) { self.letters_about(&dependency.id, now) } else { Vec::new() },
                owner: dependency.owner.clone(),
                on_it: self.acknowledged_by(&dependency.id, state),
            })
        };
        Body::Open { items: telling.members.iter().filter_map(item).collect(), next: telling.next }
    }
}

/// Nobody has said what became of a letter, which is no all-clear.
const NOT_WITHDRAWN: &str = "Nobody has reported that the letter was withdrawn: get that in writing, and finish your move. plugwatch closes the incident; you will still hear if it is dropped";
const STILL_HEARD: &str = "plugwatch closes the incident; you will still hear if it is dropped";

/// What is live again, and what became of the letter that was announced for it.
fn say_of_letter(about: &mut About, told: &str) {
    // An active account does not mean that the vendor has withdrawn its letter.
    if is_spent(told) {
        about.why = "notice_spent".to_owned();
        about.say = format!("{}. {NOT_WITHDRAWN}", about.say);
    } else if is_in_force(told) {
        about.why = "terms_spent".to_owned();
        about.say = format!("nobody has checked since whether it works under the new terms. {STILL_HEARD}");
    } else if is_terms(told) && about.ends.is_none() {
        about.say = format!("the new terms are in force. {}", crate::core::words::text::capital(&about.say));
    } else if is_by_letter(told) {
        about.say = format!("the letter was withdrawn. {}", crate::core::words::text::capital(&about.say));
    }
}

/// One message reminds of everything that nobody has acknowledged.
fn in_situation(mut subjects: Vec<Subject<'_>>, open: bool) -> Vec<Subject<'_>> {
    let newest = subjects.iter().filter_map(unseen_news).max().unwrap_or(Time(0));
    subjects.iter_mut().for_each(|subject| subject.in_situation = open.then_some(newest));
    subjects
}

/// The state of an open dependency, in the word that a reminder is written by.
fn word_of(held: &Held, state: &DependencyState, refused: bool) -> &'static str {
    let flaps = state.notified.flapping.is_some();
    match held.verdict {
        _ if refused => "access_lost",
        Verdict::Unknown if held.reason == "wrong_page" => "wrong_page",
        Verdict::Unknown if held.reason == "probably_removed" => "probably_removed",
        Verdict::Unknown => "unseen",
        // A drop that was announced although its answers alternate counts as one.
        verdict if flaps && verdict != Verdict::Dropped => "flapping",
        Verdict::Degraded if is_by_turns(&held.reason) => "by_turns",
        Verdict::Degraded if is_at_home(&held.reason) => "gone_at_home",
        Verdict::Degraded if is_mostly(&held.reason) => "mostly_gone",
        Verdict::Degraded if is_partly(&held.reason) => "partly",
        // What is in doubt is not called working.
        Verdict::Degraded if is_outlived(&held.reason) && !state.combined.is_in_doubt() => "outlived",
        Verdict::Degraded if is_undated(&held.reason) => "undated",
        Verdict::Outage if held.reason == "mostly_refused" => "refused",
        verdict => verdict.word(),
    }
}

/// The incident that a message is about: the open one, or the one that has just ended.
fn concerned(state: &DependencyState) -> Option<(i64, String)> {
    let open = state.incident.as_ref().map(|incident| (incident.id, incident.public_id.clone()));
    let unjudged = || state.unjudged.as_ref().map(|open| (open.id, open.public_id.clone()));
    open.or_else(|| state.notified.incident.clone()).or_else(unjudged)
}

/// One line for each, but a common line for those with the same text.
fn together<'l>(all: impl Iterator<Item = (&'l str, String)>) -> Vec<String> {
    let mut lines: Vec<(Vec<&str>, String)> = Vec::new();
    for (label, said) in all {
        match lines.iter_mut().find(|(_, other)| *other == said) {
            Some((labels, _)) => labels.push(label),
            None => lines.push((vec![label], said)),
        }
    }
    lines.into_iter().map(|(labels, said)| format!("{}{said}", labels.join(", "))).collect()
}
