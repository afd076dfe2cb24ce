//! Who provides something, as its file says.

use std::collections::BTreeMap;

use super::check::Check;

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
    /// Where its decision is contested.
    pub appeal: Option<Appeal>,
    /// What users keep when it drops us, and what they lose.
    pub keeps_working: Option<String>,
    /// What can be asked, by name.
    pub checks: BTreeMap<String, Check>,
    /// The file it stands in.
    pub file: String,
}

/// Where a vendor's decision is contested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appeal {
    /// The form, or the place that leads to it.
    pub url: String,
    /// Until when, in the vendor's words, where it says so.
    pub deadline: Option<String>,
    /// It stands behind the sign-in that a suspension may close.
    pub behind_login: bool,
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
