//! Time zones as letters name them. Abbreviations are those of the IANA time zone database's
//! own data and of RFC 5322; one that means several is asked back.

use chrono_tz::Tz;

use super::Token;

const HOUR: i64 = 3_600;

/// Abbreviations that mean one offset, in hours.
const SHORT: &[(&str, i64)] = &[
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
    ("aedt", 11),
    ("acst", 9),
    ("awst", 8),
    ("nzst", 12),
    ("nzdt", 13),
    ("akst", -9),
    ("akdt", -8),
    ("hst", -10),
    ("brt", -3),
    ("kst", 9),
    ("hkt", 8),
    ("sgt", 8),
    ("sast", 2),
    ("west", 1),
    ("mez", 1),
    ("mesz", 2),
    ("zulu", 0),
];

/// Names in words, with minutes east of UTC; longer ones first where one begins another.
const WORDS: &[(&str, i64)] = &[
    ("coordinated universal time", 0),
    ("universal coordinated time", 0),
    ("universal time coordinated", 0),
    ("universal time", 0),
    ("temps universel coordonné", 0),
    ("temps universel", 0),
    ("tiempo universal coordinado", 0),
    ("koordinierte weltzeit", 0),
    ("koordinierter weltzeit", 0),
    ("weltzeit", 0),
    ("greenwich mean time", 0),
    ("greenwich time", 0),
    ("zulu time", 0),
    ("pacific standard time", -480),
    ("pacific daylight time", -420),
    ("mountain standard time", -420),
    ("mountain daylight time", -360),
    ("central standard time", -360),
    ("central daylight time", -300),
    ("eastern standard time", -300),
    ("eastern daylight time", -240),
    ("atlantic standard time", -240),
    ("atlantic daylight time", -180),
    ("alaska standard time", -540),
    ("hawaii standard time", -600),
    ("british summer time", 60),
    ("irish standard time", 60),
    ("mitteleuropäische sommerzeit", 120),
    ("mitteleuropäischer sommerzeit", 120),
    ("mitteleuropäische zeit", 60),
    ("mitteleuropäischer zeit", 60),
    ("moscow standard time", 180),
    ("israel standard time", 120),
    ("israel daylight time", 180),
    ("gulf standard time", 240),
    ("pakistan standard time", 300),
    ("india standard time", 330),
    ("indian standard time", 330),
    ("bangladesh standard time", 360),
    ("china standard time", 480),
    ("singapore standard time", 480),
    ("hong kong standard time", 480),
    ("japan standard time", 540),
    ("korea standard time", 540),
    ("australian eastern standard time", 600),
    ("australian eastern daylight time", 660),
    ("australian central standard time", 570),
    ("australian western standard time", 480),
    ("new zealand standard time", 720),
    ("new zealand daylight time", 780),
    ("south africa standard time", 120),
    ("central africa time", 120),
    ("east africa time", 180),
    ("west africa time", 60),
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
    if let Some((words, minutes)) = in_words(tokens, from) {
        let name = tokens[from..from + words].iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ");
        return Some((from + words, Ok(Zone { name: titled(&name), zone: None, offset: minutes * 60 })));
    }
    if let Some((words, place)) = city(tokens, from) {
        return Some((from + words, Ok(Zone::usual(place))));
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

/// "Coordinated Universal Time": so many words, and minutes east of UTC.
fn in_words(tokens: &[Token], from: usize) -> Option<(usize, i64)> {
    WORDS.iter().find_map(|(name, minutes)| {
        let words: Vec<&str> = name.split(' ').collect();
        let here = tokens.get(from..from + words.len())?;
        here.iter().zip(&words).all(|(token, word)| token.text == *word).then_some((words.len(), *minutes))
    })
}

/// "London time", "New York time", "hora de Madrid": so many words, and the place.
fn city(tokens: &[Token], from: usize) -> Option<(usize, Tz)> {
    let word = |at: usize| tokens.get(from + at).map_or("", |token| token.text.as_str());
    if let ("hora" | "heure", of) = (word(0), word(1)) {
        let name = if of == "de" { word(2) } else { of.trim_start_matches("d'").trim_start_matches("d’") };
        let place = match name {
            "peninsular" | "españa" | "espana" => Some(chrono_tz::Europe::Madrid),
            "france" => Some(chrono_tz::Europe::Paris),
            name => chrono_tz::TZ_VARIANTS
                .iter()
                .find(|zone| zone.name().rsplit_once('/').is_some_and(|(_, city)| city.eq_ignore_ascii_case(name)))
                .copied(),
        };
        return place.map(|place| (2 + usize::from(of == "de"), place));
    }
    (1..=2).find_map(|words| {
        let time = matches!(tokens.get(from + words)?.text.as_str(), "time" | "zeit");
        let name = tokens[from..from + words].iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join("_");
        let is_it = |zone: &&Tz| zone.name().rsplit_once('/').is_some_and(|(_, city)| city.eq_ignore_ascii_case(&name));
        let place = chrono_tz::TZ_VARIANTS.iter().find(is_it).filter(|_| time)?;
        // "Pacific Time", "Central Time" are in the old names of the list, too.
        PLACES.iter().all(|(own, _)| *own != name).then_some((words + 1, *place))
    })
}

fn titled(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    };
    name.split(' ').map(word).collect::<Vec<_>>().join(" ")
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
    // "Samoa Standard Time"
    let kind =
        tokens[at..].iter().take(3).position(|token| matches!(token.text.as_str(), "standard" | "daylight" | "summer"));
    if let Some(kind) = kind.filter(|kind| tokens.get(at + kind + 1).is_some_and(|token| token.text == "time")) {
        let name: Vec<&str> = tokens[at..=at + kind + 1].iter().map(|token| token.text.as_str()).collect();
        return Err(format!("{} is no time zone that is known here: write it as UTC+1 or the like", name.join(" ")));
    }
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
