//! Writes entries as the text of a configuration file.

use minijinja::{Environment, UndefinedBehavior, context};

use super::Domain;
use super::conclude::{Certainty, Finding};
use super::draft::{Entry, NEEDS_KEY, Param, Probe, State, stands_alone, toml_value};
use super::seen::Gap;

/// The width at which lines are broken, in characters.
const WIDTH: usize = 100;

/// The values at the top of a file.
#[derive(Clone, Debug, Default)]
pub struct Header {
    /// The platform's name.
    pub platform: String,
    /// The date of writing, such as `2026-11-22`.
    pub date: String,
    /// Telegram chats that receive alerts, if any are known.
    pub chats: Vec<i64>,
    /// Telegram users who may change things in groups.
    pub users: Vec<u64>,
    /// Network settings to copy, as TOML.
    pub network: String,
}

/// The text of the whole file.
///
/// # Errors
/// Fails if the shipped template cannot be rendered.
pub fn file(
    header: &Header,
    domain: &Domain,
    entries: &[Entry],
    found: &[Finding],
    gaps: &[Gap],
) -> Result<String, String> {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_trim_blocks(true);
    env.set_lstrip_blocks(true);
    let own = |entry: &&Entry| entry.vendor.is_none() && !entry.probes.is_empty();
    let texts = |yours: bool| -> Vec<String> {
        let wanted = entries.iter().filter(|entry| own(entry) == yours);
        wanted.map(entry_text).collect()
    };
    let alone = |sure: Certainty| found.iter().filter(move |one| one.certainty == sure && stands_alone(one, entries));
    let (mut seen_once, mut unasked) = (alone(Certainty::Suggested), alone(Certainty::Confirmed));
    let lines =
        |all: &mut dyn Iterator<Item = &Finding>| -> Vec<String> { all.map(|one| commented(&told(one))).collect() };
    let text = env.render_str(
        include_str!("templates/plugwatch.toml.j2"),
        context! {
            platform => toml_value(&header.platform.clone().into()), domain => domain.shown, date => header.date,
            chats => header.chats, users => header.users, network => header.network.trim(), own => texts(true), vendors => texts(false),
            seen_once => lines(&mut seen_once), unasked => lines(&mut unasked),
            gaps => gaps.iter().map(|gap| commented(&format!("{}: {}", gap.what, gap.why))).collect::<Vec<_>>(),
        },
    );
    text.map_err(|error| error.to_string())
}

fn told(finding: &Finding) -> String {
    let roles: Vec<&str> = finding.roles.iter().map(|role| role.words()).collect();
    format!("{} ({}): {}", finding.service, roles.join(", "), finding.proof())
}

/// The line `not_monitored = "needs a key"`, with a comment that says how to start monitoring.
fn unmonitored_line(entry: &Entry, why: &str) -> String {
    let cure = match (entry.probes.is_empty(), why == NEEDS_KEY) {
        (true, _) => {
            "report it yourself: check = \"attest/word\", or \"outcome/feed\"; if it is not yours, delete this entry"
        }
        (_, true) => "fill in the lines below, then delete this one",
        (..) => "to monitor it, correct the lines below, then delete this one",
    };
    format!("not_monitored = {}   # {cure}", quoted(why))
}

/// One entry as TOML; as a comment if it may not be a dependency.
pub fn entry_text(entry: &Entry) -> String {
    let mut lines = Vec::new();
    for line in &entry.found {
        lines.push(commented(line));
    }
    let unmonitored = entry.not_monitored();
    if let State::Off(why) = &entry.state
        && unmonitored.is_none()
    {
        lines.push(commented(&format!("Not monitored: {}", ended(why))));
    }
    let off = !entry.is_on() && unmonitored.is_none();
    let mut body = vec!["[[dependency]]".to_owned()];
    body.push(format!("id = {}", quoted(&entry.id)));
    body.push(format!("label = {}", quoted(&entry.label)));
    body.extend(unmonitored.map(|why| unmonitored_line(entry, why)));
    let single = entry.vendor.is_some() || matches!(entry.probes.as_slice(), [one] if one.off.is_none());
    if let Some(vendor) = &entry.vendor {
        body.push(format!("vendor = {}", quoted(vendor)));
    }
    if single {
        for probe in &entry.probes {
            body.extend(probe_lines(probe));
        }
    }
    if !entry.rides_on.is_empty() {
        body.push(format!("rides_on = {}", list(&entry.rides_on)));
    }
    if !entry.needs.is_empty() {
        body.push(format!("needs = {}", list(&entry.needs)));
    }
    body.extend(to_fill(entry));
    if !single {
        for probe in &entry.probes {
            body.push(String::new());
            let mut part = vec!["[[dependency.probe]]".to_owned()];
            part.extend(probe_lines(probe));
            match &probe.off {
                Some(why) => {
                    body.push(commented(&format!("Not checked: {}", ended(why))));
                    body.extend(part.iter().map(|line| format!("# {line}")));
                }
                None => body.extend(part),
            }
        }
    }
    let comment = |line: String| match (off, line.is_empty()) {
        (false, _) => line,
        (true, true) => "#".to_owned(),
        (true, false) => format!("# {line}"),
    };
    lines.extend(body.into_iter().map(comment));
    lines.join("\n") + "\n"
}

/// An entry's text with a key set to `value`, which is TOML. The key's example or default line is replaced.
pub fn with_key(text: &str, key: &str, value: &str) -> String {
    let line = format!("{key} = {value}");
    let stands = |old: &&str| old.trim_start_matches("# ").starts_with(&format!("{key} = "));
    match text.lines().find(stands) {
        Some(old) => text.replacen(&format!("{old}\n"), &format!("{line}\n"), 1),
        None => format!("{text}{line}\n"),
    }
}

fn probe_lines(probe: &Probe) -> Vec<String> {
    let check = (!probe.check.is_empty()).then(|| format!("check = {}", quoted(&probe.check)));
    check.into_iter().chain(probe.params.iter().map(param_line)).collect()
}

fn param_line(param: &Param) -> String {
    let about = if param.about.is_empty() { String::new() } else { format!("   # {}", param.about.replace('\n', " ")) };
    let off = if param.off { "# " } else { "" };
    format!("{off}{} = {}{about}", param.name, param.value)
}

/// The values that only people know, with defaults to start from.
fn to_fill(entry: &Entry) -> Vec<String> {
    let usual = &entry.usual;
    let mut lines = vec![format!("criticality = {}", quoted(usual.criticality.word()))];
    lines.extend(usual.breaks.as_ref().map(|breaks| format!("breaks = {}", quoted(breaks))));
    // The public page must not list a dependency without checks.
    let mark = if entry.not_monitored().is_some() { "# " } else { "" };
    lines.extend(usual.public.as_ref().map(|label| format!("{mark}public = {}", quoted(label))));
    lines.extend(usual.fallback.as_ref().map(|fallback| format!("# fallback = {}", quoted(fallback))));
    let on = |on: &String| {
        format!("# fallback_on = {}   # what it depends on: alerts then say whether it works", quoted(on))
    };
    lines.extend(usual.fallback_on.as_ref().map(on));
    let step = |(what, takes): &(String, Option<String>)| {
        let takes = takes.as_ref().map_or_else(String::new, |takes| format!(", takes = {}", quoted(takes)));
        format!("{{ do = {}{takes} }}", quoted(what))
    };
    let steps: Vec<String> = usual.leave.iter().map(step).collect();
    if !steps.is_empty() {
        lines.push(format!("# leave = [{}]", steps.join(", ")));
    }
    lines.extend(
        [
            "# contact = \"whom you call at the vendor\"",
            "# contract_notice_days = 30",
            "# owner = \"who in your team is responsible\"",
        ]
        .map(str::to_owned),
    );
    lines
}

/// A text with exactly one mark at its end.
fn ended(text: &str) -> String {
    if text.ends_with(['.', '?', '!']) { text.to_owned() } else { format!("{text}.") }
}

fn list(texts: &[String]) -> String {
    toml_value(&texts.to_vec().into())
}

fn quoted(text: &str) -> String {
    toml_value(&text.into())
}

/// A comment, broken into lines. Control characters are removed, so text from outside cannot end it.
fn commented(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut lines = vec![String::from("#")];
    for word in plain.split_whitespace() {
        let last = lines.len() - 1;
        if lines[last].chars().count() + word.chars().count() >= WIDTH && lines[last].len() > 3 {
            lines.push(format!("#   {word}"));
        } else {
            lines[last].push(' ');
            lines[last].push_str(word);
        }
    }
    lines.join("\n")
}
