//! `[publish]`: the public page as files, for a server elsewhere.

use std::path::PathBuf;

use super::Config;
use crate::catalog::Catalog;
use crate::read::Table;

/// Where the public page is written, and the command that runs afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publish {
    /// The folder.
    pub folder: PathBuf,
    /// The command with its arguments; empty for none.
    pub run: Vec<String>,
    /// The slugs of companies that the target depends on, if the command does not show them.
    pub rides_on: Vec<String>,
}

/// URL schemes by which storage clients name a bucket without a host, with their companies.
const SCHEMES: [(&str, &str); 3] = [("s3://", "amazon"), ("gs://", "google"), ("az://", "microsoft")];
/// If an option has this name, the bucket is not at the scheme's company.
const ELSEWHERE: &str = "endpoint";

pub(super) fn read(root: &Table<'_>, catalog: &Catalog) -> Option<Publish> {
    let table = root.table("publish")?;
    let folder = table.need_string("folder", "\"/var/lib/plugwatch/page\"");
    let run = table.strings("run").map(|run| run.value.into_iter().map(|part| part.value).collect());
    let rides_on = super::read_rides_on(&table, catalog);
    table.finish();
    Some(Publish { folder: folder?.value.into(), run: run.unwrap_or_default(), rides_on })
}

impl Config {
    /// Warns if the page is published at a company on which monitored dependencies also rely: both would fail
    /// at the same time.
    pub(super) fn of_publishing(&self) -> Vec<String> {
        let warn = |company: String| {
            let on = |slug: &String| *slug == company;
            let watched = self.dependencies.iter().filter(|dependency| dependency.companies.iter().any(on));
            let watched: Vec<&str> = watched.map(|dependency| dependency.label.as_str()).collect();
            let name = self.catalog.company(&company);
            (!watched.is_empty()).then(|| {
                format!(
                    "[publish] puts the page at {name}, on which {} also depends: if {name} drops you, the page can go \
                     with it; publish it at another company",
                    watched.join(", ")
                )
            })
        };
        self.carriers_of_publishing().into_iter().filter_map(warn).collect()
    }

    /// The companies on which the published page depends, as far as its command and address show, each once.
    fn carriers_of_publishing(&self) -> Vec<String> {
        let Some(Publish { run, rides_on, .. }) = &self.publish else { return Vec::new() };
        let parts = run.iter().chain(&self.page.url);
        let hosts = parts.flat_map(|part| part.split(['@', ':', '/', '=', ' '])).filter(|host| host.contains('.'));
        let by_host = hosts.filter_map(|host| self.catalog.company_of_host(host));
        let elsewhere = run.iter().any(|part| part.contains(ELSEWHERE));
        let bucket = |(scheme, _): &&(&str, &str)| !elsewhere && run.iter().any(|part| part.contains(scheme));
        let by_scheme = SCHEMES.iter().filter(bucket).map(|(_, company)| (*company).to_owned());
        let mut all: Vec<String> = rides_on.iter().cloned().chain(by_host).chain(by_scheme).collect();
        all.sort();
        all.dedup();
        all
    }
}
