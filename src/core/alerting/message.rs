//! One message: why it is sent, how loud it is, and whom it is about.

use super::due::Due;
use crate::core::dependency::incident::{Level, Reason};
use crate::core::time::Time;

/// One message: about one dependency, or about several that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Telling {
    /// Why it is sent now.
    pub reason: Reason,
    /// How loud.
    pub level: Level,
    /// Whom it is about, the worst first.
    pub members: Vec<usize>,
    /// What is said of the first of them.
    pub wanted: Due,
    /// Why they are together.
    pub together: Together,
    /// Earlier losses of independent companies, for a cascade.
    pub losses: Vec<usize>,
    /// When people hear of it again, if nothing happens before.
    pub next: Option<Time>,
}

/// Why several dependencies share a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Together {
    /// It is about one only.
    Alone,
    /// They belong to one company.
    Company,
    /// So many unrelated ones at once that our own side is the first suspect.
    Mass,
    /// They are open, and called to mind together.
    Digest,
}
