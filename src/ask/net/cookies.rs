//! The cookies of one check: cookies that a site sets on the way go back to that site on the next hop (RFC 6265),
//! never to another, and are dropped when the check ends.

use http::HeaderMap;
use http::header::SET_COOKIE;
use url::Url;

use super::client::origin;
use crate::core::time::Time;

/// The maximum number of cookies; browsers keep at least fifty per site (section 6.1).
const MOST: usize = 64;
/// The maximum size of a cookie in bytes, as in browsers (section 6.1).
const LONGEST: usize = 4_096;

#[derive(Debug)]
struct Cookie {
    origin: String,
    path: String,
    secure: bool,
    name: String,
    value: String,
}

/// The cookies of one check.
#[derive(Debug, Default)]
pub struct Cookies {
    kept: Vec<Cookie>,
}

impl Cookies {
    /// Stores or deletes cookies as the response from `url` says.
    pub fn take(&mut self, url: &Url, headers: &HeaderMap, now: Time) {
        for field in headers.get_all(SET_COOKIE) {
            let text = String::from_utf8_lossy(field.as_bytes());
            let Some((cookie, ended)) = read(url, &text, now) else { continue };
            self.kept.retain(|old| (&old.origin, &old.path, &old.name) != (&cookie.origin, &cookie.path, &cookie.name));
            if !ended && self.kept.len() < MOST {
                self.kept.push(cookie);
            }
        }
    }

    /// The `Cookie` header for a request to `url`; empty if there is none (section 5.4).
    pub fn for_url(&self, url: &Url) -> String {
        let origin = origin(url);
        let goes = |cookie: &&Cookie| {
            cookie.origin == origin && covers(&cookie.path, url.path()) && (!cookie.secure || is_secure(url))
        };
        let mut going: Vec<&Cookie> = self.kept.iter().filter(goes).collect();
        // Longer paths first, otherwise in the order of arrival.
        going.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let pairs = going.iter().map(|cookie| match cookie.name.as_str() {
            "" => cookie.value.clone(),
            name => format!("{name}={}", cookie.value),
        });
        pairs.collect::<Vec<_>>().join("; ")
    }
}

/// Whether a site may set cookies for `domain`: its own name and names above it only (sections 5.1.3 and 5.3).
fn may_speak_for(url: &Url, domain: &str) -> bool {
    let domain = domain.trim_start_matches('.').to_ascii_lowercase();
    let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
    let above = host.strip_suffix(&domain).is_some_and(|rest| rest.ends_with('.'));
    domain.is_empty() || host == domain || (above && url.domain().is_some())
}

/// Whether the connection is trusted: over TLS, or on this machine, as in browsers (Secure Contexts, section 3.1).
fn is_secure(url: &Url) -> bool {
    let here = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    here || url.scheme() == "https"
}

/// Parses one header (section 5.2), and says whether it deletes the cookie.
fn read(url: &Url, text: &str, now: Time) -> Option<(Cookie, bool)> {
    let mut parts = text.split(';');
    let pair = parts.next()?.trim();
    // A pair without `=` is a value without a name (RFC 6265bis, as in browsers).
    let (name, value) = pair.split_once('=').unwrap_or(("", pair));
    let (name, value) = (name.trim(), value.trim());
    let plain = |text: &str| !text.chars().any(char::is_control);
    if (name.is_empty() && value.is_empty()) || name.len() + value.len() > LONGEST || !plain(name) || !plain(value) {
        return None;
    }
    let mut cookie = Cookie {
        origin: origin(url),
        path: default_path(url.path()).to_owned(),
        secure: false,
        name: name.to_owned(),
        value: value.to_owned(),
    };
    let (mut max_age, mut expires) = (None, None);
    for part in parts {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let value = value.trim();
        match key.trim().to_ascii_lowercase().as_str() {
            "path" if value.starts_with('/') => cookie.path = value.to_owned(),
            "secure" => cookie.secure = true,
            "domain" if !may_speak_for(url, value) => return None,
            "max-age" => max_age = value.parse::<i64>().ok().or(max_age),
            "expires" => expires = date(value).or(expires),
            _ => {}
        }
    }
    let ended = max_age.map_or_else(|| expires.is_some_and(|at| at <= now), |seconds| seconds <= 0);
    Some((cookie, ended))
}

/// Parses a cookie's date in any form that servers write (section 5.1.1): a time, a day, a month and a year, in any
/// order, with anything between them.
fn date(text: &str) -> Option<Time> {
    let (mut clock, mut day, mut month, mut year) = (None, None, None, None);
    for token in text.split(|c: char| !c.is_ascii_alphanumeric() && c != ':') {
        let digits = token.find(|c: char| !c.is_ascii_digit()).unwrap_or(token.len());
        let number: Option<u32> = token[..digits].parse().ok().filter(|_| digits <= 4);
        match (digits, number) {
            _ if clock.is_none() && hour(token).is_some() => clock = hour(token),
            (1 | 2, number) if day.is_none() => day = number,
            _ if month.is_none() && month_of(token).is_some() => month = month_of(token),
            (2.., Some(number)) if year.is_none() => year = Some(number),
            _ => {}
        }
    }
    let year = match year? {
        short @ 70..=99 => 1900 + short,
        short @ 0..=69 => 2000 + short,
        year => year,
    };
    let date = chrono::NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month?, day?)?;
    Some(Time(date.and_time(clock?).and_utc().timestamp_millis()))
}

/// Parses a time such as `23:59:59`; single digits are accepted.
fn hour(token: &str) -> Option<chrono::NaiveTime> {
    let mut parts = token.splitn(3, ':').map(|part| part.parse::<u32>().ok());
    chrono::NaiveTime::from_hms_opt(parts.next()??, parts.next()??, parts.next()??)
}

/// Parses a month by its first three letters.
fn month_of(token: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let begins = token.get(..3)?.to_ascii_lowercase();
    MONTHS.iter().position(|month| *month == begins).and_then(|at| u32::try_from(at + 1).ok())
}

/// The default path of a cookie (section 5.1.4).
fn default_path(path: &str) -> &str {
    match path.rfind('/') {
        Some(end) if end > 0 => &path[..end],
        _ => "/",
    }
}

fn covers(cookie: &str, path: &str) -> bool {
    let Some(rest) = path.strip_prefix(cookie) else { return false };
    rest.is_empty() || cookie.ends_with('/') || rest.starts_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(fields: &[(&str, &str)]) -> Cookies {
        let mut cookies = Cookies::default();
        for (url, field) in fields {
            let headers = HeaderMap::from_iter([(SET_COOKIE, field.parse().unwrap())]);
            cookies.take(&url.parse().unwrap(), &headers, Time(1_800_000_000_000));
        }
        cookies
    }

    fn goes(cookies: &Cookies, url: &str) -> String {
        cookies.for_url(&url.parse().unwrap())
    }

    #[test]
    fn a_cookie_goes_back_to_its_own_origin_and_path_only() {
        let cookies = after(&[("http://shop.example/a/b", "id=7; HttpOnly"), ("http://shop.example/x", "t=1; path=/")]);
        assert_eq!(goes(&cookies, "http://shop.example/a/c"), "id=7; t=1");
        assert_eq!(goes(&cookies, "http://shop.example/ab"), "t=1");
        assert_eq!(goes(&cookies, "http://shop.example:8080/a/c"), "");
        assert_eq!(goes(&cookies, "http://other.example/a/c"), "");
    }

    #[test]
    fn a_cookie_is_replaced_and_taken_back() {
        let at = "https://shop.example/";
        let cookies = after(&[(at, "id=1"), (at, "id=2; Secure"), (at, "old=1")]);
        assert_eq!(goes(&cookies, at), "id=2; old=1");
        assert_eq!(goes(&after(&[(at, "id=1"), (at, "id=; Max-Age=0")]), at), "");
        assert_eq!(goes(&after(&[(at, "id=1"), (at, "id=x; expires=Thu, 01 Jan 1970 00:00:00 GMT")]), at), "");
        assert_eq!(goes(&after(&[(at, "id=1"), (at, "id=x; expires=Thu, 01-Jan-70 00:00:00 GMT")]), at), "");
    }

    #[test]
    fn dates_are_read_in_every_form_that_servers_write() {
        let at = "https://shop.example/";
        let kept = |expires: &str| goes(&after(&[(at, &format!("id=1; expires={expires}"))]), at) == "id=1";
        for ahead in [
            "Thu, 01-Jan-2099 00:00:00 GMT",
            "Friday, 31-Dec-38 23:59:59 GMT",
            "Fri, 31 Dec 2038 23:59:59 UTC",
            "Fri Dec 31 23:59:59 2038",
            "31 December 2038 3:4:5",
            "2038-12-31T23:59:59Z",
            "never",
        ] {
            assert!(kept(ahead), "{ahead}");
        }
        for past in [
            "Thu, 01 Jan 1970 00:00:00 UTC",
            "Thu, 01-Jan-70 00:00:00",
            "Thursday, 01-Jan-1970 00:00:00 GMT",
            "Thu Jan  1 00:00:00 1970",
            "Mon, 26 Jul 97 05:00:00 GMT",
        ] {
            assert!(!kept(past), "{past}");
        }
    }

    #[test]
    fn nobody_sets_cookies_for_others() {
        let goes = |domain: &str| {
            let field = format!("id=1; Domain={domain}");
            goes(&after(&[("https://www.shop.example/", &field)]), "https://www.shop.example/") == "id=1"
        };
        let taken = ["www.shop.example", ".shop.example", "Shop.Example", ""].map(goes);
        assert_eq!(taken, [true; 4]);
        assert_eq!(["evil.example", "hop.example", "a.www.shop.example"].map(goes), [false; 3]);
    }

    #[test]
    fn a_cookie_for_safe_ways_goes_over_no_other() {
        let cookies = after(&[("https://shop.example/", "id=1; Secure"), ("http://127.0.0.1:80/", "id=2; Secure")]);
        assert_eq!(goes(&cookies, "https://shop.example/"), "id=1");
        assert_eq!(goes(&cookies, "http://127.0.0.1/"), "id=2");
        assert_eq!(goes(&after(&[("http://shop.example/", "id=1; Secure")]), "http://shop.example/"), "");
    }

    #[test]
    fn what_is_no_cookie_is_none() {
        let at = "http://shop.example/";
        assert_eq!(goes(&after(&[(at, ""), (at, "=")]), at), "");
        assert_eq!(goes(&after(&[(at, "flag")]), at), "flag");
        assert_eq!(goes(&after(&[(at, &format!("big={}", "x".repeat(5_000)))]), at), "");
    }
}
