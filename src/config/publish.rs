//! `[publish]`: the public page as files, for a server elsewhere.

use std::path::PathBuf;

use super::Config;
use crate::read::Table;

/// Where the public page is written, and what is run after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publish {
    /// The folder.
    pub folder: PathBuf,
    /// The command with its arguments; nothing if empty.
    pub run: Vec<String>,
}

pub(super) fn read(root: &Table<'_>) -> Option<Publish> {
    let table = root.table("publish")?;
    let folder = table.need_string("folder", "\"/var/lib/plugwatch/page\"");
    let run = table.strings("run").map(|run| run.value.into_iter().map(|part| part.value).collect());
    table.finish();
    Some(Publish { folder: folder?.value.into(), run: run.unwrap_or_default() })
}

impl Config {
    /// A page that goes down with what it tells of tells nobody.
    pub(super) fn of_publishing(&self) -> Option<String> {
        let run = &self.publish.as_ref()?.run;
        let hosts = run.iter().flat_map(|part| part.split(['@', ':', '/', '=', ' ']));
        let company = hosts.filter(|host| host.contains('.')).find_map(|host| self.catalog.company_of_host(host))?;
        let on = |slug: &String| *slug == company;
        let watched = self.dependencies.iter().filter(|dependency| dependency.companies.iter().any(on));
        let watched: Vec<&str> = watched.map(|dependency| dependency.label.as_str()).collect();
        let name = self.catalog.company(&company);
        (!watched.is_empty()).then(|| {
            format!(
                "[publish] puts the page at {name}, on which {} also depends: if {name} drops you, the page can go with \
                 it; publish it at another company",
                watched.join(", ")
            )
        })
    }
}
