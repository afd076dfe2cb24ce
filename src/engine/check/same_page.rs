//! Detects one page that is served in place of several companies' pages, such as a network's sign-in page or a
//! proxy's notice. Its source is near plugwatch, although the reference hosts, which are checked only with a
//! handshake, seem fine.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::core::time::Time;
use crate::core::words::answer::Answer;
use crate::core::words::verdict::{Reading, Verdict};

/// How long a page is remembered. The slowest usual checks are 15 minutes apart.
const COUNTS: Duration = Duration::from_secs(1_200);
/// The maximum number of pages that are remembered.
const MOST: usize = 256;
/// The minimum size in bytes of bodies that are compared. Many servers send the same short word, such as "Forbidden".
const SHORTEST: usize = 64;

/// Recent pages that could not be interpreted, and the companies whose pages they replaced.
#[derive(Debug, Default)]
pub struct SamePage {
    pages: Mutex<HashMap<u64, BTreeMap<String, Time>>>,
}

/// Whether an answer is a page that does not answer the request.
pub(in crate::engine) fn is_strange(answer: &Answer, reading: &Reading) -> bool {
    // Networks and proxies that require a login have status codes for this (RFC 6585, section 6; RFC 9110, section
    // 15.5.8), or forbid access.
    let page = answer.http.as_ref().is_some_and(|http| match http.status {
        407 | 511 => true,
        200 | 403 => answer.body.len() >= SHORTEST,
        _ => false,
    });
    // If a CDN in front of several companies blocks plugwatch, it sends the same JSON for all of them. A network's
    // sign-in page is HTML.
    let wall = reading.reason == "bot_wall" && answer.body.trim_ascii_start().starts_with(b"{");
    page && !wall && reading.verdict == Verdict::Unknown
}

impl SamePage {
    /// Records an unexpected page served for `company`. Returns whether another company's check received the same
    /// page.
    pub fn is_elsewhere(&self, body: &[u8], company: &str, at: Time) -> bool {
        let mut hasher = DefaultHasher::new();
        body.hash(&mut hasher);
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        for places in pages.values_mut() {
            places.retain(|_, seen| at.since(*seen) <= COUNTS && *seen <= at);
        }
        pages.retain(|_, places| !places.is_empty());
        if pages.len() >= MOST {
            pages.clear();
        }
        let places = pages.entry(hasher.finish()).or_default();
        places.insert(company.to_owned(), at);
        places.len() > 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_counts_once_another_companys_place_shows_it_within_twenty_minutes() {
        let page = SamePage::default();
        let minute = |minute: i64| Time(minute * 60_000);
        assert!(!page.is_elsewhere(b"sign in", "own", minute(0)));
        assert!(!page.is_elsewhere(b"sign in", "own", minute(5)));
        assert!(!page.is_elsewhere(b"another", "twilio", minute(6)));
        assert!(!page.is_elsewhere(b"sign in", "twilio", minute(26)));
        assert!(page.is_elsewhere(b"sign in", "own", minute(30)));
    }
}
