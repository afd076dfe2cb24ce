//! Finds relations that the file does not state: dependencies about the same domain, and the accounts that
//! may carry a site or the domain's mail.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::dependency::Dependency;
use super::probe::Probe;
use crate::catalog::{Ask, Catalog, Vendor};
use crate::core::words::check_in::Takes;

/// The check of a domain's registration.
const REGISTRATION: &str = "domain/registration";

/// Fills in all relations.
pub(super) fn relate(dependencies: &mut [Dependency], catalog: &Catalog) {
    relate_domains(dependencies, catalog);
    relate_accounts(dependencies, catalog);
}

/// Sets the registered domain of dependencies about a domain: its registration, its zone, and how it
/// resolves.
fn relate_domains(dependencies: &mut [Dependency], catalog: &Catalog) {
    let about = |dependency: &Dependency| {
        let in_dns = |probe: &&Arc<Probe>| {
            let vendor = catalog.check(&probe.check).map(|(vendor, _)| vendor.category.as_str());
            matches!(vendor, Some("dns" | "domain"))
        };
        let probe = dependency.probes.iter().find(in_dns)?;
        Some(probe.params.public.get("domain")?.as_str()?.trim_end_matches('.').to_lowercase())
    };
    let registered = |dependency: &&Dependency| dependency.probes.iter().any(|probe| probe.check == REGISTRATION);
    let domains: Vec<String> = dependencies.iter().filter(registered).filter_map(about).collect();
    for dependency in dependencies {
        let under = |name: &str, domain: &str| {
            name == domain || name.strip_suffix(domain).is_some_and(|host| host.ends_with('.'))
        };
        dependency.domain =
            about(dependency).map(|name| domains.iter().find(|domain| under(&name, domain)).cloned().unwrap_or(name));
    }
}

/// Kinds of dependencies that are checked from outside and run in an account of the same kind: a site at its
/// host, the domain's mail at its mail vendor.
const CARRIED: [&str; 2] = ["hosting", "email"];

/// Kinds of accounts through which a backend sends the messages that it counts.
const SENDS: [&str; 3] = ["sms", "email", "push"];

/// Accounts of some kinds: their ids, each with the companies behind it.
struct Accounts(Vec<(String, Vec<String>)>);

impl Accounts {
    fn of(kinds: &[&str], dependencies: &[Dependency], catalog: &Catalog) -> Accounts {
        let account = |vendor: &&Vendor| kinds.contains(&vendor.category.as_str()) && vendor.parent != "own";
        let own = dependencies.iter().filter(|dependency| vendor(dependency, catalog).filter(account).is_some());
        Accounts(own.map(|dependency| (dependency.id.clone(), dependency.companies.clone())).collect())
    }

    /// Whether one company has all of them.
    fn are_of_one(&self) -> bool {
        self.0.iter().filter_map(|(_, companies)| companies.first()).collect::<BTreeSet<_>>().len() == 1
    }

    /// The accounts that a dependency's `needs` names.
    fn named(&self, dependency: &Dependency) -> Vec<String> {
        self.0.iter().map(|(id, _)| id).filter(|id| dependency.needs.contains(*id)).cloned().collect()
    }

    /// The accounts that may carry a dependency: those that its `needs` names, else those of its company.
    fn carrying(&self, dependency: &Dependency) -> Vec<String> {
        let named = self.named(dependency);
        if !named.is_empty() {
            return named;
        }
        let rides = |companies: &[String]| companies.iter().any(|company| dependency.companies.contains(company));
        let (known, alone) = (!dependency.companies.is_empty(), self.are_of_one());
        let carries = |companies: &[String]| if known { rides(companies) } else { alone };
        self.0.iter().filter(|(_, companies)| carries(companies)).map(|(id, _)| id.clone()).collect()
    }
}

fn vendor<'c>(dependency: &Dependency, catalog: &'c Catalog) -> Option<&'c Vendor> {
    catalog.vendors.get(dependency.vendors.first()?)
}

/// Sets the accounts that may carry what is checked from outside, and what a backend counts. For the first,
/// an account is set only if one company has all accounts of the kind, or if `rides_on` names it; the network
/// that answers is otherwise not known.
fn relate_accounts(dependencies: &mut [Dependency], catalog: &Catalog) {
    for kind in CARRIED {
        let accounts = Accounts::of(&[kind], dependencies, catalog);
        let outside = |vendor: &&Vendor| vendor.category == kind && vendor.parent == "own";
        for dependency in dependencies.iter_mut().filter(|one| vendor(one, catalog).filter(outside).is_some()) {
            dependency.accounts = accounts.carrying(dependency);
        }
    }
    let accounts = Accounts::of(&SENDS, dependencies, catalog);
    let counts = |probe: &Arc<Probe>| {
        catalog.check(&probe.check).is_some_and(|(_, check)| matches!(check.ask, Ask::CheckIn(Takes::Counts)))
    };
    for dependency in dependencies.iter_mut().filter(|one| one.probes.iter().any(counts)) {
        // A report may later say which account it is.
        let all = || accounts.0.iter().map(|(id, _)| id.clone()).collect();
        let unknown = dependency.companies.is_empty() && accounts.named(dependency).is_empty();
        dependency.accounts = if unknown { all() } else { accounts.carrying(dependency) };
    }
}
