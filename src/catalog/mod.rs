//! Knowledge about vendors as data: what plugwatch can check, and how it judges the answers.
//!
//! There is one TOML file per vendor, in `config/catalog/<category>/`. To add a vendor, add a file with its name, its
//! checks (parameters, request, rules in order) and at least one example per rule; `plugwatch catalog test` runs all
//! examples. No Rust is needed. Rules for every HTTP answer are in `_http.toml`, and the companies behind vendors in
//! `_parents.toml`.
//!
//! `grammar` defines what a file may contain; `read` parses files, `request` builds questions, `judge` judges
//! answers, and `prove` tests all of these with examples. Each module uses only the ones named before it, and `read`,
//! `request` and `judge` do not use each other.

mod grammar;
mod judge;
mod prove;
mod read;
mod request;

pub use grammar::ask::Ask;
pub use grammar::catalog::{Catalog, Edition};
pub use grammar::check::{Check, ConfirmRule, Control};
pub use grammar::example::{Example, Recording};
pub use grammar::expr::Expr;
pub use grammar::param::{Kind, Param, Params};
pub use grammar::permission::Permission;
pub use grammar::request::{Body, Jwt, Request, SigV4};
pub use grammar::rule::{FactRule, OnChange, Rule, Select};
pub use grammar::usual::Usual;
pub use grammar::values::Values;
pub use grammar::vendor::{Appeal, Demand, Partly, Region, StatusPage, Vendor};
pub use judge::charset::body_text;
pub use judge::html::is_shallow;
pub use judge::permission::lacking;
pub use judge::reading::named;
pub use prove::book::{Listed, listed};
pub use prove::page::{appeal_text, page};
pub use prove::recordings::test_recordings;
pub use prove::tested::Tested;
pub use prove::whole::test_examples;
pub use prove::words::wordless;
pub use read::bundle::Bundle;
pub use read::signature::{keys_in, shipped_keys, verify};
pub use request::question::question;
pub use request::value::FillError;
