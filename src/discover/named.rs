//! Finds what is known about a vendor from its name, as people and lists write it.

use super::Signs;
use super::draft::{Entry, unasked_entry, vendor_entry};
use crate::catalog::Catalog;

/// The vendor or company that a name refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The product or company, as people know it.
    pub service: String,
    /// The id of its vendor file in the catalogue.
    pub vendor: Option<String>,
    /// The slug of the company behind it; `None` if the name is unknown.
    pub company: Option<String>,
}

/// Finds a name among the catalogue's vendors, the services of signs, and companies, in this order.
pub fn named(catalog: &Catalog, signs: &Signs, name: &str) -> Named {
    let wanted = plain(name);
    let is = |other: &str| plain(other) == wanted;
    if let Some(vendor) = catalog.vendors.values().find(|vendor| is(&vendor.id) || is(&vendor.name)) {
        let (service, company) = (vendor.name.clone(), Some(vendor.parent.clone()));
        return Named { service, vendor: Some(vendor.id.clone()), company: company.filter(|slug| slug != "own") };
    }
    if let Some(sign) = signs.all.iter().find(|sign| is(&sign.service)) {
        let company = Some(sign.company.clone());
        return Named { service: sign.service.clone(), vendor: sign.vendor.clone(), company };
    }
    let host = name.contains('.').then(|| catalog.company_of_host(name.trim())).flatten();
    let company = catalog.parents.iter().find(|(slug, name)| is(slug) || is(name)).map(|(slug, _)| slug.clone());
    Named { service: name.trim().to_owned(), vendor: None, company: company.or(host).filter(|slug| slug != "own") }
}

/// A vendor's entry, written without sending any request. It is not monitored if it needs a key, or if there
/// is no check for it.
pub fn entry_of(catalog: &Catalog, named: &Named) -> Entry {
    let entry = named.vendor.as_ref().and_then(|id| vendor_entry(catalog, id, &std::collections::BTreeMap::new()));
    entry.unwrap_or_else(|| unasked_entry(catalog, &named.service, named.company.clone()))
}

/// A name in a form for comparison: `Stripe, Inc.` and `stripe` are equal.
fn plain(name: &str) -> String {
    let name = name.trim().to_lowercase();
    let name = [", inc.", " inc.", " inc", " gmbh", " ltd.", " ltd", " llc", " b.v.", " ag", " s.a."]
        .iter()
        .find_map(|end| name.strip_suffix(end))
        .unwrap_or(&name);
    name.chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(name: &str) -> Named {
        let catalog = Catalog::load(None).unwrap();
        let vendors: Vec<&str> = catalog.vendors.keys().map(String::as_str).collect();
        let signs = Signs::load(&catalog.parents, &vendors).unwrap();
        named(&catalog, &signs, name)
    }

    #[test]
    fn a_vendor_is_known_by_its_id_its_name_and_its_company_form() {
        for name in ["stripe", "Stripe", " STRIPE, Inc."] {
            assert_eq!(known(name).vendor.as_deref(), Some("stripe"), "{name}");
        }
    }

    #[test]
    fn a_service_without_a_check_is_known_by_its_company() {
        let atlassian = known("Atlassian Cloud");
        assert_eq!((atlassian.vendor, atlassian.company.as_deref()), (None, Some("atlassian")));
        let nobody = known("Meyer & Sons Payroll");
        assert_eq!((nobody.service.as_str(), nobody.vendor, nobody.company), ("Meyer & Sons Payroll", None, None));
    }
}
