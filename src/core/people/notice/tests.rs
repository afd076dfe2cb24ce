use super::*;
use crate::core::dependency::state::Unseen;
use crate::core::words::verdict::Fault;

fn notice() -> Notice {
    Notice {
        dependencies: vec!["host".to_owned()],
        received: Time(0),
        effective: Some(Time(31 * 3_600_000)),
        whole_day: false,
        text: "we cannot serve you".to_owned(),
        left: false,
    }
}

fn held(verdict: Verdict, since: Time) -> Combined {
    let held = notified(Combined::default(), Verdict::Dropped, "x", None, "x".to_owned(), since).held;
    let held = held.map(|held| Held { verdict, fault: Fault::Unclear, proof: Proof::Stated, ..held });
    Combined { held, ..Combined::default() }
}

fn after(hours: i64, state: Combined) -> (Verdict, String) {
    let now = Time(hours * 3_600_000);
    let around = Around { looked_at: Some(now), ..Around::default() };
    let held = notice().apply(state, around, None, now).held.unwrap();
    (held.verdict, held.reason)
}

#[test]
fn it_ends_is_a_warning_while_everything_is_live() {
    assert_eq!(after(1, held(Verdict::Live, Time(0))), (Verdict::Degraded, "ends".to_owned()));
}

#[test]
fn silence_after_the_hour_is_dropped_and_silence_before_it_is_not() {
    let out = |hour: i64| held(Verdict::Outage, Time(hour * 3_600_000));
    assert_eq!(after(20, out(19)).0, Verdict::Outage);
    assert_eq!(after(32, out(31)), (Verdict::Dropped, "ended_by_notice".to_owned()));
    assert_eq!(after(32, held(Verdict::Live, Time(0))), (Verdict::Degraded, "outlived_notice".to_owned()));
}

#[test]
fn a_key_that_is_refused_after_the_letter_and_before_its_hour_is_the_cut() {
    let refused = |hour: i64| {
        let mut state = held(Verdict::Live, Time(-1));
        let why = Held {
            verdict: Verdict::Unknown,
            reason: "access_lost".to_owned(),
            since: Time(hour * 3_600_000),
            ..state.held.clone().unwrap()
        };
        state.unseen = vec![Unseen { group: "g".to_owned(), held: why, blind: true, urgent: true, vendor_fine: true }];
        state
    };
    let cut = (Verdict::Dropped, "ended_by_notice".to_owned());
    assert_eq!(after(5, refused(4)), cut);
    assert_eq!(after(40, refused(4)), cut, "and still is after the hour");
    // A key that was refused before the letter arrived was lost earlier.
    assert_eq!(after(5, refused(-4)), (Verdict::Degraded, "ends".to_owned()));
}

#[test]
fn silence_that_is_older_than_the_letter_or_explained_otherwise_is_not_its_cut() {
    let hour = |hour: i64| Time(hour * 3_600_000);
    let reads = |since: i64, around: Around| {
        let around = Around { looked_at: Some(hour(40)), ..around };
        notice().apply(held(Verdict::Outage, hour(since)), around, None, hour(40)).held.unwrap().verdict
    };
    assert_eq!(reads(-2, Around::default()), Verdict::Outage, "it was silent when the letter came");
    // No alert reports an outage that maintenance explains, so the letter is reported.
    assert_eq!(reads(30, Around { worked_on: true, ..Around::default() }), Verdict::Degraded);
    assert_eq!(reads(30, Around { in_order_at: Some(hour(39)), ..Around::default() }), Verdict::Outage);
    assert_eq!(reads(30, Around { in_order_at: Some(hour(29)), ..Around::default() }), Verdict::Dropped);
    assert_eq!(reads(32, Around { in_order_at: Some(hour(39)), ..Around::default() }), Verdict::Dropped);
}

#[test]
fn a_key_that_never_worked_is_no_cut() {
    let mut state = Combined::default();
    let why = Held {
        verdict: Verdict::Unknown,
        reason: "credential_refused".to_owned(),
        since: Time(1),
        ..held(Verdict::Live, Time(1)).held.unwrap()
    };
    state.unseen = vec![Unseen { group: "g".to_owned(), held: why, blind: true, urgent: true, vendor_fine: true }];
    let now = Time(40 * 3_600_000);
    let around = Around { looked_at: Some(now), ..Around::default() };
    assert_eq!(notice().apply(state, around, None, now).held.unwrap().reason, "ended_unseen");
}

#[test]
fn a_deadline_is_called_to_mind_six_times_at_most() {
    let ends = Time(200 * 3_600_000);
    let mut spoken = Time(0);
    let mut calls = Vec::new();
    while let Some(at) = call_at(ends, false, spoken, false) {
        calls.push(at.0 / 3_600_000);
        spoken = at;
    }
    assert_eq!(calls, [32, 176, 188, 194, 197, 199]);
    assert_eq!(
        call_at(ends, true, Time(176 * 3_600_000), false),
        Some(ends),
        "its last hours are counted on the day itself"
    );
    assert_eq!(call_at(ends, false, Time(190 * 3_600_000), false), Some(Time(194 * 3_600_000)));
    assert_eq!(call_at(ends, false, Time(176 * 3_600_000), true), Some(Time(197 * 3_600_000)), "not without news");
}

#[test]
fn our_own_blindness_is_no_silence_of_theirs() {
    let unseen = |reason: &str, fault: Fault| {
        let mut state = held(Verdict::Live, Time(0));
        let why = Held { verdict: Verdict::Unknown, reason: reason.to_owned(), fault, ..state.held.clone().unwrap() };
        state.unseen =
            vec![Unseen { group: "g".to_owned(), held: why, blind: true, urgent: false, vendor_fine: false }];
        after(40, state).0
    };
    assert_eq!(unseen("own_network", Fault::Ours), Verdict::Degraded);
    assert_eq!(unseen("unrecognised", Fault::Unclear), Verdict::Dropped);
}

#[test]
fn a_persons_word_of_before_is_no_check_after_the_hour() {
    let mut state = held(Verdict::Live, Time(0));
    state.held = state.held.map(|held| Held { proof: Proof::Told, ..held });
    assert_eq!(after(32, state), (Verdict::Degraded, "ended_unseen".to_owned()));
}

#[test]
fn a_day_without_an_hour_passes_when_it_ends_and_what_stops_on_it_is_the_cut() {
    let notice = Notice { whole_day: true, ..notice() };
    let reads = |hours: i64, state: Combined| {
        let now = Time(hours * 3_600_000);
        let around = Around { looked_at: Some(now), ..Around::default() };
        notice.apply(state, around, None, now).held.unwrap().reason
    };
    assert_eq!(reads(40, held(Verdict::Live, Time(0))), "ends", "the day is not over");
    assert_eq!(reads(40, held(Verdict::Outage, Time(33 * 3_600_000))), "ended_by_notice");
    assert_eq!(reads(56, held(Verdict::Live, Time(0))), "outlived_notice");
    assert_eq!(notice.ahead(Time(0)), notice.effective);
    assert_eq!(notice.ahead(Time(31 * 3_600_000)), Some(Time(55 * 3_600_000)));
    assert!(notice.is_last_day(Time(31 * 3_600_000)) && !notice.is_last_day(Time(30 * 3_600_000)));
}

#[test]
fn new_terms_in_force_are_no_all_clear_by_a_persons_older_word() {
    let terms = Notice { text: "The new pricing applies from 1 May: 3 USD for 1,000 calls.".to_owned(), ..notice() };
    let reads = |proof: Proof| {
        let (state, now) = (held(Verdict::Live, Time(0)), Time(32 * 3_600_000));
        let around = Around { looked_at: Some(now), ..Around::default() };
        let held = state.held.clone().map(|held| Held { proof, ..held });
        terms.apply(Combined { held, ..state }, around, None, now).held.unwrap().reason
    };
    assert_eq!(reads(Proof::Told), "terms_in_force");
    assert_eq!(reads(Proof::Stated), "x");
}

#[test]
fn new_terms_begin_with_their_day() {
    let text = "The new pricing applies from 1 May: 3 USD for 1,000 calls.".to_owned();
    let terms = Notice { whole_day: true, text, ..notice() };
    assert_eq!(terms.passes(), terms.effective);
    let text = "We terminate our agreement with you, with effect from 17 August 2023.".to_owned();
    let first = Notice { whole_day: true, text, ..notice() };
    assert_eq!(first.passes(), first.effective, "that day is the first one without it");
}
