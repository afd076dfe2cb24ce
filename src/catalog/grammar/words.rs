//! The documented values of a vendor's fields: each value must reach a rule.

use serde_json::Value;

/// A field that decides the verdict, with every value that the vendor documents.
#[derive(Debug)]
pub struct Words {
    /// Its name in the file.
    pub name: String,
    /// Its path in an answer, as in `has()`: `json.account.status`, `http.headers.NAME`, `heard.codes.0.code`.
    pub at: String,
    /// The texts before and after it, in a body that is not JSON.
    pub between: Option<(String, String)>,
    /// Its names in rules, if they differ from `at`.
    pub read: Vec<String>,
    /// The example that contains the field; by default, the first one whose verdict is `live`.
    pub example: Option<String>,
    /// The vendor's documentation, with its date or version.
    pub source: String,
    /// The number of documented values.
    pub count: usize,
    /// Values whose meaning the documentation explains.
    pub values: Vec<Value>,
    /// Values that the documentation only lists. They must not result in `dropped`.
    pub unexplained: Vec<Value>,
    /// Whether the documentation calls the field free text, so that other values may occur.
    pub free: bool,
    /// Whether the field only gives the cause. Another field decides, and an unknown value changes nothing.
    pub explains: bool,
    /// The file and line, for messages.
    pub place: String,
}
