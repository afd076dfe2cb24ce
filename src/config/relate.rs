//! How dependencies belong together without anybody's saying so: what is about one domain, and the accounts that
//! a site or the domain's mail may live in.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::dependency::Dependency;
use super::probe::Probe;
use crate::catalog::{Catalog, Vendor};

/// The check that asks a registry about a domain.
const REGISTRATION: &str = "domain/registration";

/// Finds what belongs together.
pub(super) fn relate(dependencies: &mut [Dependency], catalog: &Catalog) {
    relate_domains(dependencies, catalog);
    relate_accounts(dependencies, catalog);
}

/// Which of these are about one registered domain: its registration, its zone, and how it is looked up.
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

/// Kinds of things that are seen from outside and live in an account of the same kind: a site at its host, the
/// domain's mail at its mail vendor.
const CARRIED: [&str; 2] = ["hosting", "email"];

/// Which accounts may carry what is seen from outside. Only where one company has all accounts of the kind, or
/// `rides_on` names it: whose network answers there is not known otherwise.
fn relate_accounts(dependencies: &mut [Dependency], catalog: &Catalog) {
    let vendor = |dependency: &Dependency| catalog.vendors.get(dependency.vendors.first()?);
    for kind in CARRIED {
        let account = |vendor: &&Vendor| vendor.category == kind && vendor.parent != "own";
        let all: Vec<(String, Vec<String>)> = dependencies
            .iter()
            .filter(|dependency| vendor(dependency).filter(account).is_some())
            .map(|dependency| (dependency.id.clone(), dependency.companies.clone()))
            .collect();
        let alone = all.iter().filter_map(|(_, companies)| companies.first()).collect::<BTreeSet<_>>().len() == 1;
        let outside = |vendor: &&Vendor| vendor.category == kind && vendor.parent == "own";
        for dependency in dependencies.iter_mut() {
            let said = all.iter().any(|(id, _)| dependency.needs.contains(id));
            if said || vendor(dependency).filter(outside).is_none() {
                continue;
            }
            let rides = |companies: &[String]| companies.iter().any(|company| dependency.companies.contains(company));
            let known = !dependency.companies.is_empty();
            let carries = |companies: &[String]| if known { rides(companies) } else { alone };
            let accounts = all.iter().filter(|(_, companies)| carries(companies));
            let accounts = accounts.map(|(id, _)| id.clone()).collect();
            dependency.accounts = accounts;
        }
    }
}
