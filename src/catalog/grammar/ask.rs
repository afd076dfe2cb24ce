//! How a check makes its request.

use super::request::Request;
use crate::core::words::check_in::Takes;
use crate::core::words::question::Lookup;

/// The way in which a check makes its request.
#[derive(Clone, Debug)]
pub enum Ask {
    /// Over HTTP.
    Http(Box<Request>),
    /// By a delegation walk to the zone's servers.
    Dns {
        /// The parameter that names the zone.
        domain: String,
        /// The record types that each server is queried for.
        types: Vec<String>,
    },
    /// By running a program. Contains the name of the parameter with its path and arguments.
    Exec(String),
    /// At the domain's registry.
    Rdap {
        /// The parameter that names the domain.
        domain: String,
        /// The parameter that may give the registry's address.
        base: Option<String>,
        /// The WHOIS queries that differ from the plain domain name, by domain suffix.
        lines: Vec<(String, String)>,
    },
    /// By a lookup. Its arguments are the parameters of the same names.
    Lookup(Lookup),
    /// From the reports under the name in the parameter `name`, within the time in the parameter `window`.
    CheckIn(Takes),
}

impl Ask {
    /// Whether its answers are HTTP answers.
    pub fn is_http(&self) -> bool {
        matches!(self, Ask::Http(_) | Ask::Rdap { .. })
    }

    /// The asker's name, as in vendor files.
    pub fn word(&self) -> &'static str {
        match self {
            Ask::Http(_) => "http",
            Ask::Dns { .. } => "dns",
            Ask::Rdap { .. } => "rdap",
            Ask::Exec(_) => "exec",
            Ask::Lookup(what) => what.word(),
            Ask::CheckIn(_) => "heard",
        }
    }
}
