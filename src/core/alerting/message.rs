//! One message: why it is sent, its level, and its dependencies.

use super::due::Due;
use crate::core::dependency::incident::{Level, Reason};
use crate::core::time::Time;

/// One message, about one dependency or several that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Telling {
    /// Why it is sent now.
    pub reason: Reason,
    /// Its level.
    pub level: Level,
    /// The positions of its dependencies, worst first.
    pub members: Vec<usize>,
    /// What is reported about the first of them.
    pub wanted: Due,
    /// Why they share a message.
    pub together: Together,
    /// The positions of earlier losses at independent companies, for a second or later vendor loss.
    pub losses: Vec<usize>,
    /// When the next message comes, if nothing happens before.
    pub next: Option<Time>,
}

/// Why several dependencies share a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Together {
    /// It is about only one.
    Alone,
    /// They belong to one company.
    Company,
    /// So many unrelated ones at once that the user's side is the first suspect.
    Mass,
    /// They are open, and one reminder covers them.
    Digest,
}
