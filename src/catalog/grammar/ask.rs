//! How a check is asked.

use super::request::Request;
use crate::core::words::check_in::Takes;
use crate::core::words::question::Lookup;

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
        /// What registries' WHOIS is asked, by the end of the name, where that is more than the name.
        lines: Vec<(String, String)>,
    },
    /// By looking things up; its arguments are the parameters of the same names.
    Lookup(Lookup),
    /// In what was reported under the parameter `name`, within the parameter `window`.
    CheckIn(Takes),
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
            Ask::CheckIn(_) => "heard",
        }
    }
}
