//! Time zones as letters name them. Abbreviations are those of the IANA time zone database's
//! own data and of RFC 5322; one that means several is asked back.

use chrono_tz::Tz;

use super::Token;

const HOUR: i64 = 3_600;

/// Abbreviations that mean one offset, in hours.
const SHORT: [(&str, i64); 18] = [
    ("utc", 0),
    ("gmt", 0),
    ("z", 0),
    ("pst", -8),
    ("pdt", -7),
    ("mst", -7),
    ("mdt", -6),
    ("cdt", -5),
    ("est", -5),
    ("edt", -4),
    ("cet", 1),
    ("cest", 2),
    ("eet", 2),
    ("eest", 3),
    ("wet", 0),
    ("msk", 3),
    ("jst", 9),
    ("aest", 10),
];

/// Names that mean whichever offset holds there that day.
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

/// A time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Zone {
    pub(super) name: String,
    pub(super) zone: Option<Tz>,
    /// Seconds east of UTC, where it is no place.
    pub(super) offset: i64,
}

impl Zone {
    pub(super) fn usual(zone: Tz) -> Zone {
        Zone { name: zone.name().to_owned(), zone: Some(zone), offset: 0 }
    }
}

/// The zone that begins at `from`, with where it ends; or what it may mean.
pub(super) fn read(tokens: &[Token], from: usize) -> Option<(usize, Result<Zone, String>)> {
    let word = tokens[from].text.as_str();
    let several = match word {
        "ist" => Some("IST is the time of India, Israel or Ireland: write it as UTC+5:30, UTC+2 or UTC+1"),
        "bst" => Some("BST is the time of Britain or Bangladesh: write it as UTC+1 or UTC+6"),
        "cst" => Some("CST is the time of Chicago or China: write it as UTC-6 or UTC+8"),
        _ => None,
    };
    if let Some(several) = several {
        return Some((from + 1, Err(several.to_owned())));
    }
    let next = tokens.get(from + 1).map(|token| token.text.as_str());
    // "UTC +2", with a space.
    if let (true, Some(offset)) = (matches!(word, "utc" | "gmt"), next.filter(|next| signed(next)).and_then(offset)) {
        let name = format!("{}{}", word.to_uppercase(), next.unwrap_or_default());
        return Some((from + 2, Ok(Zone { name, zone: None, offset })));
    }
    if let Some((words, hours)) = european(tokens, from) {
        let name = tokens[from..from + words].iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ");
        return Some((from + words, Ok(Zone { name, zone: None, offset: hours * HOUR })));
    }
    if let Some((_, hours)) = SHORT.iter().find(|(name, _)| *name == word) {
        let zone = Zone { name: word.to_uppercase(), zone: None, offset: hours * HOUR };
        return Some((from + 1, Ok(zone)));
    }
    if let Some((_, place)) = PLACES.iter().find(|(name, _)| *name == word) {
        // Such as "Central Africa Time", or "Eastern Australia".
        let elsewhere = ["afric", "austral", "asia", "indones", "amazon", "brazil", "greenland"];
        if next.is_some_and(|next| elsewhere.iter().any(|begin| next.starts_with(begin))) {
            let name = format!("{word} {}", next.unwrap_or_default());
            return Some((from + 2, Err(format!("{name}: write the time zone as UTC+1 or the like"))));
        }
        let time = tokens.get(from + 1).is_some_and(|next| next.text == "time");
        return Some((from + 1 + usize::from(time), Ok(Zone::usual(*place))));
    }
    if let Some(offset) = offset(word) {
        return Some((from + 1, Ok(Zone { name: word.to_uppercase(), zone: None, offset })));
    }
    let named = chrono_tz::TZ_VARIANTS.iter().find(|zone| word.contains('/') && zone.name().eq_ignore_ascii_case(word));
    named.map(|zone| (from + 1, Ok(Zone::usual(*zone))))
}

fn signed(word: &str) -> bool {
    word.starts_with(['+', '-'])
}

/// "Central European Summer Time": so many words, and hours east of UTC.
fn european(tokens: &[Token], from: usize) -> Option<(usize, i64)> {
    let word = |at: usize| tokens.get(from + at).map_or("", |token| token.text.as_str());
    let hours = match (word(0), word(1)) {
        ("western", "european") => 0,
        ("central", "european") => 1,
        ("eastern", "european") => 2,
        _ => return None,
    };
    match (word(2), word(3)) {
        ("summer", "time") => Some((4, hours + 1)),
        ("standard", "time") => Some((4, hours)),
        ("time", _) => Some((3, hours)),
        _ => Some((2, hours)),
    }
}

/// An abbreviation after an hour that nobody here knows is most likely its zone, and is asked.
pub(super) fn refuse_unknown(tokens: &[Token], at: usize) -> Result<(), String> {
    const WORDS: [&str; 24] = [
        "on", "at", "by", "the", "of", "and", "or", "if", "we", "you", "your", "in", "to", "is", "am", "pm", "for",
        "will", "until", "all", "no", "not", "it", "as",
    ];
    let Some(token) = tokens.get(at).filter(|_| at > 0 && !tokens[at - 1].ends) else { return Ok(()) };
    let shouted = tokens.iter().filter(|token| token.capitals).count() * 2 > tokens.len().max(6);
    if !token.capitals || shouted || WORDS.contains(&token.text.as_str()) {
        return Ok(());
    }
    let name = token.text.to_uppercase();
    Err(format!("{name} is no time zone that is known here: write it as UTC+1 or the like"))
}

/// `utc+1`, `gmt-8`, `utc+5:30`, `+0100`, in seconds.
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
