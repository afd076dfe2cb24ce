//! The variables that a configuration names, so that their values can become credentials.

use std::collections::BTreeSet;

use toml::de::{DeTable, DeValue};

use crate::read::is_variable;

/// The names in all `{ env = "NAME" }` of a configuration, in order.
pub(super) fn named(text: &str) -> Vec<String> {
    let (table, _) = DeTable::parse_recoverable(text);
    let mut names = BTreeSet::new();
    of_table(table.get_ref(), &mut names);
    names.into_iter().collect()
}

fn of_table(table: &DeTable<'_>, names: &mut BTreeSet<String>) {
    for (key, value) in table {
        match value.get_ref() {
            DeValue::String(name) if key.get_ref() == "env" && is_variable(name) => {
                names.insert(name.to_string());
            }
            value => of_value(value, names),
        }
    }
}

fn of_value(value: &DeValue<'_>, names: &mut BTreeSet<String>) {
    match value {
        DeValue::Table(table) => of_table(table, names),
        DeValue::Array(values) => values.iter().for_each(|value| of_value(value.get_ref(), names)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_found_wherever_they_stand() {
        let text = "[heartbeat]\nurl = { env = \"BEAT\" }\n[[channel]]\nkind = \"log\"\n[channel.token]\nenv = \"TOKEN\"\n\
                    [[dependency]]\nlist = [{ env = \"IN_LIST\" }]\nenv = \"not one\"\n";
        assert_eq!(named(text), ["BEAT", "IN_LIST", "TOKEN"]);
    }
}
