//! Discovers from a domain what the platform depends on, without any key, and writes a readable
//! configuration.
//!
//! ```text
//! domain -> gather (questions) -> Seen -> conclude (signs) -> findings -> draft (entries) -> file
//! ```
//!
//! Only `gather` sends requests; all other steps are pure functions. Which company is behind a name is data,
//! in `config/signs`.

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

/// A text from outside, made safe to show and to write: without control characters, 120 characters at most.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(120).collect::<String>().trim().to_owned()
}
