//! The results of testing the catalogue.

/// The results of examples or recordings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tested {
    /// How many resulted in the expected verdict.
    pub passed: usize,
    /// One line for each that did not, and for each rule that no example reaches.
    pub failed: Vec<String>,
}
