//! The output of `init`: what was found, what was written, what is new.

use std::path::Path;

use crate::catalog::Catalog;
use crate::discover::{Certainty, Changes, Domain, Entry, Finding, Header, Seen, State};
use crate::say::table::table;
use crate::say::{cut, tally};

/// Lists the services that were found, one per line, and what could not be determined.
pub(super) fn found(
    catalog: &Catalog,
    domain: &Domain,
    found: &[Finding],
    seen: &Seen,
    width: Option<usize>,
) -> String {
    let companies: std::collections::BTreeSet<&str> = found.iter().filter_map(|one| one.company.as_deref()).collect();
    let mut text = format!(
        "{} uses {} from {}, as seen from outside:\n\n",
        domain.shown,
        count(found.len(), "service"),
        count_companies(companies.len())
    );
    let rows: Vec<Vec<String>> = found.iter().map(|one| row(catalog, one)).collect();
    // Every line below the first is indented by two columns.
    let width = width.map(|width| width.saturating_sub(2));
    table(&rows, width).lines().for_each(|line| text.push_str(&format!("  {line}\n")));
    for app in &seen.apps {
        let name = app.name.as_ref().unwrap_or(&app.id);
        text.push_str(&format!("  app in {}: {name} ({})\n", app.store.words(), app.id));
    }
    if seen.wildcard {
        text.push_str(
            "\nEvery subdomain leads somewhere (wildcard DNS), so hosts found only by their name were left out.\n",
        );
    }
    if !seen.gaps.is_empty() {
        text.push_str("\nCould not be determined:\n");
        for gap in &seen.gaps {
            text.push_str(&format!("  {}: {}\n", gap.what, gap.why));
        }
    }
    text
}

fn row(catalog: &Catalog, finding: &Finding) -> Vec<String> {
    let roles: Vec<&str> = finding.roles.iter().map(|role| role.words()).collect();
    let company = finding.company.as_ref().map(|slug| catalog.company(slug)).unwrap_or_default();
    let service = match company.is_empty() || finding.service.contains(&company) {
        true => finding.service.clone(),
        false => format!("{} ({company})", finding.service),
    };
    let sure = if finding.certainty == Certainty::Confirmed { "" } else { "seen once" };
    vec![roles.join(", "), service, sure.to_owned(), cut(&finding.proof(), 60)]
}

/// The contents of the new file, and the next steps.
pub(super) fn written(path: &Path, entries: &[Entry], header: &Header) -> String {
    let mut text = format!("\nWritten: {}\n\nMonitored without a key, each checked just now:\n", path.display());
    for entry in entries.iter().filter(|entry| entry.is_on()) {
        text.push_str(&format!("  {}\n", entry.label));
    }
    let aside: Vec<&Entry> = entries.iter().filter(|entry| !entry.is_on() && entry.not_monitored().is_none()).collect();
    if !aside.is_empty() {
        text.push_str("\nIn the file as comments:\n");
        for entry in aside {
            if let State::Off(why) = &entry.state {
                text.push_str(&format!("  {}: {why}\n", entry.label));
            }
        }
    }
    let config = if path == Path::new(super::USUAL) { String::new() } else { format!(" -c {}", path.display()) };
    text.push_str("\nNext:\n");
    let mut next = |what: &str, why: &str| text.push_str(&format!("  {what:44} {why}\n"));
    next(&format!("plugwatch check{config}"), "check everything once");
    if header.chats.is_empty() {
        next("export PLUGWATCH_TELEGRAM_TOKEN=...", "a bot from @BotFather, for alerts");
        next("export PLUGWATCH_TELEGRAM_CHATS=...", "your chat's number; write to the bot while plugwatch is running");
    }
    next(&format!("plugwatch run{config}"), "start monitoring");
    next(&format!("plugwatch notify test{config}"), "test whether alerts arrive");
    next(&format!("plugwatch map{config}"), "show what depends on which company");
    next(&format!("plugwatch add twilio{config}"), "add another vendor");
    next(&format!("plugwatch coverage{config}"), "show what is not monitored, and what each needs");
    text.push_str(&format!("\n{}\n", monitored(entries)));
    text
}

/// How many of the findings are monitored, and why the rest are not.
fn monitored(entries: &[Entry]) -> String {
    let on = entries.iter().filter(|entry| entry.is_on()).count();
    let blind: Vec<(&str, String)> =
        entries.iter().filter_map(|entry| Some((entry.label.as_str(), entry.not_monitored()?.to_owned()))).collect();
    tally::monitoring(on + blind.len(), &blind)
}

/// The differences between new findings and an existing file.
pub(super) fn changes(path: &Path, changes: &Changes, added: bool) -> String {
    let path = path.display();
    if changes.is_empty() {
        return format!("\n{path} exists, and nothing is new.\n");
    }
    let mut text = format!("\n{path} exists; nothing in it was changed.\n");
    for new in &changes.new {
        text.push('\n');
        text.extend(new.text.lines().map(|line| format!("+ {line}\n")));
    }
    if !changes.other.is_empty() {
        text.push_str("\nDifferent from the file. If the new value is right, change the file:\n");
        text.extend(changes.other.iter().map(|line| format!("~ {line}\n")));
    }
    if !changes.missed.is_empty() {
        text.push_str("\nIn the file, but not working or not found this time:\n");
        text.extend(changes.missed.iter().map(|line| format!("- {line}\n")));
    }
    if !changes.new.is_empty() {
        text.push_str("\nTo hide one, add the line \"# not mine: ID\" to the file.\n");
        let what = if added {
            "The lines with a + were appended to it."
        } else {
            "To append the lines with a +, run the same command with --write."
        };
        text.push_str(&format!("{what}\n"));
    }
    text
}

fn count(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

fn count_companies(n: usize) -> String {
    if n == 1 { "1 company".to_owned() } else { format!("{n} companies") }
}
