//! `public`: whether a dependency is on the public page, and under which label.

use crate::core::platform::public::PublicEntry;
use crate::read::Table;

/// Whether a dependency is on the public page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Public {
    /// The file does not say.
    #[default]
    Unsaid,
    /// It is not on the page.
    Hidden,
    /// It is on the page.
    Shown(PublicEntry),
}

impl Public {
    /// Its entry on the page, if it has one.
    pub fn entry(&self) -> Option<&PublicEntry> {
        match self {
            Public::Shown(entry) => Some(entry),
            Public::Unsaid | Public::Hidden => None,
        }
    }

    pub(super) fn under(label: &str) -> Public {
        Public::Shown(PublicEntry { label: label.to_owned(), group: None, description: None })
    }
}

/// The longest label, in characters: it must fit on one line, also on a phone.
const LONGEST: usize = 60;

/// `public = "Website"`, `true` for the dependency's own label, `false`, or a table with `label`, `group` and
/// `description`.
pub(super) fn read(table: &Table<'_>, label: &str) -> Public {
    let Some(given) = table.any("public") else { return Public::Unsaid };
    if given.value.is_object() {
        return table.table("public").map_or(Public::Hidden, |table| read_entry(&table, label));
    }
    match (given.value.as_bool(), given.value.as_str().map(str::trim)) {
        (Some(true), _) => Public::under(label),
        (Some(false), _) => Public::Hidden,
        (None, Some(text)) if is_label(text) => Public::under(text),
        _ => {
            let cure = format!(
                "for example public = \"Website\", of at most {LONGEST} characters; false keeps it off the page"
            );
            table.problem(given.span, "`public` is the label on the public page, or true or false", cure);
            Public::Hidden
        }
    }
}

fn read_entry(table: &Table<'_>, label: &str) -> Public {
    let text = |key: &str| {
        let text = table.string(key)?;
        if is_label(text.value.trim()) || (key == "description" && !text.value.contains(char::is_control)) {
            return Some(text.value.trim().to_owned());
        }
        let what = format!("`{key}` cannot be shown on the public page");
        table.problem(text.span, what, format!("use one line of at most {LONGEST} characters"));
        None
    };
    let (label, group) = (text("label").unwrap_or_else(|| label.to_owned()), text("group"));
    let entry = PublicEntry { label, group, description: text("description").filter(|text| !text.is_empty()) };
    table.finish();
    Public::Shown(entry)
}

fn is_label(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= LONGEST && !text.chars().any(char::is_control)
}
