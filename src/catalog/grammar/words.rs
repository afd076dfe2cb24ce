//! What a vendor's own book says that a field may hold: each value must reach a rule.

use serde_json::Value;

/// A deciding field with every value that the vendor's book gives it.
#[derive(Debug)]
pub struct Words {
    /// Its name in the file.
    pub name: String,
    /// Where it stands in an answer, as in `has()`: `json.account.status`, `http.headers.NAME`, `heard.codes.0.code`.
    pub at: String,
    /// It stands between these two texts of a body that is no JSON.
    pub between: Option<(String, String)>,
    /// How rules call it, where that is not `at`.
    pub read: Vec<String>,
    /// The example that carries it; without one, the first that reads live.
    pub example: Option<String>,
    /// The book: document, its date or version.
    pub source: String,
    /// How many values the book has.
    pub count: usize,
    /// Values that the book explains.
    pub values: Vec<Value>,
    /// Values that it names only: they may not read dropped.
    pub unexplained: Vec<Value>,
    /// The book calls it a text: more values may come.
    pub free: bool,
    /// It only says why; another field says that it is so, and an unknown word changes nothing.
    pub explains: bool,
    /// The file and line.
    pub place: String,
}
