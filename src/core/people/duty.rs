//! Who is on duty: each time an alert is resent because nobody acknowledged it, the next person is called.

use crate::core::time::Time;
use crate::core::time::hours::Hours;

/// A person and how to reach them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duty {
    /// The name of the person.
    pub who: String,
    /// The name of the channel.
    pub channel: String,
    /// The recipient on that channel.
    pub recipient: String,
    /// When they are on duty; always if `None`.
    pub hours: Option<Hours>,
}

/// Whom to call for resend number `turn`, counted from zero, among the people on duty. If nobody is on duty, the
/// result is `None`, and everybody is notified.
pub fn called(duties: &[Duty], turn: usize, now: Time) -> Option<&Duty> {
    let on: Vec<&Duty> = duties.iter().filter(|duty| duty.hours.as_ref().is_none_or(|hours| hours.hold(now))).collect();
    on.get(turn.checked_rem(on.len())?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Saturday 9 January 2021, 02:00 UTC.
    const NIGHT: Time = Time(1_610_157_600_000);

    fn duty(who: &str, hours: Option<&str>) -> Duty {
        let hours = hours.map(|hours| Hours::parse(hours, chrono_tz::UTC).unwrap());
        Duty { who: who.into(), channel: "phone".into(), recipient: who.into(), hours }
    }

    fn who(duties: &[Duty], turn: usize) -> Option<&str> {
        called(duties, turn, NIGHT).map(|duty| duty.who.as_str())
    }

    #[test]
    fn each_resend_calls_the_next_who_is_on_duty() {
        let duties = [duty("ada", None), duty("bob", Some("09:00-18:00")), duty("eve", Some("22:00-07:00"))];
        assert_eq!([0, 1, 2, 3].map(|turn| who(&duties, turn)), [Some("ada"), Some("eve"), Some("ada"), Some("eve")]);
    }

    #[test]
    fn where_nobody_is_on_duty_nobody_is_singled_out() {
        assert_eq!(who(&[duty("bob", Some("09:00-18:00"))], 0), None);
        assert_eq!(who(&[], 3), None);
    }
}
