//! Facts: a new value counts once two checks have found it. A change may be announced.

use serde_json::Value;

use crate::core::time::Time;
use crate::core::words::verdict::Facts;
use crate::store::{FactChange, FactRow};

/// What one check's facts change.
#[derive(Debug, Default, PartialEq)]
pub struct Learned {
    /// Rows to write.
    pub rows: Vec<FactRow>,
    /// Changes that two checks have found.
    pub changes: Vec<FactChange>,
}

/// Compares the values of a check with the known values, and updates the known values.
pub fn learn(known: &mut Vec<FactRow>, read: &Facts, at: Time) -> Learned {
    let mut learned = Learned::default();
    for (name, value) in read {
        let place = known.iter().position(|fact| fact.name == *name);
        let old = place.map(|place| &known[place]);
        let row = match old {
            None => FactRow { name: name.clone(), value: value.clone(), since: at, candidate: None },
            Some(old) if old.value == *value && old.candidate.is_none() => continue,
            Some(old) if old.value == *value => FactRow { candidate: None, ..old.clone() },
            Some(old) if old.candidate.as_ref() == Some(value) => {
                learned.changes.push(changed(old, value, at));
                FactRow { name: name.clone(), value: value.clone(), since: at, candidate: None }
            }
            Some(old) => FactRow { candidate: Some(value.clone()), ..old.clone() },
        };
        match place {
            Some(place) => known[place] = row.clone(),
            None => {
                // Most probes have only one or two facts for as long as the program runs.
                known.reserve_exact(1);
                known.push(row.clone());
            }
        }
        learned.rows.push(row);
    }
    learned
}

fn changed(old: &FactRow, value: &Value, at: Time) -> FactChange {
    FactChange { name: old.name.clone(), before: old.value.clone(), after: value.clone(), at }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(seller: &str) -> Facts {
        Facts::from([("seller".to_owned(), Value::from(seller))])
    }

    #[test]
    fn a_change_counts_once_it_was_read_twice() {
        let mut known = Vec::new();
        let mut changes = Vec::new();
        for (n, seller) in ["A", "A", "B", "A", "B", "B"].iter().enumerate() {
            let learned = learn(&mut known, &facts(seller), Time(n as i64));
            changes.extend(learned.changes.into_iter().map(|change| (change.at.0, change.after)));
        }
        assert_eq!(changes, [(5, Value::from("B"))]);
    }
}
