//! One check with its parameters on a schedule.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::catalog::{Catalog, Check, Kind, Param, Params};
use crate::core::probe::policy::{Confirm, Policy};
use crate::core::time::schedule::{Cron, Schedule};
use crate::core::words::verdict::Role;
use crate::read::{At, Table, secret};

/// One check with its parameters on a schedule.
#[derive(Clone, Debug)]
pub struct Probe {
    /// Its identity: a hash of dependency, check, identity parameters and country.
    pub identity: String,
    /// The id of its dependency.
    pub dependency: String,
    /// The check, `vendor/check`.
    pub check: String,
    /// Its parameters.
    pub params: Params,
    /// An identity shared by all storefronts of one listing; for other checks, the same as `identity`.
    pub spread: String,
    /// The storefront, for checks that run in several.
    pub country: Option<String>,
    /// Whether it is the first of several storefronts; the others are checked less often.
    pub home: bool,
    /// How its result counts.
    pub role: Role,
    /// When it runs.
    pub schedule: Schedule,
    /// How its results are confirmed.
    pub policy: Policy,
}

/// The roles that a probe may have.
const ROLES: [&str; 4] = ["serves", "standing", "warning", "witness"];

/// The longest time to confirm a result. With a longer one, alerts would come too late.
const LONGEST_CONFIRM: std::time::Duration = std::time::Duration::from_secs(6 * 3_600);

/// The longest interval between two checks.
const RAREST: std::time::Duration = std::time::Duration::from_secs(30 * 86_400);

/// The shortest interval for storefronts other than the home one.
const OTHERS: std::time::Duration = std::time::Duration::from_secs(3_600);

/// The required parameters of a check that are missing.
pub(super) fn lacking<'c>(table: &Table<'_>, check: &'c Check) -> Vec<&'c Param> {
    check.params.iter().filter(|param| param.required && table.any(&param.name).is_none()).collect()
}

/// Marks every parameter of a check as a known key.
pub(super) fn know_params(table: &Table<'_>, check: &Check) {
    for param in &check.params {
        table.know(param.key());
    }
}

/// The line to add for a parameter.
pub(super) fn to_add(check: &Check, param: &Param) -> String {
    let variable = || format!("{}_{}", check.id.split('/').next().unwrap_or(""), param.name).to_uppercase();
    let value = if param.secret { format!("{{ env = \"{}\" }}", variable()) } else { sample(param) };
    format!("{} = {value}   # {}", param.name, param.about)
}

/// Reads the probes of one check: one, or one for each item of a list.
pub(super) fn read(table: &Table<'_>, dependency: &str, check: &Check, zone: Tz) -> Vec<Probe> {
    for key in ["check", "role", "every", "cron", "time_zone", "confirm"] {
        table.know(key);
    }
    accept_risk(table, check);
    let params = read_params(table, check);
    let schedule = read_schedule(table, check.every, zone);
    let role = table.word("role", &ROLES).map_or(check.role, |role| role.value);
    let mark = key_mark(&params);
    let policy = |schedule: &Schedule| {
        let mut policy = check.policy(schedule.interval(crate::core::time::Time(0)));
        policy.keyed = check.params.iter().any(|param| param.secret);
        policy.key_mark = mark;
        if let Some(confirm) = read_confirm(table) {
            (policy.dropped, policy.outage, policy.degraded) = (confirm, confirm, confirm);
            policy.recovery = Confirm { over: confirm.over / 2, ..confirm };
            policy.alone_over = confirm.over * 6;
        }
        policy
    };
    let spread = identity(dependency, check, &params, None);
    let make = |params: Params, country: Option<String>, home: bool| {
        let schedule = if home { schedule.clone() } else { slower(&schedule) };
        Probe {
            identity: identity(dependency, check, &params, country.as_deref()),
            spread: spread.clone(),
            dependency: dependency.to_owned(),
            check: check.id.clone(),
            country,
            home,
            role,
            policy: policy(&schedule),
            schedule,
            params,
        }
    };
    let Some(each) = check.each() else { return vec![make(params, None, true)] };
    let items = each_items(table, each);
    let probes = items.into_iter().enumerate().map(|(n, item)| {
        let mut own = params.clone();
        own.public.insert(each.name.clone(), Value::String(item.clone()));
        make(own, Some(item), n == 0)
    });
    probes.collect()
}

/// Reports problems in the keys that all checks share, for an entry whose check is unknown, so that all its
/// problems are reported at once.
pub(super) fn read_usual(table: &Table<'_>, zone: Tz) {
    read_schedule(table, OTHERS, zone);
    table.word::<Role>("role", &ROLES);
    read_confirm(table);
}

/// Reports problems of the given parameters, if others are missing.
pub(super) fn read_given(table: &Table<'_>, check: &Check, zone: Tz) {
    accept_risk(table, check);
    for param in check.params.iter().filter(|param| param.each.is_none() && table.any(&param.name).is_some()) {
        if param.secret {
            secret::read(table, &param.name);
        } else {
            read_public(table, check, param);
        }
    }
    read_usual(table, zone);
}

fn accept_risk(table: &Table<'_>, check: &Check) {
    let Some(risk) = &check.key_risk else { return };
    if !table.flag("key_risk_accepted").is_some_and(|flag| flag.value) {
        let what = format!("the key that {} needs can do more than read: {risk}", check.id);
        let cure = "add `key_risk_accepted = true` here if you accept that, or monitor it another way; the vendor offers no key with fewer rights";
        table.problem(table.span(), what, cure);
    }
}

/// Four bytes of a hash over all keys, enough to notice that one was changed.
fn key_mark(params: &Params) -> Option<u32> {
    let mut hash = Sha256::new();
    let mut set = params.secret.values().filter_map(|key| key.set()).peekable();
    set.peek()?;
    set.for_each(|secret| hash.update(secret.open()));
    let digest: [u8; 32] = hash.finalize().into();
    Some(u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]))
}

fn slower(schedule: &Schedule) -> Schedule {
    match schedule {
        Schedule::Every(every) => Schedule::Every((*every).max(OTHERS)),
        cron @ Schedule::Cron(_) => cron.clone(),
    }
}

fn identity(dependency: &str, check: &Check, params: &Params, country: Option<&str>) -> String {
    let named: BTreeMap<&String, &Value> =
        params.public.iter().filter(|(name, _)| check.param(name).is_some_and(|param| param.identity)).collect();
    let text = format!("{dependency}\n{}\n{}\n{}", check.id, serde_json::json!(named), country.unwrap_or(""));
    Sha256::digest(text).iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

fn each_items(table: &Table<'_>, each: &Param) -> Vec<String> {
    let list = each.each.as_deref().and_then(|list| table.strings(list));
    let items: Vec<String> = match list {
        Some(list) if list.value.is_empty() => {
            let name = each.key();
            table.problem(list.span, format!("`{name}` is empty"), "name at least one, or remove the key");
            Vec::new()
        }
        Some(list) => list.value.into_iter().filter_map(|item| checked(table, each, item)).collect(),
        None => Vec::new(),
    };
    if items.is_empty() { each.default.iter().filter_map(Value::as_str).map(str::to_owned).collect() } else { items }
}

fn checked(table: &Table<'_>, param: &Param, item: At<String>) -> Option<String> {
    let fits = param.pattern.as_ref().is_none_or(|pattern| pattern.is_match(&item.value));
    if !fits {
        let (list, usual) = (param.key(), param.default.as_ref().and_then(Value::as_str));
        let cure = format!("{}; for example {list} = [\"{}\"]", param.about, usual.unwrap_or(&param.example));
        table.problem(item.span, format!("`{}` is not a valid {}", item.value, param.name), cure);
        return None;
    }
    Some(item.value)
}

fn cure(param: &Param) -> String {
    let about = if param.about.is_empty() { String::new() } else { format!("{}; ", param.about) };
    format!("{about}for example {} = {}", param.name, sample(param))
}

fn sample(param: &Param) -> String {
    // The default value is the best example.
    if let (Kind::Count | Kind::Number, Some(default)) = (param.kind, &param.default) {
        return default.to_string();
    }
    let quoted = !matches!(param.kind, Kind::Count | Kind::Number | Kind::List);
    if quoted { format!("\"{}\"", param.example) } else { param.example.clone() }
}

fn read_params(table: &Table<'_>, check: &Check) -> Params {
    let mut params = Params::default();
    for param in check.params.iter().filter(|param| param.each.is_none()) {
        if param.secret {
            read_secret(table, check, param, &mut params);
        } else if let Some(value) = read_public(table, check, param) {
            params.public.insert(param.name.clone(), value);
        }
    }
    params
}

fn read_secret(table: &Table<'_>, check: &Check, param: &Param, params: &mut Params) {
    if table.any(&param.name).is_none() {
        if param.required {
            let what = format!("{} needs the secret `{}`", check.id, param.name);
            table.problem(table.span(), what, format!("add {}", to_add(check, param)));
        }
        return;
    }
    if let Some(secret) = secret::read(table, &param.name) {
        params.secret.insert(param.name.clone(), secret);
    }
}

/// Whether a value is a placeholder that a person must replace, such as `"<zone_id>"` or `"..."`.
fn is_placeholder(value: &Value) -> bool {
    let marks = |text: &str| text == "..." || (text.starts_with('<') && text.ends_with('>') && !text.contains(' '));
    match value {
        Value::String(text) => marks(text),
        Value::Array(items) => items.iter().any(is_placeholder),
        _ => false,
    }
}

fn read_public(table: &Table<'_>, check: &Check, param: &Param) -> Option<Value> {
    let Some(given) = table.any(&param.name) else {
        if param.required {
            table.problem(table.span(), format!("{} needs `{}`", check.id, param.name), format!("add {}", cure(param)));
        }
        return param.default.clone();
    };
    if is_placeholder(&given.value) {
        let what = format!("`{}` still contains a placeholder", param.name);
        table.problem(given.span, what, format!("{}; for example {}", param.about, cure(param)));
        return None;
    }
    if param.kind == Kind::Span {
        return table.duration(&param.name).map(|span| span.value.as_secs().into());
    }
    let fits = match param.kind {
        Kind::Span => true,
        Kind::Text => given.value.is_string(),
        Kind::Domain => given.value.as_str().is_some_and(is_domain),
        Kind::Url => given.value.as_str().is_some_and(is_url),
        Kind::Count => given.value.as_u64().is_some(),
        Kind::Number => given.value.is_number(),
        Kind::List => {
            given.value.as_array().is_some_and(|list| list.iter().all(is_text) && !(param.required && list.is_empty()))
        }
    };
    let matches = match (&param.pattern, &given.value) {
        (Some(pattern), Value::String(text)) => pattern.is_match(text),
        (Some(pattern), Value::Array(items)) => {
            items.iter().all(|item| item.as_str().is_some_and(|text| pattern.is_match(text)))
        }
        _ => true,
    };
    if !fits || !matches {
        let shown = given.value.as_str().map_or_else(|| given.value.to_string(), str::to_owned);
        let what = match param.kind {
            Kind::List => format!("`{shown}` is not valid for `{}` of {}, which is a list", param.name, check.id),
            _ => format!("`{shown}` is not a valid {} for {}", param.name, check.id),
        };
        table.problem(given.span, what, cure(param));
        return None;
    }
    Some(given.value)
}

/// Whether it is a text that is not blank; a blank text occurs on every page.
fn is_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty())
}

fn is_domain(text: &str) -> bool {
    let name = text.strip_suffix('.').unwrap_or(text);
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= 253 && name.contains('.') && name.split('.').all(label)
}

fn is_url(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some())
}

fn read_schedule(table: &Table<'_>, usual: std::time::Duration, zone: Tz) -> Schedule {
    let usual = Schedule::Every(usual);
    let zone = super::read_zone(table).unwrap_or(zone);
    match (table.duration("every"), table.string("cron")) {
        (Some(every), Some(cron)) => {
            table.problem(cron.span, "both `every` and `cron` are given", "keep one of them");
            Schedule::Every(every.value)
        }
        (Some(every), None) if every.value.as_millis() < 1_000 => {
            table.problem(every.span, "more than once a second is too often", "use at least \"1s\"");
            usual
        }
        (Some(every), None) if every.value > RAREST => {
            table.problem(every.span, "less than once a month is too rare", "use at most \"30d\"");
            usual
        }
        (Some(every), None) => Schedule::Every(every.value),
        (None, Some(cron)) => match Cron::parse(&cron.value, zone) {
            Ok(cron) => Schedule::Cron(Box::new(cron)),
            Err(wrong) => {
                table.problem(cron.span, wrong, "for example cron = \"*/15 8-20 * * *\"");
                usual
            }
        },
        (None, None) => usual,
    }
}

/// Reads the user's own `confirm`. A shorter one than the catalogue's is allowed at their own risk.
fn read_confirm(table: &Table<'_>) -> Option<Confirm> {
    let own = table.table("confirm")?;
    let reads = own.count("reads").map_or(2, |reads| reads.value);
    let over = own.duration("over").map_or(std::time::Duration::from_secs(60), |over| over.value);
    own.finish();
    if reads < 2 {
        table.problem(own.span(), "one check cannot confirm anything", "use at least reads = 2");
    }
    if reads > 20 || over > LONGEST_CONFIRM {
        table.problem(own.span(), "alerts would come far too late", "use at most reads = 20 and over = \"6h\"");
    }
    Some(Confirm { reads: reads.max(2), over })
}

impl Probe {
    /// Its identity, and the one shared by its storefronts, as they were under another dependency id.
    pub fn identities_under(&self, dependency: &str, catalog: &Catalog) -> Option<(String, String)> {
        let (_, check) = catalog.check(&self.check)?;
        // The shared identity does not include the country, which is a parameter of each storefront.
        let mut shared = self.params.clone();
        if let Some(each) = check.each() {
            shared.public.remove(&each.name);
        }
        Some((
            identity(dependency, check, &self.params, self.country.as_deref()),
            identity(dependency, check, &shared, None),
        ))
    }

    /// What it checks, independent of its dependency: the check's id, and its identifying parameters as JSON.
    /// The order of storefronts does not matter.
    pub fn about(&self, catalog: &Catalog) -> (String, String) {
        let check = catalog.check(&self.check).map(|(_, check)| check);
        let tells = |name: &String| {
            check.and_then(|check| check.param(name)).is_some_and(|param| param.identity && param.each.is_none())
        };
        let own: BTreeMap<&String, &Value> = self.params.public.iter().filter(|(name, _)| tells(name)).collect();
        (self.check.clone(), serde_json::json!(own).to_string())
    }

    /// Whether a secret that it needs is not set. Then it never runs.
    pub fn waits_for_key(&self) -> bool {
        self.params.secret.values().any(|key| key.set().is_none())
    }
}
