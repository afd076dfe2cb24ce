//! From a domain to what the platform stands on: what is found without any key, and a
//! configuration that a person likes to read.
//!
//! ```text
//! domain -> gather (questions) -> Seen -> conclude (signs) -> findings -> draft (entries) -> file
//! ```
//!
//! Only `gather` asks anybody anything; all that follows is pure. Which company stands behind a
//! name is data: `config/signs`.

mod compare;
mod conclude;
mod domain;
mod draft;
mod file;
mod gather;
mod named;
mod page;
mod seen;
mod signs;

pub use compare::{Changes, Proposal, compare, free_id};
pub use conclude::{Certainty, Finding, conclude};
pub use domain::Domain;
pub use draft::{Entry, NEEDS_KEY, Param, Probe, RISK, State, Wishes, asked_of, draft, main_check, only, vendor_entry};
pub use file::{Header, entry_text, file, with_key};
pub use gather::{Gathering, Given, NotThere, gather};
pub use named::{Named, entry_of, named};
pub use seen::{App, Gap, Host, Seen, Store};
pub use signs::{Kind, Role, Sign, Signs};

/// A text that came from outside, as it may be shown and written: without signs that a terminal obeys,
/// and no longer than a line.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(120).collect::<String>().trim().to_owned()
}
