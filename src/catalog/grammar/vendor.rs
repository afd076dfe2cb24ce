//! A vendor, as its file describes it.

use std::collections::BTreeMap;

use super::check::Check;

/// A vendor.
#[derive(Debug)]
pub struct Vendor {
    /// The slug before the `/` of a check's id.
    pub id: String,
    /// The name, for people.
    pub name: String,
    /// Who decides about accounts there, as in messages: "Google", "your host".
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
    /// What to do about something that is gone in some countries.
    pub partly: Option<Partly>,
    /// What the platform's users keep and lose if the vendor drops the platform.
    pub keeps_working: Option<String>,
    /// Its checks, by name.
    pub checks: BTreeMap<String, Check>,
    /// Its file.
    pub file: String,
}

/// What to do about something that is gone in some countries and not in others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partly {
    /// In any.
    pub hint: String,
    /// Regions with rules of their own.
    pub regions: Vec<Region>,
}

/// Countries that share a rule, so that being gone in all of them and nowhere else says by which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// Their codes, two small letters each.
    pub countries: Vec<String>,
    /// What to do then.
    pub hint: String,
}

/// Where to appeal a vendor's decision.
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
    /// The URL that is read, or that a person opens.
    pub url: String,
    /// Its format, such as `statuspage`.
    pub format: String,
    /// The component that the platform uses.
    pub component: Option<String>,
    /// The page for people, if it is not at the root of `url`.
    pub page: Option<String>,
}
