//! One reading, weighed with its witnesses: may it be believed as it stands?

use super::model::{Basis, Fault, Proof, Reading, Verdict};
use super::policy::Policy;
use super::time::Time;
use super::witness::{FRESH, OwnNetwork, Want, Witnessed, Witnesses};

/// What a reading comes to once its witnesses have been heard.
#[derive(Clone, Debug, PartialEq)]
pub struct Weighed {
    /// The verdict to count.
    pub verdict: Verdict,
    /// Why, as a fixed word.
    pub reason: String,
    /// Whose doing it is.
    pub fault: Fault,
    /// What it rests on.
    pub proof: Proof,
    /// One sentence for people: what was said, and which witnesses it rests on.
    pub say: String,
    /// What to do about it, where that is known.
    pub hint: Option<String>,
    /// Witnesses that must speak before this may be confirmed.
    pub missing: Vec<Want>,
    /// The second path was asked, but could not be read.
    pub alone: bool,
}

/// Weighs `reading`. `proven` tells whether this probe was ever seen live.
pub fn weigh(reading: &Reading, witnesses: &Witnesses, policy: &Policy, proven: bool, now: Time) -> Weighed {
    let plain = Weighed {
        verdict: reading.verdict,
        reason: reading.reason.clone(),
        fault: reading.fault,
        proof: reading.proof,
        say: reading.say.clone(),
        hint: reading.hint.clone(),
        missing: Vec::new(),
        alone: false,
    };
    match reading.verdict {
        Verdict::Live => weigh_live(plain, witnesses, policy),
        Verdict::Degraded => plain,
        Verdict::Unknown => match witnesses.own_network {
            OwnNetwork::Blind => plain.unknown("own_network", Fault::Ours, BLIND),
            _ => plain,
        },
        Verdict::Outage => weigh_outage(plain, witnesses),
        Verdict::Dropped => weigh_dropped(plain, reading, witnesses, policy, proven, now),
    }
}

const BLIND: &str = "our own network is down: most anchors do not answer either";

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

/// What to do about a reason of the core's own. The vendor's hint spoke of something else.
fn hint(reason: &str) -> Option<&'static str> {
    match reason {
        "never_seen_live" => Some("Check the id in your configuration first. If it is right, it was gone before."),
        "own_network" => Some("Look at the network of the machine that runs plugwatch."),
        _ => None,
    }
}

fn weigh_live(plain: Weighed, witnesses: &Witnesses, policy: &Policy) -> Weighed {
    match &witnesses.negative {
        Some(seen) if policy.negative_control && seen.verdict == Verdict::Live => plain.unknown(
            "negative_control_live",
            Fault::Unclear,
            "but something that certainly does not exist reads live too, so the probe is blind",
        ),
        _ => plain,
    }
}

fn weigh_outage(plain: Weighed, witnesses: &Witnesses) -> Weighed {
    match witnesses.own_network {
        OwnNetwork::Blind => plain.unknown("own_network", Fault::Ours, BLIND),
        OwnNetwork::Unasked => plain.wanting(Want::Anchors),
        OwnNetwork::Sound => plain.resting_on("our own network is fine"),
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
    if witnesses.own_network == OwnNetwork::Blind {
        return plain.unknown("own_network", Fault::Ours, BLIND);
    }
    let mut weighed = plain;
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
    if weighed.verdict == Verdict::Dropped && !proven {
        let because = "plugwatch never saw it live: a wrong id in the configuration, or gone before";
        return weighed.unknown("never_seen_live", Fault::Unclear, because);
    }
    weighed
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
        Verdict::Live | Verdict::Degraded => weighed.resting_on("the control through the same path is live"),
        Verdict::Outage => Weighed {
            verdict: Verdict::Outage,
            reason: "control_fails_too".to_owned(),
            fault: Fault::VendorBreakdown,
            proof: Proof::Inferred,
            hint: None,
            ..weighed
        }
        .resting_on("but the control through the same path fails as well"),
        Verdict::Unknown => weighed.unknown(
            "control_unreadable",
            Fault::Unclear,
            "but the control through the same path could not be read",
        ),
        Verdict::Dropped => weighed.unknown(
            "control_gone",
            Fault::Unclear,
            "but the control, known to be there, reads gone too: the path lies",
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
            "but something that certainly does not exist reads live: the path lies",
        ),
        Verdict::Outage | Verdict::Unknown => {
            weighed.unknown("control_unreadable", Fault::Unclear, "but the negative control could not be read")
        }
    }
}

fn weigh_second_path(weighed: Weighed, witnesses: &Witnesses, policy: &Policy, now: Time) -> Weighed {
    let Some(seen) = fresh(&witnesses.second_path, now) else {
        return weighed.wanting(Want::SecondPath);
    };
    match seen.verdict {
        Verdict::Dropped => weighed.resting_on("the second path says the same"),
        Verdict::Live | Verdict::Degraded if policy.second_path_global => {
            let mut alone = weighed.resting_on("the second path, which sees all countries together, still shows it");
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
        .resting_on("but the second path still shows it: the sources disagree"),
        Verdict::Outage | Verdict::Unknown => {
            let mut alone = weighed.resting_on("the second path could not be read");
            alone.alone = true;
            alone
        }
    }
}
