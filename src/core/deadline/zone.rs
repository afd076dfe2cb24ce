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
    if let Some((_, hours)) = SHORT.iter().find(|(name, _)| *name == word) {
        let zone = Zone { name: word.to_uppercase(), zone: None, offset: hours * HOUR };
        return Some((from + 1, Ok(zone)));
    }
    if let Some((_, place)) = PLACES.iter().find(|(name, _)| *name == word) {
        let time = tokens.get(from + 1).is_some_and(|next| next.text == "time");
        return Some((from + 1 + usize::from(time), Ok(Zone::usual(*place))));
    }
    if let Some(offset) = offset(word) {
        return Some((from + 1, Ok(Zone { name: word.to_uppercase(), zone: None, offset })));
    }
    let named = chrono_tz::TZ_VARIANTS.iter().find(|zone| word.contains('/') && zone.name().eq_ignore_ascii_case(word));
    named.map(|zone| (from + 1, Ok(Zone::usual(*zone))))
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
        None if digits.len() == 4 => digits.split_at(2),
        None => (digits, "0"),
    };
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 14 && minutes < 60).then_some(sign * (hours * HOUR + minutes * 60))
}
