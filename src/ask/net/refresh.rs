//! Pages that send their reader to another page without a redirect: `<meta http-equiv="refresh">`, as browsers
//! interpret it (HTML, "shared declarative refresh steps").

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use scraper::{Html, Selector};
use url::Url;

use super::hop;

/// The longest delay that counts as a redirect, in seconds. With a longer one, people read the page, so it is the
/// answer.
const LONGEST_WAIT: u32 = 5;
/// How much of a page is searched: the element is in the page's head.
const LOOKED_THROUGH: usize = 64 << 10;

/// The URL that a page sends its readers to at once, relative to `base`. Elements inside `<noscript>` are ignored.
pub fn next(base: &Url, headers: &HeaderMap, body: &[u8]) -> Option<Url> {
    let html = headers.get(CONTENT_TYPE)?.to_str().ok()?.to_ascii_lowercase().contains("html");
    let head = String::from_utf8_lossy(&body[..body.len().min(LOOKED_THROUGH)]);
    if !html || !head.to_ascii_lowercase().contains("http-equiv") {
        return None;
    }
    let selector = Selector::parse("meta[http-equiv='refresh' i][content]").ok()?;
    let page = Html::parse_document(&head);
    let target = page.select(&selector).find_map(|meta| target(meta.attr("content")?))?;
    let next = hop::join(base, target.as_bytes())?;
    let downgraded = base.scheme() == "https" && next.scheme() != "https";
    (matches!(next.scheme(), "http" | "https") && !downgraded).then_some(next)
}

/// The URL in `0; url='…'`; `None` for a page that reloads itself or has a longer delay.
fn target(content: &str) -> Option<&str> {
    let content = content.trim_start();
    let digits = content.find(|c: char| !c.is_ascii_digit()).unwrap_or(content.len());
    let (wait, rest) = content.split_at(digits);
    // A missing number means no delay if a point follows; anything else is not a refresh.
    let wait: u32 = if wait.is_empty() && rest.starts_with('.') { 0 } else { wait.parse().ok()? };
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').trim_start();
    let rest = rest.strip_prefix([';', ',']).unwrap_or(rest).trim_start();
    let named = match rest.get(..3).filter(|word| word.eq_ignore_ascii_case("url")) {
        Some(_) => rest[3..].trim_start().strip_prefix('=').map_or(rest, str::trim_start),
        None => rest,
    };
    let place = match named.chars().next().filter(|mark| matches!(mark, '\'' | '"')) {
        Some(mark) => named[1..].split(mark).next().unwrap_or(""),
        None => named,
    };
    (wait <= LONGEST_WAIT && !place.trim().is_empty()).then(|| place.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leads(meta: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, "text/html; charset=utf-8".parse().unwrap());
        let base = Url::parse("https://example.com/a/b").unwrap();
        next(&base, &headers, format!("<html><head>{meta}</head><body>Hello</body></html>").as_bytes())
            .map(|url| url.to_string())
    }

    #[test]
    fn a_refresh_is_read_as_browsers_read_it() {
        for content in ["0; url=/en/", "0;URL='/en/'", "0, /en/", "0;url = \"/en/\"", ".5; /en/", " 0 ; url=/en/ "] {
            let meta = format!("<META HTTP-EQUIV=Refresh CONTENT='{}'>", content.replace('\'', "&#39;"));
            assert_eq!(leads(&meta).as_deref(), Some("https://example.com/en/"), "{content}");
        }
    }

    #[test]
    fn a_page_that_is_read_first_or_loads_itself_anew_leads_nowhere() {
        for content in ["30; url=/en/", "0", "5", "", "soon; url=/en/", "0; url=", "0; url=javascript:alert(1)"] {
            assert_eq!(leads(&format!("<meta http-equiv=refresh content=\"{content}\">")), None, "{content}");
        }
        assert_eq!(leads("<meta http-equiv=refresh content='0; url=http://example.com/'>"), None, "downgraded");
        assert_eq!(leads("<noscript><meta http-equiv=refresh content='0; url=/no-js'></noscript>"), None);
    }
}
