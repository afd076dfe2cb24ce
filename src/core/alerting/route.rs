//! Who gets which alert, and when: by level, verdict, dependency and hours. Quiet hours never delay a critical alert,
//! and a critical alert that would reach nobody goes to everybody.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono_tz::Tz;

use crate::core::dependency::incident::{Level, Reason};
use crate::core::time::Time;
use crate::core::time::hours::Hours;
use crate::core::words::verdict::{Criticality, Verdict, words};

/// The alerts that a channel receives. By default: all of them, at once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Route {
    /// The lowest level.
    pub at_least: Option<Level>,
    /// Only these verdicts; all if empty.
    pub verdicts: BTreeSet<Verdict>,
    /// Only dependencies of this criticality; all if empty.
    pub criticality: BTreeSet<Criticality>,
    /// Only these dependencies; all if empty.
    pub dependencies: BTreeSet<String>,
    /// Only within these hours; at other times, alerts go to someone else.
    pub hours: Option<Hours>,
    /// Alerts that are not critical wait until these hours end.
    pub quiet: Option<Hours>,
    /// Only critical alerts that nobody has acknowledged within this time.
    pub after: Option<Duration>,
    /// Whether reports are not sent to it.
    pub no_reports: bool,
}

/// Something to report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occasion {
    /// Why it is reported.
    pub reason: Reason,
    /// Its level.
    pub level: Level,
    /// The verdict, if it is about a dependency.
    pub verdict: Option<Verdict>,
    /// The dependencies it is about, each with its criticality.
    pub about: Vec<(String, Criticality)>,
    /// When it happened.
    pub at: Time,
}

words! {
    /// The condition for notifying someone, checked when the message is sent.
    Only {
        /// No condition.
        Always = "always",
        /// Only if nobody has acknowledged it by then.
        UnlessAcked = "unless_acked",
        /// Only if they were notified of the same trouble before.
        IfTold = "if_told",
    }
}

/// When and on what condition someone is notified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The earliest time.
    pub at: Time,
    /// The condition.
    pub only: Only,
}

impl Route {
    /// Whether and when this route receives the occasion.
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
            // By then, the suspicion is confirmed or cleared, and that is reported.
            Some(_) if reason == Reason::Suspected => None,
            // The person on call is contacted about anything that cannot wait, and for drills.
            Some(wait) if level == Level::Critical => Some(Turn { at: at.plus(wait), only: Only::UnlessAcked }),
            Some(_) => None,
        }
    }

    /// An alert that is not critical waits for the end of the quiet hours.
    pub fn in_quiet(&self, level: Level, at: Time) -> Turn {
        let end = self.quiet.as_ref().filter(|_| level < Level::Critical).and_then(|quiet| quiet.end(at));
        Turn { at: end.unwrap_or(at), only: Only::Always }
    }

    /// Whether the route matches. Something without dependencies, such as plugwatch's own network, concerns
    /// everybody.
    fn concerns(&self, occasion: &Occasion) -> bool {
        let verdict = occasion.verdict.is_none_or(|v| self.verdicts.is_empty() || self.verdicts.contains(&v));
        let about = &occasion.about;
        let any = |fits: &dyn Fn(&(String, Criticality)) -> bool| about.is_empty() || about.iter().any(fits);
        verdict
            && (self.dependencies.is_empty() || any(&|(id, _)| self.dependencies.contains(id)))
            && (self.criticality.is_empty() || any(&|(_, criticality)| self.criticality.contains(criticality)))
    }
}

/// A recipient on a channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    /// The channel's name.
    pub channel: String,
    /// The recipient on that channel.
    pub recipient: String,
    /// What they receive.
    pub route: Route,
    /// Whether it can wake someone. The log and the terminal cannot.
    pub wakes: bool,
    /// The reader's time zone.
    pub zone: Tz,
    /// Whether sent messages can be edited.
    pub edits: bool,
}

impl Way {
    /// A recipient that receives everything and can wake someone.
    pub fn plain(channel: &str, recipient: &str) -> Way {
        let (channel, recipient) = (channel.to_owned(), recipient.to_owned());
        Way { channel, recipient, route: Route::default(), wakes: true, zone: Tz::UTC, edits: false }
    }
}

/// Who is notified, and when. Anyone who was notified of something is also notified of how it continues, whatever
/// their route. A critical alert that would reach nobody at once goes to every recipient that can wake someone, so
/// that a gap between routes loses nothing.
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
    /// Whether it continues something that was reported before.
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
        // Anyone who was notified of the trouble is notified of its end.
        assert_eq!(notified(Level::Info, Reason::Recovered), [("log", always), ("day", if_told), ("boss", if_told)]);
    }
}
