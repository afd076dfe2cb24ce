//! Reads one check of a vendor file and compiles its rules.

use std::time::Duration;

use regex::Regex;

use super::load::plain_texts;
use super::rule::{read_examples, read_rules, values};
use crate::catalog::grammar::expr::{Expr, template_names};
use crate::catalog::grammar::names;
use crate::catalog::grammar::vendor::*;
use crate::core::model::{Basis, Proves, Role, Verdict};
use crate::core::policy::Confirm;
use crate::core::question::{Lookup, asker_names};
use crate::read::{At, Source, Table};

/// Reads `[check.NAME]`.
pub(in crate::catalog) struct CheckReader<'a, 's> {
    pub source: &'s Source,
    pub vendor: &'a str,
    pub table: &'a Table<'s>,
}

impl CheckReader<'_, '_> {
    pub(in crate::catalog) fn read(&self, name: &At<String>) -> Option<Check> {
        let table = self.table;
        let title = table.need_string("title", "\"Account standing\"")?.value;
        let params = self.params();
        let every = table.duration("every").map_or(Duration::from_secs(600), |every| every.value);
        let confirm = self.confirm();
        let controls = table.table("control");
        let control = |which: &str| controls.as_ref().and_then(|controls| controls.table(which)).map(|t| values(&t));
        let mut check = Check {
            id: format!("{}/{}", self.vendor, name.value),
            title,
            ask: self.ask()?,
            every,
            experimental: table.flag("experimental").is_some_and(|flag| flag.value),
            least_key: table.string("least_key").map(|text| text.value),
            key_risk: table.string("key_risk").map(|text| text.value),
            proves: table
                .word("proves", &["standing", "access", "presence"])
                .map_or(Proves::Presence, |proves| proves.value),
            role: table
                .word("role", &["serves", "standing", "warning", "witness"])
                .map_or(Role::Serves, |role| role.value),
            params,
            lets: self.expressions("let").into_iter().map(|(name, expr)| (name.value, expr)).collect(),
            selects: self.selects(),
            facts: Vec::new(),
            rules: read_rules(table, self.source, Some(confirm.basis)),
            positive_control: control("positive"),
            negative_control: control("negative"),
            second_path: table.string("second_path").map(|second| second.value),
            confirm,
            cache_buster: table.string("cache_buster").map(|name| name.value),
            examples: Vec::new(),
            reads_body: false,
            vendor_status: false,
        };
        check.facts = self.facts();
        let shared = table.table("example_params").map(|params| values(&params)).unwrap_or_default();
        check.examples = read_examples(table, self.source, &shared);
        if let Some(controls) = &controls {
            controls.finish();
        }
        self.check_names(&check);
        self.check_controls(&check);
        check.reads_body = check.rules.iter().any(|rule| rule.when.names().contains("body"))
            || check.lets.iter().any(|(_, expr)| expr.names().contains("body"));
        table.finish();
        Some(check)
    }

    fn ask(&self) -> Option<Ask> {
        let table = self.table;
        let ask = table.need_string("ask", "\"http\"")?;
        match ask.value.as_str() {
            "http" => {
                let Some(request) = table.table("request") else {
                    table.missing("request", "{ url = \"https://...\" }");
                    return None;
                };
                crate::catalog::grammar::request::read(&request).map(Box::new).map(Ask::Http)
            }
            "dns" => {
                let dns = table.table("dns")?;
                let domain = dns.need_string("domain", "\"domain\"")?.value;
                let types = dns.strings("types").map(plain_texts).unwrap_or_else(|| vec!["SOA".into(), "A".into()]);
                dns.finish();
                Some(Ask::Dns { domain, types })
            }
            "exec" => {
                let exec = table.table("exec")?;
                let command = exec.need_string("command", "\"command\"")?.value;
                exec.finish();
                Some(Ask::Exec(command))
            }
            "rdap" => {
                let rdap = table.table("rdap")?;
                let domain = rdap.need_string("domain", "\"domain\"")?.value;
                let base = rdap.string("base").map(|base| base.value);
                rdap.finish();
                Some(Ask::Rdap { domain, base })
            }
            "heard" => {
                let heard = table.table("heard")?;
                let takes = heard.word("takes", &["pings", "counts", "words"])?.value;
                heard.finish();
                self.with_args(&ask, Ask::Heard(takes), &["name"])
            }
            other => match other.parse::<Lookup>() {
                Ok(what) => self.with_args(&ask, Ask::Lookup(what), what.args().0),
                Err(()) => {
                    let known = format!("askers are: http, rdap, {}", asker_names().join(", "));
                    table.problem(ask.span, format!("there is no asker `{other}`"), known);
                    None
                }
            },
        }
    }

    /// An asker whose arguments are parameters of the same names.
    fn with_args(&self, word: &At<String>, ask: Ask, args: &[&str]) -> Option<Ask> {
        let params = self.table.table("params");
        let there = |arg: &&str| params.as_ref().is_some_and(|params| params.any(arg).is_some());
        match args.iter().find(|arg| !there(arg)) {
            None => Some(ask),
            Some(lacking) => {
                let what = format!("the asker `{}` needs a parameter `{lacking}`", word.value);
                self.table.problem(word.span.clone(), what, format!("add it: {lacking} = {{ about = \"...\" }}"));
                None
            }
        }
    }

    fn params(&self) -> Vec<Param> {
        let Some(table) = self.table.table("params") else { return Vec::new() };
        table.subtables().into_iter().map(|(name, param)| read_param(name.value, &param)).collect()
    }

    fn confirm(&self) -> ConfirmRule {
        let mut rule = ConfirmRule {
            basis: Basis::OwnStatement,
            dropped: None,
            control_in_answer: false,
            second_path_global: false,
            blind_after: None,
        };
        let Some(table) = self.table.table("confirm") else { return rule };
        if let Some(basis) = table.word("basis", &["own_statement", "absence"]) {
            rule.basis = basis.value;
        }
        rule.dropped = read_confirm(&table);
        rule.control_in_answer = table.flag("control_in_answer").is_some_and(|flag| flag.value);
        rule.second_path_global = table.flag("second_path_global").is_some_and(|flag| flag.value);
        rule.blind_after = table.duration("blind_after").map(|after| after.value);
        table.finish();
        rule
    }

    fn expressions(&self, key: &str) -> Vec<(At<String>, Expr)> {
        let Some(table) = self.table.table(key) else { return Vec::new() };
        let read = |name: At<String>| {
            let text = table.string(&name.value)?;
            compile(self.source, &text).map(|expr| (name, expr))
        };
        table.keys().into_iter().filter_map(read).collect()
    }

    fn facts(&self) -> Vec<FactRule> {
        let Some(table) = self.table.table("facts") else { return Vec::new() };
        let read = |name: At<String>| {
            if table.any(&name.value)?.value.is_string() {
                let from = compile(self.source, &table.string(&name.value)?)?;
                return Some(FactRule { name: name.value, from, on_change: OnChange::Record, burns: false });
            }
            let long = table.table(&name.value)?;
            let from = compile(self.source, &long.need_string("from", "\"json.seller\"")?)?;
            let on_change = match long.string("on_change").map(|word| word.value).as_deref() {
                Some("warn") => OnChange::Warn,
                Some("critical") => OnChange::Critical,
                _ => OnChange::Record,
            };
            let burns = long.flag("burns").is_some_and(|flag| flag.value);
            long.finish();
            Some(FactRule { name: name.value, from, on_change, burns })
        };
        table.keys().into_iter().filter_map(read).collect()
    }

    fn selects(&self) -> Vec<Select> {
        let Some(table) = self.table.table("select") else { return Vec::new() };
        table.keys().into_iter().filter_map(|name| self.select(&table, name)).collect()
    }

    fn select(&self, table: &Table<'_>, name: At<String>) -> Option<Select> {
        let plain = table.any(&name.value)?.value;
        let long = if plain.is_string() { None } else { Some(table.table(&name.value)?) };
        let css = match &long {
            Some(long) => long.need_string("css", "\"h1\"")?,
            None => table.string(&name.value)?,
        };
        if scraper::Selector::parse(&css.value).is_err() {
            self.source.problem(css.span, "this is no CSS selector", "for example \"meta[name='title']\"");
            return None;
        }
        let text = |key: &str| long.as_ref().and_then(|long| long.string(key));
        let flag = |key: &str| long.as_ref().and_then(|long| long.flag(key)).is_some_and(|flag| flag.value);
        let select = Select {
            name: name.value,
            css: css.value,
            attr: text("attr").map(|attr| attr.value),
            starts: text("starts").map(|starts| starts.value),
            after: text("after").map(|after| after.value),
            json: flag("json"),
            filter: text("filter").and_then(|filter| compile(self.source, &filter)),
            all: flag("all"),
        };
        if let Some(long) = &long {
            long.finish();
        }
        Some(select)
    }

    /// Every name in rules, facts and request must be something that exists.
    fn check_names(&self, check: &Check) {
        let mut exprs: Vec<&Expr> = check.rules.iter().map(|rule| &rule.when).collect();
        exprs.extend(check.lets.iter().map(|(_, expr)| expr));
        exprs.extend(check.facts.iter().map(|fact| &fact.from));
        for expr in exprs {
            if let Some(wrong) = names::wrong_in(expr, check) {
                self.at_text(expr.text(), &wrong);
            }
        }
        for text in check.rules.iter().flat_map(|rule| [Some(&rule.say), rule.hint.as_ref()]).flatten() {
            let names = template_names(text).unwrap_or_default();
            for wrong in names.iter().filter_map(|name| names::wrong(name, check)) {
                self.at_text(text, &wrong);
            }
        }
        let Ask::Http(request) = &check.ask else { return };
        for name in request.placeholders() {
            if check.param(&name).is_none() {
                self.at_text(&request.url, &format!("`{{{name}}}` is no parameter of {}", check.id));
            }
        }
    }

    fn at_text(&self, text: &str, wrong: &str) {
        let span = self.source.text.find(text).map_or_else(|| self.table.span(), |at| at..at + text.len());
        self.source.problem(span, wrong, "correct the name, or declare it");
    }

    /// What rests on absence needs something to compare with.
    fn check_controls(&self, check: &Check) {
        let has_control = check.positive_control.is_some() || check.confirm.control_in_answer;
        let drops = check.rules.iter().any(|rule| rule.verdict == Verdict::Dropped && rule.basis == Basis::Absence);
        if drops && !has_control {
            self.source.problem(
                self.table.span(),
                format!("{} calls an absence `dropped` without a control", check.id),
                "add [check.NAME.control.positive] with something known to be there",
            );
        }
    }
}

/// `reads` and `over`, where they are given.
pub(in crate::catalog) fn read_confirm(table: &Table<'_>) -> Option<Confirm> {
    let reads = table.count("reads");
    let over = table.duration("over");
    (reads.is_some() || over.is_some()).then(|| Confirm {
        reads: reads.map_or(2, |reads| reads.value),
        over: over.map_or(Duration::from_secs(60), |over| over.value),
    })
}

pub(in crate::catalog) fn compile(source: &Source, text: &At<String>) -> Option<Expr> {
    match Expr::compile(&text.value) {
        Ok(expr) => Some(expr),
        Err(error) => {
            source.problem(
                text.span.clone(),
                format!("not an expression: {error}"),
                "for example 'http.status == 200'",
            );
            None
        }
    }
}

fn read_param(name: String, table: &Table<'_>) -> Param {
    let pattern = table.string("pattern").and_then(|pattern| match Regex::new(&format!("^(?:{})$", pattern.value)) {
        Ok(regex) => Some(regex),
        Err(_) => {
            table.problem(pattern.span, "this is no regular expression", "for example \"AC[0-9a-f]{32}\"");
            None
        }
    });
    let kind = table.string("kind").map_or(Kind::Text, |word| {
        let known = Kind::WORDS.iter().find(|(name, _)| *name == word.value);
        known.map(|(_, kind)| *kind).unwrap_or_else(|| {
            table.problem(word.span, "no such kind", "kinds are: text, domain, url, count, number, list, span");
            Kind::Text
        })
    });
    let secret = table.flag("secret").is_some_and(|flag| flag.value);
    let default = table.any("default").map(|value| value.value);
    let param = Param {
        kind,
        pattern,
        required: table.flag("required").map_or(default.is_none(), |flag| flag.value),
        secret,
        default,
        each: table.string("each").map(|each| each.value),
        identity: !secret && table.flag("identity").is_none_or(|flag| flag.value),
        about: table.string("about").map(|about| about.value).unwrap_or_default(),
        example: table.string("example").map(|example| example.value).unwrap_or_else(|| "...".to_owned()),
        name,
    };
    table.finish();
    param
}
