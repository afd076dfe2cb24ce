//! Decides for the whole platform what is reported now, what waits and what is not reported: consequences after their
//! cause, dependencies of one company together, maintenance, flapping, and second or later vendor losses.
//!
//! [`review`] is pure: it compares what was reported with the current state. `Fate` lists the reasons for not
//! reporting something.

use super::message::Telling;
use std::time::Duration;

use super::due::{Due, confirmed_by, remind_at, reminder_level, wanted};
use super::explained::{is_carried, is_under_a_page, warns_of_taken};
use super::flapping::{Flap, flap, lasts_at};
use super::groups;
use super::key::Candidate;
use super::left_behind;
use super::notified::Notified;
use super::platform_view::{Cause, PlatformView};
use super::reminder;
use super::situation_change::{Stands, stands};
use super::subject::Subject;
use crate::core::dependency::incident::{Level, Reason};
use crate::core::dependency::storefronts;
use crate::core::dependency::takeover::is_taken_over;
use crate::core::people::action::SeenTo;
use crate::core::people::notice::{is_ending, is_spent};
use crate::core::probe::doubt::is_by_turns;
use crate::core::time::Time;
use crate::core::words::verdict::Verdict;

/// How long a consequence waits for its cause to be confirmed.
const CAUSE_WAIT: Duration = Duration::from_secs(420);
/// How long to wait before reporting something that may be recovering.
const RETURN_WAIT: Duration = Duration::from_secs(300);
/// How long maintenance announced on a vendor's status page is taken as an explanation.
const VENDOR_WORK: Duration = Duration::from_secs(4 * 3_600);
/// How long to wait for a check of the possible cause of a suspicion; that check is made at once.
const ASKED_WAIT: Duration = Duration::from_secs(45);
/// How long checking all storefronts takes if a store allows twenty requests a minute.
pub const ROUND_WAIT: Duration = Duration::from_secs(1_200);
/// A consequence that begins this long after the alert about its cause was not covered by that alert.
const LATER: Duration = Duration::from_secs(1_200);
/// A consequence that is still down this long after its cause recovered gets a message of its own.
const CAUSE_GRACE: Duration = Duration::from_secs(600);

/// A restored domain returns to the zone with the registry's next publication, and negative answers are cached for an
/// hour or two (RFC 2308).
const DOMAIN_GRACE: Duration = Duration::from_secs(7_200);

/// The maximum number of messages per review; the most urgent are sent first. The next review follows at once and
/// sends the rest, so that checks made meanwhile do not wait for a thousand messages.
const AT_ONCE: usize = 100;

/// The result of a review.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Review {
    /// The messages to send now.
    pub tellings: Vec<Telling>,
    /// What people know afterwards, by position.
    pub notified: Vec<(usize, Notified)>,
    /// When to review again, if nothing happens before.
    pub again: Option<Time>,
    /// The state of the situation.
    pub stands: Stands,
}

/// What happens to something that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It may be reported now.
    Now,
    /// It waits until this time.
    Later(Time),
    /// It is not reported while its cause is down.
    Muted,
}

/// Reviews the whole platform.
pub fn review(platform_view: &PlatformView<'_>) -> Review {
    let mut notified: Vec<Notified> = platform_view.subjects.iter().map(|subject| subject.notified.clone()).collect();
    for (subject, notified) in platform_view.subjects.iter().zip(&mut notified) {
        notified.follow(subject.state, subject.incident, subject.excused, platform_view.now);
    }
    let platform_view = &with_told(platform_view, &notified);
    let mut review = Review::default();
    let mut after = notified.clone();
    let mut candidates = Vec::new();
    for (index, notified) in after.iter_mut().enumerate() {
        let due = by_itself(platform_view, index, notified, &mut review);
        candidates.extend(due.map(|wanted| Candidate { index, wanted }));
    }
    left_behind::with_what_was_left(platform_view, &mut candidates, &after);
    let reminded = instead_of_reminders(platform_view, &mut candidates, &mut after);
    let sorted = groups::sort(platform_view, candidates, &after);
    for at in sorted.later {
        review.sooner(at);
    }
    let (now, rest) = sorted.tellings.split_at(sorted.tellings.len().min(AT_ONCE));
    if !rest.is_empty() {
        review.sooner(platform_view.now);
    }
    for telling in now.iter().cloned() {
        for member in &telling.members {
            after[*member] = groups::known(&after[*member], platform_view, &telling, *member);
        }
        let suspected = telling.wanted.reason == Reason::Suspected;
        let due = |member: &usize| match suspected {
            _ if after[*member].flapping.is_some() => unsettled_at(&after[*member]),
            true => confirmed_by(&platform_view.subjects[*member], &after[*member]),
            false => remind_at(&since_told(&platform_view.subjects[*member], &after[*member]), &after[*member]),
        };
        let next = telling.members.iter().filter_map(due).min();
        review.tellings.push(Telling { next, ..telling });
    }
    for (index, subject) in platform_view.subjects.iter().enumerate() {
        let notified = &after[index];
        // Reminders before an announced end are sent even if the dependency is muted.
        let muted = subject.muted.is_some() && subject.ends.is_none() && !subject.is_lost_since_mute(notified);
        let held_back = notified.muted || notified.flapping.is_some() || subject.is_held_by_work() || muted;
        if let Some(at) = confirmed_by(subject, notified) {
            review.sooner(at.max(platform_view.now.plus(Duration::from_secs(60))));
        }
        if let Some(at) = remind_at(&since_told(subject, notified), notified).filter(|_| !held_back) {
            review.sooner(at.max(platform_view.now.plus(Duration::from_secs(60))));
        }
    }
    review.stands = stands(platform_view.situation, &with_told(platform_view, &after), reminded);
    if let Some(at) = review.stands.again {
        review.sooner(at.max(platform_view.now.plus(Duration::from_secs(1))));
    }
    review.notified = after.into_iter().enumerate().collect();
    review
}

/// The subject after a message: an acknowledgement of an earlier report does not cover the news in it.
fn since_told<'a>(subject: &Subject<'a>, notified: &Notified) -> Subject<'a> {
    let news = notified.news_at != subject.notified.news_at;
    let seen_to = subject.seen_to.filter(|seen| !news || *seen == SeenTo::Settled);
    Subject { seen_to, ..subject.clone() }
}

/// While a situation is open, its message replaces all reminders. Returns the level of that message if a reminder is
/// due.
fn instead_of_reminders(
    platform_view: &PlatformView<'_>,
    candidates: &mut Vec<Candidate>,
    after: &mut [Notified],
) -> Option<Level> {
    platform_view.situation?;
    let reminds = |candidate: &Candidate| candidate.wanted.reason == Reason::StillOpen;
    let due: Vec<usize> = candidates.iter().filter(|one| reminds(one)).map(|one| one.index).collect();
    candidates.retain(|one| !reminds(one));
    let loud = |index: &usize| reminder_level(&platform_view.subjects[*index], platform_view.subjects[*index].notified);
    let level = due.iter().map(loud).max()?;
    for (subject, notified) in platform_view.subjects.iter().zip(after) {
        let told_of = subject.incident.is_some_and(|incident| notified.verdict == Some(incident.verdict));
        if told_of || subject.lost_access() {
            notified.reminded_at = Some(platform_view.now);
        }
    }
    Some(level)
}

fn with_told<'a>(platform_view: &PlatformView<'a>, notified: &'a [Notified]) -> PlatformView<'a> {
    let subjects = platform_view.subjects.iter().cloned().zip(notified);
    let subjects: Vec<Subject<'a>> = subjects.map(|(subject, notified)| Subject { notified, ..subject }).collect();
    PlatformView { index: platform_view.index.told(&subjects), subjects, ..*platform_view }
}

impl Review {
    fn sooner(&mut self, at: Time) {
        self.again = Some(self.again.map_or(at, |again| again.min(at)));
    }
}

/// What is due now for one dependency, after applying everything that may hold it back.
fn by_itself(
    platform_view: &PlatformView<'_>,
    index: usize,
    notified: &mut Notified,
    review: &mut Review,
) -> Option<Due> {
    let (subject, now) = (&platform_view.subjects[index], platform_view.now);
    // What was known before plugwatch was started or resumed is reported only after a new check.
    if subject.looked_at.is_none_or(|at| at < platform_view.fresh_since) {
        return None;
    }
    let flapped = about_flapping(platform_view, index, notified, review);
    if flapped.is_some() {
        return flapped;
    }
    let wanted = wanted(subject, notified, platform_view.is_heightened(index), now);
    if wanted.is_empty() {
        (notified.held_since, notified.muted, notified.cause_up) = (None, false, None);
    }
    for wanted in wanted {
        let since = *notified.held_since.get_or_insert(now);
        match fate(platform_view, index, &wanted, notified, since) {
            Fate::Now => return Some(wanted),
            Fate::Later(at) => review.sooner(at),
            Fate::Muted => {}
        }
    }
    None
}

/// When the next reminder of a flapping dependency is due.
fn unsettled_at(notified: &Notified) -> Option<Time> {
    let began = notified.flapping?;
    Some(reminder::acknowledged(began, notified.reminded_at.map_or(began, |at| at.max(began))))
}

fn about_flapping(
    platform_view: &PlatformView<'_>,
    index: usize,
    notified: &mut Notified,
    review: &mut Review,
) -> Option<Due> {
    let subject = &platform_view.subjects[index];
    let held = subject.state.held.clone()?;
    let wanted = |reason| Some(Due { reason, before: notified.verdict, held: held.clone() });
    match flap(notified, platform_view.now) {
        Flap::Steady => None,
        Flap::GoesOn(at) => {
            review.sooner(at);
            // It is still flapping, and single changes are not reported.
            let due = unsettled_at(notified).unwrap_or(at);
            review.sooner(due);
            let silent = subject.muted.is_some() || platform_view.situation.is_some();
            wanted(Reason::StillOpen).filter(|_| due <= platform_view.now && !silent)
        }
        // A drop is reported as a drop; consequences and maintenance are handled as usual.
        Flap::Begins => {
            let work = subject.maintenance.is_some_and(|until| until > platform_view.now);
            let quiet = work || platform_view.cause(index) != Cause::None || held.verdict == Verdict::Dropped;
            let said = wanted(Reason::Flapping).filter(|_| !quiet);
            if said.is_some() {
                notified.flapping = Some(platform_view.now);
                review.sooner(super::flapping::settles_at(notified, platform_view.now));
            }
            said
        }
        // Settling is good news only if the dependency is working; any other state is reported as such.
        Flap::Ends => {
            let said = wanted(Reason::Settled).filter(|_| subject.state.is_surely_live());
            notified.flapping = None;
            notified.turns.clear();
            said
        }
    }
}

/// What happens to a suspicion whose cause is down or in doubt. The cause is checked at once and reported instead.
fn of_doubt(platform_view: &PlatformView<'_>, index: usize, since: Time) -> Option<Fate> {
    let asked = since.plus(ASKED_WAIT);
    match platform_view.cause(index) {
        Cause::Down(_) => Some(Fate::Muted),
        // The account that it belongs to was lost, and that was reported. Whatever stops with the account is reported
        // once it has stopped.
        _ if platform_view.lost_account(index).is_some() => Some(Fate::Muted),
        Cause::Doubtful(behind) if platform_view.subjects[behind].is_suspected() => Some(Fate::Muted),
        Cause::Doubtful(_) => Some(Fate::Later(asked)).filter(|_| platform_view.now < asked),
        Cause::None => None,
    }
}

fn fate(platform_view: &PlatformView<'_>, index: usize, wanted: &Due, notified: &mut Notified, since: Time) -> Fate {
    let (subject, now) = (&platform_view.subjects[index], platform_view.now);
    if let Some(fate) = (wanted.reason == Reason::Suspected).then(|| of_doubt(platform_view, index, since)).flatten() {
        return fate;
    }
    if let Some(until) = subject.muted.filter(|until| *until > now && is_silenced(subject, wanted, notified)) {
        return Fate::Later(until);
    }
    if notified.flapping.is_some() {
        let turns = matches!(wanted.reason, Reason::Opened | Reason::Worsened | Reason::Eased | Reason::Recovered);
        let lasts = lasts_at(notified, wanted.held.verdict).filter(|at| turns && *at > now);
        if turns && wanted.held.verdict.badness() < Verdict::Outage.badness() {
            return Fate::Muted;
        }
        if let Some(at) = lasts {
            return Fate::Later(at);
        }
    }
    if let Some(at) = awaits_round(subject, wanted, since).filter(|at| *at > now) {
        return Fate::Later(at);
    }
    if (warns_of_taken(platform_view, index, wanted) || is_under_a_page(platform_view, index, wanted))
        && now.since(since) < CAUSE_WAIT
    {
        return Fate::Later(since.plus(CAUSE_WAIT));
    }
    if !is_consequential(platform_view, index, wanted) {
        return Fate::Now;
    }
    // A check already found it working again: wait for the next one.
    if let Some(back) = subject.returning_since().map(|since| since.plus(RETURN_WAIT)).filter(|back| *back > now) {
        return Fate::Later(back);
    }
    if wanted.held.reason == "vendor_maintenance" && now.since(since) < VENDOR_WORK {
        return Fate::Later(since.plus(VENDOR_WORK));
    }
    if let Some(until) = subject.maintenance.filter(|until| *until > now) {
        return Fate::Later(until);
    }
    match platform_view.cause(index) {
        Cause::Down(cause) if is_news(platform_view, index, cause) => Fate::Now,
        Cause::Down(_) => {
            (notified.muted, notified.cause_up) = (true, None);
            Fate::Muted
        }
        Cause::Doubtful(cause) if now < doubt_until(platform_view, cause, since) => {
            Fate::Later(doubt_until(platform_view, cause, since))
        }
        Cause::None | Cause::Doubtful(_) if notified.muted => {
            let up = *notified.cause_up.get_or_insert(now);
            let grace = if wanted.held.verdict == Verdict::Dropped { DOMAIN_GRACE } else { CAUSE_GRACE };
            if now.since(up) < grace { Fate::Later(up.plus(grace)) } else { Fate::Now }
        }
        Cause::None | Cause::Doubtful(_) => Fate::Now,
    }
}

/// How long something waits for a doubtful cause to be confirmed: counted from when that came into doubt, which may be
/// later, but at most twice as long in all.
fn doubt_until(platform_view: &PlatformView<'_>, cause: usize, since: Time) -> Time {
    let doubt = platform_view.subjects[cause].state.suspicion.as_deref().map(|held| held.since);
    doubt.map_or(since, |doubt| doubt.max(since)).plus(CAUSE_WAIT).min(since.plus(CAUSE_WAIT * 2))
}

/// Whether a mute silences it. A mute was set for some other reason, so it silences neither a new loss nor the end of
/// trouble that was reported.
fn is_silenced(subject: &Subject<'_>, wanted: &Due, notified: &Notified) -> bool {
    let reason = &wanted.held.reason;
    let own_no = wanted.held.verdict == Verdict::Dropped || (wanted.reason == Reason::Blind && reason == "access_lost");
    let ending = is_ending(reason) || is_by_turns(reason) || is_taken_over(reason) || reason == "sources_disagree";
    let loss = match wanted.reason {
        Reason::StillOpen => ending || subject.is_lost_since_mute(notified),
        Reason::Recovered | Reason::Sighted | Reason::Cleared => true,
        _ => ending || own_no,
    };
    !loss
}

/// Whether a consequence began so long after the alert about its cause that the alert listed it as working.
fn is_news(platform_view: &PlatformView<'_>, index: usize, cause: usize) -> bool {
    let (own, cause) = (&platform_view.subjects[index], &platform_view.subjects[cause]);
    // Another check of the same domain found the same loss.
    if own.domain.is_some() && own.domain == cause.domain {
        return false;
    }
    let told =
        cause.notified.news_at.filter(|_| cause.is_dropped() && cause.notified.verdict == Some(Verdict::Dropped));
    let fell = own.fell_at().max(own.state.unseen.iter().map(|unseen| unseen.held.since).min());
    told.zip(fell).is_some_and(|(told, fell)| fell.since(told) >= LATER)
}

/// Until when to wait: until all storefronts have answered, before saying where it is gone; or, after the time
/// announced in a letter, until the next check.
fn awaits_round(subject: &Subject<'_>, wanted: &Due, since: Time) -> Option<Time> {
    let reason = &wanted.held.reason;
    let round = wanted.held.verdict == Verdict::Degraded && (storefronts::is_partly(reason) || is_spent(reason));
    let unsure = subject.state.suspicion.is_some() || (is_spent(reason) && !subject.state.unseen.is_empty());
    (round && unsure).then(|| since.plus(ROUND_WAIT))
}

/// Whether a cause or maintenance may explain it. They may explain an outage or blindness, but not a refusal by the
/// vendor. A drop is explained only if another check of the same domain, or something it depends on, states who took
/// it away.
fn is_consequential(platform_view: &PlatformView<'_>, index: usize, wanted: &Due) -> bool {
    let held = &wanted.held;
    match wanted.reason {
        Reason::Opened | Reason::Worsened | Reason::Eased | Reason::Corrected | Reason::StillOpen => {
            held.verdict == Verdict::Outage
                || (held.verdict == Verdict::Dropped && is_carried(platform_view, index, held))
        }
        Reason::Blind => held.reason != "access_lost",
        _ => false,
    }
}
