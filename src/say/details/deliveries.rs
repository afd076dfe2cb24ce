//! Which message reached whom, and when; which did not, with what to do about it.

use minijinja::{Value, context};

use super::{Facts, Operator};
use crate::core::dependency::incident::Level;
use crate::core::time::{Time, human};

/// A message to one place.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The alert's public id: the same at every place.
    pub alert: String,
    /// Its title.
    pub title: String,
    /// How loud it is.
    pub level: Level,
    /// When it was made.
    pub at: Time,
    /// The channel's name.
    pub channel: String,
    /// Whom it reaches there.
    pub recipient: String,
    /// Why it went here, if it belonged elsewhere.
    pub instead: Option<String>,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a message at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It arrived.
    Arrived(Time),
    /// It waits for its time, or on a condition, such as that nobody acknowledges.
    Waits {
        /// Not before this.
        until: Time,
        /// It may prove needless.
        on_condition: bool,
    },
    /// It was tried and did not arrive yet.
    Fails {
        /// Why.
        why: String,
        /// How often it was tried.
        tries: i64,
    },
    /// It will never arrive there.
    Lost(String),
}

/// A place that takes nothing.
#[derive(Clone, Debug)]
pub struct Place {
    /// The channel's name.
    pub channel: String,
    /// Whom it reaches there.
    pub recipient: String,
    /// Since when.
    pub since: Time,
    /// Why.
    pub why: String,
    /// It refuses plugwatch: somebody has to change something.
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

/// What to do about a message that did not arrive, and whether it arrived elsewhere.
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
