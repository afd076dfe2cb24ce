//! Announces changes of monitored facts, such as the registrar of a domain.

use super::decider::Decider;
use crate::catalog::OnChange;
use crate::core::dependency::incident::{Level, Reason};
use crate::core::dependency::takeover::CONTROL;
use crate::core::time::Time;
use crate::store::FactChange;

/// What to do about a changed fact.
const CHANGED: &str =
    "Do now: Ask your team whether anyone made this change. If nobody did, log in to the vendor today.";
/// What to do about a change of what controls a domain.
const CONTROL_CHANGED: &str = "Do now: Ask your team whether anyone made this change. If nobody did, call the registrar now: whoever made it can redirect your website and your e-mail.";

impl Decider {
    fn named_advice(&self, dependency: &str, advice: &str) -> String {
        let advice = advice.to_owned();
        self.dependency(dependency).and_then(|found| self.possible(Some(&advice), found)).unwrap_or(advice)
    }

    /// Announces changes of monitored facts once, after two checks have found the new value.
    pub(super) fn tell_facts(&mut self, dependency: &str, check: &str, changes: &[FactChange], at: Time) {
        // One message says that somebody else may control the domain.
        let told = |change: &&FactChange| CONTROL.contains(&change.name.as_str()) && self.is_taken_over(dependency);
        let changes: Vec<&FactChange> = changes.iter().filter(|change| !told(change)).collect();
        for change in changes {
            let found = self.config.catalog.check(check).map(|(_, check)| check);
            let rule = found.and_then(|check| check.facts.iter().find(|fact| fact.name == change.name));
            let level = match rule.map(|rule| rule.on_change) {
                Some(OnChange::Warn) => Level::Warning,
                Some(OnChange::Critical) => Level::Critical,
                Some(OnChange::Record) | None => continue,
            };
            let label = self.dependency(dependency).map_or(dependency, |d| d.label.as_str()).to_owned();
            let name = change.name.replace('_', " ");
            let title = format!("🟡 CHANGED: {label} ({name})");
            let act = if CONTROL.contains(&change.name.as_str()) { CONTROL_CHANGED } else { CHANGED };
            let lines = vec![
                format!("Seen {}.", at.short()),
                format!("It was: {}", spoken(&change.before)),
                format!("It is now: {}", spoken(&change.after)),
                self.named_advice(dependency, act),
            ];
            self.tell_note(Reason::Changed, level, Some(dependency), &title, lines, at);
        }
    }
}

/// A fact's value in the form that messages use.
fn spoken(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Bool(true) => "on".to_owned(),
        serde_json::Value::Bool(false) => "off".to_owned(),
        serde_json::Value::Null => "nothing".to_owned(),
        other => plain(other),
    }
}

pub(in crate::engine) fn plain(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
