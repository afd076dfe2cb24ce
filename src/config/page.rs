//! `[page]`: the public page's appearance, and the maintenance it announces.

use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::{Config, Maintenance};
use crate::core::platform::public::{Language, PublicPage, Work};
use crate::read::{At, Table};

/// The largest picture, in bytes: it is embedded in every page, so a larger one would make pages slow.
const LARGEST_PICTURE: u64 = 32 << 10;

impl Config {
    /// The page's appearance, with the maintenance it announces.
    pub fn public_page(&self) -> PublicPage {
        let work = |work: &Maintenance| Work {
            dependencies: work.dependencies.clone(),
            title: work.public.clone(),
            window: work.window.clone(),
        };
        PublicPage { works: self.maintenance.iter().map(work).collect(), zone: self.time_zone, ..self.page.clone() }
    }
}

pub(super) fn read(root: &Table<'_>) -> PublicPage {
    let Some(table) = root.table("page") else { return PublicPage::default() };
    let text = |key: &str| table.string(key).map(|text| text.value.trim().to_owned()).filter(|text| !text.is_empty());
    let page = PublicPage {
        name: text("name"),
        url: table.url("url").map(|url| url.as_str().trim_end_matches('/').to_owned()),
        logo: picture(&table, "logo"),
        favicon: picture(&table, "favicon"),
        accent: colour(&table, "accent"),
        accent_dark: colour(&table, "accent_dark"),
        footer: text("footer"),
        language: language(&table),
        groups: table
            .strings("groups")
            .map(|list| list.value.into_iter().map(|g| g.value).collect())
            .unwrap_or_default(),
        ..PublicPage::default()
    };
    table.finish();
    page
}

fn language(table: &Table<'_>) -> Language {
    let words: Vec<&str> = Language::ALL.iter().map(|language| language.word()).collect();
    table.word("language", &words).map(|language| language.value).unwrap_or_default()
}

fn colour(table: &Table<'_>, key: &str) -> Option<String> {
    let colour = table.string(key)?;
    let digits = colour.value.strip_prefix('#').unwrap_or_default();
    if matches!(digits.len(), 3 | 6) && digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Some(colour.value);
    }
    table.problem(
        colour.span,
        format!("`{}` is not a colour", colour.value),
        format!("for example {key} = \"#0a5cff\""),
    );
    None
}

fn picture(table: &Table<'_>, key: &str) -> Option<String> {
    let path = table.string(key)?;
    match inlined(&path) {
        Ok(picture) => Some(picture),
        Err(what) => {
            let cure = format!("name a .svg, .png, .webp, .jpg or .ico file of at most {} KB", LARGEST_PICTURE >> 10);
            table.problem(path.span, what, cure);
            None
        }
    }
}

fn inlined(path: &At<String>) -> Result<String, String> {
    let path = Path::new(&path.value);
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_lowercase();
    let media = match ending.as_str() {
        "svg" => "svg+xml",
        "png" => "png",
        "webp" => "webp",
        "jpg" | "jpeg" => "jpeg",
        "ico" => "x-icon",
        _ => return Err(format!("{} is not a picture that pages can show", path.display())),
    };
    let read = |error: std::io::Error| format!("{} cannot be read: {error}", path.display());
    let size = std::fs::metadata(path).map_err(read)?.len();
    if size > LARGEST_PICTURE {
        return Err(format!("{} is too large ({} KB)", path.display(), size >> 10));
    }
    let bytes = std::fs::read(path).map_err(read)?;
    Ok(format!("data:image/{media};base64,{}", BASE64_STANDARD.encode(bytes)))
}
