//! Named values, sorted by name.

use serde::{Serialize, Serializer};
use serde_json::Value;

/// Named values, sorted by name. A probe has only a few, so they are kept in one slice. The smallest node of a
/// `BTreeMap` has room for eleven and takes 1.2 KB, for each of thousands of probes.
#[derive(Clone, Debug, Default)]
pub struct Values(Box<[(String, Value)]>);

impl Values {
    /// The value with this name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.place(name).ok().map(|at| &self.0[at].1)
    }

    /// Sets the value of a name.
    pub fn insert(&mut self, name: String, value: Value) {
        match self.place(&name) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => {
                let mut all = std::mem::take(&mut self.0).into_vec();
                all.insert(at, (name, value));
                self.0 = all.into_boxed_slice();
            }
        }
    }

    /// Removes a name and its value.
    pub fn remove(&mut self, name: &str) {
        if let Ok(at) = self.place(name) {
            let mut all = std::mem::take(&mut self.0).into_vec();
            all.remove(at);
            self.0 = all.into_boxed_slice();
        }
    }

    /// All values, sorted by name.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.0.iter().map(|(_, value)| value)
    }

    /// All names with their values, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.as_str().cmp(name))
    }
}

impl Extend<(String, Value)> for Values {
    fn extend<I: IntoIterator<Item = (String, Value)>>(&mut self, values: I) {
        values.into_iter().for_each(|(name, value)| self.insert(name, value));
    }
}

impl FromIterator<(String, Value)> for Values {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(values: I) -> Self {
        let mut all = Self::default();
        all.extend(values);
        all
    }
}

impl Serialize for Values {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_kept_in_the_order_of_their_names_and_the_last_one_counts() {
        let pairs = [("url", "a"), ("country", "us"), ("url", "b")];
        let values: Values = pairs.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
        assert_eq!(serde_json::json!(values).to_string(), r#"{"country":"us","url":"b"}"#);
        assert_eq!(values.get("url"), Some(&Value::from("b")));
        assert_eq!(values.get("words"), None);
    }
}
