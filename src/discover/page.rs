//! Reads a page for what it leads to, and for words that stand on it.

use scraper::{Html, Selector};
use url::Url;

/// More than this is not read of one page.
const MOST_REFS: usize = 2_000;
/// A title's part that is shorter stands on any page.
const SHORTEST: usize = 4;
/// A longer one changes with every campaign.
const LONGEST: usize = 60;

/// What a page leads to: scripts, frames, forms, styles, links; and the smart banner's app as a link
/// to Apple's store.
pub(super) fn refs(url: &str, body: &str) -> Vec<String> {
    let Ok(base) = Url::parse(url) else { return Vec::new() };
    let page = Html::parse_document(body);
    let mut refs = Vec::new();
    for (css, attribute) in [
        ("script[src]", "src"),
        ("iframe[src]", "src"),
        ("form[action]", "action"),
        ("link[href]", "href"),
        ("a[href]", "href"),
    ] {
        // The selectors are constants that a test reads.
        let Ok(selector) = Selector::parse(css) else { continue };
        let found = page.select(&selector).filter_map(|element| element.value().attr(attribute));
        refs.extend(found.filter_map(|link| base.join(link.trim()).ok()).map(String::from).take(MOST_REFS));
    }
    if let Ok(selector) = Selector::parse("meta[name='apple-itunes-app']") {
        let content = page.select(&selector).filter_map(|element| element.value().attr("content"));
        let number = |content: &str| content.split("app-id=").nth(1)?.split(',').next()?.trim().parse::<u64>().ok();
        refs.extend(content.filter_map(number).map(|number| format!("https://apps.apple.com/app/id{number}")));
    }
    refs.sort();
    refs.dedup();
    refs.truncate(MOST_REFS);
    refs
}

/// A part of the title that stands in the page's text just so; the part with the platform's name
/// before all others.
pub(super) fn words(body: &str, name: &str) -> Option<String> {
    let page = Html::parse_document(body);
    let selector = Selector::parse("title").ok()?;
    let title: String = page.select(&selector).next()?.text().collect();
    let parts = title.split(['|', '–', '—', '·', '•', '»', '\n']).flat_map(|part| part.split(" - ")).map(str::trim);
    let fits = |part: &&str| (SHORTEST..=LONGEST).contains(&part.chars().count()) && !is_nobodys(part);
    // As it stands in the page's text, which is what is looked at later.
    let stands = |part: &str| {
        let escaped = part.replace('&', "&amp;");
        [part.to_owned(), escaped].into_iter().find(|form| body.contains(form))
    };
    let parts: Vec<String> = parts.filter(fits).filter_map(stands).collect();
    let named = parts.iter().find(|part| part.to_lowercase().contains(&name.to_lowercase()));
    named.or(parts.first()).cloned()
}

/// Titles of pages that belong to no site yet, or no more.
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

    #[test]
    fn everything_that_a_page_leads_to_is_an_address() {
        assert_eq!(
            refs("https://acme.example/shop/", PAGE),
            [
                "https://acme.example/shop/pay",
                "https://acme.example/style.css",
                "https://apps.apple.com/app/id324715238",
                "https://js.stripe.com/v3/",
                "https://play.google.com/store/apps/details?id=org.acme",
            ]
        );
    }

    #[test]
    fn the_words_stand_on_the_page_just_so() {
        assert_eq!(words(PAGE, "acme").as_deref(), Some("Acme &amp; Sons"));
        assert_eq!(words(PAGE, "other").as_deref(), Some("Buy better shoes"));
        assert_eq!(words("<title>Wool &amp; Co</title>", "x").as_deref(), Some("Wool &amp; Co"));
        for nobodys in
            ["<title>Welcome to nginx!</title>", "<title>Home</title>", "<title></title>", "", "<title>ab</title>"]
        {
            assert_eq!(words(nobodys, "acme"), None, "{nobodys}");
        }
    }
}
