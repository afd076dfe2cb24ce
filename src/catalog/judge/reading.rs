//! Turns an answer into a reading: the first rule that holds decides.

use std::time::Duration;

use minijinja::value::Value;

use super::context::context;
use super::expr::render;
use super::refusal;
use crate::catalog::grammar::catalog::Catalog;
use crate::catalog::grammar::check::Check;
use crate::catalog::grammar::expr::Expr;
use crate::catalog::grammar::param::Params;
use crate::catalog::grammar::rule::{FactRule, Rule};
use crate::catalog::grammar::vendor::Vendor;
use crate::core::probe::history::{HOUR, bucket};
use crate::core::time::Time;
use crate::core::words::answer::Answer;
use crate::core::words::text::{ADVICE, SENTENCE, VALUE, clean, whole_sentences, with_vendor};
use crate::core::words::verdict::{Facts, Fault, Reading, Verdict};

/// The maximum number of values kept from a vendor's list.
const MOST_VALUES: usize = 100;
/// The reason code of a refused key, for which the vendor's own sentence is quoted.
const REFUSED: &str = "credential_refused";

/// A reading, and the rule that resulted in it (own rules come before shared ones).
pub struct Judged {
    /// The reading.
    pub reading: Reading,
    /// The rule's place in its file; `None` if no rule matched.
    pub place: Option<String>,
}

impl Catalog {
    /// Judges one answer of a check. If no rule matches, the verdict is `unknown`, never `live`.
    pub fn judge(&self, check: &Check, params: &Params, answer: &Answer, now: Time) -> Reading {
        self.judge_with_place(check, params, answer, now).reading
    }

    /// Like [`Catalog::judge`], with the place of the rule that decided.
    pub fn judge_with_place(&self, check: &Check, params: &Params, answer: &Answer, now: Time) -> Judged {
        let context = context(self, check, params, answer, now);
        let facts = facts(check, &context);
        let own = check.rules.iter().map(|rule| (rule, true));
        let (first, later): (Vec<&Rule>, Vec<&Rule>) = self.shared_rules(check).iter().partition(|rule| rule.first);
        let decided = (first.into_iter().map(|rule| (rule, false)))
            .chain(own)
            .chain(later.into_iter().map(|rule| (rule, false)))
            .filter(|(rule, _)| answer.failure.is_none() || rule.when.text().contains("failure"))
            .find(|(rule, _)| rule.when.holds(&context));
        let Some((rule, own)) = decided else {
            return Judged { reading: unrecognised(answer), place: None };
        };
        if rule.verdict == Verdict::Live
            && let Some(unread) = self.unread_threshold(check, rule, &context)
        {
            let place = Some(unread.place.clone());
            return Judged { reading: not_compared(unread), place };
        }
        let mut reading = read(rule, &with_facts(&context, &facts));
        if !own {
            // Shared rules do not contain the vendor's name.
            let vendor = check.id.split('/').next().and_then(|id| self.vendors.get(id));
            reading.hint = reading.hint.map(|hint| named(hint, vendor));
        }
        if own && keeps_facts(&reading) {
            reading.facts = facts;
        }
        if reading.reason == REFUSED {
            reading.say = quoting(reading.say, answer);
        }
        reading.retry_after = retry_after(answer, now);
        reading.until = rule.days_left.as_ref().and_then(|days| until(days, &context, now, check.burning().is_some()));
        Judged { reading, place: Some(rule.place.clone()) }
    }
}

impl Catalog {
    /// A rule before the `live` one that should have compared a value with the user's limit but found no value. A
    /// comparison that was not made must not count as good.
    fn unread_threshold<'c>(&self, check: &'c Check, live: &Rule, context: &Value) -> Option<&'c Rule> {
        let before = check.rules.iter().take_while(|rule| !std::ptr::eq(*rule, live));
        let compares = |rule: &&Rule| {
            let text = rule.when.text();
            rule.verdict == Verdict::Degraded && text.contains("num(param.") && text.contains(['<', '>'])
        };
        before.filter(compares).find(|rule| rule.when.cannot_tell(context))
    }
}

fn not_compared(rule: &Rule) -> Reading {
    let limits = rule.when.names().into_iter().filter_map(|name| name.strip_prefix("param.").map(str::to_owned));
    let limits: Vec<String> = limits.filter(|name| rule.when.text().contains(&format!("num(param.{name})"))).collect();
    let say =
        format!("the answer is good, but lacks a value that plugwatch can compare with `{}`", limits.join("`, `"));
    Reading { fault: Fault::Unclear, ..Reading::new(Verdict::Unknown, "value_missing", clean(&say, SENTENCE)) }
}

/// Whether facts are kept: only if the answer was certainly about the account.
fn keeps_facts(reading: &Reading) -> bool {
    matches!(reading.verdict, Verdict::Live | Verdict::Degraded)
}

fn read(rule: &Rule, context: &Value) -> Reading {
    Reading {
        verdict: rule.verdict,
        reason: rule.reason.clone(),
        fault: rule.fault,
        proof: rule.proof,
        basis: rule.basis,
        say: clean(&render(&rule.say, context), SENTENCE),
        hint: rule.hint.as_ref().map(|hint| whole_sentences(&clean(&render(hint, context), ADVICE), SENTENCE)),
        facts: Facts::new(),
        retry_after: None,
        until: None,
    }
}

/// When the event that a rule warns of happens; `None` if the answer does not say, or if the time is in the past or
/// further ahead than anyone plans.
fn until(days: &Expr, context: &Value, now: Time, estimated: bool) -> Option<Time> {
    let left = days.number(context).filter(|days| (0.0..FARTHEST).contains(days))?;
    // Rounded down to minutes, the precision of reminders and messages; an estimate from spending, to hours.
    let end = now.plus(Duration::from_secs_f64((left * 1_440.0).floor() * 60.0));
    Some(if estimated { Time(bucket(end, HOUR)) } else { end })
}

/// The maximum time until the end that a warning announces, in days. Registrations last at most ten years.
const FARTHEST: f64 = 3_660.0;

/// The phrase with which shared advice refers to any vendor.
const ANY: &str = "the vendor that";

/// Shared advice, with the name of this vendor filled in.
pub fn named(hint: String, vendor: Option<&Vendor>) -> String {
    let Some(vendor) = vendor.filter(|vendor| vendor.parent != "own") else { return hint };
    let hint = if hint.contains(ANY) { hint } else { with_vendor(&hint, &vendor.name, &vendor.decider) };
    hint.replace("catalog show VENDOR", &format!("catalog show {}", vendor.id))
}

/// The sentence about a refused key, with the vendor's own sentence added if it is missing.
fn quoting(say: String, answer: &Answer) -> String {
    match refusal::sentence(answer) {
        Some(sentence) if !say.contains(&sentence) => clean(&format!("{say}; it says \"{sentence}\""), SENTENCE),
        _ => say,
    }
}

fn unrecognised(answer: &Answer) -> Reading {
    let say = match (answer.failure, &answer.http) {
        (Some(failure), _) => format!("the answer failed with {failure}, and no rule says what that means here"),
        (None, Some(http)) => {
            format!(
                "{} answered {} with something that plugwatch does not recognise, perhaps a changed layout",
                http.host, http.status
            )
        }
        (None, None) => "the vendor's answer is one that plugwatch does not know".to_owned(),
    };
    Reading { fault: Fault::Unclear, ..Reading::new(Verdict::Unknown, "unrecognised", clean(&say, SENTENCE)) }
}

fn facts(check: &Check, context: &Value) -> Facts {
    let value = |rule: &FactRule| {
        let value = rule.from.value(context)?;
        serde_json::to_value(&value).ok().filter(|value| !value.is_null()).map(whole).map(plain)
    };
    check.facts.iter().filter_map(|rule| value(rule).map(|value| (rule.name.clone(), value))).collect()
}

/// Cleans and shortens texts and lists, because a vendor may send anything.
fn plain(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::String(text) => clean(&text, VALUE).into(),
        serde_json::Value::Array(items) => items.into_iter().take(MOST_VALUES).map(plain).collect(),
        serde_json::Value::Object(fields) => {
            fields.into_iter().take(MOST_VALUES).map(|(name, value)| (clean(&name, VALUE), plain(value))).collect()
        }
        other => other,
    }
}

/// Converts a number without a fraction to an integer.
fn whole(value: serde_json::Value) -> serde_json::Value {
    match value.as_f64().filter(|number| value.is_f64() && number.fract() == 0.0 && number.abs() < 1e15) {
        Some(number) => (number as i64).into(),
        None => value,
    }
}

fn with_facts(context: &Value, facts: &Facts) -> Value {
    minijinja::context! { fact => Value::from_serialize(facts), ..context.clone() }
}

/// Parses `Retry-After`, in seconds or as a date (RFC 9110, section 10.2.3).
fn retry_after(answer: &Answer, now: Time) -> Option<Duration> {
    let value = answer.http.as_ref()?.headers.get("retry-after")?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = chrono::DateTime::parse_from_rfc2822(value).ok()?;
    Some(Time(at.timestamp_millis()).since(now))
}
