//! Incidents on external status pages, for channels that can write them. An incident is opened when a mapped
//! component fails, updated when some of its components recover, and resolved when all have recovered. Its texts use
//! the page's own component names and never name a vendor or a reason.
//!
//! Nothing is stored here: plugwatch recognises its own incidents by their titles. If a person renames an incident,
//! plugwatch leaves it to that person, and writes nothing while an incident about the same component is open.

use reqwest::RequestBuilder;
use serde_json::Value;

use super::http::{ask_for_much, meaning};
use super::message::Tried;
use crate::core::words::verdict::{Verdict, words};
use crate::read::Table;

words! {
    /// Whether incidents are written on the page.
    #[derive(Default)]
    Incidents {
        /// No incidents are written; only components are set.
        #[default]
        None = "none",
        /// Incidents are written without notifying subscribers, as drafts for a person to take over.
        Quiet = "quiet",
        /// Incidents are written, and subscribers are notified.
        Notify = "notify",
    }
}

/// Parses `incidents = "quiet"`; the default is none.
pub(super) fn read(table: &Table<'_>) -> Incidents {
    let words: Vec<&str> = Incidents::ALL.iter().map(|word| word.word()).collect();
    table.word("incidents", &words).map(|word| word.value).unwrap_or_default()
}

/// A component, as the page's response names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) works: bool,
}

/// An open incident on the page.
struct Open {
    id: String,
    title: String,
    components: Vec<Named>,
}

/// The stage of an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Investigating,
    Resolved,
}

/// The contents of an incident or an update.
pub(super) struct Text<'t> {
    pub(super) title: &'t str,
    pub(super) body: &'t str,
    pub(super) stage: Stage,
    pub(super) notify: bool,
    /// All components of the incident.
    pub(super) all: &'t [Named],
    /// The components that are unavailable.
    pub(super) gone: &'t [Named],
}

/// The requests of one kind of status page.
pub(super) trait Book {
    /// Lists incidents, including the open ones.
    fn list(&self) -> Option<RequestBuilder>;
    /// Opens an incident.
    fn open(&self, text: &Text<'_>) -> Option<RequestBuilder>;
    /// Adds an update to an incident.
    fn say_more(&self, id: &str, text: &Text<'_>) -> Option<RequestBuilder>;
    /// The name of the service, for sentences.
    fn who(&self) -> &'static str;
}

/// Writes the incidents for the components in `set`, which were just set to a verdict.
pub(super) async fn write(book: &(dyn Book + Sync), set: &[Named], verdict: Verdict, wanted: Incidents) -> Tried {
    let gone = matches!(verdict, Verdict::Outage | Verdict::Dropped);
    if wanted == Incidents::None || set.is_empty() || !(gone || verdict == Verdict::Live) {
        return Tried::Sent(None);
    }
    let open = match list(book).await {
        Ok(open) => open,
        Err(tried) => return tried,
    };
    let notify = wanted == Incidents::Notify;
    let written = if gone { opened(book, set, &open, notify).await } else { ended(book, set, &open, notify).await };
    written.err().unwrap_or(Tried::Sent(None))
}

async fn opened(book: &(dyn Book + Sync), set: &[Named], open: &[Open], notify: bool) -> Result<(), Tried> {
    let known = |one: &Named| open.iter().flat_map(|incident| &incident.components).any(|other| other.id == one.id);
    let fresh: Vec<Named> = set.iter().filter(|one| !known(one)).cloned().collect();
    if fresh.is_empty() {
        return Ok(());
    }
    let title = title(&fresh);
    let body = format!("{title} at the moment. The cause is being investigated.");
    let text = Text { title: &title, body: &body, stage: Stage::Investigating, notify, all: &fresh, gone: &fresh };
    tell(book, book.open(&text)).await
}

async fn ended(book: &(dyn Book + Sync), set: &[Named], open: &[Open], notify: bool) -> Result<(), Tried> {
    let of_us = |incident: &&Open| incident.title == title(&incident.components);
    for incident in open.iter().filter(of_us) {
        let back = |one: &&Named| set.iter().any(|other| other.id == one.id);
        let (returned, rest): (Vec<&Named>, Vec<&Named>) = incident.components.iter().partition(back);
        if returned.is_empty() {
            continue;
        }
        let rest: Vec<Named> = rest.into_iter().filter(|one| !one.works).cloned().collect();
        let returned: Vec<Named> = returned.into_iter().cloned().collect();
        let (stage, body) = match rest.is_empty() {
            true => (Stage::Resolved, format!("{} again.", working(&incident.components))),
            false => (
                Stage::Investigating,
                format!(
                    "{} again. {}.",
                    working(&returned),
                    title(&rest).replace(" unavailable", " still unavailable")
                ),
            ),
        };
        let text = Text { title: &incident.title, body: &body, stage, notify, all: &incident.components, gone: &rest };
        tell(book, book.say_more(&incident.id, &text)).await?;
    }
    Ok(())
}

/// The title, such as `Checkout is unavailable` or `Checkout, Sign-in and Website are unavailable`. Names are sorted,
/// so that the title can be recognised later.
fn title(components: &[Named]) -> String {
    let (names, verb) = listed(components);
    format!("{names} {verb} unavailable")
}

fn working(components: &[Named]) -> String {
    let (names, verb) = listed(components);
    format!("{names} {}", if verb == "is" { "works" } else { "work" })
}

fn listed(components: &[Named]) -> (String, &'static str) {
    let mut names: Vec<&str> = components.iter().map(|one| one.name.as_str()).collect();
    names.sort_unstable();
    match names.split_last() {
        None => (String::new(), "is"),
        Some((one, [])) => ((*one).to_owned(), "is"),
        Some((last, before)) => (format!("{} and {last}", before.join(", ")), "are"),
    }
}

async fn list(book: &(dyn Book + Sync)) -> Result<Vec<Open>, Tried> {
    let nowhere = || Tried::Never { why: format!("the address of {} cannot be built", book.who()) };
    let reply = ask_for_much(book.list().ok_or_else(nowhere)?, book.who()).await?;
    if reply.status >= 300 {
        return Err(meaning(&reply, book.who(), &[401, 403, 404], CURE));
    }
    let why = || Tried::Retry { after: None, why: format!("{} did not return a list of incidents", book.who()) };
    let all = reply.json();
    let all = all.as_array().ok_or_else(why)?;
    Ok(all.iter().filter_map(incident).collect())
}

/// The incident in a response, if it is open.
fn incident(json: &Value) -> Option<Open> {
    let over = ["resolved", "postmortem", "completed"];
    if over.contains(&json["status"].as_str()?.to_lowercase().as_str()) {
        return None;
    }
    Some(Open {
        id: json["id"].as_str()?.to_owned(),
        title: json["name"].as_str()?.to_owned(),
        components: json["components"].as_array().into_iter().flatten().filter_map(component).collect(),
    })
}

/// The component in a response, in the format of either kind of page.
pub(super) fn component(json: &Value) -> Option<Named> {
    let works = json["status"].as_str().is_some_and(|status| status.eq_ignore_ascii_case("operational"));
    Some(Named { id: json["id"].as_str()?.to_owned(), name: json["name"].as_str()?.to_owned(), works })
}

async fn tell(book: &(dyn Book + Sync), request: Option<RequestBuilder>) -> Result<(), Tried> {
    let Some(request) = request else { return Ok(()) };
    let reply = super::http::ask(request, book.who()).await?;
    match meaning(&reply, book.who(), &[401, 403, 404], CURE) {
        Tried::Sent(_) => Ok(()),
        other => Err(other),
    }
}

/// The advice for a request that the page refuses.
const CURE: &str = "check the page, the component ids and the token";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_has_its_names_in_one_order() {
        let named = |names: &[&str]| -> Vec<Named> {
            let one = |name: &&str| Named { id: (*name).into(), name: (*name).into(), works: false };
            names.iter().map(one).collect()
        };
        assert_eq!(title(&named(&["Website"])), "Website is unavailable");
        assert_eq!(title(&named(&["Website", "Checkout", "Sign-in"])), "Checkout, Sign-in and Website are unavailable");
        assert_eq!(working(&named(&["b", "a"])), "a and b work");
    }
}
