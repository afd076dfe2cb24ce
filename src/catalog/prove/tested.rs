//! What came of trying the catalogue.

/// What came of running examples or recordings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tested {
    /// How many read as they should.
    pub passed: usize,
    /// One line for each that does not, or for a rule that no example reaches.
    pub failed: Vec<String>,
}
