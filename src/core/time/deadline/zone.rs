//! Time zones, in the forms that letters use. If a zone is ambiguous or unknown, a person is asked.

use chrono::{Duration, LocalResult, NaiveDateTime, TimeZone};
use chrono_tz::Tz;

use super::token::Token;
use super::words;
use super::zones::{self, Kind, Meant, folded};
use crate::core::time::Time;

const HOUR: i64 = 3_600;
/// In a text with more words than this, short zone names count only in capitals: "et" and "est" are French words, and
/// "ist" is a German one.
const SHORT_TEXT: usize = 12;
const ALSO_WORDS: [&str; 10] = ["et", "est", "ist", "west", "art", "cat", "mt", "pt", "ct", "hac"];
/// The maximum number of words in a zone's name.
const LONGEST: usize = 5;

/// Abbreviations for the local time of a place, whichever offset it has on that day.
const PLACES: [(&str, Tz); 8] = [
    ("pt", chrono_tz::America::Los_Angeles),
    ("pacific", chrono_tz::America::Los_Angeles),
    ("et", chrono_tz::America::New_York),
    ("eastern", chrono_tz::America::New_York),
    ("ct", chrono_tz::America::Chicago),
    ("central", chrono_tz::America::Chicago),
    ("mt", chrono_tz::America::Denver),
    ("mountain", chrono_tz::America::Denver),
];

/// A time zone: a place, or a fixed offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Zone {
    pub(super) name: String,
    pub(super) zone: Option<Tz>,
    /// Seconds east of UTC, if it is not a place.
    pub(super) offset: i64,
}

impl Zone {
    pub(super) fn usual(zone: Tz) -> Zone {
        Zone { name: zone.name().to_owned(), zone: Some(zone), offset: 0 }
    }

    /// The local time there.
    pub(super) fn local(&self, at: Time) -> NaiveDateTime {
        self.zone.map_or_else(
            || at.utc().naive_utc() + Duration::seconds(self.offset),
            |zone| at.utc().with_timezone(&zone).naive_local(),
        )
    }

    /// A sentence to show if a clock change makes that local time occur twice or never.
    pub(super) fn odd(&self, local: NaiveDateTime) -> Option<String> {
        let found = self.zone?.from_local_datetime(&local);
        let clock = local.format("%H:%M");
        match found {
            LocalResult::Single(_) => None,
            LocalResult::None => {
                Some(format!("The clocks skip {clock} on that day: plugwatch uses the time an hour earlier."))
            }
            LocalResult::Ambiguous(..) => {
                Some(format!("{clock} occurs twice on that day: plugwatch uses the earlier time."))
            }
        }
    }

    /// The instant of a local time there.
    pub(super) fn instant(&self, local: NaiveDateTime) -> Option<Time> {
        let utc = match self.zone {
            None => (local - Duration::seconds(self.offset)).and_utc(),
            // For a local time that occurs twice or never, use the earlier instant, which warns sooner.
            Some(zone) => zone
                .from_local_datetime(&local)
                .earliest()
                .or_else(|| zone.from_local_datetime(&(local - Duration::hours(1))).earliest())?
                .to_utc(),
        };
        Some(Time(utc.timestamp_millis()))
    }
}

/// The zone that begins at `from`, and the position after it; or a question if it is ambiguous.
pub(super) fn read(tokens: &[Token], from: usize) -> Option<(usize, Result<Zone, String>)> {
    let token = &tokens[from];
    let word = token.text.as_str();
    let next = next(tokens, from);
    // "UTC +2", with a space.
    if let (true, Some(offset)) = (matches!(word, "utc" | "gmt"), next.filter(|next| signed(next)).and_then(offset)) {
        let name = format!("{}{}", word.to_uppercase(), next.unwrap_or_default());
        return Some((from + 2, Ok(Zone { name, zone: None, offset })));
    }
    if let Some(found) = in_words(tokens, from) {
        return Some(found);
    }
    let sure = token.capitals || tokens.len() <= SHORT_TEXT || !ALSO_WORDS.contains(&word);
    match zones::named(Kind::Short, &[folded(word).as_str()]).filter(|_| sure) {
        Some(Meant::Offset(offset)) => {
            let zone = Zone { name: word.to_uppercase(), zone: None, offset };
            // "PST time"
            let time = next == Some("time");
            return Some((from + 1 + usize::from(time), Ok(zone)));
        }
        Some(Meant::Several(question)) => return Some((from + 1, Err(question))),
        Some(Meant::Place(_)) | None => {}
    }
    if let Some((_, place)) = PLACES.iter().find(|(name, _)| *name == word).filter(|_| sure) {
        return Some(american(tokens, from, *place));
    }
    if let Some(offset) = offset(word) {
        return Some((from + 1, Ok(Zone { name: word.to_uppercase(), zone: None, offset })));
    }
    let named = chrono_tz::TZ_VARIANTS.iter().find(|zone| word.contains('/') && zone.name().eq_ignore_ascii_case(word));
    named.map(|zone| (from + 1, Ok(Zone::usual(*zone))))
}

fn next(tokens: &[Token], from: usize) -> Option<&str> {
    tokens.get(from + 1).filter(|_| !tokens[from].ends).map(|token| token.text.as_str())
}

/// "Pacific" and "Eastern" mean the American zones, unless the text says otherwise.
fn american(tokens: &[Token], from: usize, place: Tz) -> (usize, Result<Zone, String>) {
    let elsewhere = ["afric", "austral", "asia", "indones", "amazon", "brazil", "greenland", "europ"];
    let (word, next) = (tokens[from].text.as_str(), next(tokens, from));
    if next.is_some_and(|next| elsewhere.iter().any(|begin| next.starts_with(begin))) {
        let name = format!("{word} {}", next.unwrap_or_default());
        return (from + 2, Err(format!("{name}: write the time zone as an offset, such as UTC+1")));
    }
    (from + 1 + usize::from(next == Some("time")), Ok(Zone::usual(place)))
}

/// The words from `from` to the end of the sentence, without accents.
fn sentence(tokens: &[Token], from: usize) -> Vec<String> {
    let mut ended = false;
    let within = tokens[from..].iter().take_while(|token| !std::mem::replace(&mut ended, token.ends));
    within.take(LONGEST + 3).map(|token| folded(&token.text)).collect()
}

/// "Coordinated Universal Time", "New York time", "Moskauer Zeit", "hora de Madrid", "heure d'Europe centrale".
fn in_words(tokens: &[Token], from: usize) -> Option<(usize, Result<Zone, String>)> {
    let words = sentence(tokens, from);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let phrase = (1..=words.len()).rev().find_map(|end| match zones::named(Kind::Phrase, &words[..end])? {
        Meant::Offset(offset) => Some((end, offset)),
        Meant::Place(_) | Meant::Several(_) => None,
    });
    if let Some((end, offset)) = phrase {
        let name: Vec<String> = tokens[from..from + end].iter().map(|token| titled(&token.text)).collect();
        return Some((from + end, Ok(Zone { name: name.join(" "), zone: None, offset })));
    }
    let (end, place) = behind(&words).or_else(|| before(&words))?;
    Some((from + end, Ok(Zone::usual(place))))
}

/// Words between "hora" or "heure" and the name.
const OF: [&str; 16] = [
    "de",
    "del",
    "la",
    "el",
    "los",
    "las",
    "du",
    "des",
    "le",
    "les",
    "oficial",
    "legal",
    "local",
    "legale",
    "officielle",
    "locale",
];

/// Names after the word for time: "hora de la Ciudad de México", "heure d'Europe centrale", "hora argentina".
fn behind(words: &[&str]) -> Option<(usize, Tz)> {
    if !matches!(*words.first()?, "hora" | "horas" | "horario" | "heure" | "heures") {
        return None;
    }
    let begins = 1 + words[1..].iter().take_while(|word| OF.contains(word)).count();
    let rest: Vec<&str> = words[begins..]
        .iter()
        .enumerate()
        .map(|(n, word)| if n == 0 { word.trim_start_matches("d'").trim_start_matches("l'") } else { word })
        .collect();
    // In French, the adjective agrees with "heure": "heure française", "heure italienne".
    let place = |name: &[&str]| {
        let (last, others) = name.split_last()?;
        let endings = ["ne", "e"].iter().filter_map(|end| last.strip_suffix(end));
        zones::place(name)
            .or_else(|| endings.map(|last| [others, &[last]].concat()).find_map(|name| zones::place(&name)))
    };
    (1..=rest.len().min(LONGEST)).rev().find_map(|end| Some((begins + end, place(&rest[..end])?)))
}

/// Names before the word for time: "London time", "Pacific Time", "Berliner Zeit", "deutscher Zeit".
fn before(words: &[&str]) -> Option<(usize, Tz)> {
    let time = (1..words.len().min(LONGEST + 1)).find(|at| matches!(words[*at], "time" | "zeit" | "ortszeit"))?;
    let name = &words[..time];
    if let Some(place) = zones::place(name) {
        return Some((time + 1, place));
    }
    let (last, others) = name.split_last()?;
    let bare = ["er", "en", "es", "e", "r", "'s"].iter().filter_map(|end| last.strip_suffix(end));
    bare.map(|last| [others, &[last]].concat()).find_map(|name| zones::place(&name)).map(|place| (time + 1, place))
}

/// Finds a time zone anywhere in a sentence, if the zone's name has no other meaning. The inner result is an error, with
/// the question to ask, if the name is ambiguous.
fn within(tokens: &[Token], from: usize, until: usize) -> Option<Result<Zone, String>> {
    (from..until).find_map(|at| {
        let (end, zone) = read(tokens, at)?;
        let sure = end > at + 1 || tokens[at].capitals || tokens[at].text.contains('/');
        let whole = tokens[at].text.starts_with("utc") || tokens[at].text.starts_with("gmt");
        (sure || whole).then_some(zone)
    })
}

/// The zone for a time of day that has none next to it: from the same sentence, or from a sentence about all times
/// ("All times are Pacific Time"). The flag says whether it is from another sentence.
pub(super) fn elsewhere(tokens: &[Token], from: usize) -> Option<(Result<Zone, String>, bool)> {
    let begins = |at: usize| tokens[..at].iter().rposition(|token| token.ends).map_or(0, |at| at + 1);
    let ends = |at: usize| tokens[at..].iter().position(|token| token.ends).map_or(tokens.len(), |n| at + n + 1);
    if let Some(zone) = within(tokens, begins(from), ends(from)) {
        return Some((zone, false));
    }
    let mut at = 0;
    while at < tokens.len() {
        let until = ends(at);
        if tokens[at..until].iter().any(|token| words::says_times(&token.text))
            && let Some(zone) = within(tokens, at, until)
        {
            return Some((zone, true));
        }
        at = until;
    }
    None
}

fn titled(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn signed(word: &str) -> bool {
    word.starts_with(['+', '-'])
}

/// Parses `utc+1`, `gmt-8`, `utc+5:30` or `+0100` to seconds.
fn offset(word: &str) -> Option<i64> {
    let rest = word.strip_prefix("utc").or_else(|| word.strip_prefix("gmt")).unwrap_or(word);
    let (sign, digits) = match rest.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) => (hours, minutes),
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "0"),
    };
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 14 && minutes < 60).then_some(sign * (hours * HOUR + minutes * 60))
}
