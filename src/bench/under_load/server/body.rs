//! The servers' answers: an account in the style of a vendor's API, and a typical page of a shop.

use std::fmt::Write;

use bytes::Bytes;

/// The size of a typical list from a vendor's API.
const ACCOUNT: usize = 8 << 10;
/// The size of a typical front page of a shop.
const PAGE: usize = 200 << 10;

/// The bodies: for each, the correct and the wrong one.
pub struct Bodies {
    account: [Bytes; 2],
    page: [Bytes; 2],
}

impl Bodies {
    /// Makes all bodies once, because making one costs more than sending it.
    pub fn new() -> Bodies {
        let account = |status| Bytes::from(account(status));
        let page = |title| Bytes::from(page(title));
        Bodies { account: [account("active"), account("suspended")], page: [page("Sign in"), page("Welcome")] }
    }

    /// The media type and body for a path's first segment; `None` if there is no such body.
    pub fn of(&self, what: &str, wrong: bool) -> Option<(&'static str, Bytes)> {
        let n = usize::from(wrong);
        match what {
            "account" => Some(("application/json", self.account[n].clone())),
            "page" => Some(("text/html; charset=utf-8", self.page[n].clone())),
            _ => None,
        }
    }
}

fn account(status: &str) -> String {
    let mut json = format!(
        r#"{{"object": "account", "id": "acct_1OZ3kq2eZvKYlo2C", "status": "{status}", "plan": "scale", "balance": "1250.00", "members": ["#
    );
    let mut n = 0;
    while json.len() < ACCOUNT {
        let comma = if n == 0 { "" } else { ", " };
        // Writing to a `String` cannot fail.
        _ = write!(
            json,
            r#"{comma}{{"id": {n}, "name": "Member {n}", "email": "member-{n}@example.com", "admin": {}, "score": {}.5, "tags": ["a", "b\n"], "team": null}}"#,
            n % 7 == 0,
            n * 3
        );
        n += 1;
    }
    json + "]}"
}

fn page(title: &str) -> String {
    let mut html = String::from(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>A shop of ours</title>\n\
         <style>body { margin: 0 } .item > a { color: #123 }</style><script>window.state = {\"cart\": [1, 2]};</script></head>\n<body><nav>",
    );
    _ = write!(html, "<a href=\"/account\" class=\"button primary\">{title}</a></nav>\n<main id=\"shop\">");
    let mut n = 0;
    while html.len() < PAGE {
        _ = writeln!(
            html,
            "<article class=\"item\" data-id=\"{n}\"><h2>Thing {n}</h2><img src=\"/img/{n}.webp\" alt=\"\" width=\"320\">\
             <p>One of the things that this shop sells &amp; ships, number&nbsp;{n}; it is made of wool.</p>\
             <a href=\"/thing/{n}?from=front\">{n}.00 €</a></article>"
        );
        n += 1;
    }
    html + "</main></body></html>"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_have_the_sizes_that_rows_are_named_by() {
        let bodies = Bodies::new();
        let (_, account) = bodies.of("account", false).unwrap();
        assert!((8_000..8_500).contains(&account.len()), "{}", account.len());
        let read: serde_json::Value = serde_json::from_slice(&account).unwrap();
        assert_eq!(read["status"], "active");
        let (_, page) = bodies.of("page", true).unwrap();
        assert!((200_000..206_000).contains(&page.len()), "{}", page.len());
        assert!(bodies.of("elsewhere", false).is_none());
    }
}
