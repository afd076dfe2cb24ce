//! Generates the catalogue's documentation, `docs/CATALOG.md`. A test makes sure that the file is up to date.

use std::collections::BTreeMap;
use std::fmt::Write;

use regex::Regex;

use crate::catalog::grammar::ask::Ask;
use crate::catalog::grammar::catalog::Catalog;
use crate::catalog::grammar::check::Check;
use crate::catalog::grammar::param::Param;
use crate::catalog::grammar::rule::Rule;
use crate::catalog::grammar::vendor::{Appeal, Vendor};
use crate::core::time::human;
use crate::core::words::question::Lookup;
use crate::core::words::verdict::{Proves, Role};

const HEAD: &str = "# Catalogue\n\nEvery vendor that plugwatch knows: what plugwatch checks, and what each answer means. \
     `plugwatch catalog page` generates this page from the files in `config/catalog/`, which also name the source of each \
     fact.\n\n\
     Each entry says what the verdict `live` means. An answer that matches no rule is `unknown`. The rules for HTTP answers \
     that all vendors share (rate limits, blocked requests, refused keys, server errors) are in `_http.toml`.\n\n\
     A check's verdict decides the verdict of its dependency, unless the entry says that it can only warn or is only \
     shown. The setting `role` changes that.\n";

/// The whole catalogue in Markdown, by category.
pub fn page(catalog: &Catalog) -> String {
    let mut categories: BTreeMap<&str, Vec<&Vendor>> = BTreeMap::new();
    for vendor in catalog.vendors.values() {
        categories.entry(&vendor.category).or_default().push(vendor);
    }
    let checks: usize = catalog.vendors.values().map(|vendor| vendor.checks.len()).sum();
    let mut out = format!("{HEAD}\n{} vendors, {checks} checks.\n", catalog.vendors.len());
    for (category, mut vendors) in categories {
        vendors.sort_by_key(|vendor| vendor.name.to_lowercase());
        add(&mut out, format_args!("\n## {}\n", title(category)));
        for vendor in vendors {
            add_vendor(&mut out, catalog, vendor);
        }
    }
    out
}

/// Appends text; writing to a string cannot fail.
fn add(out: &mut String, text: std::fmt::Arguments<'_>) {
    _ = out.write_fmt(text);
}

fn title(category: &str) -> String {
    let known = match category {
        "app_store" => "App stores",
        "dns" => "DNS",
        "email" => "E-mail",
        "sms" => "Texts and calls",
        "push" => "Push messages",
        "identity" => "Sign-in",
        "own" => "Anything else",
        "accounts" => "Company accounts",
        "status" => "Status pages",
        "ai" => "AI",
        other => return format!("{}{}", other[..1].to_uppercase(), &other[1..]),
    };
    known.to_owned()
}

fn add_vendor(out: &mut String, catalog: &Catalog, vendor: &Vendor) {
    add(
        out,
        format_args!("\n### {}\n\nVendor id: `{}`. Company: {}.", vendor.name, vendor.id, catalog.parent_name(vendor)),
    );
    if let Some(page) = &vendor.status_page {
        let read = if catalog.reads_status(page) { "" } else { " (plugwatch cannot read its format)" };
        add(out, format_args!(" Status page: {}{read}.", page.page.as_ref().unwrap_or(&page.url)));
    }
    if let Some(kept) = &vendor.keeps_working {
        add(out, format_args!(" If it drops you: {kept}."));
    }
    if let Some(appeal) = &vendor.appeal {
        add(out, format_args!(" {}.", appeal_text(appeal)));
    }
    out.push('\n');
    for check in vendor.checks.values() {
        add_check(out, check);
    }
}

/// Where to appeal against a decision, and until when.
pub fn appeal_text(appeal: &Appeal) -> String {
    let deadline = appeal.deadline.as_ref().map_or_else(String::new, |deadline| format!(", {deadline}"));
    let login = if appeal.behind_login { " (requires a sign-in, so keep a second administrator)" } else { "" };
    format!("Appeal: {}{login}{deadline}", appeal.url)
}

fn add_check(out: &mut String, check: &Check) {
    let experimental = if check.experimental { " Experimental: few sources document its answers." } else { "" };
    add(
        out,
        format_args!(
            "\n**`{}`** {}. {} every {}. `live` means that {}.{}{experimental}\n",
            check.id,
            check.title,
            way(&check.ask),
            human(check.every),
            proof(check.proves),
            weight(check.role)
        ),
    );
    if let Some(key) = &check.least_key {
        add(out, format_args!("Minimum key: {key}."));
        match &check.key_risk {
            Some(risk) => add(
                out,
                format_args!(" Set `key_risk_accepted = true`, because this key can do more than read: {risk}.\n"),
            ),
            None => out.push('\n'),
        }
    }
    out.push('\n');
    for param in &check.params {
        add(out, format_args!("- {}\n", parameter(param)));
    }
    if !check.params.is_empty() {
        out.push('\n');
    }
    out.push_str("| verdict | reason | message |\n| --- | --- | --- |\n");
    for rule in &check.rules {
        add(out, format_args!("| {} | `{}` | {} |\n", rule.verdict, rule.reason, sentence(rule)));
    }
}

/// How the check gets its answer.
fn way(ask: &Ask) -> &'static str {
    match ask {
        Ask::Http(_) => "Checked over HTTP",
        Ask::Dns { .. } | Ask::Lookup(Lookup::Names | Lookup::Spf | Lookup::Dkim | Lookup::Dmarc) => {
            "Checked by DNS queries"
        }
        Ask::Rdap { .. } => "Checked at the registry (RDAP or WHOIS)",
        Ask::Exec(_) => "Checked by running your program",
        Ask::CheckIn(_) => "Evaluates the reports that plugwatch received",
        Ask::Lookup(Lookup::Resolvers) => "Checked through public resolvers",
        Ask::Lookup(Lookup::Network) => "Checked by looking up the network of its addresses",
        Ask::Lookup(Lookup::Smtp) => "Checked over SMTP",
        Ask::Lookup(Lookup::MtaSts) => "Checked in DNS and over HTTPS",
        Ask::Lookup(Lookup::Blocklists) => "Checked in DNS blocklists",
    }
}

/// What a `live` verdict means.
fn proof(proves: Proves) -> &'static str {
    match proves {
        Proves::Standing => "the vendor confirms good standing",
        Proves::Access => "the key works, which does not prove good standing",
        Proves::Presence => "everything looks fine from outside, which proves nothing about your account",
        Proves::Reported => "your own systems or a person reported that it works",
    }
}

/// A sentence about a check that does not decide its dependency's verdict.
fn weight(role: Role) -> &'static str {
    match role {
        Role::Serves | Role::Standing => "",
        Role::Warning => " It can only warn: it makes its dependency `degraded` at worst.",
        Role::Witness => " Its result is shown, but does not affect the verdict.",
    }
}

fn parameter(param: &Param) -> String {
    let name = param.key();
    let need = match (param.secret, param.required, &param.default) {
        (true, true, _) => "secret".to_owned(),
        (true, false, _) => "secret, optional".to_owned(),
        (_, true, _) => "required".to_owned(),
        (_, _, Some(default)) => format!("default `{}`", param.usual(default)),
        _ => "optional".to_owned(),
    };
    format!("`{name}` ({need}): {}", param.about)
}

/// A rule's sentence, with an ellipsis for each value.
fn sentence(rule: &Rule) -> String {
    // Both patterns are constants.
    let clean = |text: &str, pattern: &str, with: &str| {
        Regex::new(pattern).map_or_else(|_| text.to_owned(), |regex| regex.replace_all(text, with).into_owned())
    };
    // If a sentence has several alternative wordings, the last one is the usual one. A single optional wording is
    // left out. Plural endings are kept.
    let ended = clean(&rule.say, r"\{% if [^%]*!= 1 %\}(\w+)\{% endif %\}", "$1");
    let last = clean(&ended, r"\{%\s*if[^%]*%\}(?:[^%]|%[^}])*?\{%\s*else\s*%\}(.*?)\{%\s*endif\s*%\}", "$1");
    let plain = clean(&last, r"\{%[^%]*%\}.*?\{%\s*endif\s*%\}", "");
    clean(&plain, r"\{\{[^}]*\}\}", "…").replace('|', "\\|")
}
