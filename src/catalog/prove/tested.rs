//! The results of testing the catalogue.

/// The results of examples or recordings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tested {
    /// How many got the right verdict.
    pub passed: usize,
    /// One line for each that did not, or for a rule that no example reaches.
    pub failed: Vec<String>,
}
