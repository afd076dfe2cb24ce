//! Properties that must be true for every sequence of checks, not only for those that somebody thought of.

use std::collections::BTreeMap;
use std::time::Duration;

use plugwatch::core::alerting::notified::Notified;
use plugwatch::core::alerting::platform_view::PlatformView;
use plugwatch::core::alerting::review::{Review, review};
use plugwatch::core::alerting::subject::Subject;
use plugwatch::core::alerting::subject_index::SubjectIndex;
use plugwatch::core::dependency::incident::{Incident, Step, step, turned};
use plugwatch::core::dependency::state::{Combined, Unseen};
use plugwatch::core::probe::confirm::after;
use plugwatch::core::probe::pace::{Asked, Asking, WINDOW, limit};
use plugwatch::core::probe::policy::Policy;
use plugwatch::core::probe::standing::{Change, CheckResult, Flip, Held, Standing};
use plugwatch::core::probe::witness::{OwnNetwork, Witnessed, Witnesses};
use plugwatch::core::time::Time;
use plugwatch::core::words::verdict::{Basis, Criticality, Fault, Proof, Reading, Verdict};
use plugwatch::store::{StandingDocument, freeze, thaw};
use proptest::prelude::*;

/// One check of a sequence: the seconds since the previous one, its reading, whether it is blind, and the readings
/// of its control and second path.
#[derive(Clone, Debug)]
struct Drawn {
    gap: u64,
    verdict: Verdict,
    blind: bool,
    positive: Verdict,
    second: Verdict,
}

fn verdict() -> impl Strategy<Value = Verdict> {
    prop_oneof![
        4 => Just(Verdict::Live),
        1 => Just(Verdict::Degraded),
        2 => Just(Verdict::Outage),
        4 => Just(Verdict::Dropped),
        2 => Just(Verdict::Unknown),
    ]
}

fn drawn() -> impl Strategy<Value = Drawn> {
    (1..1_500_u64, verdict(), prop::bool::weighted(0.05), verdict(), verdict())
        .prop_map(|(gap, verdict, blind, positive, second)| Drawn { gap, verdict, blind, positive, second })
}

fn policy() -> impl Strategy<Value = Policy> {
    (any::<bool>(), any::<bool>(), 60..3_600_u64).prop_map(|(absence, second, every)| {
        let basis = if absence { Basis::Absence } else { Basis::OwnStatement };
        let mut policy = Policy::for_basis(basis, Duration::from_secs(every));
        (policy.positive_control, policy.second_path) = (absence, absence && second);
        policy
    })
}

/// The checks in order, each with its witnesses.
fn looks(drawn: &[Drawn], policy: &Policy) -> Vec<(CheckResult, Witnesses)> {
    let mut now = Time(0);
    let one = |drawn: &Drawn| {
        now = now.plus(Duration::from_secs(drawn.gap));
        let mut reading = Reading::new(drawn.verdict, drawn.verdict.word(), "it reads so");
        reading.basis = policy.basis;
        let heard = |verdict| Some(Witnessed::first(verdict, "w", now));
        let witnesses = Witnesses {
            own_network: if drawn.blind { OwnNetwork::Blind } else { OwnNetwork::Sound },
            positive: heard(drawn.positive),
            second_path: heard(drawn.second),
            ..Witnesses::default()
        };
        (CheckResult { at: now, reading }, witnesses)
    };
    drawn.iter().map(one).collect()
}

/// Every flip, with the number of its check.
fn play(looks: &[(CheckResult, Witnesses)], policy: &Policy, stored: impl Fn(usize) -> bool) -> Vec<(usize, Flip)> {
    let mut standing = Standing::default();
    let mut flips = Vec::new();
    for (n, (look, witnesses)) in looks.iter().enumerate() {
        if stored(n) {
            // The state is stored and read back, as after a kill.
            standing = thaw::<_, StandingDocument>(&freeze::<_, StandingDocument>(&standing).unwrap()).unwrap();
        }
        let (next, flip, _) = after(&standing, look, witnesses, policy);
        flips.extend(flip.map(|flip| (n, flip)));
        standing = next;
    }
    flips
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_drop_is_never_confirmed_without_its_looks_its_time_and_a_live_before(
        drawn in prop::collection::vec(drawn(), 1..60), policy in policy()
    ) {
        let looks = looks(&drawn, &policy);
        for (n, flip) in play(&looks, &policy, |_| false) {
            if flip.change != Change::Verdict || flip.to.verdict != Verdict::Dropped {
                continue;
            }
            let streak: Vec<&CheckResult> = looks[..=n].iter().map(|(look, _)| look)
                .filter(|look| look.at >= flip.to.since && look.reading.verdict == Verdict::Dropped).collect();
            prop_assert!(streak.len() as u32 >= policy.dropped.reads, "{} looks", streak.len());
            let span = streak[streak.len() - 1].at.since(streak[0].at);
            prop_assert!(span >= policy.dropped.over, "{span:?}");
            let live = looks[..n].iter().any(|(look, _)| matches!(look.reading.verdict, Verdict::Live | Verdict::Degraded));
            prop_assert!(live, "never seen live");
            prop_assert_eq!(looks[n].0.reading.verdict, Verdict::Dropped);
            prop_assert!(!drawn[n].blind, "confirmed while plugwatch's own network was down");
        }
    }

    #[test]
    fn what_nobody_could_see_never_changes_a_verdict(
        drawn in prop::collection::vec(drawn(), 1..40), policy in policy()
    ) {
        let drawn: Vec<Drawn> = drawn.into_iter().enumerate()
            .map(|(n, one)| Drawn { verdict: if n == 0 { Verdict::Live } else { Verdict::Unknown }, ..one }).collect();
        let flips = play(&looks(&drawn, &policy), &policy, |_| false);
        let verdicts = flips.iter().filter(|(_, flip)| flip.change == Change::Verdict).count();
        prop_assert!(verdicts <= 1, "{flips:?}");
    }

    #[test]
    fn a_flip_is_dated_within_its_streak(drawn in prop::collection::vec(drawn(), 1..60), policy in policy()) {
        let looks = looks(&drawn, &policy);
        let mut held: Option<Verdict> = None;
        for (n, flip) in play(&looks, &policy, |_| false) {
            if flip.change != Change::Verdict {
                continue;
            }
            prop_assert!(flip.to.since <= flip.confirmed_at);
            prop_assert_eq!(flip.confirmed_at, looks[n].0.at);
            prop_assert_eq!(flip.from, held);
            // Since then, no check clearly read the previous state; blind checks do not count.
            let against = looks[..n].iter().zip(&drawn).filter(|((look, _), _)| look.at >= flip.to.since);
            let plain = |drawn: &Drawn, look: &CheckResult| !drawn.blind && look.reading.verdict == Verdict::Live;
            // A vendor's own statement, and an absence that a second path confirms, may alternate with good checks:
            // half of the readings is enough.
            let stated = flip.to.proof == Proof::Stated;
            let counted = policy.basis == Basis::OwnStatement || policy.second_path || stated;
            let by_turns = counted && flip.to.verdict == Verdict::Dropped;
            if held == Some(Verdict::Live) && !by_turns {
                let agreed = against.filter(|((look, _), drawn)| plain(drawn, look)).count();
                prop_assert_eq!(agreed, 0);
            }
            held = Some(flip.to.verdict);
        }
    }

    #[test]
    fn a_restart_between_any_two_looks_changes_nothing(
        drawn in prop::collection::vec(drawn(), 1..60), policy in policy(), stored in any::<u64>()
    ) {
        let looks = looks(&drawn, &policy);
        let plain = play(&looks, &policy, |_| false);
        prop_assert_eq!(plain, play(&looks, &policy, |n| stored >> (n % 64) & 1 == 1));
    }
}

fn held(verdict: Verdict, since: Time) -> Held {
    Held {
        verdict,
        reason: verdict.word().to_owned(),
        fault: Fault::Unclear,
        proof: Proof::Stated,
        say: "so".to_owned(),
        hint: None,
        by: "a/b".to_owned(),
        since,
        until: None,
    }
}

/// A dependency on its way through a sequence of states.
struct Way {
    id: String,
    parent: Option<&'static str>,
    companies: Vec<String>,
    needs: Vec<String>,
    state: Combined,
    incident: Option<Incident>,
    notified: Notified,
}

impl Way {
    fn new(n: usize) -> Way {
        let parents = [Some("a"), Some("a"), Some("b"), None];
        let needs = if n == 3 { vec!["d2".to_owned()] } else { Vec::new() };
        let (state, notified) = (Combined::default(), Notified::default());
        let companies = parents[n % 4].map(str::to_owned).into_iter().collect();
        Way { id: format!("d{n}"), parent: parents[n % 4], companies, needs, state, incident: None, notified }
    }

    fn turn(&mut self, verdict: Verdict, now: Time) {
        self.state = match verdict {
            Verdict::Unknown => Combined {
                held: self.state.held.clone(),
                unseen: vec![Unseen {
                    group: self.id.clone(),
                    held: held(Verdict::Unknown, now),
                    blind: true,
                    urgent: false,
                    vendor_fine: false,
                }],
                ..Combined::default()
            },
            verdict => Combined { held: Some(held(verdict, now)), ..Combined::default() },
        };
        self.incident = match (step(self.incident.as_ref(), &self.state), self.incident.take()) {
            (Step::Stay, open) => open,
            (Step::Open(held), _) => Some(Incident {
                id: now.0,
                public_id: format!("{} {}", self.id, now.0),
                verdict: held.verdict,
                worst: held.verdict,
                reason: held.reason,
                fault: held.fault,
                proof: held.proof,
                began_at: now,
                alerts: 0,
            }),
            (Step::Turn(held), Some(open)) => Some(turned(&open, &held)),
            (Step::Turn(_) | Step::Close(_), _) => None,
        };
    }
}

fn review_all(ways: &mut [Way], now: Time) -> Review {
    let found = {
        let subjects = ways.iter().map(|way| Subject {
            id: &way.id,
            parent: way.parent,
            companies: &way.companies,
            domain: None,
            needs: &way.needs,
            accounts: Vec::new(),
            criticality: Criticality::High,
            state: &way.state,
            incident: way.incident.as_ref(),
            notified: &way.notified,
            maintenance: None,
            looked_at: Some(now),
            muted: None,
            muted_at: None,
            seen_to: None,
            excused: None,
            letter: None,
            ends: None,
            ends_on_a_day: false,
            letters: (0, None),
            starts: Vec::new(),
            in_situation: None,
            confirming: Duration::ZERO,
        });
        let companies = ways.iter().map(|way| way.parent.unwrap_or(&way.id)).collect::<std::collections::BTreeSet<_>>();
        let subjects: Vec<Subject<'_>> = subjects.collect();
        review(&PlatformView {
            companies: companies.len(),
            index: SubjectIndex::of(&subjects),
            subjects,
            now,
            fresh_since: Time(0),
            gone: &[],
            situation: None,
            edits: false,
        })
    };
    for (index, notified) in &found.notified {
        ways[*index].notified = notified.clone();
    }
    found
}

/// Changes: which dependency changes to which verdict, and how many seconds after the previous change.
fn turns() -> impl Strategy<Value = Vec<(usize, Verdict, i64)>> {
    prop::collection::vec((0..4_usize, verdict(), 1..5_000_i64), 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_told_is_not_told_again_at_the_same_time(
        turns in turns()
    ) {
        let mut ways: Vec<Way> = (0..4).map(Way::new).collect();
        let mut now = Time(0);
        for (which, verdict, gap) in turns {
            now = Time(now.0 + gap * 1_000);
            ways[which].turn(verdict, now);
            // After a change, each dependency is announced at most once for each reason.
            let mut notified = Vec::new();
            for _ in 0..4 {
                for telling in review_all(&mut ways, now).tellings {
                    for member in telling.members {
                        prop_assert!(!notified.contains(&(member, telling.wanted.reason)), "{:?} again", telling.wanted);
                        notified.push((member, telling.wanted.reason));
                    }
                }
            }
        }
    }

    #[test]
    fn every_drop_is_told_in_the_end_and_so_is_every_return(
        turns in turns()
    ) {
        let mut ways: Vec<Way> = (0..4).map(Way::new).collect();
        let mut now = Time(0);
        for (which, verdict, gap) in turns {
            now = Time(now.0 + gap * 1_000);
            ways[which].turn(verdict, now);
            review_all(&mut ways, now);
        }
        // From here on, nothing changes: held alerts are sent when their time has come.
        for _ in 0..600 {
            let found = review_all(&mut ways, now);
            now = found.again.unwrap_or(now).max(Time(now.0 + 60_000));
        }
        for way in &ways {
            if way.incident.as_ref().is_some_and(|incident| incident.verdict == Verdict::Dropped) {
                prop_assert_eq!(way.notified.verdict, Some(Verdict::Dropped), "{}", way.id);
            }
            if way.state.is_surely_live() {
                prop_assert_eq!(way.notified.verdict, None, "{}", way.id);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_reason_asks_more_often_than_the_table_allows(
        wishes in prop::collection::vec((0..Asking::ALL.len(), 0_i64..400_000), 1..400)
    ) {
        let mut asked = Asked::default();
        let mut times: BTreeMap<Asking, Vec<Time>> = BTreeMap::new();
        let mut now = Time(0);
        for (reason, later) in wishes {
            // Checks are requested immediately, again and again.
            now = now.plus(Duration::from_millis(later as u64 / 100));
            let reason = Asking::ALL[reason];
            let Some(at) = asked.allowed(reason, now) else { continue };
            prop_assert!(at >= now, "no check runs before it is requested");
            if at > now.plus(Duration::from_secs(1)) {
                continue;
            }
            now = at;
            asked.note(reason, at);
            times.entry(reason).or_default().push(at);
        }
        for (reason, times) in times.iter().filter(|(reason, _)| **reason != Asking::Routine) {
            let allowed = limit(*reason);
            for pair in times.windows(2) {
                prop_assert!(pair[1].since(pair[0]) >= allowed.gap, "{reason}: {pair:?}");
            }
            for start in times {
                let within = times.iter().filter(|at| **at >= *start && at.since(*start) < WINDOW).count();
                prop_assert!(within <= allowed.most as usize, "{reason}: {within} in an hour");
            }
        }
    }
}
