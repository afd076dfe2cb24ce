//! How vendors name the permission that a key lacks.

use regex::Regex;

use crate::catalog::Tested;
use crate::core::answer::Answer;
use crate::read::{Source, Table};

/// One vendor's way to say it.
#[derive(Clone, Debug)]
pub struct Permission {
    /// Whose way.
    pub of: String,
    /// Over header fields and body; its first group is the permission.
    pub pattern: Regex,
    example: String,
    lacks: String,
}

pub(in crate::catalog) fn read(source: &Source) -> Vec<Permission> {
    let parsed = source.parse();
    let root = Table::root(source, &parsed);
    let all = root.tables("permission").iter().filter_map(read_one).collect();
    root.finish();
    all
}

fn read_one(table: &Table<'_>) -> Option<Permission> {
    let text = |key: &str| table.need_string(key, "\"...\"");
    let (of, pattern, example, lacks) = (text("of")?, text("pattern")?, text("example")?, text("lacks")?);
    table.finish();
    let Ok(regex) = Regex::new(&format!("(?is){}", pattern.value)) else {
        table.problem(pattern.span, "this is no regular expression", "its first group is the permission");
        return None;
    };
    Some(Permission { of: of.value, pattern: regex, example: example.value, lacks: lacks.value })
}

impl Permission {
    fn find(&self, text: &str) -> Option<String> {
        self.pattern.captures(text)?.get(1).map(|found| found.as_str().trim().to_owned())
    }
}

/// The permission that an answer says is lacking, in the vendor's own word for it.
pub fn lacking(permissions: &[Permission], answer: &Answer) -> Option<String> {
    let headers = answer.http.iter().flat_map(|http| &http.headers);
    let headers: String = headers.map(|(name, value)| format!("{name}: {value}\n")).collect();
    let text = headers + &String::from_utf8_lossy(&answer.body);
    permissions.iter().find_map(|permission| permission.find(&text))
}

/// Tries every pattern on its own example.
pub(in crate::catalog) fn test(permissions: &[Permission], tested: &mut Tested) {
    for permission in permissions {
        match permission.find(&permission.example) {
            Some(found) if found == permission.lacks => tested.passed += 1,
            found => tested.failed.push(format!(
                "_permissions.toml: {} should lack {}, lacks {}",
                permission.of,
                permission.lacks,
                found.unwrap_or_else(|| "nothing".to_owned())
            )),
        }
    }
}
