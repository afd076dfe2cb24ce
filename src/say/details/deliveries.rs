//! Which messages were delivered, to whom and when, which were not delivered, and what to do about those.

use minijinja::{Value, context};

use super::{Facts, Operator};
use crate::core::dependency::incident::Level;
use crate::core::time::{Time, human};

/// A message to one recipient.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The public id of the alert, the same for all recipients.
    pub alert: String,
    /// The title of the alert.
    pub title: String,
    /// How urgent it is.
    pub level: Level,
    /// When it was made.
    pub at: Time,
    /// The channel's name.
    pub channel: String,
    /// The recipient on that channel.
    pub recipient: String,
    /// Why it was sent here instead of to its usual recipient.
    pub instead: Option<String>,
    /// What happened to it.
    pub fate: Fate,
}

/// What happened to a message to one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Delivered at this time.
    Arrived(Time),
    /// Waiting for its time or for a condition, such as that nobody acknowledges the alert.
    Waits {
        /// The earliest time.
        until: Time,
        /// Whether it is sent only if a condition is met.
        on_condition: bool,
    },
    /// Not delivered yet, after failed attempts.
    Fails {
        /// Why the last attempt failed.
        why: String,
        /// The number of attempts.
        tries: i64,
    },
    /// It will not be delivered, for this reason.
    Lost(String),
}

/// A recipient that accepts no messages.
#[derive(Clone, Debug)]
pub struct Place {
    /// The channel's name.
    pub channel: String,
    /// The recipient on that channel.
    pub recipient: String,
    /// Since when it accepts no messages.
    pub since: Time,
    /// Why it accepts no messages.
    pub why: String,
    /// Whether it rejects plugwatch, so that a person must change something.
    pub refuses: bool,
}

impl Sent {
    fn has_failed(&self) -> bool {
        matches!(self.fate, Fate::Fails { .. } | Fate::Lost(_))
    }
}

pub(super) fn section(facts: &Facts<'_>, operator: &Operator) -> Value {
    let (failed, rest): (Vec<&Sent>, Vec<&Sent>) = operator.sent.iter().partition(|sent| sent.has_failed());
    let place = |place: &Place| {
        context! {
            name => format!("{} to {}", place.channel, place.recipient), since => place.since.local(facts.zone, facts.now),
            lasted => human(facts.now.since(place.since)), why => place.why.trim_end_matches('.'), cure => cure_of(place),
        }
    };
    context! {
        places => operator.places.iter().map(place).collect::<Vec<_>>(),
        failed => failed.iter().map(|sent| line(facts, operator, sent)).collect::<Vec<_>>(),
        rest => rest.iter().map(|sent| line(facts, operator, sent)).collect::<Vec<_>>(),
    }
}

fn cure_of(place: &Place) -> &'static str {
    match place.refuses {
        true => {
            "The channel refuses plugwatch. Fix what it says, then run `plugwatch notify test`. Until then plugwatch tries it \
             every 10 min and uses your other channels."
        }
        false => {
            "plugwatch tries it every minute and uses your other channels meanwhile. `plugwatch notify test` tries it now."
        }
    }
}

fn line(facts: &Facts<'_>, operator: &Operator, sent: &Sent) -> Value {
    let (zone, now) = (facts.zone, facts.now);
    let (class, fate) = match &sent.fate {
        Fate::Arrived(at) => ("operational", format!("arrived {}", at.local(zone, now))),
        Fate::Waits { until, on_condition: true } => {
            ("unchecked", format!("goes out {} if it is still needed", until.local(zone, now)))
        }
        Fate::Waits { until, .. } if *until > now => ("unchecked", format!("goes out {}", until.local(zone, now))),
        Fate::Waits { .. } => ("unchecked", "is being sent".to_owned()),
        Fate::Fails { tries: 1, .. } => ("unavailable", "not arrived, tried once".to_owned()),
        Fate::Fails { tries, .. } => ("unavailable", format!("not arrived, tried {tries} times")),
        Fate::Lost(_) => ("unavailable", "will not arrive".to_owned()),
    };
    let why = match &sent.fate {
        Fate::Fails { why, .. } | Fate::Lost(why) => Some(why.trim_end_matches('.').to_owned()),
        Fate::Arrived(_) | Fate::Waits { .. } => None,
    };
    context! {
        title => sent.title, at => sent.at.local(zone, now), level => sent.level.word(), class, fate, why,
        name => format!("{} to {}", sent.channel, sent.recipient), instead => sent.instead,
        cure => sent.has_failed().then(|| cure(operator, sent)),
    }
}

/// What to do about a message that was not delivered, and whether it was delivered elsewhere.
fn cure(operator: &Operator, sent: &Sent) -> String {
    let same = operator.sent.iter().filter(|other| other.alert == sent.alert);
    let mut elsewhere: Vec<String> = same
        .filter(|other| matches!(other.fate, Fate::Arrived(_)))
        .map(|other| format!("{} to {}", other.channel, other.recipient))
        .collect();
    elsewhere.sort();
    elsewhere.dedup();
    let own = match &sent.fate {
        Fate::Lost(why) if why == "no longer configured" => "The channel is no longer in the configuration.",
        Fate::Lost(_) => {
            "plugwatch will not send it there again. Run `plugwatch notify test` to see whether the channel works."
        }
        _ => "plugwatch keeps trying. Fix what the channel says, or wait if it is out.",
    };
    match elsewhere.is_empty() {
        true => format!("{own} It has not arrived anywhere else yet."),
        false => format!("{own} It did arrive by {}.", elsewhere.join(", ")),
    }
}
