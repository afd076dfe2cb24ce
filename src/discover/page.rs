//! Reads a page: the URLs that it uses and links to, and words by which to recognise it.

use scraper::{Html, Selector};
use url::Url;

use crate::catalog::is_shallow;

/// The most addresses read from one page.
const MOST: usize = 2_000;
/// The shortest usable part of a title, in characters; shorter ones occur on any page.
const SHORTEST: usize = 4;
/// The longest usable part of a title, in characters; longer ones change with every campaign.
const LONGEST: usize = 60;

/// The result of reading a page.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Read {
    /// The URLs of the scripts, frames, forms and styles that the page uses.
    pub(super) uses: Vec<String>,
    /// The URLs that the page links to; the app of a smart banner as a link to Apple's store.
    pub(super) links: Vec<String>,
    /// A part of its title that is also in the page's text.
    pub(super) words: Option<Words>,
}

/// Words by which to recognise a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// The words, exactly as in the page's text.
    pub text: String,
    /// Whether they contain the platform's own name, which stays when a campaign ends.
    pub named: bool,
}

/// Reads a page; `None` if it is nested too deeply to be parsed. `name` is the platform's name.
pub(super) fn read(url: &str, body: &str, name: &str) -> Option<Read> {
    if !is_shallow(body) {
        return None;
    }
    let page = Html::parse_document(body);
    let uses = [
        ("script[src]", "src"),
        ("iframe[src]", "src"),
        ("form[action]", "action"),
        ("link[rel='stylesheet']", "href"),
    ];
    let mut links = urls(url, &page, &[("a[href]", "href")]);
    links.extend(banner(&page));
    Some(Read { uses: urls(url, &page, &uses), links, words: words(&page, body, name) })
}

fn urls(url: &str, page: &Html, places: &[(&str, &str)]) -> Vec<String> {
    let Ok(base) = Url::parse(url) else { return Vec::new() };
    let mut urls = Vec::new();
    for (css, attribute) in places {
        // The selectors are constants, and a test parses them.
        let Ok(selector) = Selector::parse(css) else { continue };
        let found = page.select(&selector).filter_map(|element| element.value().attr(attribute));
        urls.extend(found.take(MOST).filter_map(|link| base.join(link.trim()).ok()).map(String::from));
    }
    urls.sort();
    urls.dedup();
    urls.truncate(MOST);
    urls
}

/// The app of a smart banner (developer.apple.com, "Promoting apps with Smart App Banners").
fn banner(page: &Html) -> Option<String> {
    let selector = Selector::parse("meta[name='apple-itunes-app']").ok()?;
    let content = page.select(&selector).find_map(|element| element.value().attr("content"))?;
    let number = content.split("app-id=").nth(1)?.split(',').next()?.trim().parse::<u64>().ok()?;
    Some(format!("https://apps.apple.com/app/id{number}"))
}

/// The shortest part of the title that contains the platform's name, or else its first part.
fn words(page: &Html, body: &str, name: &str) -> Option<Words> {
    let selector = Selector::parse("title").ok()?;
    let title: String = page.select(&selector).next()?.text().collect();
    let parts =
        title.split(['|', '–', '—', '·', '•', '»', ':', '\n']).flat_map(|part| part.split(" - ")).map(str::trim);
    let fits = |part: &&str| (SHORTEST..=LONGEST).contains(&part.chars().count()) && !is_nobodys(part);
    // The part as it is written in the page's text, which is what the check compares later.
    let stands = |part: &str| {
        let escaped = part.replace('&', "&amp;");
        [part.to_owned(), escaped].into_iter().find(|form| body.contains(form))
    };
    let parts: Vec<String> = parts.filter(fits).filter_map(stands).collect();
    let bare = |text: &str| text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let holds = |part: &&String| bare(part).contains(&bare(name)) && !part.contains('%');
    let named = parts.iter().filter(holds).min_by_key(|part| part.chars().count());
    let text = named.or(parts.first())?.clone();
    Some(Words { text, named: named.is_some() })
}

/// Whether a title belongs to a page without a site, such as a default or parking page.
fn is_nobodys(part: &str) -> bool {
    const NOBODYS: [&str; 12] = [
        "welcome to nginx",
        "index of",
        "403 forbidden",
        "404 not found",
        "just a moment",
        "access denied",
        "home",
        "apache2",
        "coming soon",
        "under construction",
        "untitled",
        "loading",
    ];
    let part = part.to_lowercase();
    NOBODYS.iter().any(|nobodys| part.starts_with(nobodys))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<html><head><title>Buy better shoes | Acme &amp; Sons | Acme Shoes</title>
        <meta name="apple-itunes-app" content="app-id=324715238, affiliate-data=x">
        <script src="https://js.stripe.com/v3/"></script><link rel="stylesheet" href="/style.css"></head>
        <body><a href="//play.google.com/store/apps/details?id=org.acme">Android</a><form action="pay"></form></body></html>"#;

    fn of(body: &str, name: &str) -> Option<(String, bool)> {
        let words = read("https://acme.example/", body, name).unwrap().words;
        words.map(|words| (words.text, words.named))
    }

    #[test]
    fn everything_that_a_page_leads_to_is_an_address() {
        let read = read("https://acme.example/shop/", PAGE, "acme").unwrap();
        let wanted = ["https://acme.example/shop/pay", "https://acme.example/style.css", "https://js.stripe.com/v3/"];
        assert_eq!(read.uses, wanted);
        let wanted =
            ["https://play.google.com/store/apps/details?id=org.acme", "https://apps.apple.com/app/id324715238"];
        assert_eq!(read.links, wanted);
    }

    #[test]
    fn the_words_stand_on_the_page_just_so() {
        let named = |text: &str| Some((text.to_owned(), true));
        assert_eq!(of(PAGE, "acme"), named("Acme Shoes"));
        assert_eq!(of(PAGE, "Acme Shoes"), named("Acme Shoes"), "however the domain writes it");
        assert_eq!(of(PAGE, "other"), Some(("Buy better shoes".to_owned(), false)));
        assert_eq!(of("<title>Wool &amp; Co</title>", "wool"), named("Wool &amp; Co"));
        assert_eq!(of("<title>Acme: 20 % off everything</title>", "x"), Some(("Acme".to_owned(), false)));
        let nobodys =
            ["<title>Welcome to nginx!</title>", "<title>Home</title>", "<title></title>", "", "<title>ab</title>"];
        for page in nobodys {
            assert_eq!(of(page, "acme"), None, "{page}");
        }
    }

    #[test]
    fn what_is_nested_too_deeply_is_not_parsed() {
        assert_eq!(read("https://acme.example/", &"<div>".repeat(300_000), "acme"), None);
    }
}
