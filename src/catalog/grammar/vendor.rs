//! A vendor, as its file describes it.

use std::collections::BTreeMap;

use super::check::Check;

/// A vendor.
#[derive(Debug)]
pub struct Vendor {
    /// The id, which precedes the `/` in a check's id.
    pub id: String,
    /// The name, for people.
    pub name: String,
    /// Who decides about accounts there, in the words of messages: "Google", "your host".
    pub decider: String,
    /// The slug of the company behind it.
    pub parent: String,
    /// The category: `app_store`, `dns`, `hosting`, `email`, `sms` ...
    pub category: String,
    /// The vendor's own status page.
    pub status_page: Option<StatusPage>,
    /// The domains that send the vendor's notices.
    pub notice_senders: Vec<String>,
    /// Where to appeal its decisions.
    pub appeal: Option<Appeal>,
    /// What to do if something is gone only in some countries.
    pub partly: Option<Partly>,
    /// Known demands of its letters.
    pub demands: Vec<Demand>,
    /// What the platform's users keep and lose if the vendor drops the platform.
    pub keeps_working: Option<String>,
    /// Its checks, by name.
    pub checks: BTreeMap<String, Check>,
    /// Its file.
    pub file: String,
}

/// A known demand of a vendor's letters, with the place where it is met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    /// Words that a letter with this demand contains, in lower case.
    pub words: String,
    /// How to meet it.
    pub hint: String,
}

/// Advice for something that is gone in some countries but not in others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partly {
    /// The advice for any country.
    pub hint: String,
    /// Regions with separate rules.
    pub regions: Vec<Region>,
}

/// Countries that share a rule. If something is gone in all of them and nowhere else, that rule is the likely cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// Its name in messages, such as `the EU`; its countries are named if it has none.
    pub name: Option<String>,
    /// Their codes, two lower-case letters each.
    pub countries: Vec<String>,
    /// The advice in that case.
    pub hint: String,
}

/// Where to appeal against a vendor's decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appeal {
    /// The form, or a page that leads to it.
    pub url: String,
    /// The deadline in the vendor's words, if it states one.
    pub deadline: Option<String>,
    /// Whether it requires a sign-in that a suspension may block.
    pub behind_login: bool,
}

/// A vendor's public status page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusPage {
    /// The URL that plugwatch reads or that a person opens.
    pub url: String,
    /// Its format, such as `statuspage`.
    pub format: String,
    /// The component that the platform uses.
    pub component: Option<String>,
    /// The page for people, if it is not at the root of `url`.
    pub page: Option<String>,
}
