//! One message: why it is sent, how urgent it is, and which dependencies it is about.

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
    /// The positions of its dependencies, the worst first.
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
    /// The message is about only one.
    Alone,
    /// They belong to one company.
    Company,
    /// So many unrelated ones fail at once that the problem is probably on the user's side.
    Mass,
    /// They are open, and one reminder covers them.
    Digest,
}
