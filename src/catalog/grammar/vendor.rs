//! What a vendor file says, read and compiled.

use std::collections::BTreeMap;
use std::time::Duration;

use regex::Regex;
use serde_json::Value;

pub use super::request::{Body, Jwt, Request, SigV4};
use crate::catalog::Expr;
use crate::core::answer::Said;
use crate::core::heard::Takes;
use crate::core::model::{Basis, Fault, Proof, Proves, Role, Verdict};
use crate::core::policy::{Confirm, Policy};
use crate::core::question::Lookup;
use crate::read::duration_text;

/// Who provides something.
#[derive(Debug)]
pub struct Vendor {
    /// Slug, as written before the `/` of a check.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Who decides there, as messages say it: "Google", "your host".
    pub decider: String,
    /// Slug of the company behind it.
    pub parent: String,
    /// Family: `app_store`, `dns`, `hosting`, `email`, `sms` ...
    pub category: String,
    /// The vendor's own status page.
    pub status_page: Option<StatusPage>,
    /// Domains from which the vendor's notices come.
    pub notice_senders: Vec<String>,
    /// What can be asked, by name.
    pub checks: BTreeMap<String, Check>,
    /// The file it stands in.
    pub file: String,
}

/// A vendor's public status page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusPage {
    /// Where it is read, or opened by a person.
    pub url: String,
    /// Its format, such as `statuspage`.
    pub format: String,
    /// The component that concerns us.
    pub component: Option<String>,
    /// Where a person reads it, if not at the root of `url`.
    pub page: Option<String>,
}

/// A question the catalogue knows how to ask.
#[derive(Debug)]
pub struct Check {
    /// `vendor/check`.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// How it is asked.
    pub ask: Ask,
    /// How often, unless the user says otherwise.
    pub every: Duration,
    /// The answers it reads are known from few sources, and may be read wrong.
    pub experimental: bool,
    /// The least key that serves.
    pub least_key: Option<String>,
    /// What that key can do besides reading, where the vendor has none that only reads.
    pub key_risk: Option<String>,
    /// What a `live` proves.
    pub proves: Proves,
    /// What it counts for, unless the user says otherwise.
    pub role: Role,
    /// Its parameters.
    pub params: Vec<Param>,
    /// Named expressions that rules use as `let.NAME`.
    pub lets: Vec<(String, Expr)>,
    /// Named pieces of HTML that rules use as `html.NAME`.
    pub selects: Vec<Select>,
    /// Facts kept as history.
    pub facts: Vec<FactRule>,
    /// The first rule that holds decides.
    pub rules: Vec<Rule>,
    /// Parameters of something known to be there.
    pub positive_control: Option<BTreeMap<String, Value>>,
    /// Parameters of something known to be gone.
    pub negative_control: Option<BTreeMap<String, Value>>,
    /// Another check of the same vendor that sees the same thing by another way.
    pub second_path: Option<String>,
    /// How sure to be; see [`Check::policy`].
    pub confirm: ConfirmRule,
    /// A parameter of the query that defeats caches when confirming.
    pub cache_buster: Option<String>,
    /// Examples, run by `catalog test`.
    pub examples: Vec<Example>,
    /// Only this needs the body as text.
    pub reads_body: bool,
    /// The vendor has a status page in a format that can be read.
    pub vendor_status: bool,
}

/// The check's own wishes for confirmation.
#[derive(Clone, Debug)]
pub struct ConfirmRule {
    /// What a `dropped` rests on.
    pub basis: Basis,
    /// Reads and time for a `dropped`, where the default is not right.
    pub dropped: Option<Confirm>,
    /// The control stands in the same answer; the rules look at it.
    pub control_in_answer: bool,
    /// The second path sees all countries together.
    pub second_path_global: bool,
    /// Unverified for so long is an alert, where the default is not right.
    pub blind_after: Option<Duration>,
}

impl Check {
    /// How sure this check wants to be when asked every `every`.
    pub fn policy(&self, every: Duration) -> Policy {
        let mut policy = Policy::for_basis(self.confirm.basis, every);
        if let Some(dropped) = self.confirm.dropped {
            policy.dropped = dropped;
            policy.alone_over = dropped.over * 6;
            policy.stale_after = policy.stale_after.max(dropped.over * 3);
        }
        if let Some(blind_after) = self.confirm.blind_after {
            policy.blind_after = blind_after;
        }
        policy.positive_control = self.positive_control.is_some();
        policy.negative_control = self.negative_control.is_some();
        policy.second_path = self.second_path.is_some();
        policy.second_path_global = self.confirm.second_path_global;
        policy.vendor_status = self.vendor_status;
        policy.local = matches!(self.ask, Ask::Heard(_));
        policy
    }

    /// The fact that runs down, if there is one.
    pub fn burning(&self) -> Option<&str> {
        self.facts.iter().find(|fact| fact.burns).map(|fact| fact.name.as_str())
    }

    /// Parameters that somebody must give.
    pub fn needed(&self) -> impl Iterator<Item = &Param> {
        self.params.iter().filter(|param| param.required && param.default.is_none())
    }

    /// The parameter with this name.
    pub fn param(&self, name: &str) -> Option<&Param> {
        self.params.iter().find(|param| param.name == name)
    }

    /// The parameter that makes one probe for each item of a list, such as `country`.
    pub fn each(&self) -> Option<&Param> {
        self.params.iter().find(|param| param.each.is_some())
    }
}

/// How a check is asked.
#[derive(Clone, Debug)]
pub enum Ask {
    /// Over HTTP.
    Http(Box<Request>),
    /// By a delegation walk to the zone's servers.
    Dns {
        /// The parameter that names the zone.
        domain: String,
        /// Record types asked of each server.
        types: Vec<String>,
    },
    /// By running a program; the parameter that names it with its arguments.
    Exec(String),
    /// At the domain's registry.
    Rdap {
        /// The parameter that names the domain.
        domain: String,
        /// The parameter that may give the registry's address.
        base: Option<String>,
    },
    /// By looking things up; its arguments are the parameters of the same names.
    Lookup(Lookup),
    /// In what was reported under the parameter `name`, within the parameter `window`.
    Heard(Takes),
}

impl Ask {
    /// Whether its answers are those of HTTP.
    pub fn is_http(&self) -> bool {
        matches!(self, Ask::Http(_) | Ask::Rdap { .. })
    }

    /// The asker's name, as in the file.
    pub fn word(&self) -> &'static str {
        match self {
            Ask::Http(_) => "http",
            Ask::Dns { .. } => "dns",
            Ask::Rdap { .. } => "rdap",
            Ask::Exec(_) => "exec",
            Ask::Lookup(what) => what.word(),
            Ask::Heard(_) => "heard",
        }
    }
}

/// What a parameter's value must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// A domain name.
    Domain,
    /// An `http` or `https` URL.
    Url,
    /// A whole number.
    Count,
    /// A number.
    Number,
    /// A list of texts.
    List,
    /// A span of time, such as `26h`; rules see seconds.
    Span,
}

impl Kind {
    /// Every kind with its word in files.
    pub const WORDS: [(&'static str, Kind); 7] = [
        ("text", Kind::Text),
        ("domain", Kind::Domain),
        ("url", Kind::Url),
        ("count", Kind::Count),
        ("number", Kind::Number),
        ("list", Kind::List),
        ("span", Kind::Span),
    ];

    /// The word in files.
    pub fn word(self) -> &'static str {
        Kind::WORDS.iter().find(|(_, kind)| *kind == self).map_or("text", |(word, _)| word)
    }
}

/// A parameter of a check.
#[derive(Debug)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// What its value must be.
    pub kind: Kind,
    /// A pattern that a text must match as a whole.
    pub pattern: Option<Regex>,
    /// It must be given.
    pub required: bool,
    /// It comes from the environment or a file and is never shown.
    pub secret: bool,
    /// Its value if nobody gives one.
    pub default: Option<Value>,
    /// The list parameter of which this is one item, such as `countries`.
    pub each: Option<String>,
    /// Whether another value makes it another probe.
    pub identity: bool,
    /// What it is and where to find it.
    pub about: String,
    /// A value that passes, for messages.
    pub example: String,
}

impl Param {
    /// The key under which it is given: that of its list, where it is one of several.
    pub fn key(&self) -> &str {
        self.each.as_deref().unwrap_or(&self.name)
    }

    /// A value as it is written in a configuration.
    pub fn usual(&self, value: &Value) -> String {
        match (self.kind, value.as_u64()) {
            (Kind::Span, Some(seconds)) => duration_text(Duration::from_secs(seconds)),
            _ => value.to_string(),
        }
    }
}

/// One rule: if `when` holds, the answer reads so.
#[derive(Debug)]
pub struct Rule {
    /// The condition.
    pub when: Expr,
    /// What the answer reads.
    pub verdict: Verdict,
    /// Why, as a fixed word.
    pub reason: String,
    /// Whose doing it is.
    pub fault: Fault,
    /// What it rests on.
    pub proof: Proof,
    /// What a `dropped` by this rule rests on.
    pub basis: Basis,
    /// A sentence with `{{ }}`.
    pub say: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The file and line, for messages about it.
    pub place: String,
}

/// A named piece of a page.
#[derive(Debug)]
pub struct Select {
    /// Its name in rules, `html.NAME`.
    pub name: String,
    /// The CSS selector.
    pub css: String,
    /// Take this attribute instead of the text.
    pub attr: Option<String>,
    /// Only elements whose text begins so.
    pub starts: Option<String>,
    /// Take what follows this, within the text.
    pub after: Option<String>,
    /// The text is JSON: rules see its value.
    pub json: bool,
    /// Only values for which this holds, as `it`.
    pub filter: Option<Expr>,
    /// All that match, as a list; otherwise the first.
    pub all: bool,
}

/// What to do when a fact changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnChange {
    /// Keep it in the history.
    Record,
    /// Tell it.
    Warn,
    /// Tell it loudly.
    Critical,
}

/// A fact kept as history.
#[derive(Debug)]
pub struct FactRule {
    /// Its name.
    pub name: String,
    /// Where it comes from.
    pub from: Expr,
    /// What its change means.
    pub on_change: OnChange,
    /// It runs down, like a balance: rules see what is spent in a day as `burn.per_day`.
    pub burns: bool,
}

/// A small answer with what it must read.
#[derive(Clone, Debug)]
pub struct Example {
    /// A sentence.
    pub name: String,
    /// Parameters of the probe.
    pub params: BTreeMap<String, Value>,
    /// The HTTP status; none for a failure.
    pub status: Option<u16>,
    /// Header fields.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: String,
    /// The final URL, if not the one asked.
    pub url: Option<String>,
    /// How many redirects were followed.
    pub redirects: u32,
    /// `token` where it answers the question for a token; else empty.
    pub step: String,
    /// A failure word.
    pub failure: Option<String>,
    /// What the asker found, by its name.
    pub said: Said,
    /// When it is read, RFC 3339; for expiries.
    pub at: Option<String>,
    /// What it must read.
    pub verdict: Verdict,
    /// Why, if that matters.
    pub reason: Option<String>,
    /// The file and line.
    pub place: String,
}
