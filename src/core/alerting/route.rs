//! Who is told what, and when: by loudness, verdict, dependency, hours. A critical alert is never
//! held back for the hour of the day, and one that nobody would get goes to everybody.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono_tz::Tz;

use crate::core::dependency::incident::{Level, Reason};
use crate::core::time::Time;
use crate::core::time::hours::Hours;
use crate::core::words::verdict::{Criticality, Verdict, words};

/// What a channel wants to hear. As it stands by default: everything, at once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Route {
    /// At least so loud.
    pub at_least: Option<Level>,
    /// Only these verdicts; none given, all.
    pub verdicts: BTreeSet<Verdict>,
    /// Only what so much hangs on.
    pub criticality: BTreeSet<Criticality>,
    /// Only these dependencies.
    pub dependencies: BTreeSet<String>,
    /// Only within these hours; at others somebody else is told.
    pub hours: Option<Hours>,
    /// What is not critical waits for the end of these.
    pub quiet: Option<Hours>,
    /// Only what is critical, and only if nobody acknowledged it within this.
    pub after: Option<Duration>,
    /// No reports.
    pub no_reports: bool,
}

/// What is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occasion {
    /// Why.
    pub reason: Reason,
    /// How loud.
    pub level: Level,
    /// What it came to, if it is about a dependency.
    pub verdict: Option<Verdict>,
    /// The dependencies it is about, with how much hangs on each.
    pub about: Vec<(String, Criticality)>,
    /// When.
    pub at: Time,
}

words! {
    /// On what condition somebody is told, seen when it is sent.
    Only {
        /// On none.
        Always = "always",
        /// If nobody has acknowledged it by then.
        UnlessAcked = "unless_acked",
        /// If they were told before of what it belongs to.
        IfTold = "if_told",
    }
}

/// How somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Not before this.
    pub at: Time,
    /// On this condition.
    pub only: Only,
}

impl Route {
    /// Whether and when this occasion is told here.
    pub fn turn(&self, occasion: &Occasion) -> Option<Turn> {
        let Occasion { reason, level, at, .. } = *occasion;
        if reason == Reason::Report {
            return (!self.no_reports && self.after.is_none()).then(|| self.in_quiet(level, at));
        }
        if self.at_least.is_some_and(|least| level < least) || !self.concerns(occasion) {
            return None;
        }
        if self.hours.as_ref().is_some_and(|hours| !hours.hold(at)) {
            return None;
        }
        match self.after {
            None => Some(self.in_quiet(level, at)),
            // What is not confirmed is confirmed or cleared by then, and that is told.
            Some(_) if reason == Reason::Suspected => None,
            // Whoever is on call is asked for what cannot wait, and for drills of it.
            Some(wait) if level == Level::Critical => Some(Turn { at: at.plus(wait), only: Only::UnlessAcked }),
            Some(_) => None,
        }
    }

    /// What is not critical waits for the end of the quiet hours.
    pub fn in_quiet(&self, level: Level, at: Time) -> Turn {
        let end = self.quiet.as_ref().filter(|_| level < Level::Critical).and_then(|quiet| quiet.end(at));
        Turn { at: end.unwrap_or(at), only: Only::Always }
    }

    /// What is about nothing in particular, such as our own network, concerns everybody.
    fn concerns(&self, occasion: &Occasion) -> bool {
        let verdict = occasion.verdict.is_none_or(|v| self.verdicts.is_empty() || self.verdicts.contains(&v));
        let about = &occasion.about;
        let any = |fits: &dyn Fn(&(String, Criticality)) -> bool| about.is_empty() || about.iter().any(fits);
        verdict
            && (self.dependencies.is_empty() || any(&|(id, _)| self.dependencies.contains(id)))
            && (self.criticality.is_empty() || any(&|(_, criticality)| self.criticality.contains(criticality)))
    }
}

/// A place where somebody can be told.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    /// The channel's name.
    pub channel: String,
    /// Whom it reaches there.
    pub recipient: String,
    /// What they want to hear.
    pub route: Route,
    /// A person is reached; the log and the terminal are read by nobody at night.
    pub wakes: bool,
    /// The zone of whoever reads it.
    pub zone: Tz,
    /// What was sent there can be changed.
    pub edits: bool,
}

impl Way {
    /// A place that wants to hear everything, and wakes somebody.
    pub fn plain(channel: &str, recipient: &str) -> Way {
        let (channel, recipient) = (channel.to_owned(), recipient.to_owned());
        Way { channel, recipient, route: Route::default(), wakes: true, zone: Tz::UTC, edits: false }
    }
}

/// Who is told, and when. Whoever was told of something hears how it goes on, whatever they wanted;
/// and what is critical and would reach nobody at once goes to every place that wakes somebody: a
/// gap between two routes loses nothing.
pub fn routed<'w>(ways: &'w [Way], occasion: &Occasion) -> Vec<(&'w Way, Turn)> {
    let turns: Vec<Option<Turn>> = ways.iter().map(|way| way.route.turn(occasion)).collect();
    let at_once = |(way, turn): (&Way, &Option<Turn>)| way.wakes && turn.is_some_and(|turn| turn.only == Only::Always);
    let nobody = occasion.level == Level::Critical && !ways.iter().zip(&turns).any(at_once);
    let notified = |(way, turn): (&'w Way, Option<Turn>)| {
        let always = Turn { at: occasion.at, only: Only::Always };
        let turn = match turn {
            _ if nobody && way.wakes => Some(always),
            Some(turn) => Some(turn),
            None if occasion.goes_on() => {
                Some(Turn { only: Only::IfTold, ..way.route.in_quiet(occasion.level, occasion.at) })
            }
            None => None,
        };
        turn.map(|turn| (way, turn))
    };
    ways.iter().zip(turns).filter_map(notified).collect()
}

impl Occasion {
    /// It is no beginning: what it belongs to was told before.
    fn goes_on(&self) -> bool {
        match self.reason {
            Reason::Worsened
            | Reason::Eased
            | Reason::Corrected
            | Reason::Grew
            | Reason::ItWasUs
            | Reason::Cleared
            | Reason::Settled
            | Reason::Recovered
            | Reason::Sighted => true,
            Reason::Started
            | Reason::Opened
            | Reason::Suspected
            | Reason::Flapping
            | Reason::StillOpen
            | Reason::Situation
            | Reason::Blind
            | Reason::Expiring
            | Reason::Changed
            | Reason::Notice
            | Reason::Cascade
            | Reason::Retired
            | Reason::Report
            | Reason::Drill
            | Reason::Test
            | Reason::Unwritten
            | Reason::Written
            | Reason::ChannelDead
            | Reason::ChannelBack
            | Reason::Unpublished
            | Reason::Published => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Saturday 9 January 2021, 02:00 UTC.
    const NIGHT: Time = Time(1_610_157_600_000);

    fn occasion(level: Level, criticality: Criticality) -> Occasion {
        Occasion {
            reason: Reason::Opened,
            level,
            verdict: Some(Verdict::Dropped),
            about: vec![("sms".into(), criticality)],
            at: NIGHT,
        }
    }

    fn hours(text: &str) -> Option<Hours> {
        Some(Hours::parse(text, chrono_tz::UTC).unwrap())
    }

    fn way(channel: &str, route: Route) -> Way {
        Way {
            channel: channel.into(),
            recipient: "x".into(),
            route,
            wakes: channel != "log",
            zone: Tz::UTC,
            edits: false,
        }
    }

    #[test]
    fn quiet_hours_hold_a_warning_and_never_a_critical_alert() {
        let route = Route { quiet: hours("22:00-07:00"), ..Route::default() };
        let warned = route.turn(&occasion(Level::Warning, Criticality::Normal)).unwrap();
        assert_eq!(warned.at.rfc3339(), "2021-01-09T07:00:00Z");
        assert_eq!(route.turn(&occasion(Level::Critical, Criticality::Critical)).unwrap().at, NIGHT);
    }

    #[test]
    fn a_route_takes_what_it_names() {
        let warning = occasion(Level::Warning, Criticality::High);
        let takes = |route: Route| route.turn(&warning).is_some();
        assert!(takes(Route::default()));
        assert!(!takes(Route { at_least: Some(Level::Critical), ..Route::default() }));
        assert!(!takes(Route { verdicts: [Verdict::Outage].into(), ..Route::default() }));
        assert!(!takes(Route { criticality: [Criticality::Critical].into(), ..Route::default() }));
        assert!(!takes(Route { dependencies: ["mail".into()].into(), ..Route::default() }));
        assert!(!takes(Route { hours: hours("Mon-Fri 09:00-18:00"), ..Route::default() }));
        assert!(takes(Route { dependencies: ["sms".into()].into(), ..Route::default() }));
    }

    #[test]
    fn whoever_comes_later_is_told_only_what_is_critical_and_not_acknowledged() {
        let route = Route { after: Some(Duration::from_secs(600)), ..Route::default() };
        let turn = route.turn(&occasion(Level::Critical, Criticality::Critical)).unwrap();
        assert_eq!((turn.at.since(NIGHT).as_secs(), turn.only), (600, Only::UnlessAcked));
        assert!(route.turn(&occasion(Level::Warning, Criticality::Critical)).is_none());
    }

    #[test]
    fn what_no_route_takes_and_is_critical_goes_to_everybody() {
        let ways = [
            way("log", Route::default()),
            way("day", Route { hours: hours("Mon-Fri 09:00-18:00"), ..Route::default() }),
            way("boss", Route { after: Some(Duration::from_secs(600)), ..Route::default() }),
        ];
        let notified = |level, reason| -> Vec<(&str, Only)> {
            let notified = routed(&ways, &Occasion { reason, ..occasion(level, Criticality::Normal) });
            notified.iter().map(|(way, turn)| (way.channel.as_str(), turn.only)).collect()
        };
        let (always, if_told) = (Only::Always, Only::IfTold);
        assert_eq!(notified(Level::Critical, Reason::Opened), [("log", always), ("day", always), ("boss", always)]);
        assert_eq!(notified(Level::Warning, Reason::Opened), [("log", always)]);
        // Who heard of it hears its end.
        assert_eq!(notified(Level::Info, Reason::Recovered), [("log", always), ("day", if_told), ("boss", if_told)]);
    }
}
