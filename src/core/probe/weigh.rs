//! Weighs one reading against its witnesses, to decide whether it can be believed as it is.

use super::policy::Policy;
use super::witness::{FRESH, OwnNetwork, Want, Witnessed, Witnesses};
use crate::core::time::Time;
use crate::core::words::text::quoted;
use crate::core::words::verdict::{Basis, Fault, Proof, Reading, Verdict};

/// A reading after its witnesses were consulted.
#[derive(Clone, Debug, PartialEq)]
pub struct Weighed {
    /// The verdict that counts.
    pub verdict: Verdict,
    /// The reason code.
    pub reason: String,
    /// Who is responsible.
    pub fault: Fault,
    /// The kind of evidence.
    pub proof: Proof,
    /// One sentence for people: what was read, and which witnesses support it.
    pub say: String,
    /// What to do about it, if known.
    pub hint: Option<String>,
    /// When the announced event happens, if the answer says so.
    pub until: Option<Time>,
    /// Witnesses that must be consulted before it can be confirmed.
    pub missing: Vec<Want>,
    /// Whether a `dropped` needs more time, because its second path could not be read or still showed the listing, or
    /// because the vendor reports a problem.
    pub alone: bool,
    /// Whether the vendor works for other customers: its status page reports no problem, or another of its checks is
    /// `live`.
    pub vendor_fine: bool,
}

// Sentences from witnesses that only support the reading. They are shown once and left out of reminders.
const OWN_NETWORK_FINE: &str = "plugwatch's own network is fine";
const STATUS_FINE: &str = "the vendor's status page reports no problem";
const OTHERS_WORK: &str = "other listings there are still up";
const SECOND_SAME: &str = "a second check agrees";
const SECOND_UNREAD: &str = "the second check could not be read";
/// The wording of an earlier release, which stored open incidents may still contain.
const BEFORE: [&str; 3] =
    ["other entries there are still listed", "a second route agrees", "the second route could not be read"];

/// The sentence without the witnesses that only support it.
pub fn without_witnesses(say: &str) -> String {
    let confirms = [OWN_NETWORK_FINE, STATUS_FINE, OTHERS_WORK, SECOND_SAME, SECOND_UNREAD];
    let says = |part: &&str| !confirms.contains(&part.trim()) && !BEFORE.contains(&part.trim());
    say.split(';').filter(says).collect::<Vec<_>>().join(";")
}

/// Weighs `reading`. `proven` says whether this probe ever read `live`.
pub fn weigh(reading: &Reading, witnesses: &Witnesses, policy: &Policy, proven: bool, now: Time) -> Weighed {
    let plain = Weighed {
        verdict: reading.verdict,
        reason: reading.reason.clone(),
        fault: reading.fault,
        proof: reading.proof,
        say: reading.say.clone(),
        hint: reading.hint.clone(),
        until: reading.until,
        missing: Vec::new(),
        alone: false,
        vendor_fine: false,
    };
    match reading.verdict {
        Verdict::Live => weigh_live(plain, witnesses, policy),
        Verdict::Degraded => match witnesses.own_network {
            OwnNetwork::Blind => plain.unknown(OWN_NETWORK, Fault::Ours, BLIND),
            _ => plain,
        },
        Verdict::Unknown => match witnesses.own_network {
            OwnNetwork::Blind => plain.unknown(OWN_NETWORK, Fault::Ours, BLIND),
            _ if reading.reason == "credential_refused" && policy.keyed && proven => {
                weigh_access(plain, witnesses, policy, now)
            }
            _ => plain,
        },
        Verdict::Outage if reading.basis == Basis::Absence && !proven => never_live(plain),
        Verdict::Outage => weigh_outage(plain, witnesses, policy, now),
        Verdict::Dropped => weigh_dropped(plain, reading, witnesses, policy, proven, now),
    }
}

/// The reason code if everything known to exist appears to be gone.
pub(super) const CONTROL_GONE: &str = "control_gone";
/// The reason code if the comparisons appear to be gone while the monitored listing is there.
pub(super) const COMPARISON_GONE: &str = "comparison_gone";
/// The reason code if a key that used to work is refused while the vendor reports a problem.
pub(super) const REFUSED_IN_TROUBLE: &str = "refused_in_trouble";
/// The reason code while plugwatch's own network is down.
pub const OWN_NETWORK: &str = "own_network";
/// The sentence for [`OWN_NETWORK`].
pub const BLIND: &str = "plugwatch's own network is down: most reference hosts do not answer either";

impl Weighed {
    fn unknown(self, reason: &str, fault: Fault, because: &str) -> Weighed {
        let say = if self.say.is_empty() { because.to_owned() } else { format!("{}; {because}", self.say) };
        let hint = hint(reason).map(str::to_owned);
        let reason = reason.to_owned();
        Weighed { verdict: Verdict::Unknown, reason, fault, proof: Proof::Inferred, say, hint, ..self }
    }

    fn resting_on(mut self, what: &str) -> Weighed {
        self.say = format!("{}; {what}", self.say);
        self
    }

    fn wanting(mut self, want: Want) -> Weighed {
        self.missing.push(want);
        self
    }
}

/// The advice for a reason that the core itself found. The vendor's hint does not apply to such a reason.
fn hint(reason: &str) -> Option<&'static str> {
    match reason {
        "never_seen_live" => Some("Check the id in your configuration first. If it is right, it was gone before."),
        COMPARISON_GONE => Some("Nothing urgent. Open the listing yourself once a day until this is over."),
        CONTROL_GONE => Some("Open the listing in a browser: plugwatch cannot tell now whether it was removed."),
        OWN_NETWORK => Some("Check the network of the machine that runs plugwatch."),
        _ => None,
    }
}

fn weigh_live(plain: Weighed, witnesses: &Witnesses, policy: &Policy) -> Weighed {
    if policy.positive_control && witnesses.positive.as_ref().is_some_and(|seen| seen.verdict == Verdict::Dropped) {
        // The page's statement about this app is not repeated, because it cannot be relied on.
        let because = "the listing page loads, but plugwatch can't rely on that: the apps that it compares yours with appear to be missing from the store";
        return Weighed { say: String::new(), ..plain }.unknown(COMPARISON_GONE, Fault::Unclear, because);
    }
    match &witnesses.negative {
        Some(seen) if policy.negative_control && seen.verdict == Verdict::Live => plain.unknown(
            "negative_control_live",
            Fault::Unclear,
            "but something that certainly does not exist reads as existing too, so this check proves nothing",
        ),
        _ => plain,
    }
}

fn weigh_outage(plain: Weighed, witnesses: &Witnesses, policy: &Policy, now: Time) -> Weighed {
    match witnesses.own_network {
        _ if policy.local => plain,
        OwnNetwork::Blind => plain.unknown(OWN_NETWORK, Fault::Ours, BLIND),
        OwnNetwork::Unasked => plain.wanting(Want::Anchors),
        OwnNetwork::Sound => {
            let weighed = plain.resting_on(OWN_NETWORK_FINE);
            weigh_status(weighed, witnesses, policy, now)
        }
    }
}

/// Takes the vendor's status page into account. A page that cannot be read changes nothing.
fn weigh_status(weighed: Weighed, witnesses: &Witnesses, policy: &Policy, now: Time) -> Weighed {
    if !policy.vendor_status {
        return weighed;
    }
    let Some(seen) = fresh(&witnesses.vendor_status, now) else { return weighed.wanting(Want::VendorStatus) };
    match (seen.verdict, seen.reason.as_str()) {
        (_, "status_maintenance") => Weighed {
            reason: "vendor_maintenance".to_owned(),
            fault: Fault::VendorBreakdown,
            proof: Proof::Stated,
            ..weighed
        }
        .resting_on("the vendor's status page announces maintenance"),
        (Verdict::Outage | Verdict::Degraded, _) => {
            Weighed { fault: Fault::VendorBreakdown, proof: Proof::Stated, ..weighed }
                .resting_on("the vendor's status page reports a problem")
        }
        (Verdict::Live, _) => weighed.resting_on(STATUS_FINE),
        _ => weighed,
    }
}

/// Weighs the refusal of a key that used to work: it may concern this account, or the vendor's login may be failing
/// for everybody.
fn weigh_access(weighed: Weighed, witnesses: &Witnesses, policy: &Policy, now: Time) -> Weighed {
    let others_live = witnesses.same_vendor.is_some_and(|tally| tally.live > 0);
    let fine = Weighed { vendor_fine: others_live, ..weighed };
    if !policy.vendor_status {
        return fine;
    }
    let Some(seen) = fresh(&witnesses.vendor_status, now) else { return fine.wanting(Want::VendorStatus) };
    match seen.verdict {
        Verdict::Live => Weighed { vendor_fine: true, ..fine }.resting_on(STATUS_FINE),
        Verdict::Outage | Verdict::Degraded => {
            let because = "but the vendor's status page reports a problem, so the refusal may not be about you";
            fine.unknown(REFUSED_IN_TROUBLE, Fault::VendorBreakdown, because)
        }
        _ => fine,
    }
}

fn weigh_dropped(
    plain: Weighed,
    reading: &Reading,
    witnesses: &Witnesses,
    policy: &Policy,
    proven: bool,
    now: Time,
) -> Weighed {
    if witnesses.own_network == OwnNetwork::Blind && !policy.local {
        return plain.unknown(OWN_NETWORK, Fault::Ours, BLIND);
    }
    let mut weighed = plain;
    if witnesses.own_network == OwnNetwork::Unasked && !policy.local {
        weighed = weighed.wanting(Want::Anchors);
    }
    if reading.basis == Basis::Absence {
        weighed = weigh_positive(weighed, witnesses, policy, now);
        weighed = weigh_negative(weighed, witnesses, policy, now);
    }
    if weighed.verdict != Verdict::Dropped {
        return weighed;
    }
    if policy.second_path {
        weighed = weigh_second_path(weighed, witnesses, policy, now);
    }
    if reading.basis == Basis::Absence && weighed.verdict == Verdict::Dropped {
        weighed = weigh_trouble(weighed, witnesses, policy, now);
    }
    // A wrong id also looks gone. But a person's report is not a typing error, and a report from the user's own
    // systems uses no vendor id.
    let told = weighed.proof == Proof::Told || policy.local;
    if weighed.verdict == Verdict::Dropped && !proven && !told {
        return if is_known_there(&weighed, reading) { never_good(weighed) } else { never_live(weighed) };
    }
    weighed
}

/// Whether the vendor's own word for the thing shows that it knows its id.
fn is_known_there(weighed: &Weighed, reading: &Reading) -> bool {
    reading.basis == Basis::OwnStatement && reading.proof == Proof::Stated && quoted(&weighed.say).is_some()
}

/// Weighs something that never read `live`, but that the vendor knows and speaks of: the id is right.
fn never_good(weighed: Weighed) -> Weighed {
    let hint = weighed.hint.clone();
    let because = "it was already like this at plugwatch's first check; the vendor knows this id: check that it is the account that you use";
    Weighed { hint, ..weighed.unknown("never_seen_live", Fault::Unclear, because) }
}

/// Handles something that never read `live`. It cannot have been lost: the id is wrong, or it was gone before.
fn never_live(weighed: Weighed) -> Weighed {
    let because = "plugwatch never saw it working: a wrong id in the configuration, or gone before";
    weighed.unknown("never_seen_live", Fault::Unclear, because)
}

fn fresh(seen: &Option<Witnessed>, now: Time) -> Option<&Witnessed> {
    seen.as_ref().filter(|seen| now.since(seen.at) <= FRESH)
}

fn weigh_positive(weighed: Weighed, witnesses: &Witnesses, policy: &Policy, now: Time) -> Weighed {
    if !policy.positive_control {
        return weighed;
    }
    let Some(seen) = fresh(&witnesses.positive, now) else {
        return weighed.wanting(Want::PositiveControl);
    };
    match seen.verdict {
        Verdict::Live | Verdict::Degraded => weighed.resting_on(OTHERS_WORK),
        Verdict::Outage => Weighed {
            verdict: Verdict::Outage,
            reason: "control_fails_too".to_owned(),
            fault: Fault::VendorBreakdown,
            proof: Proof::Inferred,
            hint: None,
            ..weighed
        }
        .resting_on("but other listings there fail as well"),
        Verdict::Unknown => weighed.unknown(
            "control_unreadable",
            Fault::Unclear,
            "but the comparison (another listing there) could not be read",
        ),
        Verdict::Dropped => weighed.unknown(
            CONTROL_GONE,
            Fault::Unclear,
            "but another listing that exists is missing, too, so this check can't be trusted now",
        ),
    }
}

fn weigh_negative(weighed: Weighed, witnesses: &Witnesses, policy: &Policy, now: Time) -> Weighed {
    if !policy.negative_control || weighed.verdict != Verdict::Dropped {
        return weighed;
    }
    let Some(seen) = fresh(&witnesses.negative, now) else {
        return weighed.wanting(Want::NegativeControl);
    };
    match seen.verdict {
        Verdict::Dropped => weighed,
        Verdict::Live | Verdict::Degraded => weighed.unknown(
            "negative_control_live",
            Fault::Unclear,
            "but something that certainly does not exist reads as existing, so this route can't be trusted",
        ),
        Verdict::Outage | Verdict::Unknown => weighed.unknown(
            "control_unreadable",
            Fault::Unclear,
            "but the comparison (something that does not exist) could not be read",
        ),
    }
}

/// While the vendor reports a problem, an absence needs more time before it counts.
fn weigh_trouble(weighed: Weighed, witnesses: &Witnesses, policy: &Policy, now: Time) -> Weighed {
    if !policy.vendor_status {
        return weighed;
    }
    match fresh(&witnesses.vendor_status, now) {
        None => weighed.wanting(Want::VendorStatus),
        Some(seen) if matches!(seen.verdict, Verdict::Outage | Verdict::Degraded) => {
            Weighed { alone: true, ..weighed }.resting_on("though the vendor's status page reports a problem")
        }
        Some(_) => weighed,
    }
}

fn weigh_second_path(weighed: Weighed, witnesses: &Witnesses, policy: &Policy, now: Time) -> Weighed {
    let Some(seen) = fresh(&witnesses.second_path, now) else {
        return weighed.wanting(Want::SecondPath);
    };
    match seen.verdict {
        Verdict::Dropped => weighed.resting_on(SECOND_SAME),
        Verdict::Live | Verdict::Degraded if policy.second_path_global => {
            let mut alone = weighed.resting_on("a second route, which covers all countries together, still shows it");
            alone.alone = true;
            alone
        }
        Verdict::Live | Verdict::Degraded => Weighed {
            verdict: Verdict::Degraded,
            reason: "sources_disagree".to_owned(),
            fault: Fault::Unclear,
            proof: Proof::Inferred,
            ..weighed
        }
        .resting_on("but a second route still shows it: the sources disagree"),
        Verdict::Outage | Verdict::Unknown => {
            let mut alone = weighed.resting_on(SECOND_UNREAD);
            alone.alone = true;
            alone
        }
    }
}
