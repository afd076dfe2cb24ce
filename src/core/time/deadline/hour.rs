//! Times of day, in the forms that letters use.

use chrono::NaiveTime;

use super::token::Token;
use super::{day, short, words, zone};

/// A time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hour {
    pub(super) time: NaiveTime,
    /// Whether it is `24:00`, the end of the day.
    pub(super) next_day: bool,
    /// Whether it is a midnight such as "Monday midnight", which is either the beginning or the end of Monday.
    pub(super) midnight: bool,
    /// What had to be assumed, as a sentence.
    pub(super) assumed: Option<&'static str>,
}

const CLOSE: &str = "Close of business is read as 17:00.";
const DAY_END: &str = "The end of the day is read as 17:00.";
const MORNING: &str = "The hour is read as before noon, the earlier of the two.";

/// The time of day that begins at `from`, and the position after it.
pub(super) fn read(tokens: &[Token], from: usize) -> Option<(usize, Hour)> {
    if let Some((until, said)) = close(tokens, from) {
        return plain(17, 0).map(|hour| (until, Hour { assumed: Some(said), ..hour }));
    }
    match tokens[from].text.as_str() {
        "noon" | "mittag" | "mittags" | "mediodía" | "midi" => return Some((from + 1, plain(12, 0)?)),
        "midnight" | "mitternacht" | "medianoche" | "minuit" => {
            return Some((from + 1, Hour { midnight: true, ..plain(0, 0)? }));
        }
        "12" => match tokens.get(from + 1).filter(|_| !tokens[from].ends).map(|token| token.text.as_str()) {
            Some("noon" | "mittags" | "midi") => return Some((from + 2, plain(12, 0)?)),
            Some("midnight") => return Some((from + 2, Hour { midnight: true, ..plain(0, 0)? })),
            Some("del" | "de") if tokens.get(from + 2).is_some_and(|noon| noon.text == "mediodía") => {
                return Some((from + 3, plain(12, 0)?));
            }
            _ => {}
        },
        _ => {}
    }
    continental(tokens, from).or_else(|| o_clock(tokens, from)).or_else(|| clock(tokens, from))
}

fn plain(hour: u32, minute: u32) -> Option<Hour> {
    match (hour, minute) {
        (24, 0) => Some(Hour { time: NaiveTime::MIN, next_day: true, midnight: false, assumed: None }),
        _ => NaiveTime::from_hms_opt(hour, minute, 0).map(|time| Hour {
            time,
            next_day: false,
            midnight: false,
            assumed: None,
        }),
    }
}

/// "8 o'clock": before noon, unless "pm" or similar follows.
fn o_clock(tokens: &[Token], from: usize) -> Option<(usize, Hour)> {
    let next = tokens.get(from + 1).filter(|_| !tokens[from].ends)?;
    let hour = words::number(&tokens[from].text).filter(|hour| *hour <= 24)?;
    let hour = u32::try_from(hour).ok()?;
    if !matches!(next.text.as_str(), "o'clock" | "o’clock" | "oclock") {
        return None;
    }
    let behind = tokens.get(from + 2).map(|token| token.text.as_str()).filter(|next| matches!(*next, "am" | "pm"));
    let (part, half) = match behind {
        Some(half) => (1, Some(half)),
        None => part_of_day(tokens, from + 2),
    };
    let assumed = (half.is_none() && (1..12).contains(&hour)).then_some(MORNING);
    Some((from + 2 + part, Hour { assumed, ..plain(halved(hour, half), 0)? }))
}

fn halved(hour: u32, half: Option<&str>) -> u32 {
    match half {
        Some("pm") if hour < 12 => hour + 12,
        Some("am") if hour == 12 => 0,
        _ => hour,
    }
}

/// A time of day in digits: `11:59pm`, `5 p.m.`, `17:00:00`.
fn clock(tokens: &[Token], from: usize) -> Option<(usize, Hour)> {
    let word = tokens[from].text.as_str();
    let (digits, half) =
        ["am", "pm"].iter().find_map(|half| Some((word.strip_suffix(half)?, Some(*half)))).unwrap_or((word, None));
    let next = tokens.get(from + 1).map(|token| token.text.as_str()).filter(|_| half.is_none() && !tokens[from].ends);
    let apart = next.filter(|next| matches!(*next, "am" | "pm"));
    let (part, half) = match half.or(apart) {
        Some(half) => (usize::from(apart.is_some()), Some(half)),
        None => part_of_day(tokens, from + 1),
    };
    let dot = digits.split_once('.').filter(|(_, rest)| rest.len() == 2);
    let dot = dot.filter(|_| half.is_some() || is_dotted(tokens, from));
    let (hour, minute) = match digits.trim_end_matches('h').split_once(':').or(dot) {
        Some((hour, rest)) => (hour.parse().ok()?, rest.split(':').next()?.parse().ok()?),
        // A bare number is a time of day only with "am" or "pm".
        None => (digits.parse::<u32>().ok().filter(|_| half.is_some())?, 0),
    };
    // "18:00 hours"
    let hours = usize::from(part == 0 && digits.contains(':') && next == Some("hours"));
    Some((from + 1 + part + hours, plain(halved(hour, half), minute)?))
}

/// Whether `14.00` is a time of day: a zone follows it, or a day and "at" precede it.
fn is_dotted(tokens: &[Token], from: usize) -> bool {
    let next = tokens.get(from + 1).filter(|_| !tokens[from].ends);
    let zoned = next.is_some_and(|next| (next.capitals || next.opens) && zone::read(tokens, from + 1).is_some());
    let is_day = |at: usize| {
        let word = tokens[at].text.as_str();
        let year = word.len() == 4 && word.parse::<u32>().is_ok();
        year || short::is_month(word) || short::ordinal(word).is_some() || day::read(tokens, at).is_some()
    };
    let at = |token: &&Token| matches!(token.text.as_str(), "at" | "um" | "las" | "à");
    let before = from.checked_sub(1).map(|at| &tokens[at]).filter(at);
    let day = (0..from).rev().skip(1).find(|at| tokens[*at].text != "a").is_some_and(is_day);
    let on = |at: usize| matches!(tokens[at].text.as_str(), "on" | "am" | "el" | "le" | "den");
    let day_behind =
        next.is_some_and(|_| on(from + 1) && from + 2 < tokens.len() && day::read(tokens, from + 2).is_some());
    zoned || (before.is_some() && day_behind) || (before.is_some() && day && next.is_none_or(|_| tokens[from].pauses))
}

/// "5 de la tarde", "5 Uhr nachmittags", "5 heures du soir": the number of words, and which half of the day they
/// mean.
fn part_of_day(tokens: &[Token], at: usize) -> (usize, Option<&'static str>) {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    match (word(at), word(at + 1), word(at + 2)) {
        ("de", "la", "tarde" | "noche") => (3, Some("pm")),
        ("de", "la", "mañana" | "madrugada") => (3, Some("am")),
        ("in", "the", "afternoon" | "evening") => (3, Some("pm")),
        ("in", "the", "morning") => (3, Some("am")),
        ("at", "night", _) => (2, Some("pm")),
        ("de", "l'après-midi" | "l’après-midi", _) => (2, Some("pm")),
        ("du", "soir", _) => (2, Some("pm")),
        ("du", "matin", _) => (2, Some("am")),
        ("nachmittags" | "abends", ..) => (1, Some("pm")),
        ("vormittags" | "morgens", ..) => (1, Some("am")),
        _ => (0, None),
    }
}

/// Times of day as written in German, French and Spanish: `17 Uhr`, `17.30 Uhr`, `17h`, `17h30`, `17 h 30`, `17
/// heures`, `17 horas`.
fn continental(tokens: &[Token], from: usize) -> Option<(usize, Hour)> {
    let word = tokens[from].text.as_str();
    let next = |at: usize| tokens.get(from + at).map_or("", |token| token.text.as_str());
    let minutes = |text: &str| text.parse::<u32>().ok().filter(|minute| text.len() == 2 && *minute < 60);
    if let Some((hour, rest)) = word.split_once('h').filter(|(hour, _)| hour.len() <= 2) {
        let hour = hour.parse().ok()?;
        let minute = if rest.is_empty() { Some(0) } else { minutes(rest) };
        return Some((from + 1, plain(hour, minute?)?));
    }
    // "1700 UTC", "1700 hours"
    if let (4, Ok(number)) = (word.len(), word.parse::<u32>()) {
        let said = matches!(
            next(1),
            "utc"
                | "gmt"
                | "z"
                | "zulu"
                | "hrs"
                | "hours"
                | "h"
                | "uhr"
                | "est"
                | "edt"
                | "pst"
                | "pdt"
                | "cet"
                | "cest"
        );
        let until = from + 1 + usize::from(matches!(next(1), "hrs" | "hours" | "h" | "uhr"));
        // The number is a year if it follows a month.
        let year = from > 0 && super::short::is_month(&tokens[from - 1].text);
        return plain(number / 100, number % 100).filter(|_| said && !year).map(|hour| (until, hour));
    }
    if !matches!(next(1), "uhr" | "h" | "heures" | "horas" | "hrs") || tokens[from].ends {
        return None;
    }
    let (part, half) = part_of_day(tokens, from + 2);
    let (hour, minute) = match word.split_once(['.', ':']) {
        Some((hour, minute)) => (hour.parse::<u32>().ok()?, minutes(minute)?),
        None => (word.parse::<u32>().ok()?, 0),
    };
    let hour = if half == Some("pm") && hour < 12 { hour + 12 } else { hour };
    // "17 h 30"
    match minutes(next(2)).filter(|_| minute == 0 && part == 0) {
        Some(minute) => Some((from + 3, plain(hour, minute)?)),
        None => Some((from + 2 + part, plain(hour, minute)?)),
    }
}

/// "End of business", "Geschäftsschluss", "fin de journée": the position after it, and the assumption made.
fn close(tokens: &[Token], from: usize) -> Option<(usize, &'static str)> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    match word(from) {
        "cob" | "geschäftsschluss" | "dienstschluss" | "büroschluss" => return Some((from + 1, CLOSE)),
        "eod" | "tagesende" => return Some((from + 1, DAY_END)),
        "end" | "close" | "ende" | "fin" | "final" | "cierre" | "fermeture" => {}
        _ => return None,
    }
    let of = ["of", "the", "our", "your", "that", "des", "de", "del", "du", "la", "el", "los", "d'une"];
    let at = (from + 1..from + 4).find(|at| !of.contains(&word(*at)))?;
    if at == from + 1 {
        return None;
    }
    match (word(at), word(at + 1)) {
        ("business", "day") | ("día" | "dia", "hábil" | "habil" | "laborable") | ("jour", "ouvré" | "ouvrable") => {
            Some((at + 2, CLOSE))
        }
        ("jornada", "laboral") => Some((at + 2, CLOSE)),
        (
            "business" | "geschäftstages" | "geschäftstags" | "arbeitstages" | "werktages" | "jornada" | "oficinas"
            | "bureaux",
            _,
        ) => Some((at + 1, CLOSE)),
        ("day" | "tages" | "día" | "dia" | "journée" | "jour", _) => Some((at + 1, DAY_END)),
        _ => None,
    }
}
