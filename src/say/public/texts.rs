//! The texts of the public page, one file for each language.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use chrono::{Datelike, Timelike};
use chrono_tz::Tz;
use toml::de::DeTable;

use super::state::{Indicator, PublicState};
use super::view::View;
use crate::core::platform::public::Language;
use crate::core::time::{Time, human};

/// The texts of one language.
#[derive(Debug)]
pub struct Texts {
    /// The language.
    pub language: Language,
    all: BTreeMap<String, String>,
}

/// The files of texts, read once and never changed.
static ENGLISH: LazyLock<Texts> = LazyLock::new(|| read(Language::English, include_str!("texts/en.toml")));
static GERMAN: LazyLock<Texts> = LazyLock::new(|| read(Language::German, include_str!("texts/de.toml")));

/// Reads the texts of a language. An invalid file results in no texts; a test makes sure that all files are valid.
fn read(language: Language, text: &str) -> Texts {
    let table = DeTable::parse(text).map(toml::Spanned::into_inner).unwrap_or_default();
    let text = |value: &toml::de::DeValue<'_>| value.as_str().map(str::to_owned);
    let all = table.iter().filter_map(|(key, value)| Some((key.get_ref().to_string(), text(value.get_ref())?)));
    Texts { language, all: all.collect() }
}

impl Texts {
    /// The texts of a language.
    pub fn of(language: Language) -> &'static Texts {
        match language {
            Language::English => &ENGLISH,
            Language::German => &GERMAN,
        }
    }

    /// The text with this key; empty if there is none.
    pub fn get(&self, key: &str) -> &str {
        self.all.get(key).map_or("", String::as_str)
    }

    /// All texts, for templates.
    pub(super) fn all(&self) -> &BTreeMap<String, String> {
        &self.all
    }

    /// The state of a component in words.
    pub fn state(&self, state: PublicState) -> &str {
        self.get(&format!("state.{state}"))
    }

    /// The headline for the state of the whole page.
    pub fn headline(&self, view: &View) -> &str {
        let any = |wanted: PublicState| view.components.iter().any(|component| component.state == wanted);
        self.get(match view.indicator {
            _ if view.components.is_empty() => "headline.nothing",
            Indicator::Minor if view.stale => "headline.stale",
            Indicator::None => "headline.none",
            Indicator::Maintenance => "headline.maintenance",
            Indicator::Minor if any(PublicState::Limited) => "headline.limited",
            Indicator::Minor => "headline.unchecked",
            Indicator::Major => "headline.major",
            Indicator::Critical => "headline.critical",
        })
    }

    /// A date, such as `3 March 2026`.
    pub fn date(&self, at: Time, zone: Tz) -> String {
        let at = at.utc().with_timezone(&zone);
        let month = self.get(&format!("month.{}", at.month()));
        let date = self.get("date").replace("{day}", &at.day().to_string());
        date.replace("{month}", month).replace("{year}", &at.year().to_string())
    }

    /// A month, such as `March 2026`.
    pub fn month(&self, at: Time, zone: Tz) -> String {
        let at = at.utc().with_timezone(&zone);
        format!("{} {}", self.get(&format!("month.{}", at.month())), at.year())
    }

    /// An absolute time, such as `3 March 2026, 08:40 UTC`, because the page may be old when it is read.
    pub fn time(&self, at: Time, zone: Tz) -> String {
        let local = at.utc().with_timezone(&zone);
        let name = local.format("%Z").to_string();
        let name = if name.starts_with(['+', '-']) { format!("UTC{name}") } else { name };
        format!("{}, {:02}:{:02} {name}", self.date(at, zone), local.hour(), local.minute())
    }

    /// A percentage such as `99.95 %`, or a text that there are no figures yet. It is rounded down, so that 100 %
    /// means exactly that.
    pub fn percent(&self, share: Option<f64>) -> String {
        let Some(share) = share else { return self.get("uptime_none").to_owned() };
        let hundredths = (share * 10_000.0).floor() / 100.0;
        let number = if hundredths >= 100.0 { "100".to_owned() } else { format!("{hundredths:.2}") };
        format!("{} %", number.replace('.', self.get("decimal")))
    }

    /// A duration, such as `2 h 10 min`.
    pub fn span(&self, span: Duration) -> String {
        let unit = |word: &str| match word {
            "d" | "h" | "min" | "s" => self.get(&format!("unit.{word}")).to_owned(),
            number => number.to_owned(),
        };
        human(span).split(' ').map(unit).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_says_everything_that_another_says() {
        let keys = |language| Texts::of(language).all.keys().cloned().collect::<Vec<_>>();
        assert!(keys(Language::English).len() > 60);
        for language in Language::ALL {
            assert_eq!(keys(*language), keys(Language::English), "{language}");
            assert!(Texts::of(*language).all.values().all(|text| !text.trim().is_empty()), "{language}");
        }
    }

    #[test]
    fn times_are_absolute_in_the_page_s_zone_and_shares_are_never_rounded_up() {
        let at = Time::parse("2026-03-03T08:40:00Z").unwrap();
        let (english, german) = (Texts::of(Language::English), Texts::of(Language::German));
        assert_eq!(english.time(at, Tz::UTC), "3 March 2026, 08:40 UTC");
        assert_eq!(german.time(at, Tz::Europe__Berlin), "3. März 2026, 09:40 CET");
        assert_eq!(english.percent(Some(0.999_99)), "99.99 %");
        assert_eq!(german.percent(Some(0.999_5)), "99,95 %");
        assert_eq!(english.percent(Some(1.0)), "100 %");
    }
}
