//! The catalogue as a page to read: `docs/CATALOG.md` is generated here, and a test keeps it up to date.

use std::collections::BTreeMap;
use std::fmt::Write;

use regex::Regex;

use crate::catalog::grammar::catalog::Catalog;
use crate::catalog::grammar::check::Check;
use crate::catalog::grammar::param::Param;
use crate::catalog::grammar::rule::Rule;
use crate::catalog::grammar::vendor::{Appeal, Vendor};
use crate::read::duration_text;

const HEAD: &str = "# Catalogue\n\nEvery vendor that plugwatch knows, what it asks of each, and what an answer means there. Made by \
     `plugwatch catalog page`; the files in `config/catalog/` are the source, with where each fact comes from.\n\n\
     A `live` proves the *standing* of an account (the vendor says so), *access* (the key works), *presence* (seen from \
     outside), or that it is *reported* (by your own systems, or a person). What no rule recognises is `unknown`. Rules for every HTTP answer (rate limits, walls, refused \
     keys, breakdowns) stand in `_http.toml`.\n";

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

/// Writing to a string cannot fail.
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
    add(out, format_args!("\n### {}\n\n`{}`, of {}.", vendor.name, vendor.id, catalog.parent_name(vendor)));
    if let Some(page) = &vendor.status_page {
        let read = if catalog.reads_status(page) { "" } else { " (for people: its format is not read)" };
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

/// Where to appeal a decision, and until when.
pub fn appeal_text(appeal: &Appeal) -> String {
    let deadline = appeal.deadline.as_ref().map_or_else(String::new, |deadline| format!(", {deadline}"));
    let login = if appeal.behind_login { " (behind the sign-in: keep a second administrator)" } else { "" };
    format!("Appeal: {}{login}{deadline}", appeal.url)
}

fn add_check(out: &mut String, check: &Check) {
    let experimental = if check.experimental { " Experimental: its answers are known from few sources." } else { "" };
    add(
        out,
        format_args!(
            "\n**`{}`** {}. Asked by {} every {}; a live proves {}; it counts as {}.{experimental}\n",
            check.id,
            check.title,
            check.ask.word(),
            duration_text(check.every),
            check.proves,
            check.role
        ),
    );
    if let Some(key) = &check.least_key {
        add(out, format_args!("Least key: {key}."));
        match &check.key_risk {
            Some(risk) => {
                add(out, format_args!(" It can do more than read: {risk}; `key_risk_accepted = true` is wanted.\n"))
            }
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
    out.push_str("| verdict | reason | says |\n| --- | --- | --- |\n");
    for rule in &check.rules {
        add(out, format_args!("| {} | `{}` | {} |\n", rule.verdict, rule.reason, sentence(rule)));
    }
}

fn parameter(param: &Param) -> String {
    let name = param.key();
    let need = match (param.secret, param.required, &param.default) {
        (true, true, _) => "secret".to_owned(),
        (true, false, _) => "secret, optional".to_owned(),
        (_, true, _) => "needed".to_owned(),
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
    // Of several wordings, the last one is the usual one; a single optional wording is left out; plural endings are
    // kept.
    let ended = clean(&rule.say, r"\{% if [^%]*!= 1 %\}(\w+)\{% endif %\}", "$1");
    let last = clean(&ended, r"\{%\s*if[^%]*%\}(?:[^%]|%[^}])*?\{%\s*else\s*%\}(.*?)\{%\s*endif\s*%\}", "$1");
    let plain = clean(&last, r"\{%[^%]*%\}.*?\{%\s*endif\s*%\}", "");
    clean(&plain, r"\{\{[^}]*\}\}", "…").replace('|', "\\|")
}
