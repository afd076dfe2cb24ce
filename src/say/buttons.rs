//! Buttons below a message. A press carries only a verb and a public id; what the id refers to is looked up when the
//! press arrives.

use serde::{Deserialize, Serialize};

use super::about::OpenItem;
use super::alert::{AlertView, Body};
use super::situation::{Item, Situation};
use crate::core::dependency::incident::{Level, Reason};
use crate::core::people::notice::is_ending;
use crate::core::words::verdict::{Verdict, words};

/// Telegram's limit in bytes (Bot API, InlineKeyboardButton.callback_data).
pub const LONGEST: usize = 64;

words! {
    /// What a press requests.
    Verb {
        /// "I'm on it."
        Ack = "a",
        /// Mute it for an hour.
        Mute = "m",
        /// Show the evidence.
        Why = "w",
        /// Accept the change as the new normal.
        Accept = "n",
        /// "The vendor still works for us."
        WithUs = "s",
        /// "The vendor left."
        Left = "l",
        /// The date read from a letter is right.
        Confirm = "c",
        /// "I will answer the letter."
        Answer = "r",
        /// "It was not a letter."
        Withdraw = "x",
    }
}

/// One button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// The text on the button.
    pub label: String,
    /// The data that a press sends back.
    pub data: String,
}

/// A button that requests `verb` for the public id `id`.
pub fn button(label: &str, verb: Verb, id: &str) -> Button {
    Button { label: label.to_owned(), data: format!("v1:{verb}:{id}") }
}

/// The verb and the id of a press; `None` if the data is not from plugwatch, or is from another version.
pub fn read(data: &str) -> Option<(Verb, &str)> {
    let (verb, id) = data.strip_prefix("v1:")?.split_once(':')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let ours = data.len() <= LONGEST && !id.is_empty() && id.chars().all(plain);
    verb.parse().ok().filter(|_| ours).map(|verb| (verb, id))
}

/// The buttons below an alert; none if there is nothing to do. `id` is the alert's own public id, used if it belongs
/// to no incident.
pub fn of(view: &AlertView, thread: Option<&str>, id: &str) -> Vec<Vec<Button>> {
    // An alert without an incident is acknowledged by its own id.
    let about = thread.filter(|thread| thread.starts_with("pw-")).unwrap_or(id);
    if view.reason == Reason::Drill {
        return vec![vec![button("I'm on it", Verb::Ack, about)]];
    }
    if view.reason == Reason::Changed {
        return vec![vec![button("It was us: accept", Verb::Accept, id), button("Evidence", Verb::Why, id)]];
    }
    let dependency = match &view.body {
        Body::Dependency(dependency) => dependency,
        Body::Open { items, .. } => return of_open(items, id),
        Body::Situation(situation) => return of_situation(situation),
        _ => return Vec::new(),
    };
    let over = matches!(view.reason, Reason::Recovered | Reason::Sighted | Reason::Cleared | Reason::Retired);
    let settled = view.reason == Reason::Settled && dependency.verdict == Verdict::Live;
    if over || settled || view.level == Level::Info {
        return Vec::new();
    }
    let first = vec![
        button("I'm on it", Verb::Ack, about),
        button("Mute 1 h", Verb::Mute, id),
        button("Evidence", Verb::Why, id),
    ];
    let mut rows = vec![first];
    if dependency.attested {
        rows.push(vec![button("Still with us", Verb::WithUs, id), button("They left", Verb::Left, id)]);
    } else if dependency.verdict == Verdict::Degraded && !is_ending(&dependency.why) {
        rows.push(vec![button("This is normal now", Verb::Accept, id)]);
    }
    rows
}

/// The maximum number of items in a reminder with a button each.
const MOST_OPEN: usize = 4;

/// The buttons below a reminder: one to acknowledge each open item.
fn of_open(items: &[OpenItem], id: &str) -> Vec<Vec<Button>> {
    let ack = |item: &OpenItem, label: &str| button(label, Verb::Ack, item.incident.as_deref().unwrap_or(id));
    match items {
        [only] => {
            vec![vec![ack(only, "I'm on it"), button("Mute 1 h", Verb::Mute, id), button("Evidence", Verb::Why, id)]]
        }
        several => {
            let each = several.iter().take(MOST_OPEN);
            each.map(|item| vec![ack(item, &format!("I'm on it: {}", super::cut(&item.label, 24)))]).collect()
        }
    }
}

/// The buttons below a situation: one for each item that nobody has acknowledged.
fn of_situation(situation: &Situation) -> Vec<Vec<Button>> {
    let items = situation.lost.iter().chain(&situation.ending);
    let open = items.filter_map(|item| Some((item, item.unseen.as_deref()?)));
    let ack =
        |(item, id): (&Item, &str)| vec![button(&format!("I'm on it: {}", super::cut(&item.label, 24)), Verb::Ack, id)];
    open.take(MOST_OPEN).map(ack).collect()
}

/// The buttons below the date that was read from a letter.
pub fn of_letter(id: &str, has_hour: bool, answered: bool) -> Vec<Vec<Button>> {
    let mut row = Vec::new();
    if has_hour {
        row.push(button("Date is correct", Verb::Confirm, id));
    }
    if !answered {
        row.push(button("I'll answer it", Verb::Answer, id));
    }
    vec![row, vec![button("Not a notice", Verb::Withdraw, id)]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_press_comes_back_as_what_it_was() {
        for verb in Verb::ALL {
            let data = button("x", *verb, "pw-7f3kq2m9x4").data;
            assert!(data.len() <= LONGEST);
            assert_eq!(read(&data), Some((*verb, "pw-7f3kq2m9x4")));
        }
    }

    #[test]
    fn what_is_not_ours_is_nothing() {
        let long = format!("v1:a:{}", "x".repeat(LONGEST));
        for data in ["", "v1", "v1:a:", "v2:a:pw-1", "v1:zz:pw-1", "v1:a:pw 1", "v1:a:<b>", long.as_str()] {
            assert_eq!(read(data), None, "{data}");
        }
    }
}
