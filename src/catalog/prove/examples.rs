//! Runs the examples of a check and compares each verdict with the expected one.

use std::collections::BTreeSet;
use std::time::Duration;

use super::hollow::hollow;
use super::params::{impossible, params_of};
use super::tested::Tested;
use crate::catalog::grammar::ask::Ask;
use crate::catalog::grammar::catalog::Catalog;
use crate::catalog::grammar::check::{Check, ConfirmRule};
use crate::catalog::grammar::example::Example;
use crate::catalog::grammar::param::Params;
use crate::catalog::grammar::rule::Rule;
use crate::catalog::judge::reading::Judged;
use crate::catalog::request::question::question;
use crate::core::time::Time;
use crate::core::words::answer::{Answer, Failure, HttpFacts};
use crate::core::words::question::Question;
use crate::core::words::text::{sloppy, stopped};
use crate::core::words::verdict::{Basis, Proves, Role};

/// Finds sentences that use an optional parameter without checking that it is given. Examples with the parameter
/// would not reveal that.
pub(super) fn unsaid(check: &Check) -> Vec<String> {
    let optional = check.params.iter().filter(|param| !param.required && param.default.is_none() && !param.secret);
    let names: Vec<String> = optional.map(|param| format!("param.{}", param.name)).collect();
    let wrong = |rule: &Rule, name: &String| {
        let asks = format!("has(\"{name}\")");
        let said = format!("{} {}", rule.say, rule.hint.as_deref().unwrap_or_default());
        let says =
            said.split(name.as_str()).skip(1).any(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'));
        let asked =
            said.contains(&asks) || rule.when.text().contains(&asks) || rule.when.text().contains(name.as_str());
        (says && !asked)
            .then(|| format!("{}: the text uses {name}, which may be missing; test {asks} first", rule.place))
    };
    check.rules.iter().flat_map(|rule| names.iter().filter_map(move |name| wrong(rule, name))).collect()
}

/// Runs the examples of one check, and returns the places of the rules that decided.
pub(super) fn run_all(catalog: &Catalog, check: &Check, examples: &[Example], tested: &mut Tested) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    for example in examples {
        let impossible = impossible(check, &example.params);
        tested.failed.extend(impossible.into_iter().map(|wrong| format!("{}: {wrong}", example.place)));
        let judged = match judged(catalog, check, example) {
            Ok(judged) => judged,
            Err(wrong) => {
                tested.failed.push(format!("{}: {wrong}", example.place));
                continue;
            }
        };
        reached.extend(judged.place.clone());
        let got = &judged.reading;
        // As in a message, where a full stop follows the sentence.
        let said = [Some(stopped(&got.say)), got.hint.clone()];
        for text in said.iter().flatten() {
            let cut = text.trim_end_matches('.').ends_with('…').then_some("it is too long, and was cut off");
            if let Some(wrong) = sloppy(text).or(cut) {
                let line = format!("{}: \"{}\" says \"{text}\": {wrong}", example.place, example.name);
                tested.failed.push(line);
            }
        }
        if let Some(rule) = rule_at(catalog, check, judged.place.as_ref()) {
            tested.failed.extend(hollow(rule, example, |other| self::judged(catalog, check, other).ok()));
        }
        let reason = example.reason.as_ref().is_none_or(|reason| *reason == got.reason);
        if got.verdict == example.verdict && reason {
            tested.passed += 1;
        } else {
            let wanted = example.reason.as_ref().map_or_else(String::new, |reason| format!(" ({reason})"));
            tested.failed.push(format!(
                "{}: \"{}\" should read {}{wanted}, reads {} ({}): {}",
                example.place, example.name, example.verdict, got.verdict, got.reason, got.say
            ));
        }
    }
    reached
}

fn rule_at<'c>(catalog: &'c Catalog, check: &'c Check, place: Option<&String>) -> Option<&'c Rule> {
    check.rules.iter().chain(&catalog.http_rules).find(|rule| Some(&rule.place) == place)
}

/// The verdict of an example, and the rule that decided it.
pub(super) fn judged(catalog: &Catalog, check: &Check, example: &Example) -> Result<Judged, String> {
    let params = params_of(check, &example.params);
    let answer = answer_of(check, &params, example)?;
    let at = example.at.as_deref().and_then(Time::parse).unwrap_or_default();
    Ok(catalog.judge_with_place(check, &params, &answer, at))
}

/// The URL that a check requests, as far as its parameters are given.
pub(super) fn asked_url(check: &Check, params: &Params) -> String {
    match question(check, params, None, Time(0), Duration::from_secs(1)) {
        Ok(Question::Http(http)) => http.shown,
        _ => "https://example.com/".to_owned(),
    }
}

fn answer_of(check: &Check, params: &Params, example: &Example) -> Result<Answer, String> {
    let failure = match &example.failure {
        Some(word) => Some(word.parse::<Failure>().map_err(|()| format!("`{word}` is not a failure word"))?),
        None => None,
    };
    let url = example.url.clone().unwrap_or_else(|| asked_url(check, params));
    let http = example.status.map(|status| http_facts(example, status, url));
    Ok(Answer {
        asked: "an example".to_owned(),
        step: example.step.clone(),
        failure,
        http,
        said: example.said.clone(),
        body: example.body.clone().into_bytes(),
        ..Answer::default()
    })
}

fn http_facts(example: &Example, status: u16, url: String) -> HttpFacts {
    let parsed = url::Url::parse(&url).ok();
    let content_type = example.headers.get("content-type").map_or("", |text| text.split(';').next().unwrap_or(""));
    HttpFacts {
        status,
        host: parsed.as_ref().and_then(|url| url.host_str()).unwrap_or("").to_owned(),
        path: parsed.as_ref().map_or("", |url| url.path()).to_owned(),
        url,
        redirects: example.redirects,
        content_type: content_type.to_owned(),
        headers: example.headers.clone(),
        size: example.body.len() as u64,
    }
}

/// A check without rules, to test the shared ones.
pub(super) fn any_check() -> Check {
    let confirm = ConfirmRule {
        basis: Basis::OwnStatement,
        dropped: None,
        control_in_answer: false,
        second_path_global: false,
        blind_after: None,
        blind_after_of: Vec::new(),
    };
    Check {
        id: "any/http".to_owned(),
        title: "Any HTTP answer".to_owned(),
        ask: Ask::Http(Box::default()),
        experimental: false,
        least_key: None,
        key_risk: None,
        every: Duration::from_secs(600),
        proves: Proves::Presence,
        role: Role::Serves,
        params: Vec::new(),
        lets: std::sync::Arc::default(),
        selects: Vec::new(),
        facts: Vec::new(),
        rules: Vec::new(),
        positive_controls: Vec::new(),
        negative_control: None,
        second_path: None,
        confirm,
        cache_buster: None,
        words: Vec::new(),
        place: "_http.toml".to_owned(),
        examples: Vec::new(),
        reads_body: false,
        sees_page: false,
        vendor_status: false,
        json_paths: std::sync::OnceLock::new(),
    }
}
